//! Whose credentials they are, and which Regions there are.

use std::{collections::BTreeMap, error::Error as StdError, iter};

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use metadata_guardrail::{failure::Failure, place::Place, verdict::Failed};

use crate::{error::Error, text::visible};

/// The Region that is asked if neither the options nor the profile name one.
const FALLBACK: &str = "us-east-1";
/// How the SDK says that credentials are in none of the places where it looks.
const NOWHERE: &str = "no credentials found in chain";
/// How EC2 says that a Region is not enabled.
const NOT_OPTED_IN: &str = "not-opted-in";

/// The Regions of a partition by name, and whether each is enabled.
type Regions = BTreeMap<String, bool>;

/// An account, and the Regions of it to look at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Account {
    /// Its id, twelve digits.
    pub id: String,
    /// Its partition, such as `aws`.
    pub partition: String,
    /// The Regions to look at, in order.
    pub regions: Vec<String>,
}

impl Account {
    /// The account of these credentials, with the Regions that a person named, or without any name
    /// all that are enabled.
    ///
    /// # Errors
    /// The credentials are missing or not accepted, AWS was not reached, or a person named a Region
    /// that does not exist or is not enabled.
    pub async fn find(config: &SdkConfig, named: &[String]) -> Result<Self, Error> {
        let home = config.region().cloned().unwrap_or_else(|| Region::from_static(FALLBACK));
        let (id, partition, regions) = match named.first() {
            None => ask(config, home).await?,
            Some(region) => match ask(config, Region::new(region.clone())).await {
                // What a person named may be no Region, or one that is not enabled.
                Err(Error::NotAnswered(why)) => {
                    ask(config, home).await.map_err(|_| Error::NotAnswered(why))?
                }
                answered => answered?,
            },
        };
        let regions = selected(named, &regions, &partition)?;
        Ok(Self { id, partition, regions })
    }

    /// One Region of the account.
    pub fn place(&self, region: &str) -> Place {
        let Self { id, partition, .. } = self;
        Place { partition: partition.clone(), account: id.clone(), region: region.to_owned() }
    }
}

/// The account, its partition and its Regions, as they are known in one Region.
async fn ask(config: &SdkConfig, region: Region) -> Result<(String, String, Regions), Error> {
    let config = config.clone().into_builder().region(region).build();
    let (id, partition) = who(&config).await?;
    Ok((id, partition, regions(&config).await?))
}

/// The account and its partition.
async fn who(config: &SdkConfig) -> Result<(String, String), Error> {
    const OPERATION: &str = "GetCallerIdentity";
    let reply = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let identity = reply.map_err(|error| not_answered(OPERATION, &error))?;
    let partition = identity.arn().and_then(|arn| arn.split(':').nth(1));
    match (identity.account(), partition) {
        (Some(id), Some(partition)) => Ok((id.to_owned(), partition.to_owned())),
        _ => Err(Error::NotAnswered(format!(
            "AWS answered {OPERATION}, but did not say whose credentials they are."
        ))),
    }
}

/// Every Region of the partition.
async fn regions(config: &SdkConfig) -> Result<Regions, Error> {
    let client = aws_sdk_ec2::Client::new(config);
    let reply = client.describe_regions().all_regions(true).send().await;
    let reply = reply.map_err(|error| not_answered("DescribeRegions", &error))?;
    let regions = reply.regions.unwrap_or_default().into_iter();
    Ok(regions
        .filter_map(|region| {
            let is_enabled = region.opt_in_status.as_deref() != Some(NOT_OPTED_IN);
            Some((region.region_name?, is_enabled))
        })
        .collect())
}

fn selected(named: &[String], regions: &Regions, partition: &str) -> Result<Vec<String>, Error> {
    for name in named {
        match regions.get(name) {
            Some(true) => {}
            Some(false) => return Err(Error::DisabledRegion(name.clone())),
            None => {
                let partition = partition.to_owned();
                return Err(Error::UnknownRegion { name: name.clone(), partition });
            }
        }
    }
    let is_asked = |name: &String| named.is_empty() || named.contains(name);
    let enabled = regions.iter().filter(|(_, is_enabled)| **is_enabled);
    Ok(enabled.map(|(name, _)| name).filter(|name| is_asked(name)).cloned().collect())
}

/// Why a request that everything depends on has no answer.
fn not_answered<E>(operation: &str, error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let causes =
        iter::successors(error.source(), |error: &&(dyn StdError + 'static)| (*error).source());
    for cause in causes {
        if let Some(credentials) = cause.downcast_ref::<CredentialsError>() {
            return Error::NoCredentials(no_credentials(credentials));
        }
    }
    Error::NotAnswered(Failure::of_request(Failed::ReadFailed, operation, error).detail)
}

/// Why there are no credentials, on one line.
fn no_credentials(error: &CredentialsError) -> String {
    let causes =
        iter::successors(error.source(), |error: &&(dyn StdError + 'static)| (*error).source());
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    let why = match causes.as_slice() {
        [] => error.to_string(),
        [only] if only.starts_with(NOWHERE) => {
            let places = "the environment, the profile, a container or an instance role";
            return format!("neither {places} has any");
        }
        _ => causes.join(": "),
    };
    // A process may have written whole lines.
    let words: Vec<_> = why.split_whitespace().collect();
    visible(words.join(" ").trim_end_matches('.')).into_owned()
}
