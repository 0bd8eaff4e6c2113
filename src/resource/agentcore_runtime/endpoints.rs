//! The endpoints of a runtime. A version of a runtime never changes: an endpoint that is pinned to one without MMDSv2
//! stays where AWS refuses to invoke it, even after the runtime itself was enforced. `DEFAULT` alone follows.

mod attempts;
mod decision;
mod found;
mod observe;
mod reading;
mod repoint;
mod settle;

pub use observe::ObserveEndpoints;
pub use repoint::MoveEndpoints;
pub use settle::EndpointsFlow;

/// The client tokens of the guardrail's own moves begin so: that is how it, and the rule, know their events.
pub const TOKEN_PREFIX: &str = "metadata-guardrail-";
