//! The guardrail itself: what all its invocations share.

use crate::{
    aws::Clients,
    pacer::{Pacer, WriteRate},
    patience::Pace,
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

/// The guardrail, ready for invocations. In report mode it holds nothing that can write.
pub struct Guardrail {
    pub(crate) settings: Settings,
    pub(crate) instances: Halves<ObserveInstances, EnforceInstances>,
    pub(crate) runtimes: Halves<ObserveRuntimes, EnforceRuntimes>,
    /// `None` if endpoints are not even read.
    pub(crate) endpoints: Option<Halves<ObserveEndpoints, EnforceEndpoints>>,
    /// `None` if the account defaults are not even read.
    pub(crate) defaults: Option<Halves<ObserveDefaults, EnforceDefaults>>,
    pub(crate) pacer: Pacer,
    pub(crate) pace: Pace,
}

impl Guardrail {
    /// A guardrail that works through these clients. It is built once, for all invocations.
    pub fn new(settings: Settings, clients: Clients) -> Self {
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
        let (pacer, pace) = (Pacer::new(WriteRate::default()), Pace::default());
        Self { settings, instances, runtimes, endpoints, defaults, pacer, pace }
    }

    /// The same guardrail with other pauses between two reads of a resource that AWS is still
    /// changing.
    pub fn with_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// The same guardrail with another rate of writes in sweeps.
    pub fn with_write_rate(self, rate: WriteRate) -> Self {
        Self { pacer: Pacer::new(rate), ..self }
    }
}
