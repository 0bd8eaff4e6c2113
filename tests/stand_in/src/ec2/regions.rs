//! The Regions of the account, as EC2 lists them.

use serde::Serialize;

use super::{
    checked_filters, numbered,
    shapes::{self, Items, NAMESPACE, REQUEST_ID},
};
use crate::{account::Account, call::Call, refusal::Refusal};

/// Those that are enabled, or with `AllRegions` all; only those that `RegionName.N` names, if it
/// names any.
pub fn describe_regions(account: &Account, call: &Call) -> Result<String, Refusal> {
    let known = account.regions();
    let named: Vec<&str> = numbered(call, "RegionName.").collect();
    if let Some(unknown) = named.iter().find(|name| !known.contains_key(**name)) {
        let message = format!("Invalid region names specified: {unknown}");
        return Err(Refusal::invalid_parameter_value(message));
    }
    let shows_all = call.parameter("AllRegions") == Some("true");
    let filters = checked_filters(call)?;
    let mut shown = Vec::new();
    for (region, status) in known {
        let is_asked_for = named.is_empty() || named.contains(&region);
        let is_shown = shows_all || !account.disabled_regions.contains(region);
        let item = RegionItem::new(region, status);
        if is_asked_for && is_shown && item.matches(&filters)? {
            shown.push(item);
        }
    }
    Ok(shapes::xml(&DescribeRegionsResponse {
        namespace: NAMESPACE,
        request_id: REQUEST_ID,
        region_info: shown.into_iter().collect(),
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribeRegionsResponse<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    request_id: &'static str,
    region_info: Items<RegionItem<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionItem<'a> {
    region_name: &'a str,
    region_endpoint: String,
    opt_in_status: &'static str,
}

impl<'a> RegionItem<'a> {
    fn new(region_name: &'a str, opt_in_status: &'static str) -> Self {
        let region_endpoint = format!("ec2.{region_name}.amazonaws.com");
        Self { region_name, region_endpoint, opt_in_status }
    }

    fn matches(&self, filters: &[super::Filter]) -> Result<bool, Refusal> {
        for filter in filters {
            let matches = match filter.name.as_str() {
                "region-name" => filter.has(self.region_name),
                "endpoint" => filter.has(&self.region_endpoint),
                "opt-in-status" => filter.has(self.opt_in_status),
                _ => return Err(filter.unknown()),
            };
            if !matches {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
