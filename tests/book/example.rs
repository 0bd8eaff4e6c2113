//! The response that the book shows is the one that the program gives.

use serde_json::Value;

use super::page::Page;
use crate::support::{
    harness::{Scene, sample},
    names::MODIFY_INSTANCE,
    stand_in::Fault,
};

/// The instances as they are at the beginning of the demo.
const DENIED: &str = "i-0a1b2c3d4e5f60011";
const STOPPED: &str = "i-0a1b2c3d4e5f60012";

/// The text with each date in it as `DATE`: a detail may name a day that depends on today.
fn without_dates(text: &str) -> String {
    let form = "dddd-dd-dd";
    let is_date = |text: &str| {
        text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(byte, form)| match form {
                b'd' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    let (mut done, mut rest) = (String::new(), text);
    while let Some(next) = rest.chars().next() {
        let (word, width) = match rest.get(..form.len()) {
            Some(date) if is_date(date) => ("DATE", form.len()),
            _ => (&rest[..next.len_utf8()], next.len_utf8()),
        };
        done += word;
        rest = &rest[width..];
    }
    done
}

/// JSON as text that can be compared.
fn comparable(response: &Value) -> String {
    without_dates(&serde_json::to_string_pretty(response).expect("JSON"))
}

#[tokio::test]
async fn the_book_shows_the_response_that_the_program_gives() {
    let scene = Scene::new().await;
    {
        let mut world = scene.aws.world();
        world.add_instance(DENIED);
        world.fault_for(MODIFY_INSTANCE, DENIED, Fault::AccessDenied, 1);
        world.add_instance(STOPPED).state("stopped");
    }
    let response = scene.failed_response(sample("ec2-instance-started.json")).await;
    let page = Page::read("reference/response.md");
    let shown: Value = serde_json::from_str(page.block("json")).expect("the example is JSON");
    assert_eq!(comparable(&shown), comparable(&response));
}
