//! Listing runtimes: the service filters nothing and shows no setting, so that every runtime is read.

use aws_sdk_bedrockagentcorecontrol::error::ProvideErrorMetadata;
use futures_util::{Stream, StreamExt, stream};

use super::{ObserveRuntimes, document::Document};
use crate::{
    failure::{Failure, is_unresolvable},
    observed::Observation,
    outcome::Reason,
    resource::{Answers, List, Observe},
    target::{Home, Target},
};

/// The most runtimes on a page.
const PAGE: i32 = 100;

impl List for ObserveRuntimes {
    fn pages(&self, home: &Home) -> impl Stream<Item = Result<Answers<Observation<Document>>, Failure>> {
        let pages = self.client.list_agent_runtimes().into_paginator().page_size(PAGE).send();
        let pages = stream::unfold(pages, |mut pages| async move { pages.next().await.map(|page| (page, pages)) });
        pages.then(async move |page| {
            let page = page.map_err(|error| {
                if is_unresolvable(&error) {
                    Failure::not_offered()
                } else {
                    Failure::of_request(Reason::ReadFailed, "ListAgentRuntimes", &error, error.message())
                }
            })?;
            let ids = page.agent_runtimes.iter().map(|runtime| runtime.agent_runtime_id.as_str());
            let targets: Vec<_> = ids.filter_map(|id| Target::runtime(home, id)).collect();
            Ok(self.observe(&targets).await)
        })
    }
}
