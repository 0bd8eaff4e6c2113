//! Where a resource is, and where the guardrail itself runs.

use std::fmt;

use serde::Serialize;

/// One Region of one account. In JSON these are the two members `account` and `region`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Place {
    /// AWS partition, such as `aws`, `aws-cn` or `aws-us-gov`.
    #[serde(skip)]
    pub partition: String,
    /// Account id, twelve digits.
    pub account: String,
    /// Region code, such as `eu-west-1`.
    pub region: String,
}

impl Place {
    /// What the ARN of every AgentCore runtime in this place begins with.
    pub fn runtime_arns(&self) -> String {
        self.arn("bedrock-agentcore", "runtime", "")
    }

    pub(crate) fn arn(&self, service: &str, resource: &str, id: &str) -> String {
        let Self { partition, account, region } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}/{id}")
    }
}

impl fmt::Display for Place {
    /// `PARTITION:ACCOUNT:REGION`, which is also the message group of this place's sweeps.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.partition, self.account, self.region)
    }
}

/// The deployed function: it guards the place it runs in, and no other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Deployment {
    /// The place it guards.
    pub place: Place,
    /// The function's name. Lambda also names the session of the function's role after it.
    pub function: String,
}

impl Deployment {
    /// Reads the ARN a function is invoked by, `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME`.
    ///
    /// Returns `None` if the text is not such an ARN.
    pub fn from_function_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.split(':');
        let [prefix, partition, service, region, account, _, function] =
            std::array::from_fn(|_| parts.next().unwrap_or_default());
        let complete = [partition, region, account, function].iter().all(|part| !part.is_empty());
        (prefix == "arn" && service == "lambda" && complete).then(|| Self {
            place: Place {
                partition: partition.to_owned(),
                account: account.to_owned(),
                region: region.to_owned(),
            },
            function: function.to_owned(),
        })
    }
}
