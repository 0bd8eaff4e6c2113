//! The guardrail itself, for whoever has work for it: the Lambda function, an audit, a test. It
//! knows nothing of Lambda, of queues, of a bus or of logs.

use std::time::Duration;

use aws_config::SdkConfig;
use chrono::{DateTime, Utc};

use crate::{
    pacer::WriteRate,
    patience::{Pace, Patience},
    place::Place,
    places::Places,
    settings::{Mode, Settings},
    visit::Visit,
};

/// The guardrail, ready for work. In report mode it holds nothing that can write.
pub struct Guardrail {
    settings: Settings,
    places: Places,
    pace: Pace,
}

impl Guardrail {
    /// A guardrail that reaches AWS with this configuration. It is built once, for all its work.
    pub fn new(settings: Settings, config: SdkConfig) -> Self {
        let places = Places::new(settings.clone(), config);
        Self { settings, places, pace: Pace::default() }
    }

    /// The same guardrail with other pauses between two reads of a resource that AWS is still
    /// changing.
    pub fn with_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// The same guardrail with another rate of writes in sweeps.
    pub fn with_write_rate(self, rate: WriteRate) -> Self {
        Self { places: self.places.with_write_rate(rate), ..self }
    }

    /// How it was told to work.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Patience for work that is ended from outside after `remaining`. `None` if nobody ends it.
    pub fn patience(&self, remaining: Option<Duration>) -> Patience {
        Patience::new(self.pace, remaining)
    }

    /// Begins a visit to a place, at this time of day. `mode` may soften the mode of the settings,
    /// never harden it.
    pub fn visit<'a>(
        &'a self,
        place: &'a Place,
        mode: Mode,
        now: DateTime<Utc>,
        patience: Patience,
    ) -> Visit<'a> {
        let access = self.places.at(place);
        Visit { settings: &self.settings, access, place, mode, now, patience }
    }
}
