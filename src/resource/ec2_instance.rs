//! EC2 instances and their metadata service, IMDS.
//!
//! | file | what it does | |
//! |---|---|---|
//! | `list` | finds the instances that allow version 1 | reads |
//! | `observe` | reads instances and their tags | reads |
//! | `observed` | what EC2's answer says about an instance | pure |
//! | `usage` | asks CloudWatch how much version 1 is used | reads |
//! | `enforce` | sends `HttpTokens=required` and checks EC2's answer | the only code that writes |
//! | `wording` | says what became of an instance | pure |

mod enforce;
mod list;
mod observe;
mod observed;
mod usage;
pub mod wording;

pub use enforce::EnforceInstances;
pub use observe::ObserveInstances;
pub use observed::Options;
pub use usage::ReadUsage;

use super::Resource;

/// The kind of EC2 instances.
pub struct Instances;

impl Resource for Instances {
    type Observe = ObserveInstances;
    type Enforce = EnforceInstances;
    type FollowUp<'a> = ();
}
