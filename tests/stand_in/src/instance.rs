//! EC2 instances and EC2's rules about their metadata options.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::{refusal::Refusal, world::World};

/// One EC2 instance. The text values are EC2's own words, such as `running` or `optional`.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// `InstanceId`.
    pub id: String,
    /// The name of its state.
    pub state: String,
    /// `HttpTokens`.
    pub http_tokens: String,
    /// `HttpEndpoint`.
    pub http_endpoint: String,
    /// `HttpPutResponseHopLimit`.
    pub hop_limit: u32,
    /// `HttpProtocolIpv6`.
    pub http_protocol_ipv6: String,
    /// `InstanceMetadataTags`.
    pub instance_metadata_tags: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// `DescribeInstances` does not show the tags yet, `DescribeTags` does.
    pub tags_are_late: bool,
    /// The service principal that manages the instance; others may not modify it.
    pub operator: Option<String>,
    /// `ModifyInstanceMetadataOptions` is accepted, but nothing changes, and the answer shows it.
    pub ignores_writes: bool,
    /// An ISO 8601 time. Each start renews it.
    pub launch_time: String,
    /// An ISO 8601 time: when the instance was made. No start renews it.
    pub primary_interface_attached: String,
    /// An ISO 8601 time.
    pub second_interface_attached: String,
    /// Successful calls to its metadata service without a token, as CloudWatch knows them. Empty is
    /// no data.
    pub calls_without_token: BTreeMap<DateTime<Utc>, f64>,
    /// The `StatusCode` of its metric data; `None` leaves it out of the answer.
    pub metric_status: Option<String>,
    /// What CloudWatch has to say about its metric data.
    pub metric_message: Option<String>,
}

/// What one `ModifyInstanceMetadataOptions` asks for. A member not sent keeps its value.
#[derive(Debug, Clone, Default)]
pub(super) struct MetadataChange {
    pub http_tokens: Option<String>,
    pub http_endpoint: Option<String>,
    pub hop_limit: Option<u32>,
    pub http_protocol_ipv6: Option<String>,
    pub instance_metadata_tags: Option<String>,
}

impl Instance {
    pub(super) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            state: "running".to_owned(),
            http_tokens: "optional".to_owned(),
            http_endpoint: "enabled".to_owned(),
            hop_limit: 2,
            http_protocol_ipv6: "disabled".to_owned(),
            instance_metadata_tags: "disabled".to_owned(),
            tags: BTreeMap::new(),
            tags_are_late: false,
            operator: None,
            ignores_writes: false,
            launch_time: "2026-11-20T09:00:00.000Z".to_owned(),
            primary_interface_attached: "2026-01-10T09:00:00.000Z".to_owned(),
            second_interface_attached: "2026-01-11T09:00:00.000Z".to_owned(),
            calls_without_token: BTreeMap::new(),
            metric_status: Some("Complete".to_owned()),
            metric_message: None,
        }
    }

    /// Sets the state, such as `stopped`.
    pub fn state(&mut self, state: &str) -> &mut Self {
        state.clone_into(&mut self.state);
        self
    }

    /// Sets `HttpTokens`: `optional` or `required`.
    pub fn http_tokens(&mut self, value: &str) -> &mut Self {
        value.clone_into(&mut self.http_tokens);
        self
    }

    /// Sets `HttpEndpoint`: `enabled` or `disabled`.
    pub fn http_endpoint(&mut self, value: &str) -> &mut Self {
        value.clone_into(&mut self.http_endpoint);
        self
    }

    /// Sets when the instance was made, and started.
    pub fn made(&mut self, at: DateTime<Utc>) -> &mut Self {
        self.primary_interface_attached = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        self.launch_time.clone_from(&self.primary_interface_attached);
        self
    }

    /// Sets one tag.
    pub fn tag(&mut self, key: &str, value: &str) -> &mut Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Hands the instance to a service principal.
    pub fn operator(&mut self, principal: &str) -> &mut Self {
        self.operator = Some(principal.to_owned());
        self
    }

    /// Lets CloudWatch know of so many calls without a token at this time.
    pub fn calls_without_token(&mut self, at: DateTime<Utc>, calls: f64) -> &mut Self {
        self.calls_without_token.insert(at, calls);
        self
    }

    /// The tags as `DescribeInstances` shows them.
    pub(super) fn shown_tags(&self) -> impl Iterator<Item = (&String, &String)> {
        self.tags.iter().filter(|_| !self.tags_are_late)
    }

    fn apply(&mut self, change: &MetadataChange) {
        fn set<T: Clone>(option: &mut T, wanted: Option<&T>) {
            if let Some(wanted) = wanted {
                option.clone_from(wanted);
            }
        }
        set(&mut self.http_tokens, change.http_tokens.as_ref());
        set(&mut self.http_endpoint, change.http_endpoint.as_ref());
        set(&mut self.hop_limit, change.hop_limit.as_ref());
        set(&mut self.http_protocol_ipv6, change.http_protocol_ipv6.as_ref());
        set(&mut self.instance_metadata_tags, change.instance_metadata_tags.as_ref());
    }
}

