//! The endpoints of a runtime. A version of a runtime never changes. So an endpoint that is pinned
//! to a version without MMDSv2 stays where AWS refuses to invoke it, even after the runtime itself
//! was enforced. Only `DEFAULT` follows.
//!
//! | file | what it does | |
//! |---|---|---|
//! | `observe` | reads endpoints, the versions they are on and their tags | reads |
//! | [`document`] | what an endpoint is | pure |
//! | [`observed`] | what is known of a pinned endpoint | pure |
//! | [`decision`] | says what to do about a pinned endpoint | pure |
//! | `enforce` | sends the one write, a move, and verifies it | the only code that writes |
//! | `report` | says what was found, and what it makes of the runtime's outcome | pure |
//! | [`wording`] | what is said of endpoints | pure |
//! | `flow` | runs these stages | |

pub mod decision;
pub mod document;
mod enforce;
mod flow;
mod observe;
pub mod observed;
mod report;
pub mod wording;

pub use enforce::EnforceEndpoints;
pub use flow::EndpointsFlow;
pub use observe::ObserveEndpoints;
