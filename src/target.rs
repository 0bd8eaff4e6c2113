//! What the guardrail works on: one instance or one runtime, in its own account and Region.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

/// Where the function runs, and under which name. It deals only with resources of the same account
/// and Region.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Home {
    /// AWS partition, such as `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Region code, such as `eu-west-1`.
    pub region: String,
    /// Account id, twelve digits.
    pub account: String,
    /// The function's name. Lambda also names the session of the function's role after it.
    pub function: String,
}

impl Home {
    /// Reads the home from the ARN a function is invoked by,
    /// `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME`.
    ///
    /// Returns `None` if the text is not such an ARN.
    pub fn from_function_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.split(':');
        let [prefix, partition, service, region, account, _, function] =
            std::array::from_fn(|_| parts.next().unwrap_or_default());
        let complete = [partition, region, account, function].iter().all(|part| !part.is_empty());
        (prefix == "arn" && service == "lambda" && complete).then(|| Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            function: function.to_owned(),
        })
    }

    /// What the ARN of every AgentCore runtime in this account and Region begins with.
    pub fn runtime_arns(&self) -> String {
        self.arn("bedrock-agentcore", "runtime", "")
    }

    fn arn(&self, service: &str, resource: &str, id: &str) -> String {
        let Self { partition, region, account, .. } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}/{id}")
    }
}

/// The kinds of resources the guardrail knows.
#[derive(
    Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, IntoStaticStr, Serialize, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// An EC2 instance, whose metadata service is IMDS.
    Ec2Instance,
    /// A Bedrock AgentCore runtime, whose metadata service is MMDS.
    AgentcoreRuntime,
    /// What EC2 gives new instances of the account and Region. There is exactly one, and no event
    /// refers to it.
    AccountDefaults,
}

/// One resource of the function's own account and Region. Its id fits AWS's pattern, so it can go
/// into a request.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Target {
    kind: Kind,
    id: String,
    arn: String,
}

impl Target {
    /// An EC2 instance by its id: `i-` and 8 or 17 hexadecimal digits. `None` for any other text.
    pub fn instance(home: &Home, id: &str) -> Option<Self> {
        let digits = id.strip_prefix("i-")?;
        let fits = matches!(digits.len(), 8 | 17)
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| Self::new(home, Kind::Ec2Instance, "ec2", "instance", id))
    }

    /// An AgentCore runtime by its id, `[a-zA-Z][a-zA-Z0-9_]{0,99}-[a-zA-Z0-9]{10}`
    /// (`AgentRuntimeId` of the service model). `None` for any other text.
    pub fn runtime(home: &Home, id: &str) -> Option<Self> {
        let (name, suffix) = id.split_once('-')?;
        let fits = name.len() <= 100
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && suffix.len() == 10
            && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self::new(home, Kind::AgentcoreRuntime, "bedrock-agentcore", "runtime", id))
    }

    /// An AgentCore runtime by its ARN. `None` if the ARN names anything else, or another account
    /// or Region.
    pub fn runtime_by_arn(home: &Home, arn: &str) -> Option<Self> {
        let (_, id) = arn.rsplit_once('/')?;
        Self::runtime(home, id).filter(|target| target.arn == arn)
    }

    fn new(home: &Home, kind: Kind, service: &str, resource: &str, id: &str) -> Self {
        Self { kind, id: id.to_owned(), arn: home.arn(service, resource, id) }
    }

    /// What kind of resource it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The id AWS gave it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its Amazon Resource Name.
    pub fn arn(&self) -> &str {
        &self.arn
    }
}

/// The targets that some texts name, and the texts that name none.
pub fn read_all(
    texts: impl IntoIterator<Item = String>,
    target: impl Fn(&str) -> Option<Target>,
) -> (Vec<Target>, Vec<String>) {
    let (mut targets, mut unknown) = (Vec::new(), Vec::new());
    for text in texts {
        match target(&text) {
            Some(target) => targets.push(target),
            None => unknown.push(text),
        }
    }
    (targets, unknown)
}
