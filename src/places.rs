//! How the guardrail gets to a place: its readers and writers there, built when they are first
//! needed and kept. Nothing else behind the door knows about credentials, endpoints and retries.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use aws_config::SdkConfig;
use leaky_bucket::RateLimiter;

use crate::{
    aws::Clients,
    pacer::{self, Pacer, WriteRate},
    place::Place,
    resource::{
        Halves,
        account_defaults::{EnforceDefaults, ObserveDefaults},
        agentcore_runtime::{
            EnforceRuntimes, ObserveRuntimes,
            endpoints::{EnforceEndpoints, ObserveEndpoints},
        },
        ec2_instance::{EnforceInstances, ObserveInstances, ReadUsage},
    },
    settings::{AccountDefaults, Mode, PinnedEndpoints, Settings},
};

/// All places that were needed so far.
pub struct Places {
    config: SdkConfig,
    settings: Settings,
    write_rate: WriteRate,
    known: RefCell<BTreeMap<Place, Rc<Access>>>,
}

impl Places {
    /// Places that are reached with this configuration, which [`aws::config`](crate::aws::config)
    /// reads from the environment. No request is made.
    pub fn new(settings: Settings, config: SdkConfig) -> Self {
        let (write_rate, known) = (WriteRate::default(), RefCell::default());
        Self { config, settings, write_rate, known }
    }

    /// The same places with another rate of writes in sweeps.
    pub fn with_write_rate(self, write_rate: WriteRate) -> Self {
        Self { write_rate, ..self }
    }

    /// The readers and writers of a place, whose account must be that of the configuration's
    /// credentials. They share nothing with those of another one: a place
    /// that is throttled slows down no other.
    pub fn at(&self, place: &Place) -> Rc<Access> {
        let mut known = self.known.borrow_mut();
        let access = known.entry(place.clone()).or_insert_with(|| {
            let clients = Clients::new(&self.config, place);
            Rc::new(Access::new(&self.settings, clients, self.write_rate))
        });
        Rc::clone(access)
    }
}

/// The readers and writers of one place. In report mode there are no writers.
pub struct Access {
    /// Of instances.
    pub instances: Halves<ObserveInstances, EnforceInstances>,
    /// Of runtimes.
    pub runtimes: Halves<ObserveRuntimes, EnforceRuntimes>,
    /// Of the endpoints of runtimes; `None` if endpoints are not even read.
    pub endpoints: Option<Halves<ObserveEndpoints, EnforceEndpoints>>,
    /// Of the account defaults; `None` if they are not even read.
    pub defaults: Option<Halves<ObserveDefaults, EnforceDefaults>>,
    /// Paces the writes to instances.
    pub pacer: Pacer,
    /// Paces the looks of sweeps at runtimes.
    pub looks_at_runtimes: RateLimiter,
    /// Paces the listings of endpoints in sweeps that nobody ends.
    pub listings_of_endpoints: RateLimiter,
}

impl Access {
    fn new(settings: &Settings, clients: Clients, write_rate: WriteRate) -> Self {
        let Clients { ec2, agentcore, cloudwatch } = clients;
        let usage = ReadUsage::over(settings.imdsv1_usage_days, cloudwatch);
        let may_write = settings.mode == Mode::Enforce;
        let repoints = may_write && settings.pinned_endpoints == PinnedEndpoints::Repoint;
        let sets_defaults = may_write && settings.account_defaults == AccountDefaults::Enforce;
        let instances = Halves {
            observe: ObserveInstances::new(ec2.clone(), usage),
            enforce: may_write.then(|| EnforceInstances::new(ec2.clone())),
        };
        let runtimes = Halves {
            enforce: may_write.then(|| EnforceRuntimes::new(agentcore.clone())),
            observe: ObserveRuntimes::new(
                agentcore.clone(),
                settings.runtime_authorizer.clone(),
                settings.mutable_artifacts,
            ),
        };
        let endpoints = (settings.pinned_endpoints != PinnedEndpoints::Off).then(|| Halves {
            observe: ObserveEndpoints::new(agentcore.clone()),
            enforce: repoints.then(|| EnforceEndpoints::new(agentcore)),
        });
        let defaults = (settings.account_defaults != AccountDefaults::Off).then(|| Halves {
            observe: ObserveDefaults::new(ec2.clone()),
            enforce: sets_defaults.then(|| EnforceDefaults::new(ec2)),
        });
        Self {
            instances,
            runtimes,
            endpoints,
            defaults,
            pacer: Pacer::new(write_rate),
            looks_at_runtimes: pacer::looks_at_runtimes(),
            listings_of_endpoints: pacer::listings_of_endpoints(),
        }
    }
}
