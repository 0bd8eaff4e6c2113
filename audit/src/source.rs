//! Where the setting of an instance comes from, as far as EC2 tells. Pure.

use metadata_guardrail::{outcome::LaunchTemplate, outcome::Outcome, target::Kind};

/// Where the setting of an instance comes from.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Source {
    /// A launch template, whether or not an Auto Scaling group uses it.
    Template(LaunchTemplate),
    /// An Auto Scaling group that names no template.
    Group(String),
    /// Its own launch, or the account default at that time: EC2 keeps neither.
    Launch,
}

impl Source {
    /// The source of the instance of this outcome; `None` if it is no instance.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        if outcome.kind != Kind::Ec2Instance {
            return None;
        }
        let launched_by = outcome.launched_by.as_ref();
        let template = launched_by.and_then(|by| by.launch_template.clone());
        let group = launched_by.and_then(|by| by.auto_scaling_group.clone());
        Some(template.map(Self::Template).or(group.map(Self::Group)).unwrap_or(Self::Launch))
    }

    /// The source in words. `account_default` is what `HttpTokens` now is for new instances of the
    /// Region that say nothing themselves, if that was seen.
    pub fn words(&self, account_default: Option<&str>) -> String {
        match self {
            Self::Template(LaunchTemplate { id, version: Some(version) }) => {
                format!("launch template {id}, version {version}")
            }
            Self::Template(LaunchTemplate { id, version: None }) => format!("launch template {id}"),
            Self::Group(name) => format!("Auto Scaling group {name}"),
            Self::Launch => match account_default {
                Some(default) => format!("its own launch (account default now: {default})"),
                None => "its own launch".to_owned(),
            },
        }
    }
}
