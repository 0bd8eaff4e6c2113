//! Listing the instances that allow version 1: EC2 filters, so that the cost grows with what is wrong and not with the
//! fleet.

use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};

use super::{
    ObserveInstances,
    observe::{filter, instances},
};
use crate::{
    failure::Failure,
    resource::{List, pages::targets},
    target::{Home, Target},
};

/// At five changes a second, EC2's limit, a batch takes eight seconds. It is looked at just before: a page can take
/// minutes.
const BATCH: usize = 40;

impl List for ObserveInstances {
    const BATCHES_AT_ONCE: usize = 1;
    const TIME_TO_FINISH: Duration = Duration::from_secs(30);

    fn batches(&self, home: &Home) -> impl Stream<Item = Result<Vec<Target>, Failure>> {
        let filters = [
            filter("metadata-options.http-tokens", ["optional"]),
            filter("metadata-options.http-endpoint", ["enabled"]),
            filter("instance-state-name", ["running", "stopped"]),
        ];
        instances(&self.client, filters.to_vec()).flat_map(move |page| {
            stream::iter(match page {
                Ok(instances) => {
                    in_batches(home, instances.into_iter().map(|instance| instance.instance_id.unwrap_or_default()))
                }
                Err(failure) => vec![Err(failure)],
            })
        })
    }
}

/// In another order each time: what always fails must not always come first.
fn in_batches(home: &Home, ids: impl Iterator<Item = String>) -> Vec<Result<Vec<Target>, Failure>> {
    let (mut known, unknown) = targets("DescribeInstances", ids, |id| Target::instance(home, id));
    fastrand::shuffle(&mut known);
    known.chunks(BATCH).map(|some| Ok(some.to_vec())).chain(unknown.map(Err)).collect()
}
