//! Event buses, and EventBridge's rules about what is put on them.

use serde_json::Value;

use crate::{refusal::Refusal, world::World};

const MAX_ENTRIES: usize = 10;
/// All entries of one request take less than this.
const TOO_MANY_BYTES: usize = 256 * 1024;

/// One event bus.
#[derive(Debug, Default)]
pub struct EventBus {
    /// What was put on it, in order.
    pub events: Vec<PutEvent>,
    refusals: Vec<EntryRefusal>,
}

/// Entries that are refused although nothing is wrong with them.
#[derive(Debug)]
struct EntryRefusal {
    words: String,
    code: String,
    times: usize,
}

/// An entry of PutEvents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// The name of a bus or its ARN; the account's own by default.
    pub bus: Option<String>,
    /// `Source`.
    pub source: Option<String>,
    /// `DetailType`.
    pub detail_type: Option<String>,
    /// `Detail`.
    pub detail: Option<String>,
    /// `Resources`.
    pub resources: Vec<String>,
}

/// An event on a bus.
#[derive(Debug, Clone, PartialEq)]
pub struct PutEvent {
    /// The id that EventBridge gave it.
    pub id: String,
    /// `Source`.
    pub source: String,
    /// `DetailType`.
    pub detail_type: String,
    /// `Detail`.
    pub detail: Value,
    /// `Resources`.
    pub resources: Vec<String>,
}

impl EventBus {
    /// The next `times` entries with these words in their detail are refused with the code, and
    /// other entries of the same request are not.
    pub fn refuse(&mut self, words: &str, code: &str, times: usize) {
        let [words, code] = [words, code].map(str::to_owned);
        self.refusals.push(EntryRefusal { words, code, times });
    }

    fn put(&mut self, entry: &Entry, event: PutEvent) -> Result<String, Refusal> {
        let detail = entry.detail.as_deref().unwrap_or_default();
        let mut refusals = self.refusals.iter_mut();
        let strikes =
            |refusal: &&mut EntryRefusal| refusal.times > 0 && detail.contains(&refusal.words);
        if let Some(refusal) = refusals.find(strikes) {
            refusal.times -= 1;
            return Err(Refusal::new(400, &refusal.code, "The entry was not taken."));
        }
        let id = event.id.clone();
        self.events.push(event);
        Ok(id)
    }
}

impl Entry {
    /// As EventBridge's user guide counts it.
    fn size(&self) -> usize {
        let texts = [&self.source, &self.detail_type, &self.detail];
        let texts = texts.into_iter().flatten().chain(&self.resources);
        texts.map(String::len).sum()
    }

    fn bus(&self) -> &str {
        let bus = self.bus.as_deref().unwrap_or("default");
        bus.split_once(":event-bus/").map_or(bus, |(_, name)| name)
    }

    fn event(&self, id: String) -> Result<PutEvent, Refusal> {
        let event = PutEvent {
            id,
            source: required(self.source.as_deref(), "Source")?,
            detail_type: required(self.detail_type.as_deref(), "DetailType")?,
            detail: serde_json::from_str(&required(self.detail.as_deref(), "Detail")?)
                .ok()
                .filter(Value::is_object)
                .ok_or_else(|| Refusal::new(400, "MalformedDetail", "Detail is malformed."))?,
            resources: self.resources.clone(),
        };
        if event.source.starts_with("aws.") {
            let message = "Not authorized for the source.";
            return Err(Refusal::new(400, "NotAuthorizedForSourceException", message));
        }
        Ok(event)
    }
}

fn required(text: Option<&str>, name: &str) -> Result<String, Refusal> {
    let missing = || {
        let why = format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
        Refusal::new(400, "InvalidArgument", why)
    };
    text.filter(|text| !text.is_empty()).map(str::to_owned).ok_or_else(missing)
}

impl World {
    /// The event bus of that name, which must exist.
    #[track_caller]
    pub fn bus_mut(&mut self, name: &str) -> &mut EventBus {
        let bus = self.buses.get_mut(name);
        bus.unwrap_or_else(|| panic!("the world has no event bus {name}"))
    }

    /// Puts entries on their buses. Each has an event id or a refusal of its own.
    pub fn put_events(
        &mut self,
        entries: &[Entry],
    ) -> Result<Vec<Result<String, Refusal>>, Refusal> {
        if !(1..=MAX_ENTRIES).contains(&entries.len()) {
            let message = "1 validation error detected: Value at 'entries' failed to satisfy \
                           constraint: Member must have length between 1 and 10";
            return Err(Refusal::validation(message));
        }
        if entries.iter().map(Entry::size).sum::<usize>() >= TOO_MANY_BYTES {
            let message = "Total size of the entries in the request is over the limit.";
            return Err(Refusal::validation(message));
        }
        let so_far: usize = self.buses.values().map(|bus| bus.events.len()).sum();
        let ids = (so_far..).map(|number| format!("00000000-0000-4000-9000-{number:012x}"));
        Ok(entries.iter().zip(ids).map(|(entry, id)| self.put_entry(entry, id)).collect())
    }

    /// EventBridge says nothing if there is no such bus: the event has an id and is lost (reported
    /// of the real one from 2022 to 2025, such as in issue 9186 of aws/aws-cli).
    fn put_entry(&mut self, entry: &Entry, id: String) -> Result<String, Refusal> {
        let event = entry.event(id)?;
        match self.buses.get_mut(entry.bus()) {
            Some(bus) => bus.put(entry, event),
            None => Ok(event.id),
        }
    }
}
