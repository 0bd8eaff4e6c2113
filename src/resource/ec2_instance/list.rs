//! Lists the instances that allow version 1. EC2 does the filtering, so the cost grows with what is
//! wrong and not with the fleet.

use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};

use super::{
    ObserveInstances,
    observe::{MAX_FILTER_VALUES, filter},
};
use crate::{
    failure::Unlisted,
    place::Place,
    resource::{List, pages::shuffled},
    target::Target,
};

impl List for ObserveInstances {
    const BATCHES_AT_ONCE: usize = 1;
    const TIME_TO_FINISH: Duration = Duration::from_secs(30);

    /// Collects every page before the first batch, but keeps only the ids.
    fn batches(&self, place: &Place) -> impl Stream<Item = Result<Vec<Target>, Unlisted>> {
        let filters = [
            filter("metadata-options.http-tokens", ["optional"]),
            filter("metadata-options.http-endpoint", ["enabled"]),
            filter("instance-state-name", ["running", "stopped"]),
        ];
        let ids = self.instances(filters.to_vec()).map(|page| {
            let instances = page?.into_iter();
            Ok(instances
                .map(|instance| instance.instance_id.unwrap_or_default())
                .collect::<Vec<_>>())
        });
        stream::once(ids.collect::<Vec<_>>()).flat_map(move |pages| {
            let target = |id: &str| Target::instance(place, id);
            stream::iter(shuffled("DescribeInstances", pages, MAX_FILTER_VALUES, target))
        })
    }
}
