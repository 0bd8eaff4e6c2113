//! The exception tag: how an owner says that a resource must keep version 1, and until when.

use std::{fmt, str::FromStr};

use chrono::{Days, NaiveDate};

/// An exception that ends within so many days is reported, so that its owner can act before it does.
const DAYS_OF_NOTICE: Days = Days::new(14);

/// Setting `EXCEPTION_TAG`: `KEY`, or `KEY=VALUE` if only that exact value exempts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExceptionTag {
    key: String,
    value: Option<String>,
}

/// What the tags of a resource say about its exemption.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Exemption {
    /// No exception is claimed.
    None,
    /// An exception was claimed and has ended.
    Expired {
        /// The last day it covered, in UTC.
        until: NaiveDate,
    },
    /// The resource is exempt: read and logged, never written.
    Exempt(Exempt),
}

/// An exception that is in force.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exempt {
    /// The last day it covers, in UTC; `None` if it never expires.
    pub until: Option<NaiveDate>,
    /// The tag's value looks like a date but is not a valid one, so the exception never expires.
    pub malformed: bool,
    /// What the owner wrote after the date, or the whole value if it has no valid date.
    pub reason: String,
}

impl Exempt {
    /// Whether it ends within 14 days after `today`, in UTC.
    pub fn ends_soon(&self, today: NaiveDate) -> bool {
        let notice_ends = today.checked_add_days(DAYS_OF_NOTICE).unwrap_or(NaiveDate::MAX);
        self.until.is_some_and(|until| until <= notice_ends)
    }
}

impl ExceptionTag {
    /// The key of the tag.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The one value that exempts; `None` if any value does, and an end date counts.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// What the tag's value means on the day `today`, in UTC. `value` is `None` if the resource
    /// does not have the tag.
    pub fn exemption(&self, value: Option<&str>, today: NaiveDate) -> Exemption {
        match (value, &self.value) {
            (None, _) => Exemption::None,
            (Some(found), Some(wanted)) if found == wanted => Exemption::without_end(found),
            (Some(_), Some(_)) => Exemption::None,
            (Some(found), None) => Exemption::of_any_value(found.trim_ascii(), today),
        }
    }
}

impl Exemption {
    fn of_any_value(value: &str, today: NaiveDate) -> Self {
        if ["false", "no", "off", "0"].iter().any(|word| value.eq_ignore_ascii_case(word)) {
            return Self::None;
        }
        if !begins_like_a_date(value) {
            return Self::without_end(value);
        }
        match leading_date(value) {
            Some((until, _)) if until < today => Self::Expired { until },
            Some((until, rest)) => Self::Exempt(Exempt {
                until: Some(until),
                malformed: false,
                reason: rest.trim().to_owned(),
            }),
            None => Self::Exempt(Exempt { until: None, malformed: true, reason: value.to_owned() }),
        }
    }

    fn without_end(reason: &str) -> Self {
        Self::Exempt(Exempt { until: None, malformed: false, reason: reason.to_owned() })
    }
}

/// Four digits, a separator and a digit: whoever writes this means a date, whether or not that day
/// exists.
fn begins_like_a_date(value: &str) -> bool {
    let [y1, y2, y3, y4, separator, next, ..] = value.as_bytes() else { return false };
    [y1, y2, y3, y4, next].into_iter().all(u8::is_ascii_digit)
        && matches!(separator, b'-' | b'/' | b'.')
}

/// `YYYY-MM-DD` at the start of the text, and what follows it. `None` if there is no such day.
fn leading_date(value: &str) -> Option<(NaiveDate, &str)> {
    let (date, rest) = value.split_at_checked(10)?;
    let bytes = date.as_bytes();
    let shape = bytes.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let ends = !rest.starts_with(|next: char| next.is_ascii_digit());
    (shape && ends).then_some(())?;
    Some((NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?, rest))
}

impl Default for ExceptionTag {
    fn default() -> Self {
        Self { key: "metadata-guardrail:exempt".to_owned(), value: None }
    }
}

impl FromStr for ExceptionTag {
    type Err = String;

    /// Reads `KEY` or `KEY=VALUE`, within the limits AWS sets for tags.
    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (text, None),
        };
        if value.is_some_and(|value| value.contains('=')) {
            return Err("a VALUE cannot hold another =; write KEY or KEY=VALUE".to_owned());
        }
        if key.trim().is_empty() {
            return Err("it has no key; write KEY or KEY=VALUE".to_owned());
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(
                "keys that begin with aws: belong to AWS and cannot be set by an owner".to_owned()
            );
        }
        if key.chars().count() > 128 || value.is_some_and(|value| value.chars().count() > 256) {
            return Err("a key has at most 128 characters and a value at most 256".to_owned());
        }
        Ok(Self { key: key.to_owned(), value: value.map(str::to_owned) })
    }
}

impl fmt::Display for ExceptionTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(formatter, "{}={value}", self.key),
            None => formatter.write_str(&self.key),
        }
    }
}
