//! A stack around a function: its outputs, the mappings of its queues, and the policies that people
//! have put into its role.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;

use crate::{call::Call, refusal::Refusal, world::World};

/// The keys of people begin like this. Roles sign with temporary ones, which do not.
const KEY_OF_A_PERSON: &str = "AKIA";

/// One stack.
#[derive(Debug, Default)]
pub struct Stack {
    /// The outputs by name.
    pub outputs: BTreeMap<String, String>,
    /// By their UUIDs. Without any, every queue is polled.
    pub mappings: BTreeMap<String, Mapping>,
    /// How long a mapping takes to be switched on or off. Until then it goes on as before.
    pub settling: Duration,
    /// What the role's inline policies deny, by the names of the policies.
    denied: BTreeMap<String, Vec<String>>,
}

/// One event source mapping, as Lambda's API shows it.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The name of the queue.
    pub queue: String,
    /// Whether it is switched on.
    pub is_enabled: bool,
    /// When its last switch has taken or will take effect.
    settled: Duration,
}

impl Mapping {
    /// An enabled mapping of this queue.
    pub fn of(queue: &str) -> Self {
        Self { queue: queue.to_owned(), is_enabled: true, settled: Duration::ZERO }
    }

    fn is_settled(&self, now: Duration) -> bool {
        now >= self.settled
    }

    /// The state in the API's words.
    pub(super) fn state(&self, now: Duration) -> &'static str {
        match (self.is_enabled, self.is_settled(now)) {
            (true, true) => "Enabled",
            (true, false) => "Enabling",
            (false, false) => "Disabling",
            (false, true) => "Disabled",
        }
    }
}

impl Stack {
    /// Whether Lambda takes messages out of this queue.
    pub(super) fn polls(&self, queue: &str, now: Duration) -> bool {
        let mut mappings = self.mappings.values().filter(|mapping| mapping.queue == queue);
        mappings.all(|mapping| mapping.is_enabled == mapping.is_settled(now))
    }

    /// Puts an inline policy into the role. The stand-in knows only those that deny actions on
    /// everything.
    pub fn put_role_policy(&mut self, name: &str, document: &str) -> Result<(), Refusal> {
        let malformed = || Refusal::new(400, "MalformedPolicyDocument", "Syntax errors in policy.");
        let document: Value = serde_json::from_str(document).map_err(|_| malformed())?;
        let statements = list(&document["Statement"]);
        let denies = |statement: &&Value| {
            statement["Effect"] == "Deny" && list(&statement["Resource"]) == ["*"]
        };
        if document["Version"] != "2012-10-17" || !statements.iter().all(|one| denies(&one)) {
            return Err(malformed());
        }
        let actions = statements.iter().flat_map(|statement| list(&statement["Action"]).iter());
        let actions: Option<Vec<_>> =
            actions.map(|action| Some(action.as_str()?.to_owned())).collect();
        let actions = actions.filter(|actions| !actions.is_empty()).ok_or_else(malformed)?;
        self.denied.insert(name.to_owned(), actions);
        Ok(())
    }

    /// Deletes an inline policy of the role.
    pub fn delete_role_policy(&mut self, name: &str) -> Result<(), Refusal> {
        let message = format!("The role policy with name {name} cannot be found.");
        let deleted = self.denied.remove(name);
        deleted.map(drop).ok_or_else(|| Refusal::new(404, "NoSuchEntity", message))
    }

    /// Whether a policy denies the role this call to the service of this prefix.
    pub(super) fn denies(&self, prefix: &str, call: &Call) -> bool {
        !call.access_key.starts_with(KEY_OF_A_PERSON)
            && self.is_denied(&format!("{prefix}:{}", call.operation))
    }

    /// Whether a policy denies the role this action.
    pub fn is_denied(&self, action: &str) -> bool {
        self.denied.values().flatten().any(|pattern| matches(pattern, action))
    }
}

/// Policies may leave out the brackets of a list of one.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// As IAM compares actions: without regard to case, and with `*` for anything.
fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = action.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

impl World {
    /// Switches the mapping of this UUID on or off. Gives what it is now.
    pub fn switch(&mut self, uuid: &str, is_enabled: bool) -> Result<Mapping, Refusal> {
        let (now, settling) = (self.clock.elapsed(), self.stack.settling);
        let mapping = self.stack.mappings.get_mut(uuid);
        let mapping = mapping.ok_or_else(|| no_such_mapping(uuid))?;
        if !mapping.is_settled(now) {
            let message = "Cannot update the event source mapping because it is in use.";
            return Err(Refusal::new(400, "ResourceInUseException", message));
        }
        if mapping.is_enabled != is_enabled {
            mapping.is_enabled = is_enabled;
            mapping.settled = now + settling;
        }
        Ok(mapping.clone())
    }
}

pub(super) fn no_such_mapping(uuid: &str) -> Refusal {
    let message = format!("The resource you requested does not exist: {uuid}");
    Refusal::new(404, "ResourceNotFoundException", message)
}
