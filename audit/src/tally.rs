//! What an audit has found so far, while it goes on. Pure.

mod missed;

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{Days, NaiveDate};
use metadata_guardrail::{
    failure::Unlisted,
    obstacle::Obstacle,
    offered,
    outcome::{Finding, Outcome, State},
    sweep::Unfinished,
    target::Kind,
};

use self::missed::Missed;
use crate::{
    baseline::Baseline,
    changes::Named,
    remedy::{self, Hand},
    report::{NO_PREFERENCE, NotSeen, Region, Resource, Sight},
    source::{self, Source},
    standing::Standing,
    summary::{self, Counts, Ending, Summary},
};

/// Exceptions that end within so many days are named.
const DAYS_OF_NOTICE: Days = Days::new(30);

/// Nothing ends an audit from outside, so this should never be said.
const OUT_OF_TIME: &str = "Time ran out before everything was listed. Audit again.";

/// What is said if AgentCore cannot be found where it should be.
const NOT_FOUND: &str = "The host name of AgentCore in this Region could not be looked up, \
                             although AWS documents AgentCore there. Check the name resolution, \
                             the proxy or the firewall between here and AWS, and audit again.";

/// How an audit judges and what it keeps.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// What the commands that mend by hand depend on.
    pub hand: Hand<'a>,
    /// Exceptions are judged as on this day.
    pub as_of: NaiveDate,
    /// Whether safe resources are listed too.
    pub all: bool,
    /// The earlier report, if there is one.
    pub baseline: Option<&'a Baseline>,
}

/// What an audit has found so far.
#[derive(Debug)]
pub struct Tally<'a> {
    terms: Terms<'a>,
    summary: Summary,
    sources: BTreeMap<(String, Source), usize>,
    regions: BTreeMap<String, Region>,
    missed: Vec<Missed>,
    resources: Vec<Resource>,
    /// What is open, if it is compared with an earlier report.
    open: Vec<Named>,
    /// How what the earlier report names as open stands now, by its ARN.
    then_open: BTreeMap<String, Standing>,
}

/// What a tally adds up to.
#[derive(Debug)]
pub struct Found {
    /// The numbers.
    pub summary: Summary,
    /// The Regions, by name.
    pub regions: Vec<Region>,
    /// What could not be listed.
    pub not_seen: Vec<NotSeen>,
    /// The resources that are listed.
    pub resources: Vec<Resource>,
    /// What is open, if it is compared with an earlier report.
    pub open: Vec<Named>,
    /// How what the earlier report names as open stands now, by its ARN.
    pub then_open: BTreeMap<String, Standing>,
}

impl<'a> Tally<'a> {
    /// Nothing has been found yet.
    pub fn new(terms: Terms<'a>) -> Self {
        Self {
            terms,
            summary: Summary::default(),
            sources: BTreeMap::new(),
            regions: BTreeMap::new(),
            missed: Vec::new(),
            resources: Vec::new(),
            open: Vec::new(),
            then_open: BTreeMap::new(),
        }
    }

    /// Adds the outcome of one resource.
    pub fn add(&mut self, outcome: Outcome) {
        let Some(standing) = Standing::of(&outcome) else { return };
        if outcome.kind == Kind::AccountDefaults {
            // There is one set of them in a Region and no listing, so a failure to read it is a
            // failure to list it.
            if let (Standing::NotSeen, obstacle) = (standing, outcome.obstacle) {
                let obstacle = obstacle.unwrap_or(Obstacle::Other);
                return self.miss(&outcome.place.region, outcome.kind, obstacle, outcome.detail);
            }
            let default = account_default(&outcome);
            self.region(&outcome.place.region).account_default = default;
        }
        self.count(&outcome, standing);
        self.compare(&outcome, standing);
        if self.is_listed(&outcome, standing) {
            let remedy = remedy::of(&outcome, self.terms.hand);
            self.resources.push(Resource { outcome, standing, source: None, remedy });
        }
    }

    /// How many resources were seen so far, the account defaults of Regions among them.
    pub fn seen(&self) -> usize {
        self.summary.by_kind.values().map(Counts::total).sum()
    }

    /// Adds what was not finished in a Region, kind by kind.
    pub fn ended(&mut self, region: &str, unfinished: Vec<(Kind, Unfinished)>) {
        for (kind, unfinished) in unfinished {
            let sights = &mut self.region(region).kinds;
            sights.entry(kind).or_insert(Sight::Seen);
            if unfinished.out_of_time {
                self.miss(region, kind, Obstacle::Other, OUT_OF_TIME.to_owned());
            }
            for why in unfinished.not_listed {
                match why {
                    Unlisted::NotOffered(_)
                        if kind == Kind::AgentcoreRuntime && offered::is_documented(region) =>
                    {
                        let detail = NOT_FOUND.to_owned();
                        self.miss(region, kind, Obstacle::NotReached, detail);
                    }
                    Unlisted::NotOffered(_) => {
                        self.region(region).kinds.insert(kind, Sight::NotOffered);
                    }
                    Unlisted::Failed(failure) => {
                        let obstacle = failure.obstacle.unwrap_or(Obstacle::Other);
                        self.miss(region, kind, obstacle, failure.detail);
                    }
                }
            }
        }
    }

