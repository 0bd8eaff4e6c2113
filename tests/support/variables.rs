//! The environment variables that the settings are read from.

use std::{cell::RefCell, collections::BTreeSet};

use metadata_guardrail::settings::Settings;

/// The name of every variable that is asked for.
pub fn variables_read() -> BTreeSet<String> {
    let asked = RefCell::new(BTreeSet::new());
    let settings = Settings::read(|name| {
        asked.borrow_mut().insert(name.to_owned());
        None
    });
    settings.expect("no setting is needed");
    asked.into_inner()
}
