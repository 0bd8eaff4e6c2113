//! The report that the formats are tried with.

use metadata_guardrail::target::Kind;

use crate::support::sample;

#[test]
fn the_sample_holds_every_standing_and_its_counts_agree() {
    let report = sample::report();
    let listed = report.resources.len();
    assert!(listed > 5, "{listed}");
    for (kind, counts) in &report.summary.by_kind {
        let open = report
            .resources
            .iter()
            .filter(|resource| resource.outcome.kind == *kind && resource.standing.name() == "open")
            .count();
        assert_eq!(open, counts.open, "{kind:?}");
    }
    let of_instances = report.summary.by_kind[&Kind::Ec2Instance].open;
    let from: usize = report.summary.by_source.iter().map(|source| source.open).sum();
    assert_eq!(from, of_instances);
}
