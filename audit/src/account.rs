//! Whose credentials they are, and which Regions there are.

use std::{collections::BTreeMap, error::Error as StdError, iter};

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use metadata_guardrail::{
    aws::NoSuchHost, failure::Failure, obstacle::Obstacle, place::Place, verdict::Failed,
};

use crate::{error::Error, text::visible};

/// The Region that is asked if neither the options nor the profile name one.
const FALLBACK: &str = "us-east-1";
/// How the SDK says that credentials are in none of the places where it looks.
const NOWHERE: &str = "no credentials found in chain";
/// Regions that are enabled in every account, to ask if policies deny the first one.
const OTHERS: [&str; 4] = ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-1"];
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
    /// The Regions to look at, by name, but the profile's own first.
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
        let (id, partition, regions) = ask_somewhere(config, named).await?;
        let mut regions = selected(named, &regions, &partition)?;
        // Most of an account is there as a rule, and it should not be waited for in the end.
        let home = config.region().map(Region::as_ref);
        regions.sort_by_key(|region| home != Some(region.as_str()));
        if regions.is_empty() {
            return Err(nothing_said("DescribeRegions", "which Regions are enabled"));
        }
        Ok(Self { id, partition, regions })
    }

    /// One Region of the account.
    pub fn place(&self, region: &str) -> Place {
        let Self { id, partition, .. } = self;
        Place { partition: partition.clone(), account: id.clone(), region: region.to_owned() }
    }
}

/// What one Region knows: the account, its partition and its Regions.
type Known = (String, String, Regions);

/// Why a Region did not answer, and what kept it from that.
type Silent = (Error, Obstacle);

/// Asks one Region after the other until one answers: those that a person named, which may be none
/// or not enabled, then the profile's own. Policies may deny that one, but hardly all the others.
async fn ask_somewhere(config: &SdkConfig, named: &[String]) -> Result<Known, Error> {
    for name in named {
        match ask(config, Region::new(name.clone())).await {
            Err((Error::NotAnswered(_), _)) => {}
            answered => return answered.map_err(|(error, _)| error),
        }
    }
    let home = config.region().cloned().unwrap_or_else(|| Region::from_static(FALLBACK));
    let (first, obstacle) = match ask(config, home).await {
        Ok(known) => return Ok(known),
        Err(silent) => silent,
    };
    if obstacle == Obstacle::Denied {
        for name in OTHERS {
            if let Ok(known) = ask(config, Region::from_static(name)).await {
                return Ok(known);
            }
        }
    }
    Err(first)
}

async fn ask(config: &SdkConfig, region: Region) -> Result<Known, Silent> {
    let config = config.clone().into_builder().region(region).build();
    let (id, partition) = who(&config).await?;
    Ok((id, partition, regions(&config).await?))
}

/// The account and its partition.
async fn who(config: &SdkConfig) -> Result<(String, String), Silent> {
    const OPERATION: &str = "GetCallerIdentity";
    let config = aws_sdk_sts::config::Builder::from(config).retry_classifier(NoSuchHost).build();
    let reply = aws_sdk_sts::Client::from_conf(config).get_caller_identity().send().await;
    let identity = reply.map_err(|error| not_answered(OPERATION, &error))?;
    let partition = identity.arn().and_then(|arn| arn.split(':').nth(1));
    match (identity.account(), partition) {
        (Some(id), Some(partition)) => Ok((id.to_owned(), partition.to_owned())),
        _ => Err((nothing_said(OPERATION, "whose credentials they are"), Obstacle::Other)),
    }
}

/// Every Region of the partition.
async fn regions(config: &SdkConfig) -> Result<Regions, Silent> {
    const OPERATION: &str = "DescribeRegions";
    let config = aws_sdk_ec2::config::Builder::from(config).retry_classifier(NoSuchHost).build();
    let client = aws_sdk_ec2::Client::from_conf(config);
    let reply = client.describe_regions().all_regions(true).send().await;
    let reply = reply.map_err(|error| not_answered(OPERATION, &error))?;
    let regions = reply.regions.unwrap_or_default().into_iter();
    let regions = regions.map(|region| {
        let is_enabled = region.opt_in_status.as_deref() != Some(NOT_OPTED_IN);
        region.region_name.map(|name| (name, is_enabled))
    });
    let unnamed = || (nothing_said(OPERATION, "how each Region is called"), Obstacle::Other);
    regions.collect::<Option<_>>().ok_or_else(unnamed)
}

/// AWS answered, but left out what everything depends on.
fn nothing_said(operation: &str, what: &str) -> Error {
    Error::NotAnswered(format!("AWS answered {operation}, but did not say {what}."))
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
fn not_answered<E>(operation: &str, error: &SdkError<E>) -> Silent
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let causes =
        iter::successors(error.source(), |error: &&(dyn StdError + 'static)| (*error).source());
    for cause in causes {
        if let Some(credentials) = cause.downcast_ref::<CredentialsError>() {
            return (Error::NoCredentials(no_credentials(credentials)), Obstacle::Other);
        }
    }
    let why = Failure::of_request(Failed::ReadFailed, operation, error).detail;
    (Error::NotAnswered(why), Obstacle::of(error))
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
