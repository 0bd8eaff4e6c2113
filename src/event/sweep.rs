//! The guardrail's own event: a sweep is due.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use serde_json::{Value, json};
use strum::VariantArray;

use super::{Ask, Cause, Ignored, Work, check_place};
use crate::{place::Place, settings::Mode, target::Kind};

/// The source of the guardrail's own events.
pub const SOURCE: &str = "metadata-guardrail";
pub(super) const DETAIL_TYPE: &str = "Guardrail Sweep";

/// Reads a sweep that is due. One that is written by hand names neither account nor Region.
pub(super) fn read(event: &EventBridgeEvent<Value>, place: &Place) -> Result<Ask, Ignored> {
    let (account, region) = (event.account.as_ref(), event.region.as_ref());
    check_place(
        Some(account.unwrap_or(&place.account)),
        Some(region.unwrap_or(&place.region)),
        place,
    )?;
    let (kinds, mode) = detail(&event.detail)?;
    Ok(Ask {
        place: place.clone(),
        cause: Cause::SweepDue,
        work: Work::Sweep(kinds, mode),
        time: event.time,
        id: event.id.clone(),
        unknown_ids: Vec::new(),
    })
}

/// The kinds to sweep, and the mode. Whoever writes anything else may mean report mode and must not
/// get a sweep that writes.
fn detail(detail: &Value) -> Result<(&'static [Kind], Option<Mode>), Ignored> {
    let Value::Object(members) = detail else { return Err(Ignored::InvalidMode) };
    let (mut kinds, mut mode) = (Kind::VARIANTS, None);
    for (name, value) in members {
        let word = value.as_str().unwrap_or_default();
        match name.as_str() {
            "mode" => mode = Some(word.parse().map_err(|_| Ignored::InvalidMode)?),
            "kind" => kinds = only(word).ok_or(Ignored::InvalidMode)?,
            _ => return Err(Ignored::InvalidMode),
        }
    }
    Ok((kinds, mode))
}

/// The kind of this name alone.
fn only(name: &str) -> Option<&'static [Kind]> {
    Kind::VARIANTS
        .chunks(1)
        .find(|kind| kind.iter().all(|kind| kind.name() == name))
}

/// The event that asks for a sweep of one kind in a place.
pub fn sweep_for(place: &Place, kind: Kind) -> Value {
    json!({
        "source": SOURCE,
        "detail-type": DETAIL_TYPE,
        "account": place.account,
        "region": place.region,
        "detail": {"kind": kind.name()}
    })
}
