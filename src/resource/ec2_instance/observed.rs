//! What EC2's answer says about an instance. Pure.

use aws_sdk_ec2::types::{Instance, InstanceStateName};
use chrono::{DateTime, Utc};

use crate::{
    observed::{Broken, Hold, MetadataAccess, Observed, Passing, Phase, TagMap, Tags, Usage},
    outcome::{LaunchTemplate, LaunchedBy, State},
    target::Target,
    verdict::Gone,
};

/// The metadata options that a write, and what is said about it, depend on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// Whether EC2 shows `HttpEndpoint=enabled`.
    pub endpoint_is_enabled: bool,
    /// `HttpPutResponseHopLimit`: how many network hops the answer with a token may travel, 1 to
    /// 64.
    pub hop_limit: Option<i32>,
}

/// The facts about an instance. `usage` is what is known so far of its use of version 1.
pub(super) fn observed(target: &Target, instance: &Instance, usage: Usage) -> Observed<Options> {
    let options = instance.metadata_options.as_ref();
    let tokens = options
        .and_then(|options| options.http_tokens.as_ref())
        .map(|tokens| tokens.as_str());
    let endpoint = options
        .and_then(|options| options.http_endpoint.as_ref())
        .map(|endpoint| endpoint.as_str());
    let hop_limit = options.and_then(|options| options.http_put_response_hop_limit);
    Observed {
        target: target.clone(),
        phase: phase(instance),
        // Disabled comes first: nobody reaches a disabled endpoint, whatever the tokens. And
        // what EC2 does not show counts as version 1.
        access: match (tokens, endpoint) {
            (_, Some("disabled")) => MetadataAccess::Disabled,
            (Some("required"), _) => MetadataAccess::V2Required,
            _ => MetadataAccess::V1Allowed,
        },
        tags: Tags::Unconfirmed(tags(instance)),
        hold: operator(instance).map(Hold::Operator),
        created: primary_interface_attached(instance),
        usage,
        launched_by: launched_by(instance),
        state: State::Instance { http_tokens: tokens.map(str::to_owned), hop_limit },
        findings: Vec::new(),
        document: Options { endpoint_is_enabled: endpoint == Some("enabled"), hop_limit },
    }
}

fn phase(instance: &Instance) -> Phase {
    let name = instance.state.as_ref().and_then(|state| state.name.as_ref());
    match name {
        Some(InstanceStateName::Running | InstanceStateName::Stopped) => Phase::Settled,
        Some(InstanceStateName::Pending) => Phase::Passing(Passing::Pending),
        Some(InstanceStateName::Stopping) => Phase::Passing(Passing::Stopping),
        Some(InstanceStateName::ShuttingDown) => Phase::Ending(Gone::ShuttingDown),
        Some(InstanceStateName::Terminated) => Phase::Ending(Gone::Terminated),
        unknown => Phase::Broken {
            reason: Broken::UnknownStatus,
            status: unknown.map_or("not shown", |name| name.as_str()).to_owned(),
            said: None,
        },
    }
}

fn tags(instance: &Instance) -> TagMap {
    let tags = instance.tags.as_deref().unwrap_or_default();
    tags.iter()
        .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
        .collect()
}

fn launched_by(instance: &Instance) -> Option<LaunchedBy> {
    let mut tags = tags(instance);
    let id = tags.remove("aws:ec2launchtemplate:id");
    let version = tags.remove("aws:ec2launchtemplate:version");
    let launched_by = LaunchedBy {
        launch_template: id.map(|id| LaunchTemplate { id, version }),
        auto_scaling_group: tags.remove("aws:autoscaling:groupName"),
    };
    (launched_by.launch_template.is_some() || launched_by.auto_scaling_group.is_some())
        .then_some(launched_by)
}

/// When the instance was created. Each start renews its launch time, but its primary network
/// interface stays attached.
fn primary_interface_attached(instance: &Instance) -> Option<DateTime<Utc>> {
    let attachments = instance
        .network_interfaces()
        .iter()
        .filter_map(|interface| interface.attachment());
    let mut primary = attachments.filter(|attachment| {
        attachment.device_index() == Some(0)
            && attachment.network_card_index().unwrap_or_default() == 0
    });
    let attached = primary.next()?.attach_time()?;
    DateTime::from_timestamp(attached.secs(), attached.subsec_nanos())
}

fn operator(instance: &Instance) -> Option<String> {
    let operator = instance.operator.as_ref().filter(|operator| operator.managed == Some(true))?;
    Some(
        operator
            .principal
            .clone()
            .unwrap_or_else(|| "an operator EC2 does not name".to_owned()),
    )
}
