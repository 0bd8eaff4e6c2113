//! The façade of CloudFormation, IAM and STS: forms in, XML out, and all on EC2's path.

use serde::Serialize;

use crate::{
    call::{self, Call},
    ec2::REQUEST_ID,
    refusal::Refusal,
    world::{ACCOUNT, World},
};

pub(super) const SERVICES: [&str; 3] = ["cloudformation", "iam", "sts"];

/// What a request body asks for. Its resource is the stack or the role.
pub(super) fn call(body: String) -> Call {
    let parameters = call::parameters(&body);
    let mut call = Call { body, parameters, ..Call::default() };
    call.operation = call.parameter("Action").unwrap_or_default().to_owned();
    call.resource = call.parameter("StackName").or(call.parameter("RoleName")).map(str::to_owned);
    call
}

/// Carries the call out and gives the XML of the answer.
pub(super) fn answer(world: &mut World, call: &Call) -> Result<String, Refusal> {
    match call.operation.as_str() {
        GET_CALLER_IDENTITY => Ok(get_caller_identity()),
        "DescribeStacks" => describe_stacks(world, call),
        "PutRolePolicy" if !world.is_own_role(call)? => Ok(empty(call)),
        "PutRolePolicy" => {
            world.stack.put_role_policy(
                required(call, "PolicyName")?,
                required(call, "PolicyDocument")?,
            )?;
            Ok(empty(call))
        }
        "DeleteRolePolicy" if !world.is_own_role(call)? => Ok(empty(call)),
        "DeleteRolePolicy" => {
            world.stack.delete_role_policy(required(call, "PolicyName")?)?;
            Ok(empty(call))
        }
        other => {
            Err(Refusal::new(400, "InvalidAction", format!("Could not find operation {other}")))
        }
    }
}

fn required<'a>(call: &'a Call, name: &str) -> Result<&'a str, Refusal> {
    let missing = || Refusal::new(400, "ValidationError", format!("{name} is missing"));
    call.parameter(name).ok_or_else(missing)
}

impl World {
    /// Whether the call names the role in the stack's outputs. Nobody here has the other ones.
    fn is_own_role(&self, call: &Call) -> Result<bool, Refusal> {
        let role = required(call, "RoleName")?;
        if !role.chars().all(|one| one.is_ascii_alphanumeric() || "+=,.@_-".contains(one)) {
            let message = "The specified value for roleName is invalid.";
            return Err(Refusal::new(400, "ValidationError", message));
        }
        let arn = self.stack.outputs.get("RoleArn").map(String::as_str).unwrap_or_default();
        Ok(arn.rsplit('/').next() == Some(role))
    }
}

/// STS says who calls to everybody who can prove it: no policy forbids that.
pub(super) const GET_CALLER_IDENTITY: &str = "GetCallerIdentity";

fn get_caller_identity() -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>arn:aws:sts::{ACCOUNT}:assumed-role/auditor/alice</Arn>\
         <UserId>AROA1234567890EXAMPLE:alice</UserId><Account>{ACCOUNT}</Account>\
         </GetCallerIdentityResult><ResponseMetadata><RequestId>{REQUEST_ID}</RequestId>\
         </ResponseMetadata></GetCallerIdentityResponse>"
    )
}

fn describe_stacks(world: &World, call: &Call) -> Result<String, Refusal> {
    let name = required(call, "StackName")?;
    if name != STACK {
        let message = format!("Stack with id {name} does not exist");
        return Err(Refusal::new(400, "ValidationError", message));
    }
    let outputs = world.stack.outputs.iter();
    let outputs = outputs.map(|(key, value)| Output { output_key: key, output_value: value });
    let region = &world.region;
    let stack_id = format!("arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{STACK}/1");
    let stack = StackItem {
        stack_id: &stack_id,
        stack_name: STACK,
        creation_time: "2026-11-01T09:00:00Z",
        stack_status: "CREATE_COMPLETE",
        outputs: Members { member: outputs.collect() },
    };
    let response = DescribeStacksResponse {
        describe_stacks_result: DescribeStacksResult { stacks: Members { member: vec![stack] } },
    };
    Ok(quick_xml::se::to_string(&response).expect("the shapes are valid XML"))
}

/// The one stack that there is.
const STACK: &str = "metadata-guardrail";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeStacksResponse<'a> {
    describe_stacks_result: DescribeStacksResult<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeStacksResult<'a> {
    stacks: Members<StackItem<'a>>,
}

#[derive(Serialize)]
struct Members<T> {
    member: Vec<T>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StackItem<'a> {
    stack_id: &'a str,
    stack_name: &'a str,
    creation_time: &'a str,
    stack_status: &'a str,
    outputs: Members<Output<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output<'a> {
    output_key: &'a str,
    output_value: &'a str,
}

/// An answer that says nothing but that it was done.
fn empty(call: &Call) -> String {
    let operation = &call.operation;
    let id = format!("<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>");
    format!("<{operation}Response>{id}</{operation}Response>")
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorResponse<'a> {
    error: ErrorItem<'a>,
    request_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorItem<'a> {
    code: &'a str,
    message: &'a str,
}

/// The XML of an error answer.
pub(super) fn error(refusal: &Refusal) -> String {
    let error = ErrorItem { code: &refusal.code, message: &refusal.message };
    let response = ErrorResponse { error, request_id: REQUEST_ID };
    quick_xml::se::to_string(&response).expect("the shapes are valid XML")
}
