//! What the response and the log say about a sweep.

use serde_json::json;

use crate::support::{
    harness::{Scene, by_id, due},
    names::{INSTANCE, NEIGHBOUR},
};

#[tokio::test]
async fn outcomes_and_summary_name_what_launched_the_instances() {
    let scene = Scene::new().await;
    {
        let mut world = scene.aws.world();
        for (number, template) in [(1, "lt-0aaa"), (2, "lt-0aaa"), (3, "lt-0bbb")] {
            let instance = world.add_instance(&format!("i-{number:017x}"));
            instance
                .tag("aws:ec2launchtemplate:id", template)
                .tag("aws:ec2launchtemplate:version", "7");
            instance.tag("aws:autoscaling:groupName", "web");
        }
        world.add_instance(INSTANCE);
        world
            .add_instance(NEIGHBOUR)
            .tag("aws:autoscaling:groupName", "web")
            .http_tokens("required");
    }

    let response = scene.invoke(due()).await.expect("success");

    let launched = by_id(&response)[&format!("i-{:017x}", 3)]["launched_by"].clone();
    assert_eq!(
        launched,
        json!({"launch_template": {"id": "lt-0bbb", "version": "7"}, "auto_scaling_group": "web"})
    );
    assert_eq!(by_id(&response)[INSTANCE].get("launched_by"), None);
    assert_eq!(
        response["launched_by"],
        json!({
            "launch_templates": [
                {"id": "lt-0aaa", "version": "7", "instances": 2}, {"id": "lt-0bbb", "version": "7", "instances": 1}
            ],
            "auto_scaling_groups": [{"name": "web", "instances": 3}]
        })
    );
}

#[tokio::test]
async fn the_summary_names_the_largest_sources_and_counts_the_others() {
    let scene = Scene::new().await;
    for number in 0..60 {
        let mut world = scene.aws.world();
        let instance = world.add_instance(&format!("i-{number:017x}"));
        instance
            .tag("aws:ec2launchtemplate:id", "lt-0aaa")
            .tag("aws:ec2launchtemplate:version", "7");
        instance.tag("aws:autoscaling:groupName", &format!("group-{number}"));
    }

    let response = scene.invoke(due()).await.expect("success");

    let launched_by = &response["launched_by"];
    assert_eq!(
        launched_by["launch_templates"],
        json!([{"id": "lt-0aaa", "version": "7", "instances": 60}])
    );
    assert_eq!(launched_by["auto_scaling_groups"].as_array().map(Vec::len), Some(50));
    assert_eq!(launched_by["truncated"], 10);
}

#[tokio::test]
async fn the_log_has_every_outcome_of_a_sweep_and_its_end() {
    let scene = Scene::new().await;
    for number in 0..300 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }

    let response = scene.invoke(due()).await.expect("success");

    assert!(response["truncated"].as_u64().is_some_and(|truncated| truncated > 0), "{response}");
    let lines = scene.results_logged();
    assert_eq!(lines.iter().filter(|line| line["result"] == "enforced").count(), 300);
    assert_eq!(lines.last().expect("a last line")["complete"], true);
}
