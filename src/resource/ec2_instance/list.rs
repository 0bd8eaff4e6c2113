//! Listing the instances that allow version 1: EC2 filters, so that the cost grows with what is wrong and not with the
//! fleet.

use std::{iter, time::Duration};

use aws_sdk_ec2::types::Instance;
use futures_util::{Stream, StreamExt, stream};

use super::{InstanceFacts, ObserveInstances, observe::filter};
use crate::{
    failure::Failure,
    observed::Observation,
    resource::{Batch, List},
    target::{Home, Target},
};

/// At five changes a second, EC2's limit, a batch takes eight seconds.
const BATCH: usize = 40;

impl List for ObserveInstances {
    const BATCHES_AT_ONCE: usize = 1;
    const TIME_TO_FINISH: Duration = Duration::from_secs(30);

    fn batches(&self, home: &Home) -> impl Stream<Item = Result<Batch<InstanceFacts>, Failure>> {
        let filters = [
            filter("metadata-options.http-tokens", ["optional"]),
            filter("metadata-options.http-endpoint", ["enabled"]),
            filter("instance-state-name", ["running", "stopped"]),
        ];
        self.instances(filters.to_vec()).flat_map(move |page| {
            stream::iter(match page {
                Ok(instances) => self.in_batches(home, instances),
                Err(failure) => vec![Err(failure)],
            })
        })
    }
}

impl ObserveInstances {
    /// In another order each time: what always fails must not always come first.
    fn in_batches(&self, home: &Home, mut instances: Vec<Instance>) -> Vec<Result<Batch<InstanceFacts>, Failure>> {
        fastrand::shuffle(&mut instances);
        let (known, unknown): (Vec<_>, Vec<_>) =
            instances.iter().map(|instance| self.looked(home, instance)).partition(Result::is_ok);
        let mut looks = known.into_iter().flatten().peekable();
        let batches = iter::from_fn(|| looks.peek().is_some().then(|| looks.by_ref().take(BATCH).collect()));
        batches.map(Batch::Looked).map(Ok).chain(unknown.into_iter().filter_map(Result::err).map(Err)).collect()
    }

    /// The endpoint may be disabled between this look and the write, so that it does not count as seen enabled.
    fn looked(&self, home: &Home, instance: &Instance) -> Result<Look, Failure> {
        let target = instance.instance_id.as_deref().and_then(|id| Target::instance(home, id));
        let target = target.ok_or_else(|| Failure::unknown_id("DescribeInstances"))?;
        let mut observed = self.observed(&target, instance);
        observed.document.endpoint_enabled = None;
        Ok((target, Ok(Observation::Found(Box::new(observed)))))
    }
}

type Look = (Target, Result<Observation<InstanceFacts>, Failure>);
