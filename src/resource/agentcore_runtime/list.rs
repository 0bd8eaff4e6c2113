//! Listing runtimes: the service filters nothing and shows no setting, so that every runtime is read, and that just
//! before its own write: the update sends back all that was read.

use std::time::Duration;

use aws_sdk_bedrockagentcorecontrol::{
    Client,
    config::{self, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    operation::list_agent_runtimes::ListAgentRuntimesError,
    types::AgentRuntime,
};
use futures_util::{Stream, StreamExt, stream};

use super::{ObserveRuntimes, document::Document};
use crate::{
    failure::{Failure, is_unresolvable},
    outcome::Reason,
    resource::{Batch, CONCURRENCY, List, pages::pages},
    target::{Home, Target},
};

const OPERATION: &str = "ListAgentRuntimes";
/// The most runtimes on a page.
const PAGE: i32 = 100;
/// Few, because a Region that does not offer AgentCore has to be recognised before the request's time is over.
const ATTEMPTS: u32 = 3;

impl List for ObserveRuntimes {
    const BATCHES_AT_ONCE: usize = CONCURRENCY;
    const TIME_TO_FINISH: Duration = Duration::from_secs(120);

    fn batches(&self, home: &Home) -> impl Stream<Item = Result<Batch<Document>, Failure>> {
        let pages = pages(Reason::ReadFailed, OPERATION, async |token| page(&self.client, token).await);
        pages.flat_map(move |page| {
            stream::iter(match page {
                Ok(runtimes) => one_by_one(home, &runtimes),
                Err(failure) => vec![Err(failure)],
            })
        })
    }
}

async fn page(client: &Client, token: Option<String>) -> Result<(Vec<AgentRuntime>, Option<String>), Failure> {
    let few_attempts = config::Config::builder().retry_config(RetryConfig::adaptive().with_max_attempts(ATTEMPTS));
    let is_first = token.is_none();
    let call = client.list_agent_runtimes().max_results(PAGE).set_next_token(token);
    let page = call.customize().config_override(few_attempts).send().await;
    let page = page.map_err(|error| not_listed(&error, is_first))?;
    Ok((page.agent_runtimes, page.next_token))
}

/// In another order each time: what always fails must not always come first.
fn one_by_one(home: &Home, runtimes: &[AgentRuntime]) -> Vec<Result<Batch<Document>, Failure>> {
    let ids = runtimes.iter().map(|runtime| runtime.agent_runtime_id.as_str());
    let mut batches: Vec<_> =
        ids.map(|id| Target::runtime(home, id).map(|target| Batch::Listed(vec![target]))).collect();
    fastrand::shuffle(&mut batches);
    batches.into_iter().map(|batch| batch.ok_or_else(|| Failure::unknown_id(OPERATION))).collect()
}

/// A service that has given a page is offered, whatever becomes of its name after that.
fn not_listed(error: &SdkError<ListAgentRuntimesError>, is_first: bool) -> Failure {
    if is_first && is_unresolvable(error) {
        return Failure::not_offered();
    }
    Failure::of_request(Reason::ReadFailed, OPERATION, error, error.message())
}
