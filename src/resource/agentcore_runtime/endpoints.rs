//! The endpoints of a runtime. A version of a runtime never changes: an endpoint that is pinned to one without MMDSv2
//! stays where AWS refuses to invoke it, even after the runtime itself was enforced. `DEFAULT` alone follows.

mod attempts;
mod decision;
mod document;
mod enforce;
mod flow;
mod observe;
mod report;

pub use enforce::EnforceEndpoints;
pub use flow::EndpointsFlow;
pub use observe::ObserveEndpoints;
