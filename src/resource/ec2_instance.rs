//! EC2 instances and their metadata service, IMDS.

mod enforce;
mod list;
mod observe;
mod usage;

pub use enforce::EnforceInstances;
pub use observe::{ObserveInstances, Options};
pub use usage::ReadUsage;
