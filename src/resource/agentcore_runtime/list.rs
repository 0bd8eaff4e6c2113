//! Lists runtimes. The service filters nothing and shows no setting, so each runtime is read. It is
//! read just before its own write, because the update sends back everything that was read.

use std::time::Duration;

use aws_sdk_bedrockagentcorecontrol::{
    Client, error::SdkError, operation::list_agent_runtimes::ListAgentRuntimesError,
};
use futures_util::{Stream, StreamExt, stream};

use super::{ObserveRuntimes, wording::NOT_OFFERED};
use crate::{
    failure::{Failure, Unlisted, is_unresolvable},
    place::Place,
    resource::{
        CONCURRENCY, List, Observe,
        pages::{pages, shuffled},
    },
    target::Target,
    verdict::Failed,
};

const OPERATION: &str = "ListAgentRuntimes";
/// The most runtimes on a page.
const PAGE: i32 = 100;

impl List for ObserveRuntimes {
    const BATCHES_AT_ONCE: usize = CONCURRENCY;
    const TIME_TO_FINISH: Duration = Duration::from_secs(120);

    /// AWS allows 1,000 runtimes in an account and Region, so keeping all their ids costs little.
    fn batches(&self, place: &Place) -> impl Stream<Item = Result<Vec<Target>, Unlisted>> {
        let pages =
            pages(Failed::ReadFailed, OPERATION, async |token| page(&self.client, token).await);
        stream::once(pages.collect::<Vec<_>>()).flat_map(move |pages| {
            let target = |id: &str| Target::runtime(place, id);
            stream::iter(shuffled(OPERATION, pages, ObserveRuntimes::TOGETHER, target))
        })
    }
}

/// The ids on one page.
async fn page(
    client: &Client,
    token: Option<String>,
) -> Result<(Vec<String>, Option<String>), Unlisted> {
    let is_first = token.is_none();
    let page = client
        .list_agent_runtimes()
        .max_results(PAGE)
        .set_next_token(token)
        .send()
        .await;
    let page = page.map_err(|error| not_listed(&error, is_first))?;
    Ok((
        page.agent_runtimes
            .into_iter()
            .map(|runtime| runtime.agent_runtime_id)
            .collect(),
        page.next_token,
    ))
}

/// A service that has returned a page is offered, whatever happens to its name after that.
fn not_listed(error: &SdkError<ListAgentRuntimesError>, is_first: bool) -> Unlisted {
    if is_first && is_unresolvable(error) {
        return Unlisted::NotOffered(NOT_OFFERED.to_owned());
    }
    Failure::of_request(Failed::ReadFailed, OPERATION, error).into()
}
