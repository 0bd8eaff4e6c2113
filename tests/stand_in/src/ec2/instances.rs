//! Instances as `DescribeInstances` shows them: between 4 and 5 KB for each, about as much as the
//! real EC2's. What the stand-in has no model of is the same for all: it is in `instance.xml`.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::shapes::{NAMESPACE, REQUEST_ID};
use crate::{
    instance::Instance,
    page::Page,
    world::{ACCOUNT, World},
};

/// The XML of one page. Nothing but what differs is made for each instance, because lists are long.
pub fn xml(world: &World, page: Page<&Instance>) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <DescribeInstancesResponse xmlns=\"{NAMESPACE}\">\n\
         <requestId>{REQUEST_ID}</requestId>\n<reservationSet>"
    );
    for instance in page.items {
        xml.push_str(&item(&world.region, instance));
    }
    xml.push_str("</reservationSet>\n");
    if let Some(token) = page.next_token {
        element(&mut xml, "nextToken", &token);
    }
    xml.push_str("</DescribeInstancesResponse>");
    xml
}

fn item(region: &str, instance: &Instance) -> String {
    format!(
        include_str!("instance.xml"),
        account = ACCOUNT,
        region = escape(region),
        id = escape(&instance.id),
        reservation = escape(instance.id.replacen("i-", "r-", 1)),
        interface = escape(instance.id.replacen("i-", "eni-", 1)),
        state_code = state_code(&instance.state),
        state = escape(&instance.state),
        launch_time = escape(&instance.launch_time),
        primary_attached = escape(&instance.primary_interface_attached),
        second_attached = escape(&instance.second_interface_attached),
        tags = tags(instance),
        http_tokens = escape(&instance.http_tokens),
        hop_limit = instance.hop_limit,
        http_endpoint = escape(&instance.http_endpoint),
        http_protocol_ipv6 = escape(&instance.http_protocol_ipv6),
        instance_metadata_tags = escape(&instance.instance_metadata_tags),
        operator = operator(instance),
    )
}

fn state_code(name: &str) -> u8 {
    match name {
        "pending" => 0,
        "running" => 16,
        "shutting-down" => 32,
        "terminated" => 48,
        "stopping" => 64,
        "stopped" => 80,
        // A state EC2 may add one day: clients must cope, so the stand-in must show it.
        _ => 255,
    }
}

fn tags(instance: &Instance) -> String {
    let mut xml = String::new();
    for (key, value) in instance.shown_tags() {
        xml.push_str("<item>");
        element(&mut xml, "key", key);
        element(&mut xml, "value", value);
        xml.push_str("</item>");
    }
    xml
}

fn operator(instance: &Instance) -> String {
    let mut xml = format!("<managed>{}</managed>", instance.operator.is_some());
    if let Some(principal) = &instance.operator {
        element(&mut xml, "principal", principal);
    }
    xml
}

fn element(xml: &mut String, name: &str, text: &str) {
    write!(xml, "<{name}>{}</{name}>", escape(text)).expect("a String takes everything");
}
