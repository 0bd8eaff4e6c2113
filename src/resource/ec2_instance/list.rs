//! Listing the instances that allow version 1: EC2 filters, so that the cost grows with what is wrong and not with the
//! fleet.

use futures_util::{Stream, StreamExt, stream};

use super::{
    InstanceFacts, ObserveInstances,
    observe::{PAGE, failed, filter, observed},
};
use crate::{
    failure::Failure,
    observed::Observation,
    outcome::Reason,
    resource::{Answers, List},
    target::{Home, Target},
};

impl List for ObserveInstances {
    fn pages(&self, home: &Home) -> impl Stream<Item = Result<Answers<Observation<InstanceFacts>>, Failure>> {
        let filters = [
            filter("metadata-options.http-tokens", ["optional"]),
            filter("metadata-options.http-endpoint", ["enabled"]),
            filter("instance-state-name", ["running", "stopped"]),
        ];
        let pages = self.client.describe_instances().set_filters(Some(filters.to_vec())).into_paginator();
        let pages = stream::unfold(pages.page_size(PAGE).send(), |mut pages| async move {
            pages.next().await.map(|page| (page, pages))
        });
        pages.map(move |page| {
            let page = page.map_err(|error| failed(Reason::ReadFailed, "DescribeInstances", &error))?;
            let instances = page.reservations.into_iter().flatten().flat_map(|all| all.instances.unwrap_or_default());
            Ok(instances
                .filter_map(|instance| {
                    let target = Target::instance(home, instance.instance_id.as_deref()?)?;
                    let look = Observation::Found(Box::new(observed(&target, &instance)));
                    Some((target, Ok(look)))
                })
                .collect())
        })
    }
}
