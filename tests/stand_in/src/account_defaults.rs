//! The defaults that EC2 gives new instances of the account and Region, and EC2's rules about them.

use crate::{instance::check, refusal::Refusal, world::World};

const DECLARATIVE_POLICY: &str = "declarative-policy";

/// The account-level defaults, in EC2's own words. `None` is no preference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDefaults {
    /// `HttpTokens`.
    pub http_tokens: Option<String>,
    /// `HttpTokensEnforced`.
    pub http_tokens_enforced: Option<String>,
    /// `HttpEndpoint`.
    pub http_endpoint: Option<String>,
    /// `HttpPutResponseHopLimit`.
    pub hop_limit: Option<i32>,
    /// `InstanceMetadataTags`.
    pub instance_metadata_tags: Option<String>,
    /// `account` or `declarative-policy`. With the latter nobody in the account may modify them.
    pub managed_by: Option<String>,
    /// What a policy says to those who modify them.
    pub managed_exception_message: Option<String>,
    /// `ModifyInstanceMetadataDefaults` is accepted, but nothing changes.
    pub ignores_writes: bool,
    /// `GetInstanceMetadataDefaults` answers without any of them.
    pub are_hidden: bool,
}

impl Default for AccountDefaults {
    /// As in an account that never set any.
    fn default() -> Self {
        Self {
            http_tokens: None,
            http_tokens_enforced: None,
            http_endpoint: None,
            hop_limit: None,
            instance_metadata_tags: None,
            managed_by: Some("account".to_owned()),
            managed_exception_message: None,
            ignores_writes: false,
            are_hidden: false,
        }
    }
}

/// What one `ModifyInstanceMetadataDefaults` asks for. A member not sent keeps its value.
#[derive(Debug, Clone, Default)]
pub(super) struct DefaultsChange {
    pub http_tokens: Option<String>,
    pub http_tokens_enforced: Option<String>,
    pub http_endpoint: Option<String>,
    pub hop_limit: Option<i32>,
    pub instance_metadata_tags: Option<String>,
}

impl AccountDefaults {
    /// Sets `HttpTokens`: `optional` or `required`.
    pub fn http_tokens(&mut self, value: &str) -> &mut Self {
        self.http_tokens = Some(value.to_owned());
        self
    }

    /// Hands the defaults to a declarative policy of the organisation, which says this to those who
    /// modify them.
    pub fn policy(&mut self, message: &str) -> &mut Self {
        self.managed_exception_message = Some(message.to_owned());
        self.managed_by(DECLARATIVE_POLICY)
    }

    /// Sets `ManagedBy`.
    pub fn managed_by(&mut self, manager: &str) -> &mut Self {
        self.managed_by = Some(manager.to_owned());
        self
    }

    fn apply(&mut self, change: &DefaultsChange) {
        fn set<T: Clone + PartialEq>(default: &mut Option<T>, wanted: Option<&T>, none: &T) {
            if let Some(wanted) = wanted {
                *default = (wanted != none).then(|| wanted.clone());
            }
        }
        let none = "no-preference".to_owned();
        set(&mut self.http_tokens, change.http_tokens.as_ref(), &none);
        set(&mut self.http_tokens_enforced, change.http_tokens_enforced.as_ref(), &none);
        set(&mut self.http_endpoint, change.http_endpoint.as_ref(), &none);
        set(&mut self.hop_limit, change.hop_limit.as_ref(), &-1);
        set(&mut self.instance_metadata_tags, change.instance_metadata_tags.as_ref(), &none);
    }
}

impl DefaultsChange {
    fn check_values(&self) -> Result<(), Refusal> {
        let switch = ["enabled", "disabled", "no-preference"];
        check(
            "HttpTokens",
            self.http_tokens.as_deref(),
            &["optional", "required", "no-preference"],
        )?;
        check("HttpTokensEnforced", self.http_tokens_enforced.as_deref(), &switch)?;
        check("HttpEndpoint", self.http_endpoint.as_deref(), &switch)?;
        check("InstanceMetadataTags", self.instance_metadata_tags.as_deref(), &switch)?;
        match self.hop_limit {
            Some(hops) if hops != -1 && !(1..=64).contains(&hops) => {
                Err(Refusal::invalid_parameter_value(format!(
                    "Value ({hops}) for parameter HttpPutResponseHopLimit is invalid."
                )))
            }
            _ => Ok(()),
        }
    }
}

impl World {
    pub(super) fn modify_account_defaults(
        &mut self,
        change: &DefaultsChange,
        dry_run: bool,
    ) -> Result<(), Refusal> {
        change.check_values()?;
        let defaults = &mut self.account_defaults;
        if defaults.managed_by.as_deref() == Some(DECLARATIVE_POLICY) {
            // AWS documents that it refuses, and not with which code.
            let message = defaults.managed_exception_message.clone().unwrap_or_default();
            return Err(Refusal::new(400, "OperationNotPermitted", message));
        }
        if dry_run {
            return Err(Refusal::dry_run());
        }
        if !defaults.ignores_writes {
            defaults.apply(change);
        }
        Ok(())
    }
}
