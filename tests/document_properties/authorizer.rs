//! The authorizer that is set, and the one that is there already.

use metadata_guardrail::{resource::agentcore_runtime::document::S3Endpoint, settings::Authorizer};
use proptest::{
    collection::btree_map,
    prelude::*,
    sample::{Index, select},
};

use super::{
    ANOTHER, CUSTOM_JWT, bytes, config, configuration,
    json::{Json, Members, Step, Style, path, style, text, value},
    raw_members, read, sent, update, written,
};
use crate::support::names::{AUTHORIZER, METADATA};

/// A `customJWTAuthorizer` with members nobody knows.
fn authorizer() -> impl Strategy<Value = Members> {
    btree_map(text(), value(), 0..4).prop_map(|mut members| {
        let url = "https://login.example.org/.well-known/openid-configuration";
        members.insert("discoveryUrl".to_owned(), Json::text(url));
        members.insert("allowedAudience".to_owned(), Json::List(vec![Json::text("claims")]));
        members
    })
}

/// Every way to have no authorizer.
fn no_authorizer() -> impl Strategy<Value = Option<Json>> {
    select(vec![None, Some(Json::null()), Some(Json::object([]))])
}

/// Every way to have one, in whatever shape.
fn some_authorizer() -> impl Strategy<Value = Json> {
    let custom = value().prop_map(|inner| Json::object([(CUSTOM_JWT, inner)]));
    prop_oneof![value(), custom]
        .prop_filter("that is none", |json| ![Json::null(), Json::object([])].contains(json))
}

fn parsed(authorizer: &Members, style: Style) -> Authorizer {
    Json::Object(authorizer.clone())
        .written(style)
        .parse()
        .expect("a valid authorizer")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_new_authorizer_is_added_and_every_other_byte_stays(
        mut configuration in configuration(),
        nothing in no_authorizer(),
        authorizer in authorizer(),
        style in style(),
        its_style in style(),
    ) {
        let everything_else = written(&configuration, style);
        configuration.extend(nothing.map(|nothing| (AUTHORIZER.to_owned(), nothing)));
        let document = read(&Json::Object(configuration), style);

        let with = document.with_authorizer(&parsed(&authorizer, its_style));

        let mut sent = sent(&update(&with, S3Endpoint::Keep));
        let mut outer = raw_members(sent.remove(AUTHORIZER).expect("it is sent").get());
        let inner = raw_members(outer.remove(CUSTOM_JWT).expect("it is sent").get());
        prop_assert!(outer.is_empty());
        prop_assert_eq!(bytes(&inner), written(&authorizer, its_style));
        sent.remove(METADATA);
        prop_assert_eq!(bytes(&sent), everything_else);
    }

    #[test]
    fn an_existing_authorizer_of_any_shape_is_sent_back_unchanged(
        mut configuration in configuration(),
        existing in some_authorizer(),
        authorizer in authorizer(),
        style in style(),
    ) {
        configuration.insert(AUTHORIZER.to_owned(), existing.clone());
        let document = read(&Json::Object(configuration), style);

        prop_assert!(!document.lacks_authorizer());
        let document = document.with_authorizer(&parsed(&authorizer, style));
        prop_assert!(!document.gets_authorizer());
        let sent = sent(&update(&document, S3Endpoint::Keep));
        prop_assert_eq!(sent[AUTHORIZER].get(), existing.written(style));
    }

    #[test]
    fn an_empty_authorizer_is_left_out_and_everything_else_is_sent(
        mut configuration in configuration(),
        style in style(),
    ) {
        let everything_else = written(&configuration, style);
        configuration.insert(AUTHORIZER.to_owned(), Json::object([]));

        let mut sent = sent(&update(&read(&Json::Object(configuration), style), S3Endpoint::Keep));

        sent.remove(METADATA);
        prop_assert_eq!(bytes(&sent), everything_else);
    }

    #[test]
    fn an_authorizer_that_was_set_is_no_difference_but_a_changed_one_is(
        mut configuration in configuration(),
        authorizer in authorizer(),
        which in any::<Index>(),
        one in style(),
        other in style(),
    ) {
        configuration.remove(AUTHORIZER);
        let with = read(&Json::Object(configuration.clone()), one).with_authorizer(&parsed(&authorizer, one));
        prop_assert!(with.gets_authorizer());
        prop_assert_eq!(with.differences(&with), [AUTHORIZER], "as it was read it has none");
        configuration.insert(AUTHORIZER.to_owned(), Json::object([(CUSTOM_JWT, Json::Object(authorizer))]));
        let mut configuration = Json::Object(configuration);
        prop_assert_eq!(with.differences(&read(&configuration, other)), Vec::<String>::new());

        let to = [Step::Member(AUTHORIZER.to_owned()), Step::Member(CUSTOM_JWT.to_owned())];
        let inside = configuration.at(&to).ways();
        let way = [to.to_vec(), which.get(&inside).clone()].concat();
        *configuration.at(&way) = Json::text(ANOTHER);
        prop_assert_eq!(with.differences(&read(&configuration, other)), vec![path(&way)]);
    }

    #[test]
    fn no_authorizer_makes_the_parser_panic(text in text(), members in value()) {
        for json in [text, members.written(Style::COMPACT)] {
            let _ = json.parse::<Authorizer>();
        }
    }
}
