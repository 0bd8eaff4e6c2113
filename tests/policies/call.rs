//! A request to AWS, and whether a policy refuses it.

use serde_json::Value;

use crate::template::{
    conditions::{holds, is_arn_like, is_like},
    permissions::actions,
    stack::texts,
};

pub const OWNER: &str = "arn:aws:iam::111122223333:role/claims-team";
pub const EXCEPTIONS_BOARD: &str = "arn:aws:iam::111122223333:role/exceptions-board";
pub const BREAK_GLASS: &str = "arn:aws:iam::111122223333:role/break-glass";
pub const INSTANCE: &str = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60011";
pub const TAG: &str = "metadata-guardrail:exempt";

/// A request, how it should end, and why that matters.
pub struct Row {
    pub story: &'static str,
    pub call: Call,
    pub refused: bool,
}

pub fn refused(story: &'static str, call: Call) -> Row {
    Row { story, call, refused: true }
}

pub fn allowed(story: &'static str, call: Call) -> Row {
    Row { story, call, refused: false }
}

/// A request, as the checks that AWS makes for it. One refusal is enough.
pub struct Call(Vec<Check>);

struct Check {
    action: String,
    resource: String,
    keys: Vec<(String, String)>,
}

impl Call {
    /// A request with one check. An action without a resource has the resource `*`.
    pub fn new(by: &str, action: &str, resource: &str, keys: &[(&str, &str)]) -> Self {
        let keys = keys.iter().copied().chain([("aws:PrincipalArn", by)]);
        let keys = keys.map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self(vec![Check {
            action: action.to_owned(),
            resource: resource.to_owned(),
            keys: keys.collect(),
        }])
    }

    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub fn is_refused_by(&self, policy: &Value) -> bool {
        let statements = policy["Statement"].as_array().expect("statements");
        self.0
            .iter()
            .any(|check| statements.iter().any(|statement| check.is_denied(statement)))
    }
}

impl Check {
    fn is_denied(&self, statement: &Value) -> bool {
        assert_eq!(statement["Effect"], "Deny");
        let condition = &statement["Condition"];
        actions(statement)
            .iter()
            .any(|action| is_like(&action.to_lowercase(), &self.action.to_lowercase()))
            && texts(&statement["Resource"])
                .iter()
                .any(|resource| resource == "*" || is_arn_like(resource, &self.resource))
            && (condition.is_null() || holds(condition, &self.keys))
    }
}

/// What a launch asks for.
#[derive(Clone, Copy, Default)]
pub struct Launch {
    /// `ec2:MetadataHttpTokens`, where EC2 fills it.
    pub tokens: Option<&'static str>,
    /// It names a launch template.
    pub template: bool,
    /// The key of a tag for the instance.
    pub tag: Option<&'static str>,
}

impl Launch {
    /// `RunInstances`: EC2 checks each resource that a launch needs, and the tags that it sets.
    pub fn by(self, who: &str) -> Call {
        let template = "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-0a1b2c3d4e5f60001";
        let from = self.template.then_some(("ec2:LaunchTemplate", template));
        let others = ["image/ami-0a1b", "subnet/subnet-0a1b", "volume/*", "network-interface/*"];
        let others = others.map(|name| format!("arn:aws:ec2:eu-west-1:111122223333:{name}"));
        let others = others.into_iter().chain(self.template.then(|| template.to_owned()));

        let key = self.tag.map(|tag| format!("aws:RequestTag/{tag}"));
        let tags: Vec<_> = match (&key, self.tag) {
            (Some(key), Some(tag)) => {
                vec![(&**key, "2027-02-22 vendor agent"), ("aws:TagKeys", tag)]
            }
            _ => vec![],
        };
        let tokens = self.tokens.map(|tokens| ("ec2:MetadataHttpTokens", tokens));
        let keys: Vec<_> = tokens.into_iter().chain(from).chain(tags.clone()).collect();

        let instances = "arn:aws:ec2:eu-west-1:111122223333:instance/*";
        let launch = Call::new(who, "ec2:RunInstances", instances, &keys);
        let launch = others.fold(launch, |launch, resource| {
            launch.and(Call::new(who, "ec2:RunInstances", &resource, from.as_slice()))
        });
        if tags.is_empty() {
            return launch;
        }
        let keys = [tags, vec![("ec2:CreateAction", "RunInstances")]].concat();
        launch.and(Call::new(who, "ec2:CreateTags", instances, &keys))
    }
}
