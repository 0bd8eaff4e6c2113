//! What an audit adds up to. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use metadata_guardrail::target::Kind;
use serde::Serialize;

/// What an audit adds up to. It counts safe resources too, whether or not they are listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// How many resources stand how, over all kinds but the account defaults.
    pub resources: Counts,
    /// The same for each kind.
    pub by_kind: BTreeMap<Kind, Counts>,
    /// The same as `resources` for each Region.
    pub by_region: BTreeMap<String, Counts>,
    /// How many outcomes had each result, such as `would_enforce`, over all kinds.
    pub by_result: BTreeMap<&'static str, usize>,
    /// Where open instances come from. What can be mended comes first, the largest number of it
    /// first. An instance that has a template and a group counts for both.
    pub by_source: Vec<Source>,
    /// Exceptions that end within 30 days, the next one first.
    pub exceptions_ending: Vec<Ending>,
}

/// How many resources stand how.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Counts {
    /// Version 1 is not allowed.
    pub safe: usize,
    /// Version 1 is allowed, or a person has to find out whether it is.
    pub open: usize,
    /// Version 1 is allowed, and an exception tag says that it may be.
    pub exempt: usize,
    /// It was listed but could not be read.
    pub not_seen: usize,
}

/// A launch template, an Auto Scaling group or the like, from which open instances come.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Source {
    /// The Region.
    pub region: String,
    /// What it is, in words.
    pub source: String,
    /// How many open instances come from it.
    pub open: usize,
}

/// An exception that ends soon.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Ending {
    /// The kind of the exempt resource.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its Region.
    pub region: String,
    /// The last day of the exception, in UTC.
    pub until: NaiveDate,
}

impl Counts {
    /// How many resources there are.
    pub fn total(&self) -> usize {
        self.safe + self.open + self.exempt + self.not_seen
    }

    /// The share that is safe, such as `97.9 %`; `None` if there is nothing. What is not all is
    /// never rounded up to all, nor what is not nothing down to nothing.
    pub fn percent_safe(&self) -> Option<String> {
        let (safe, total) = (self.safe, self.total());
        let tenths = (safe * 1000 + total / 2).checked_div(total)?;
        Some(match tenths {
            _ if safe == 0 => "0 %".to_owned(),
            _ if safe == total => "100 %".to_owned(),
            0 => "<0.1 %".to_owned(),
            1000 => ">99.9 %".to_owned(),
            _ => format!("{}.{} %", tenths / 10, tenths % 10),
        })
    }
}
