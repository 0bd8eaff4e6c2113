//! Listing runtimes: the service filters nothing and shows no setting, so that every runtime is read, and that just
//! before its own write: the update sends back all that was read.

use std::time::Duration;

use aws_sdk_bedrockagentcorecontrol::{
    Client,
    config::{self, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    operation::list_agent_runtimes::{ListAgentRuntimesError, ListAgentRuntimesOutput},
};
use futures_util::{Stream, StreamExt, stream};

use super::{ObserveRuntimes, document::Document};
use crate::{
    failure::{Failure, is_unresolvable},
    outcome::Reason,
    resource::{Batch, CONCURRENCY, List},
    target::{Home, Target},
};

/// The most runtimes on a page.
const PAGE: i32 = 100;
/// Few, because a Region that does not offer AgentCore has to be recognised before the request's time is over.
const ATTEMPTS: u32 = 3;

impl List for ObserveRuntimes {
    const BATCHES_AT_ONCE: usize = CONCURRENCY;
    const TIME_TO_FINISH: Duration = Duration::from_secs(120);

    fn batches(&self, home: &Home) -> impl Stream<Item = Result<Batch<Document>, Failure>> {
        let pages = stream::unfold(Some(None), async |token: Option<Option<String>>| {
            let token = token?;
            let page = page(&self.client, token.clone()).await;
            // A token that repeats itself would never end.
            let next =
                page.as_ref().ok().and_then(|page| page.next_token.clone()).filter(|next| token.as_ref() != Some(next));
            Some((page, next.map(Some)))
        });
        pages.flat_map(move |page| {
            stream::iter(match page {
                Ok(page) => one_by_one(home, &page),
                Err(error) => vec![Err(not_listed(&error))],
            })
        })
    }
}

type Error = SdkError<ListAgentRuntimesError>;

async fn page(client: &Client, token: Option<String>) -> Result<ListAgentRuntimesOutput, Error> {
    let few_attempts = config::Config::builder().retry_config(RetryConfig::adaptive().with_max_attempts(ATTEMPTS));
    let call = client.list_agent_runtimes().max_results(PAGE).set_next_token(token);
    call.customize().config_override(few_attempts).send().await
}

/// In another order each time: what always fails must not always come first.
fn one_by_one(home: &Home, page: &ListAgentRuntimesOutput) -> Vec<Result<Batch<Document>, Failure>> {
    let ids = page.agent_runtimes.iter().map(|runtime| runtime.agent_runtime_id.as_str());
    let mut batches: Vec<_> =
        ids.map(|id| Target::runtime(home, id).map(|target| Batch::Listed(vec![target]))).collect();
    fastrand::shuffle(&mut batches);
    batches.into_iter().map(|batch| batch.ok_or_else(|| Failure::unknown_id("ListAgentRuntimes"))).collect()
}

fn not_listed(error: &Error) -> Failure {
    if is_unresolvable(error) {
        return Failure::not_offered();
    }
    Failure::of_request(Reason::ReadFailed, "ListAgentRuntimes", error, error.message())
}
