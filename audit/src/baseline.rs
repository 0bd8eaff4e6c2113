//! An earlier report, with which a new one is compared. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::{
    changes::{Changes, Named},
    report::{SCHEMA, Sight},
    standing::Standing,
};

/// What was open in an earlier report, and what it had seen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Baseline {
    account: String,
    open: BTreeMap<String, Named>,
    /// The ARNs of what could not be read.
    unread: BTreeSet<String>,
    /// The Regions and kinds of which everything was listed.
    listed: BTreeSet<(String, String)>,
}

/// Why a text is no baseline for an audit.
#[derive(Debug, thiserror::Error)]
pub enum WrongBaseline {
    /// It is no JSON, or no report.
    #[error(
        "The baseline is not a report of this program in the format json: {0}. Give the file that \
         `--output report.json` wrote; a report in another format, such as ndjson, cannot be \
         compared."
    )]
    NoReport(#[from] serde_json::Error),
    /// It is a report whose form this version does not know.
    #[error(
        "The baseline has the schema {0:?}, but this version reads only {SCHEMA:?}. Make a new \
         baseline: audit again with `--output report.json`."
    )]
    OtherSchema(String),
    /// It is a report of another account.
    #[error(
        "The baseline is a report of the account {theirs:?}, but this is an audit of {ours:?}. \
         Give an earlier report of the same account."
    )]
    OtherAccount {
        /// The account of the baseline.
        theirs: String,
        /// The account that is audited now.
        ours: String,
    },
}

impl Baseline {
    /// Reads a report in the format `json`. Members that it does not know are ignored, because a
    /// later version of the program may have written it.
    ///
    /// # Errors
    /// It is no report, or one whose form is not known.
    pub fn read(text: &str) -> Result<Self, WrongBaseline> {
        // Another schema may have other members, so it is read on its own.
        let Form { schema } = serde_json::from_str(text)?;
        if schema != SCHEMA {
            return Err(WrongBaseline::OtherSchema(schema));
        }
        let Earlier { account, regions, resources } = serde_json::from_str(text)?;
        let listed = regions.into_iter().flat_map(SeenRegion::listed).collect();
        let (mut open, mut unread) = (BTreeMap::new(), BTreeSet::new());
        for Listed { arn, kind, id, region, standing } in resources {
            if standing == Standing::Open.name() {
                open.insert(arn.clone(), Named { arn, kind, id, region });
            } else if standing == Standing::NotSeen.name() {
                unread.insert(arn);
            }
        }
        Ok(Self { account, open, unread, listed })
    }

    /// Whether the resource of this ARN was open.
    pub fn was_open(&self, arn: &str) -> bool {
        self.open.contains_key(arn)
    }

    /// This baseline, if it is of an account.
    ///
    /// # Errors
    /// It is of another one.
    pub fn for_account(self, account: &str) -> Result<Self, WrongBaseline> {
        if self.account == account {
            return Ok(self);
        }
        Err(WrongBaseline::OtherAccount { theirs: self.account, ours: account.to_owned() })
    }

    /// Only those of its resources that are asked for now: nothing can be said about the others.
    pub fn among(mut self, is_asked: impl Fn(&Named) -> bool) -> Self {
        self.open.retain(|_, named| is_asked(named));
        self
    }

    /// What is different now. It takes the resources that are open now, each once, and how any
    /// other one stands now: a report need not list it if it is safe. `None` means that it is gone.
    pub fn compare(
        mut self,
        open_now: impl IntoIterator<Item = Named>,
        standing_now: impl Fn(&Named) -> Option<Standing>,
    ) -> Changes {
        let mut changes = Changes::default();
        for named in open_now {
            match self.open.remove(&named.arn) {
                Some(_) => changes.unchanged += 1,
                None if self.had_seen(&named) => changes.new.push(named),
                None => changes.not_known_then.push(named),
            }
        }
        for named in self.open.into_values() {
            match standing_now(&named) {
                Some(Standing::Safe) => changes.mended.push(named),
                Some(Standing::Open) => changes.unchanged += 1,
                Some(Standing::NotSeen) => changes.not_seen.push(named),
                Some(Standing::Exempt) | None => changes.no_longer_open.push(named),
            }
        }
        changes.new.sort_unstable();
        changes.not_known_then.sort_unstable();
        changes
    }

    /// Whether this resource would have been seen then, if it had been there.
    fn had_seen(&self, named: &Named) -> bool {
        let listing = (named.region.clone(), named.kind.clone());
        self.listed.contains(&listing) && !self.unread.contains(&named.arn)
    }
}

/// The name of a report's form.
#[derive(Deserialize)]
#[serde(expecting = "a report")]
struct Form {
    schema: String,
}

/// What is needed of an earlier report.
#[derive(Deserialize)]
#[serde(expecting = "a report")]
struct Earlier {
    account: String,
    regions: Vec<SeenRegion>,
    resources: Vec<Listed>,
}

/// How far each kind was seen in one of its Regions.
#[derive(Deserialize)]
#[serde(expecting = "a Region")]
struct SeenRegion {
    region: String,
    kinds: BTreeMap<String, String>,
}

impl SeenRegion {
    /// The kinds of which everything was listed.
    fn listed(self) -> impl Iterator<Item = (String, String)> {
        let Self { region, kinds } = self;
        let listed = kinds.into_iter().filter(|(_, sight)| sight != Sight::NotSeen.name());
        listed.map(move |(kind, _)| (region.clone(), kind))
    }
}

/// What is needed of one of its resources. The kind and the standing are texts, so that a later
/// version may have others.
#[derive(Deserialize)]
#[serde(expecting = "a resource")]
struct Listed {
    arn: String,
    kind: String,
    id: String,
    region: String,
    standing: String,
}
