//! The account: its Regions, each a [`World`] of its own, and what all of them share.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Deref, DerefMut},
    sync::MutexGuard,
};

use crate::world::{REGION, World};

/// The Regions that every account has. All others have to be switched on first.
const ENABLED_BY_DEFAULT: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// What all Regions of the account share.
pub struct Account {
    /// Regions that exist and are not enabled in the account. No service takes its credentials
    /// there.
    pub disabled_regions: BTreeSet<String>,
    /// Every service answers that the caller's credentials have expired.
    pub credentials_are_expired: bool,
    worlds: BTreeMap<String, World>,
}

impl Default for Account {
    /// With the home Region alone.
    fn default() -> Self {
        Self {
            disabled_regions: BTreeSet::new(),
            credentials_are_expired: false,
            worlds: BTreeMap::from([(REGION.to_owned(), World::default())]),
        }
    }
}

impl Account {
    /// The world of this Region, which is empty at first.
    pub(super) fn world(&mut self, region: &str) -> &mut World {
        if !self.worlds.contains_key(region) {
            // Time is the same everywhere.
            let clock = self.worlds.get(REGION).map(|home| home.clock).unwrap_or_default();
            self.worlds.insert(region.to_owned(), World::of_region(region, clock));
        }
        self.worlds.get_mut(region).expect("just added")
    }

    /// The Region that a request signed for this one belongs to: the home Region if there is no
    /// such Region here.
    pub(super) fn addressed<'a>(&self, signed_for: Option<&'a str>) -> &'a str {
        let is_known = |region: &&str| {
            self.worlds.contains_key(*region) || self.disabled_regions.contains(*region)
        };
        signed_for.filter(is_known).unwrap_or(REGION)
    }

    /// Every Region of the account and its `OptInStatus`, in order.
    pub(super) fn regions(&self) -> BTreeMap<&str, &'static str> {
        let known = self.worlds.keys().chain(&self.disabled_regions);
        known.map(|region| (region.as_str(), self.opt_in_status(region))).collect()
    }

    fn opt_in_status(&self, region: &str) -> &'static str {
        if self.disabled_regions.contains(region) {
            "not-opted-in"
        } else if ENABLED_BY_DEFAULT.contains(&region) {
            "opt-in-not-required"
        } else {
            "opted-in"
        }
    }
}

/// The world of one Region, locked together with its account.
pub struct WorldGuard<'a> {
    account: MutexGuard<'a, Account>,
    region: String,
}

impl<'a> WorldGuard<'a> {
    pub(super) fn new(mut account: MutexGuard<'a, Account>, region: &str) -> Self {
        account.world(region);
        Self { account, region: region.to_owned() }
    }
}

impl Deref for WorldGuard<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        self.account.worlds.get(&self.region).expect("no Region is ever taken away")
    }
}

impl DerefMut for WorldGuard<'_> {
    fn deref_mut(&mut self) -> &mut World {
        self.account.world(&self.region)
    }
}
