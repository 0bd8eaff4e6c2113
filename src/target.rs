//! What the guardrail works on: one instance or one runtime, in one place.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

use crate::place::Place;

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
    /// What EC2 gives new instances of a place. There is exactly one, and no event refers to it.
    AccountDefaults,
}

impl Kind {
    /// The kind as a word: `ec2_instance`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One resource of one place. Its id fits AWS's pattern, so it can go into a request.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Target {
    kind: Kind,
    id: String,
    place: Place,
    arn: String,
}

impl Target {
    /// An EC2 instance by its id: `i-` and 8 or 17 hexadecimal digits. `None` for any other text.
    pub fn instance(place: &Place, id: &str) -> Option<Self> {
        let digits = id.strip_prefix("i-")?;
        let fits = matches!(digits.len(), 8 | 17)
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| Self::new(place, Kind::Ec2Instance, "ec2", "instance", id))
    }

    /// An AgentCore runtime by its id, `[a-zA-Z][a-zA-Z0-9_]{0,99}-[a-zA-Z0-9]{10}`
    /// (`AgentRuntimeId` of the service model). `None` for any other text.
    pub fn runtime(place: &Place, id: &str) -> Option<Self> {
        let (name, suffix) = id.split_once('-')?;
        let fits = name.len() <= 100
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && suffix.len() == 10
            && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self::new(place, Kind::AgentcoreRuntime, "bedrock-agentcore", "runtime", id))
    }

    /// An AgentCore runtime by its ARN. `None` if the ARN names anything else, or another place.
    pub fn runtime_by_arn(place: &Place, arn: &str) -> Option<Self> {
        let (_, id) = arn.rsplit_once('/')?;
        Self::runtime(place, id).filter(|target| target.arn == arn)
    }

    fn new(place: &Place, kind: Kind, service: &str, resource: &str, id: &str) -> Self {
        let arn = place.arn(service, resource, id);
        Self { kind, id: id.to_owned(), place: place.clone(), arn }
    }

    /// What kind of resource it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The id AWS gave it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
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
