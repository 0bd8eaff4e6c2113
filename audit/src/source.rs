//! Where the setting of an instance comes from, as far as EC2 tells. Pure.

use metadata_guardrail::{
    outcome::{LaunchTemplate, LaunchedBy, Outcome},
    target::Kind,
};

/// Where the settings of instances come from. It is counted, so a launch template counts as one
/// whatever its versions.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Source {
    /// A launch template, by its id.
    Template(String),
    /// An Auto Scaling group, by its name.
    Group(String),
    /// Their own launch, or the account default at that time: EC2 keeps neither.
    Launch,
}

impl Source {
    /// Every source of the instance of this outcome: its template and its group, if it has them.
    /// Empty if it is no instance.
    pub fn all_of(outcome: &Outcome) -> Vec<Self> {
        if outcome.kind != Kind::Ec2Instance {
            return Vec::new();
        }
        match outcome.launched_by.clone() {
            None => vec![Self::Launch],
            Some(LaunchedBy { launch_template, auto_scaling_group }) => {
                let template = launch_template.map(|template| Self::Template(template.id));
                template.into_iter().chain(auto_scaling_group.map(Self::Group)).collect()
            }
        }
    }

    /// The source in words. `account_default` is what `HttpTokens` now is for new instances of the
    /// Region that say nothing themselves, if that was seen.
    pub fn words(&self, account_default: Option<&str>) -> String {
        match self {
            Self::Template(id) => format!("launch template {id}"),
            Self::Group(name) => format!("Auto Scaling group {name}"),
            Self::Launch => match account_default {
                Some(default) => format!("its own launch (account default now: {default})"),
                None => "its own launch".to_owned(),
            },
        }
    }
}

/// Where the setting of the instance of this outcome comes from, in words; `None` if it is no
/// instance.
pub fn words(outcome: &Outcome, account_default: Option<&str>) -> Option<String> {
    let sources = Source::all_of(outcome).into_iter().map(|source| match source {
        Source::Template(_) => template(outcome).unwrap_or_else(|| source.words(None)),
        Source::Group(_) | Source::Launch => source.words(account_default),
    });
    Some(sources.collect::<Vec<_>>().join(", ")).filter(|words| !words.is_empty())
}

/// The launch template with its version.
fn template(outcome: &Outcome) -> Option<String> {
    let LaunchTemplate { id, version } = outcome.launched_by.as_ref()?.launch_template.as_ref()?;
    let version = version.as_ref().map(|version| format!(" version {version}"));
    Some(format!("launch template {id}{}", version.unwrap_or_default()))
}