    /// What everything adds up to.
    pub fn found(mut self) -> Found {
        let not_seen = missed::together(std::mem::take(&mut self.missed), &self.regions);
        self.summary.by_source = self.by_source();
        self.summary.exceptions_ending.sort_by(|one, other| {
            (one.until, &one.region, &one.id).cmp(&(other.until, &other.region, &other.id))
        });
        let Self { summary, regions, mut resources, open, then_open, .. } = self;
        for resource in &mut resources {
            let default = account_default_of(&regions, &resource.outcome.place.region);
            resource.source = source::words(&resource.outcome, default.as_deref());
        }
        resources.sort_by(|one, other| order(one).cmp(&order(other)));
        let regions = regions.into_values().collect();
        Found { summary, regions, not_seen, resources, open, then_open }
    }

    fn region(&mut self, name: &str) -> &mut Region {
        self.regions.entry(name.to_owned()).or_insert_with(|| Region {
            region: name.to_owned(),
            kinds: BTreeMap::new(),
            account_default: None,
        })
    }

    fn miss(&mut self, region: &str, kind: Kind, obstacle: Obstacle, detail: String) {
        self.region(region).kinds.insert(kind, Sight::NotSeen);
        self.missed.push(Missed { region: region.to_owned(), kind, obstacle, detail });
    }

    fn count(&mut self, outcome: &Outcome, standing: Standing) {
        let Outcome { kind, verdict, place, .. } = outcome;
        *self.summary.by_result.entry(verdict.result()).or_default() += 1;
        self.summary.by_kind.entry(*kind).or_default().add(standing);
        if *kind != Kind::AccountDefaults {
            self.summary.resources.add(standing);
            self.summary.by_region.entry(place.region.clone()).or_default().add(standing);
        }
        if standing == Standing::Open {
            for source in Source::all_of(outcome) {
                *self.sources.entry((place.region.clone(), source)).or_default() += 1;
            }
        }
        let until = outcome.exempt_until.filter(|until| self.ends_soon(*until));
        self.summary.exceptions_ending.extend(until.map(|until| Ending {
            kind: *kind,
            id: outcome.id.clone(),
            region: place.region.clone(),
            until,
        }));
    }

    fn ends_soon(&self, until: NaiveDate) -> bool {
        let notice_ends = self.terms.as_of.checked_add_days(DAYS_OF_NOTICE);
        until <= notice_ends.unwrap_or(NaiveDate::MAX)
    }

    fn compare(&mut self, outcome: &Outcome, standing: Standing) {
        let Some(baseline) = self.terms.baseline else { return };
        let Outcome { kind, id, place, arn, .. } = outcome;
        if standing == Standing::Open {
            self.open.push(Named::new(*kind, id, &place.region, arn));
        }
        if baseline.was_open(arn) {
            self.then_open.insert(arn.clone(), standing);
        }
    }

    /// Safe resources are many. They are listed only if that was asked for, or if an endpoint of
    /// one cannot be invoked.
    fn is_listed(&self, outcome: &Outcome, standing: Standing) -> bool {
        self.terms.all
            || standing != Standing::Safe
            || outcome.findings.contains(&Finding::PinnedEndpoint)
    }

    /// What can be mended at the source comes first.
    fn by_source(&mut self) -> Vec<summary::Source> {
        let sources = std::mem::take(&mut self.sources).into_iter();
        let mut sources: Vec<_> = sources.collect();
        sources.sort_by_key(|((_, source), open)| (*source == Source::Launch, Reverse(*open)));
        let words = |((region, source), open): ((String, Source), usize)| {
            let default = account_default_of(&self.regions, &region);
            summary::Source { source: source.words(default.as_deref()), region, open }
        };
        sources.into_iter().map(words).collect()
    }
}

impl Counts {
    fn add(&mut self, standing: Standing) {
        match standing {
            Standing::NotSeen => self.not_seen += 1,
            Standing::Open => self.open += 1,
            Standing::Exempt => self.exempt += 1,
            Standing::Safe => self.safe += 1,
        }
    }
}

/// The order of resources in a report: what a person has to look at comes first.
fn order(resource: &Resource) -> (Standing, u8, Kind, &str, &str) {
    let Outcome { verdict, kind, place, id, .. } = &resource.outcome;
    (resource.standing, verdict.rank(), *kind, &place.region, id)
}

fn account_default(outcome: &Outcome) -> Option<String> {
    let Some(State::AccountDefaults { http_tokens, .. }) = &outcome.before else { return None };
    Some(http_tokens.clone().unwrap_or_else(|| NO_PREFERENCE.to_owned()))
}

fn account_default_of(regions: &BTreeMap<String, Region>, name: &str) -> Option<String> {
    regions.get(name)?.account_default.clone()
}
