//! What differs between two reads of a runtime.

use metadata_guardrail::resource::agentcore_runtime::document::{Document, S3Endpoint};
use proptest::{prelude::*, sample::Index};

use super::{
    ANOTHER, SETTING, config,
    json::{Json, Step, path, style},
    read, sent, update, whole,
};
use crate::support::names::METADATA;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_different_spelling_of_the_same_json_is_no_difference(configuration in whole(), one in style(), other in style()) {
        let differences = read(&configuration, one).differences(&read(&configuration, other));

        prop_assert_eq!(differences, Vec::<String>::new());
    }

    #[test]
    fn the_setting_that_the_update_makes_is_no_difference(configuration in whole(), style in style()) {
        let document = read(&configuration, style);
        let body = update(&document, S3Endpoint::Keep);
        let after = serde_json::to_vec(&sent(&body)).expect("JSON");
        let after = Document::parse(&after).expect("a JSON object");

        prop_assert_eq!(document.differences(&after), Vec::<String>::new());
        prop_assert_eq!(after.requires_mmdsv2(), Some(true));
    }

    #[test]
    fn a_single_changed_value_is_named_by_its_path_alone(
        mut configuration in whole(),
        which in any::<Index>(),
        one in style(),
        other in style(),
    ) {
        let before = read(&configuration, one);
        let is_ours = |way: &Vec<Step>| ![METADATA.to_owned(), format!("{METADATA}.{SETTING}")].contains(&path(way));
        let ways: Vec<_> = configuration.ways().into_iter().filter(is_ours).collect();
        let way = which.get(&ways);
        *configuration.at(way) = Json::text(ANOTHER);
        let after = read(&configuration, other);

        let expected = vec![path(way)];
        prop_assert_eq!(&before.differences(&after), &expected);
        prop_assert_eq!(&after.differences(&before), &expected);
    }

    #[test]
    fn a_single_lost_member_is_named_by_its_path_unless_it_was_null(
        mut configuration in whole(),
        which in any::<Index>(),
        style in style(),
    ) {
        let before = read(&configuration, style);
        let is_ours = |way: &Vec<Step>| {
            matches!(way.last(), Some(Step::Member(_)))
                && ![METADATA.to_owned(), format!("{METADATA}.{SETTING}")].contains(&path(way))
        };
        let ways: Vec<_> = configuration.ways().into_iter().filter(is_ours).collect();
        let way = which.get(&ways);
        let Some((Step::Member(name), parent)) = way.split_last() else { panic!("it is a member") };
        let Json::Object(members) = configuration.at(parent) else { panic!(
            "members stand in objects") };
        let lost = members.remove(name);
        let after = read(&configuration, style);

        let expected = if lost == Some(Json::null()) { Vec::new() } else { vec![path(way)] };
        prop_assert_eq!(before.differences(&after), expected);
    }
}