impl MetadataChange {
    fn check_values(&self) -> Result<(), Refusal> {
        let switch = &["enabled", "disabled"];
        check("HttpTokens", self.http_tokens.as_deref(), &["optional", "required"])?;
        check("HttpEndpoint", self.http_endpoint.as_deref(), switch)?;
        check("HttpProtocolIpv6", self.http_protocol_ipv6.as_deref(), switch)?;
        check("InstanceMetadataTags", self.instance_metadata_tags.as_deref(), switch)?;
        match self.hop_limit {
            Some(hops) if !(1..=64).contains(&hops) => Err(Refusal::invalid_parameter_value(
                format!("Value ({hops}) for parameter HttpPutResponseHopLimit is invalid."),
            )),
            _ => Ok(()),
        }
    }
}

pub(super) fn check(name: &str, value: Option<&str>, allowed: &[&str]) -> Result<(), Refusal> {
    match value {
        Some(value) if !allowed.contains(&value) => Err(Refusal::invalid_parameter_value(format!(
            "Value ({value}) for parameter {name} is invalid."
        ))),
        _ => Ok(()),
    }
}

impl World {
    /// EC2's refusal if one of these instances does not exist.
    pub(super) fn check_instances_exist(&self, ids: &[&str]) -> Result<(), Refusal> {
        let unknown = ids.iter().filter(|id| !self.instances.contains_key(**id));
        let unknown: Vec<&str> = unknown.copied().collect();
        if let Some(malformed) = unknown.iter().find(|id| !id.starts_with("i-")) {
            let message = format!("Invalid id: \"{malformed}\"");
            return Err(Refusal::new(400, "InvalidInstanceID.Malformed", message));
        }
        let message = match unknown.as_slice() {
            [] => return Ok(()),
            [id] => format!("The instance ID '{id}' does not exist"),
            ids => format!("The instance IDs '{}' do not exist", ids.join(", ")),
        };
        Err(Refusal::new(400, "InvalidInstanceID.NotFound", message))
    }

    /// Changes metadata options and tells what the instance is then.
    pub(super) fn modify_metadata_options(
        &mut self,
        id: &str,
        change: &MetadataChange,
        dry_run: bool,
    ) -> Result<Instance, Refusal> {
        self.check_modification(id, change)?;
        if dry_run {
            return Err(Refusal::dry_run());
        }
        let instance = self.instances.get_mut(id).expect("checked above");
        if !instance.ignores_writes {
            instance.apply(change);
        }
        Ok(instance.clone())
    }

    fn check_modification(&self, id: &str, change: &MetadataChange) -> Result<(), Refusal> {
        change.check_values()?;
        let tokens_alone = change.http_tokens.is_some() && change.http_endpoint.is_none();
        if self.endpoint_demanded_with_tokens && tokens_alone {
            return Err(Refusal::invalid_parameter_value(
                "The HttpEndpoint is not set to 'enabled' in this request. \
                 To set the 'HttpTokens' parameter, 'HttpEndpoint' must be 'enabled'.",
            ));
        }
        self.check_instances_exist(&[id])?;
        let instance = self.instance(id);
        self.check_tags(&instance.tags)?;
        let v1_again =
            change.http_tokens.as_deref() == Some("optional") && instance.http_tokens == "required";
        if v1_again && self.account_defaults.http_tokens_enforced.as_deref() == Some("enabled") {
            let message = "HttpTokens cannot be set to optional: IMDSv2 is enforced for this \
                           account and Region.";
            return Err(Refusal::new(400, "UnsupportedOperation", message));
        }
        if instance.operator.is_some() {
            let message = format!("The instance '{id}' is managed and cannot be modified.");
            return Err(Refusal::new(400, "OperationNotPermitted", message));
        }
        if !["running", "stopped"].contains(&instance.state.as_str()) {
            let state = &instance.state;
            let message = format!("The instance '{id}' is not in a valid state: {state}.");
            return Err(Refusal::new(400, "IncorrectInstanceState", message));
        }
        Ok(())
    }
}
