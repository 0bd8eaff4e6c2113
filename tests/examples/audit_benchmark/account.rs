//! What the account holds, and the least number of calls that show it.

use std::{collections::BTreeMap, time::Duration};

use stand_in::{StandIn, World};

use crate::support::names::{
    DESCRIBE_INSTANCES, DESCRIBE_TAGS, EXEMPT, GET_DEFAULTS, GET_RUNTIME, LIST_ENDPOINTS,
    LIST_RUNTIMES, LIST_TAGS, METADATA, REQUIRED,
};

/// How many instances and runtimes each Region has: 20,000 and 400 in all.
const REGIONS: [(&str, usize, usize); 17] = [
    ("ap-northeast-1", 800, 40),
    ("ap-northeast-2", 80, 0),
    ("ap-northeast-3", 10, 0),
    ("ap-south-1", 300, 40),
    ("ap-southeast-1", 800, 40),
    ("ap-southeast-2", 500, 40),
    ("ca-central-1", 200, 0),
    ("eu-central-1", 2_000, 40),
    ("eu-north-1", 120, 0),
    ("eu-west-1", 4_000, 40),
    ("eu-west-2", 400, 40),
    ("eu-west-3", 150, 0),
    ("sa-east-1", 100, 0),
    ("us-east-1", 6_000, 40),
    ("us-east-2", 1_500, 40),
    ("us-west-1", 40, 0),
    ("us-west-2", 3_000, 40),
];

/// AWS's buckets in each Region: how many requests at once, and how many a second after that.
const LIMITS: [(&str, u32, f64); 7] = [
    (DESCRIBE_INSTANCES, 100, 20.0),
    (DESCRIBE_TAGS, 100, 20.0),
    (GET_DEFAULTS, 100, 20.0),
    (LIST_RUNTIMES, 5, 5.0),
    (GET_RUNTIME, 50, 50.0),
    (LIST_ENDPOINTS, 5, 5.0),
    (LIST_TAGS, 50, 50.0),
];

/// The configuration of each runtime.
const DOCUMENT: &str = include_str!("runtime.json");

/// AWS has required MMDSv2 of every runtime that was created after 2026-02-15.
const YOUNG: &str = "2026-07-01T08:00:00Z";

/// How old the runtimes of the account are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Runtimes {
    /// Those that allow version 1 are old, and one in ten of the others, which was mended.
    OfAllAges,
    /// All of them are old.
    AllOld,
}

impl Runtimes {
    fn is_old(self, number: usize) -> bool {
        match self {
            Self::OfAllAges => allows_v1(&number) || number % 10 == 1,
            Self::AllOld => true,
        }
    }
}

/// Half of the runtimes that were mended have an endpoint that stayed behind.
fn is_pinned(number: &usize) -> bool {
    number % 20 == 1
}

/// How a resource stands. One in ten is open, and one in a hundred is exempt.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Standing {
    Safe,
    Open,
    Exempt,
}

impl Standing {
    fn of(number: usize) -> Self {
        match number % 100 {
            5 => Self::Exempt,
            number if number.is_multiple_of(10) => Self::Open,
            _ => Self::Safe,
        }
    }
}

fn is_open(number: &usize) -> bool {
    Standing::of(*number) == Standing::Open
}

fn allows_v1(number: &usize) -> bool {
    Standing::of(*number) != Standing::Safe
}

/// How many resources are open.
pub fn open() -> usize {
    let open = |many| (0..many).filter(is_open).count();
    REGIONS
        .into_iter()
        .map(|(_, instances, runtimes)| open(instances) + open(runtimes))
        .sum()
}

/// How many instances allow version 1, the exempt ones among them.
pub fn instances_with_v1() -> usize {
    REGIONS
        .into_iter()
        .map(|(_, instances, _)| (0..instances).filter(allows_v1).count())
        .sum()
}

/// The least calls that show all of it, with runtimes of all ages: full pages, and one call for
/// what AWS shows one by one.
/// Tags are confirmed only where version 1 is allowed.
pub fn least_calls() -> BTreeMap<&'static str, usize> {
    let mut least = BTreeMap::from([("GetCallerIdentity", 1), ("DescribeRegions", 1)]);
    for (_, instances, runtimes) in REGIONS {
        let to_confirm = (0..instances).filter(allows_v1).count();
        let pinned = (0..runtimes).filter(is_pinned).count();
        let old = (0..runtimes).filter(|number| Runtimes::OfAllAges.is_old(*number)).count();
        for (operation, calls) in [
            (DESCRIBE_INSTANCES, instances.div_ceil(1_000).max(1)),
            (DESCRIBE_TAGS, to_confirm.div_ceil(200)),
            (GET_DEFAULTS, 1),
            (LIST_RUNTIMES, runtimes.div_ceil(100).max(1)),
            // What a pinned endpoint is on is another version of its runtime.
            (GET_RUNTIME, runtimes + pinned),
            (LIST_ENDPOINTS, old),
            // Its own tag may exempt it, and its runtime's.
            (LIST_TAGS, (0..runtimes).filter(allows_v1).count() + 2 * pinned),
        ] {
            *least.entry(operation).or_default() += calls;
        }
    }
    least
}

/// Fills every Region.
pub fn fill(aws: &StandIn, ages: Runtimes, latency: Duration) {
    for (region, instances, runtimes) in REGIONS {
        let mut world = aws.region(region);
        world.latency = latency;
        for (operation, bucket, per_second) in LIMITS {
            world.limit(operation, bucket, per_second);
        }
        (0..instances).for_each(|number| add_instance(&mut world, number));
        (0..runtimes).for_each(|number| add_runtime(&mut world, ages, number));
    }
}

fn add_instance(world: &mut World, number: usize) {
    let standing = Standing::of(number);
    let instance = world.add_instance(&format!("i-{number:017x}"));
    instance
        .tag("Name", &format!("service-{}-{number}", number % 40))
        .tag("team", &format!("team-{}", number % 12))
        .tag("environment", "production");
    match standing {
        Standing::Safe => _ = instance.http_tokens("required"),
        Standing::Open => {}
        Standing::Exempt => _ = instance.tag(EXEMPT, "2027-06-30 until the migration"),
    }
    if number.is_multiple_of(4) {
        let template = format!("lt-{:017x}", number % 12);
        instance
            .tag("aws:ec2launchtemplate:id", &template)
            .tag("aws:ec2launchtemplate:version", "3");
    }
    if number.is_multiple_of(8) {
        instance.tag("aws:autoscaling:groupName", &format!("workers-{}", number % 24));
    }
    if number.is_multiple_of(7) {
        instance.state("stopped");
    }
}

fn add_runtime(world: &mut World, ages: Runtimes, number: usize) {
    let standing = Standing::of(number);
    let runtime = world.add_runtime(&format!("agent_{number}-Aa{number:08}"), DOCUMENT);
    match standing {
        Standing::Safe => _ = runtime.publish(&[REQUIRED]),
        Standing::Open => {}
        Standing::Exempt => _ = runtime.set(METADATA, "null").tag(EXEMPT, "legacy agent"),
    }
    if number.is_multiple_of(5) {
        runtime.endpoint("production", runtime.version);
    }
    if is_pinned(&number) {
        runtime.endpoint("before", 1);
    }
    if !ages.is_old(number) {
        runtime.created_at(YOUNG);
    }
}
