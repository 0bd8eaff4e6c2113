//! The response that the book shows is the one that the program gives.

use serde_json::Value;
use stand_in::Fault;

use super::page::Page;
use crate::support::{
    harness::{Scene, sample},
    names::MODIFY_INSTANCE,
};

/// The time of the event in the sample.
const NOW: &str = "2026-11-20T08:15:04Z";
const DENIED: &str = "i-0a1b2c3d4e5f60011";
const STOPPED: &str = "i-0a1b2c3d4e5f60012";

#[tokio::test]
async fn the_book_shows_the_response_that_the_program_gives() {
    let scene = Scene::new().await.at(NOW);
    {
        let mut world = scene.aws.world();
        world.add_instance(DENIED);
        world.fault_for(MODIFY_INSTANCE, DENIED, Fault::AccessDenied, 1);
        world.add_instance(STOPPED).state("stopped");
    }
    let response = scene.failed_response(sample("ec2-instance-started.json")).await;
    let page = Page::read("reference/response.md");
    let shown: Value = serde_json::from_str(page.block("json")).expect("the example is JSON");
    assert_eq!(shown, response);
}
