//! The controls of benchmarks that an audit checks. Pure.

use metadata_guardrail::target::Kind;
use serde::Serialize;

/// A control of one version of a benchmark.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Control {
    /// The benchmark, such as `CIS AWS Foundations Benchmark`.
    pub benchmark: &'static str,
    /// Its version. A control moves from one version to the next.
    pub version: &'static str,
    /// The control's own name in this version.
    pub control: &'static str,
}

/// What Security Hub's control EC2.8 maps to ([EC2 controls], [CIS]).
///
/// [EC2 controls]: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
/// [CIS]: https://docs.aws.amazon.com/securityhub/latest/userguide/cis-aws-foundations-benchmark.html
const INSTANCES: &[Control] = &[
    of("AWS Foundational Security Best Practices", "1.0.0", "EC2.8"),
    of("CIS AWS Foundations Benchmark", "3.0.0", "5.6"),
    of("CIS AWS Foundations Benchmark", "5.0.0", "5.7"),
    of("CIS AWS Foundations Benchmark", "6.0.0", "6.7"),
    of("CIS AWS Foundations Benchmark", "7.0.0", "6.7"),
    of("NIST SP 800-53", "Revision 5", "AC-3"),
    of("NIST SP 800-53", "Revision 5", "AC-3(7)"),
    of("NIST SP 800-53", "Revision 5", "AC-3(15)"),
    of("NIST SP 800-53", "Revision 5", "AC-6"),
    of("PCI DSS", "4.0.1", "2.2.6"),
];

/// The controls that resources of a kind are checked for. No benchmark has one for runtimes or for
/// the account defaults yet.
pub fn of_kind(kind: Kind) -> &'static [Control] {
    match kind {
        Kind::Ec2Instance => INSTANCES,
        Kind::AgentcoreRuntime | Kind::AccountDefaults => &[],
    }
}

const fn of(benchmark: &'static str, version: &'static str, control: &'static str) -> Control {
    Control { benchmark, version, control }
}
