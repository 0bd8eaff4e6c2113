//! Listing runtimes: the service filters nothing and shows no setting, so that every runtime is read, and that just
//! before its own write: the update sends back all that was read.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_bedrockagentcorecontrol::{
    Client,
    config::{self, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    operation::list_agent_runtimes::ListAgentRuntimesError,
};
use futures_util::{Stream, StreamExt, stream};

use super::ObserveRuntimes;
use crate::{
    aws::ATTEMPTS,
    failure::{Failure, is_unresolvable},
    outcome::Reason,
    resource::{
        CONCURRENCY, List,
        pages::{pages, targets},
    },
    target::{Home, Target},
};

const OPERATION: &str = "ListAgentRuntimes";
/// The most runtimes on a page.
const PAGE: i32 = 100;
/// Few for the first page, because a Region that does not offer AgentCore has to be recognised before the request's time
/// is over.
const FIRST_ATTEMPTS: u32 = 3;

impl List for ObserveRuntimes {
    const BATCHES_AT_ONCE: usize = CONCURRENCY;
    const TIME_TO_FINISH: Duration = Duration::from_secs(120);

    fn batches(&self, home: &Home) -> impl Stream<Item = Result<Vec<Target>, Failure>> {
        let pages = pages(Reason::ReadFailed, OPERATION, async |token| page(&self.client, token).await);
        stream::once(pages.collect::<Vec<_>>()).flat_map(move |pages| stream::iter(one_by_one(home, pages)))
    }
}

/// The ids on one page.
async fn page(client: &Client, token: Option<String>) -> Result<(Vec<String>, Option<String>), Failure> {
    let is_first = token.is_none();
    let attempts = if is_first { FIRST_ATTEMPTS } else { ATTEMPTS };
    let attempts = config::Config::builder().retry_config(RetryConfig::adaptive().with_max_attempts(attempts));
    let call = client.list_agent_runtimes().max_results(PAGE).set_next_token(token);
    let page = call.customize().config_override(attempts).send().await;
    let page = page.map_err(|error| not_listed(&error, is_first))?;
    Ok((page.agent_runtimes.into_iter().map(|runtime| runtime.agent_runtime_id).collect(), page.next_token))
}

/// Of all pages, in another order each time: nothing tells those that need no write from the others, and a sweep that
/// runs out of time must not always end before the same ones. AWS allows 1,000 runtimes in an account and Region, so
/// that their ids are few.
fn one_by_one(home: &Home, pages: Vec<Result<Vec<String>, Failure>>) -> Vec<Result<Vec<Target>, Failure>> {
    let (pages, failures): (Vec<_>, Vec<_>) = pages.into_iter().partition(Result::is_ok);
    // A runtime may have moved from one page to another meanwhile.
    let ids: BTreeSet<_> = pages.into_iter().flatten().flatten().collect();
    let (mut known, unknown) = targets(OPERATION, ids.into_iter(), |id| Target::runtime(home, id));
    fastrand::shuffle(&mut known);
    let failures = failures.into_iter().filter_map(Result::err).chain(unknown).map(Err);
    failures.chain(known.into_iter().map(|target| Ok(vec![target]))).collect()
}

/// A service that has given a page is offered, whatever becomes of its name after that.
fn not_listed(error: &SdkError<ListAgentRuntimesError>, is_first: bool) -> Failure {
    if is_first && is_unresolvable(error) {
        return Failure::not_offered();
    }
    Failure::of_request(Reason::ReadFailed, OPERATION, error, error.message())
}
