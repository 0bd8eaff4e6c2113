//! Listing runtimes: the service filters nothing and shows no setting, so that every runtime is read, and that just
//! before its own write: the update sends back all that was read.

use std::time::Duration;

use aws_sdk_bedrockagentcorecontrol::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::list_agent_runtimes::ListAgentRuntimesError,
};
use futures_util::{Stream, StreamExt, stream};

use super::ObserveRuntimes;
use crate::{
    failure::{Failure, is_unresolvable},
    outcome::Reason,
    resource::{
        CONCURRENCY, List, Observe,
        pages::{pages, shuffled},
    },
    target::{Home, Target},
};

const OPERATION: &str = "ListAgentRuntimes";
/// The most runtimes on a page.
const PAGE: i32 = 100;

impl List for ObserveRuntimes {
    const BATCHES_AT_ONCE: usize = CONCURRENCY;
    const TIME_TO_FINISH: Duration = Duration::from_secs(120);

    /// AWS allows 1,000 runtimes in an account and Region, so their ids are few.
    fn batches(&self, home: &Home) -> impl Stream<Item = Result<Vec<Target>, Failure>> {
        let pages = pages(Reason::ReadFailed, OPERATION, async |token| page(&self.client, token).await);
        stream::once(pages.collect::<Vec<_>>()).flat_map(move |pages| {
            let target = |id: &str| Target::runtime(home, id);
            stream::iter(shuffled(OPERATION, pages, ObserveRuntimes::TOGETHER, target))
        })
    }
}

/// The ids on one page.
async fn page(client: &Client, token: Option<String>) -> Result<(Vec<String>, Option<String>), Failure> {
    let is_first = token.is_none();
    let page = client.list_agent_runtimes().max_results(PAGE).set_next_token(token).send().await;
    let page = page.map_err(|error| not_listed(&error, is_first))?;
    Ok((page.agent_runtimes.into_iter().map(|runtime| runtime.agent_runtime_id).collect(), page.next_token))
}

/// A service that has given a page is offered, whatever becomes of its name after that.
fn not_listed(error: &SdkError<ListAgentRuntimesError>, is_first: bool) -> Failure {
    if is_first && is_unresolvable(error) {
        return Failure::not_offered();
    }
    Failure::of_request(Reason::ReadFailed, OPERATION, error, error.message())
}
