//! What the stand-in holds, before and after an event, and what may have changed in between.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stand_in::{AccountDefaults, Instance, REGION, Runtime, World};

use super::{outcomes, text};

/// What endpoints are called among the members of their runtime.
pub const ENDPOINT: &str = "endpoint ";

/// One resource as the stand-in holds it.
pub struct Look {
    /// For a person.
    pub state: String,
    /// The one member that the guardrail may change, beside the versions that endpoints are on.
    setting: &'static str,
    /// Every member, as it is stored.
    members: BTreeMap<String, String>,
}

impl Look {
    fn instance(instance: &Instance) -> (String, Self) {
        let Instance { id, state, http_tokens, hop_limit, .. } = instance;
        let others = Instance { http_tokens: String::new(), ..instance.clone() };
        let members = [("HttpTokens", http_tokens.clone()), ("all others", format!("{others:?}"))];
        let members = members.map(|(name, value)| (name.to_owned(), value)).into();
        let state = format!("HttpTokens {http_tokens}\n{state}, hop limit {hop_limit}");
        (id.clone(), Self { state, setting: "HttpTokens", members })
    }

    /// What EC2 gives new instances, under the name of the Region.
    fn account_defaults(defaults: &AccountDefaults) -> (String, Self) {
        let others = AccountDefaults { http_tokens: None, ..defaults.clone() };
        let tokens = defaults.http_tokens.as_deref().unwrap_or("not set");
        let members = [("HttpTokens", tokens.to_owned()), ("all others", format!("{others:?}"))];
        let members = members.map(|(name, value)| (name.to_owned(), value)).into();
        let hop_limit = defaults.hop_limit.map_or("not set".to_owned(), |hops| hops.to_string());
        let state = format!("account defaults:\nHttpTokens {tokens}\nhop limit {hop_limit}");
        (REGION.to_owned(), Self { state, setting: "HttpTokens", members })
    }

    fn runtime(runtime: &Runtime) -> (String, Self) {
        let Runtime { id, status, version, document, endpoints, .. } = runtime;
        let mut members: BTreeMap<_, _> =
            document.iter().map(|(name, json)| (name.clone(), json.to_string())).collect();
        let setting = "metadataConfiguration";
        let metadata = members.get(setting).map(|json| json.parse::<Value>().expect("JSON"));
        let required =
            metadata.map_or("absent".to_owned(), |metadata| metadata["requireMMDSV2"].to_string());
        let mut state = format!("requireMMDSV2 {required}\n{status}, version {version}");
        for (name, endpoint) in endpoints {
            state.push_str(&format!(
                "\nendpoint {name}:\n{}, version {}",
                endpoint.status, endpoint.live_version
            ));
            members.insert(format!("{ENDPOINT}{name}"), endpoint.live_version.to_string());
        }
        (id.clone(), Self { state, setting, members })
    }

    /// The names of the members that are the same in both to the byte, and of those that are not.
    pub fn compare(&self, later: &Self) -> (BTreeSet<String>, BTreeSet<String>) {
        let names = self.members.keys().chain(later.members.keys()).cloned();
        names.partition(|name| self.members.get(name) == later.members.get(name))
    }
}

pub type Snapshot = BTreeMap<String, Look>;

pub fn snapshot(world: &World) -> Snapshot {
    let instances = world.instances.values().map(Look::instance);
    let defaults = [Look::account_defaults(&world.account_defaults)];
    instances
        .chain(world.runtimes.values().map(Look::runtime))
        .chain(defaults)
        .collect()
}

/// Exactly what is reported as enforced has changed, and only in its setting; an endpoint only if
/// it is reported.
pub fn check(response: &Value, before: &Snapshot, after: &Snapshot) {
    let those = |is_so: fn(&Value) -> bool| -> BTreeSet<_> {
        outcomes(response)
            .filter(|outcome| is_so(outcome))
            .map(|outcome| text(&outcome["id"]))
            .collect()
    };
    let enforced =
        those(|outcome| outcome["result"] == "enforced" && outcome["reason"] == "v1_allowed");
    let moved = those(|outcome| outcome["findings"].to_string().contains("endpoint_moved"));
    for (id, look) in before {
        let (endpoints, changed): (BTreeSet<_>, BTreeSet<_>) = look
            .compare(&after[id])
            .1
            .into_iter()
            .partition(|name| name.starts_with(ENDPOINT));
        let expected = enforced.contains(id.as_str()).then(|| look.setting.to_owned());
        assert_eq!(changed, expected.into_iter().collect(), "what has changed of {id}");
        assert_eq!(
            !endpoints.is_empty(),
            moved.contains(id.as_str()),
            "the endpoints of {id} that were moved"
        );
    }
}
