//! Lists the instances that allow version 1, or all of them. For the former EC2 does the filtering,
//! so the cost grows with what is wrong and not with the fleet.

use std::{collections::HashSet, time::Duration};

use aws_sdk_ec2::types::Instance;
use futures_util::{Stream, StreamExt, stream};

use super::{
    ObserveInstances,
    observe::{MAX_FILTER_VALUES, filter},
    observed::Options,
};
use crate::{
    failure::{Failure, Unlisted},
    place::Place,
    resource::{Batch, List, pages::shuffled},
    target::Target,
};

const OPERATION: &str = "DescribeInstances";

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
            stream::iter(shuffled(OPERATION, pages, MAX_FILTER_VALUES, target))
        })
    }

    /// A page shows each instance as it is, so none has to be asked about again. One page is in
    /// memory at a time.
    fn everything(&self, place: &Place) -> impl Stream<Item = Result<Batch<Options>, Unlisted>> {
        // An instance may have moved from one page to another meanwhile and appear twice.
        let mut known = HashSet::new();
        self.instances(Vec::new()).flat_map(move |page| {
            let parts = match page {
                Ok(page) => self.shown(place, page, &mut known),
                Err(failure) => vec![Err(failure.into())],
            };
            stream::iter(parts)
        })
    }
}

impl ObserveInstances {
    /// What a page shows, but for the instances that are known already. A failure stands for ids
    /// that match no known form.
    fn shown(
        &self,
        place: &Place,
        page: Vec<Instance>,
        known: &mut HashSet<String>,
    ) -> Vec<Result<Batch<Options>, Unlisted>> {
        let (mut shown, mut unknown) = (Vec::with_capacity(page.len()), Vec::new());
        for instance in page {
            let id = instance.instance_id.clone().unwrap_or_default();
            match Target::instance(place, &id) {
                None => unknown.push(id),
                Some(target) if known.insert(id) => {
                    let observation = self.observation(&target, &instance);
                    shown.push((target, Ok(observation)));
                }
                Some(_) => {}
            }
        }
        let unknown = unknown
            .first()
            .map(|first| Err(Failure::unknown_ids(OPERATION, unknown.len(), first).into()));
        unknown.into_iter().chain([Ok(Batch::Shown(shown))]).collect()
    }
}
