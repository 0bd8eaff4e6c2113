//! The EC2 façade: form parameters in, XML out.

mod instances;
mod power;
mod regions;
mod shapes;
mod tags;

use self::shapes::{
    DescribeTagsResponse, GetInstanceMetadataDefaultsResponse,
    ModifyInstanceMetadataDefaultsResponse, ModifyInstanceMetadataOptionsResponse, Tag,
};
use crate::{
    account_defaults::DefaultsChange,
    call::{self, Call},
    instance::{Instance, MetadataChange},
    page::Page,
    refusal::Refusal,
    world::World,
};

pub(super) use self::{
    regions::describe_regions,
    shapes::{REQUEST_ID, error},
};

/// What a request body asks for.
pub(super) fn call(body: String) -> Call {
    let parameters = call::parameters(&body);
    let mut call = Call { body, parameters, ..Call::default() };
    call.operation = call.parameter("Action").unwrap_or_default().to_owned();
    call.resource = named_instance(&call);
    call
}

/// The one instance the call names, as a parameter or as the only value of a filter.
fn named_instance(call: &Call) -> Option<String> {
    let mut named: Vec<String> = numbered(call, "InstanceId.").map(str::to_owned).collect();
    named.extend(call.parameter("InstanceId").map(str::to_owned));
    for filter in filters(call) {
        if ["instance-id", "resource-id"].contains(&filter.name.as_str()) {
            named.extend(filter.values);
        }
    }
    match named.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// Carries the call out and gives the XML of the answer.
pub(super) fn answer(world: &mut World, call: &Call) -> Result<String, Refusal> {
    match call.operation.as_str() {
        "CreateTags" => tags::create_tags(world, call),
        "DeleteTags" => tags::delete_tags(world, call),
        "DescribeInstances" => describe_instances(world, call),
        "DescribeTags" => describe_tags(world, call),
        "GetInstanceMetadataDefaults" => {
            Ok(shapes::xml(&GetInstanceMetadataDefaultsResponse::new(&world.account_defaults)))
        }
        "ModifyInstanceMetadataDefaults" => modify_instance_metadata_defaults(world, call),
        "ModifyInstanceMetadataOptions" => modify_instance_metadata_options(world, call),
        "StartInstances" => power::switch(world, call, "running"),
        "StopInstances" => power::switch(world, call, "stopped"),
        other => Err(Refusal::new(
            400,
            "InvalidAction",
            format!("The action {other} is not valid for this web service."),
        )),
    }
}

fn describe_instances(world: &World, call: &Call) -> Result<String, Refusal> {
    let ids: Vec<&str> = numbered(call, "InstanceId.").collect();
    if !ids.is_empty() && call.parameter("MaxResults").is_some() {
        return Err(Refusal::new(
            400,
            "InvalidParameterCombination",
            "The parameter instancesSet cannot be used with the parameter maxResults",
        ));
    }
    let includes_managed = call.parameter("IncludeManagedResources");
    if includes_managed.is_some() && !world.managed_are_hidden {
        let message = "The parameter IncludeManagedResources is not recognized";
        return Err(Refusal::new(400, "UnknownParameter", message));
    }
    world.check_instances_exist(&ids)?;
    let filters = checked_filters(call)?;
    let mut found = Vec::new();
    for instance in world.instances.values() {
        // What another service manages is shown to who asks for its id, or for all that is managed.
        let is_hidden = world.managed_are_hidden
            && instance.operator.is_some()
            && includes_managed != Some("true");
        let asked_for =
            if ids.is_empty() { !is_hidden } else { ids.contains(&instance.id.as_str()) };
        if asked_for && instance_matches(instance, &filters)? {
            found.push((instance.id.as_str(), instance));
        }
    }
    let page = if ids.is_empty() { one_page(world, call, found)? } else { Page::whole(found) };
    Ok(instances::xml(world, page))
}

fn instance_matches(instance: &Instance, filters: &[Filter]) -> Result<bool, Refusal> {
    for filter in filters {
        let matches = match filter.name.as_str() {
            "instance-id" => filter.has(&instance.id),
            "instance-state-name" => filter.has(&instance.state),
            "metadata-options.http-tokens" => filter.has(&instance.http_tokens),
            "metadata-options.http-endpoint" => filter.has(&instance.http_endpoint),
            "operator.managed" => filter.has(&instance.operator.is_some().to_string()),
            "tag-key" => instance.shown_tags().any(|(key, _)| filter.has(key)),
            _ => return Err(filter.unknown()),
        };
        if !matches {
            return Ok(false);
        }
    }
    Ok(true)
}

fn describe_tags(world: &World, call: &Call) -> Result<String, Refusal> {
    let filters = checked_filters(call)?;
    let mut found = Vec::new();
    for instance in world.instances.values() {
        for (key, value) in &instance.tags {
            let tag = Tag::new(&instance.id, key, value);
            if tag_matches(&tag, &filters)? {
                found.push((format!("{}/{key}", instance.id), tag));
            }
        }
    }
    let page = one_page(world, call, found)?;
    Ok(shapes::xml(&DescribeTagsResponse::new(page)))
}

fn tag_matches(tag: &Tag, filters: &[Filter]) -> Result<bool, Refusal> {
    for filter in filters {
        let matches = match filter.name.as_str() {
            "resource-id" => filter.has(tag.resource_id),
            "resource-type" => filter.has(tag.resource_type),
            "key" => filter.has(tag.key),
            "value" => filter.has(tag.value),
            _ => return Err(filter.unknown()),
        };
        if !matches {
            return Ok(false);
        }
    }
    Ok(true)
}

fn modify_instance_metadata_options(world: &mut World, call: &Call) -> Result<String, Refusal> {
    let Some(id) = call.parameter("InstanceId") else {
        let message = "The request must contain the parameter InstanceId";
        return Err(Refusal::new(400, "MissingParameter", message));
    };
    let text = |name| call.parameter(name).map(str::to_owned);
    let change = MetadataChange {
        http_tokens: text("HttpTokens"),
        http_endpoint: text("HttpEndpoint"),
        hop_limit: number(call, "HttpPutResponseHopLimit")?,
        http_protocol_ipv6: text("HttpProtocolIpv6"),
        instance_metadata_tags: text("InstanceMetadataTags"),
    };
    let dry_run = call.parameter("DryRun") == Some("true");
    let asked_for = world.modify_metadata_options(id, &change, dry_run)?;
    let response = ModifyInstanceMetadataOptionsResponse::new(&asked_for);
    Ok(shapes::xml(&response))
}

fn modify_instance_metadata_defaults(world: &mut World, call: &Call) -> Result<String, Refusal> {
    let text = |name| call.parameter(name).map(str::to_owned);
    let change = DefaultsChange {
        http_tokens: text("HttpTokens"),
        http_tokens_enforced: text("HttpTokensEnforced"),
        http_endpoint: text("HttpEndpoint"),
        hop_limit: number(call, "HttpPutResponseHopLimit")?,
        instance_metadata_tags: text("InstanceMetadataTags"),
    };
    world.modify_account_defaults(&change, call.parameter("DryRun") == Some("true"))?;
    Ok(shapes::xml(&ModifyInstanceMetadataDefaultsResponse::new()))
}

/// One filter of a Describe call. Its values are matched exactly: there are no wildcards.
struct Filter {
    name: String,
    values: Vec<String>,
}

impl Filter {
    fn has(&self, value: &str) -> bool {
        self.values.iter().any(|wanted| wanted == value)
    }

    fn unknown(&self) -> Refusal {
        Refusal::invalid_parameter_value(format!("The filter '{}' is invalid", self.name))
    }
}

fn filters(call: &Call) -> Vec<Filter> {
    let names = call.parameters.iter().filter_map(|(key, name)| {
        let number = key.strip_prefix("Filter.")?.strip_suffix(".Name")?;
        Some((format!("Filter.{number}.Value."), name.clone()))
    });
    names
        .map(|(prefix, name)| Filter {
            name,
            values: numbered(call, &prefix).map(str::to_owned).collect(),
        })
        .collect()
}

fn checked_filters(call: &Call) -> Result<Vec<Filter>, Refusal> {
    let filters = filters(call);
    if filters.iter().any(|filter| filter.values.len() > 200) {
        let message = "The maximum number of filter values specified on a single call is 200";
        return Err(Refusal::new(400, "FilterLimitExceeded", message));
    }
    Ok(filters)
}

/// The values of `prefix1`, `prefix2` and so on.
fn numbered<'a>(call: &'a Call, prefix: &str) -> impl Iterator<Item = &'a str> {
    let parameters = call.parameters.iter();
    parameters.filter_map(move |(key, value)| {
        let number = key.strip_prefix(prefix)?;
        number.parse::<u32>().is_ok().then_some(value.as_str())
    })
}

fn number<T: std::str::FromStr>(call: &Call, name: &str) -> Result<Option<T>, Refusal> {
    let Some(value) = call.parameter(name) else {
        return Ok(None);
    };
    let invalid = |_| {
        Refusal::invalid_parameter_value(format!(
            "Invalid value '{value}' for {name}: not a number"
        ))
    };
    value.parse().map(Some).map_err(invalid)
}

fn one_page<K: AsRef<str>, T>(
    world: &World,
    call: &Call,
    found: Vec<(K, T)>,
) -> Result<Page<T>, Refusal> {
    let size = match number(call, "MaxResults")? {
        Some(size) if (5..=1000).contains(&size) => size,
        Some(size) => {
            return Err(Refusal::invalid_parameter_value(format!(
                "Value ( {size} ) for parameter maxResults is invalid. Expecting 5 to 1000."
            )));
        }
        None => usize::MAX,
    };
    world.page(call, found, call.parameter("NextToken"), size).ok_or_else(|| {
        Refusal::invalid_parameter_value("Invalid value for nextToken: the token is not valid")
    })
}
