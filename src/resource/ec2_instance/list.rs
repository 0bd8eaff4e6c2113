//! Lists the instances that allow version 1, or all of them. For the former EC2 does the filtering,
//! so the cost grows with what is wrong and not with the fleet.

use std::{collections::HashSet, time::Duration};

use aws_sdk_ec2::types::Instance;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};

use super::{
    ObserveInstances,
    observe::{FULL_PAGE, MAX_FILTER_VALUES, filter, observation},
    observed::Options,
};
use crate::{
    failure::{Failure, Unlisted},
    observed::{Observation, Usage},
    place::Place,
    resource::{Batch, List, pages::shuffled},
    target::Target,
};

const OPERATION: &str = "DescribeInstances";
/// How many instances a page has if all of them are listed, with everything that EC2 shows of them.
/// Half of what EC2 allows takes half of the memory, some 5 MiB.
const SHOWN_PAGE: i32 = 500;

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
        let id = |instance: Instance| instance.instance_id.unwrap_or_default();
        let ids = self.instances(filters.to_vec(), FULL_PAGE, id).map_err(Unlisted::from);
        stream::once(ids.collect::<Vec<_>>()).flat_map(move |pages| {
            let target = |id: &str| Target::instance(place, id);
            stream::iter(shuffled(OPERATION, pages, MAX_FILTER_VALUES, target))
        })
    }

    /// A page shows each instance as it is, so none has to be asked about again.
    fn everything(&self, place: &Place) -> impl Stream<Item = Result<Batch<Options>, Unlisted>> {
        // An instance may have moved from one page to another meanwhile and appear twice.
        let mut known = HashSet::new();
        let (place, usage) = (place.clone(), self.unread());
        let seen = move |instance: Instance| seen(&place, &instance, usage);
        self.instances(Vec::new(), SHOWN_PAGE, seen).flat_map(move |page| {
            let parts = match page {
                Ok(page) => shown(page, &mut known),
                Err(failure) => vec![Err(failure.into())],
            };
            stream::iter(parts)
        })
    }
}

/// An instance as a page shows it, or its id if that matches no known form.
type Seen = Result<(Target, Observation<Options>), String>;

fn seen(place: &Place, instance: &Instance, usage: Usage) -> Seen {
    let id = instance.instance_id.clone().unwrap_or_default();
    let target = Target::instance(place, &id).ok_or(id)?;
    let observation = observation(&target, instance, usage);
    Ok((target, observation))
}

/// What a page shows, but for the instances that are known already. A failure stands for ids that
/// match no known form.
fn shown(page: Vec<Seen>, known: &mut HashSet<String>) -> Vec<Result<Batch<Options>, Unlisted>> {
    let (mut shown, mut unknown) = (Vec::with_capacity(page.len()), Vec::new());
    for seen in page {
        match seen {
            Err(id) => unknown.push(id),
            Ok((target, observation)) if known.insert(target.id().to_owned()) => {
                shown.push((target, Ok(observation)));
            }
            Ok(_) => {}
        }
    }
    let unknown = unknown
        .first()
        .map(|first| Err(Failure::unknown_ids(OPERATION, unknown.len(), first).into()));
    unknown.into_iter().chain([Ok(Batch::Shown(shown))]).collect()
}
