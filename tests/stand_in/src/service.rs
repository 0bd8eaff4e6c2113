//! The services behind one door: which of them is asked, and what becomes of the call.

mod errors;

use axum::http::{Method, request::Parts};

use crate::{
    account::Account,
    agentcore,
    call::Call,
    clock, cloudwatch, ec2, event_bus_api,
    faults::Fault,
    form_api, history, lambda_api, queue_api,
    refusal::Refusal,
    reply::{NoReply, Outcome, Reply},
    signature,
    world::World,
};

#[derive(Clone, Copy)]
pub(super) enum Service {
    Ec2,
    AgentCore,
    CloudWatch,
    Sqs,
    EventBridge,
    /// CloudFormation, IAM and STS.
    Forms,
    Lambda,
}

impl Service {
    /// The protocols of EC2, SQS and EventBridge have one path for everything, and CloudWatch's one
    /// for each operation.
    pub fn addressed(head: &Parts) -> Self {
        match signature::service(head) {
            Some(service) if form_api::SERVICES.contains(&service) => return Self::Forms,
            Some("lambda") => return Self::Lambda,
            _ => {}
        }
        match head.uri.path() {
            "/" if queue_api::is_addressed(head) => Self::Sqs,
            "/" if event_bus_api::is_addressed(head) => Self::EventBridge,
            "/" if head.method == Method::POST => Self::Ec2,
            path if path.starts_with(cloudwatch::PATH) => Self::CloudWatch,
            _ => Self::AgentCore,
        }
    }

    pub fn call(self, head: &Parts, body: &[u8], region: &str) -> Call {
        let text = || String::from_utf8_lossy(body).into_owned();
        match self {
            Self::Ec2 => ec2::call(text()),
            Self::AgentCore => agentcore::call(&head.method, &head.uri, region, text()),
            Self::CloudWatch => cloudwatch::call(&head.uri, body),
            Self::Sqs => queue_api::call(head, text()),
            Self::EventBridge => event_bus_api::call(head, text()),
            Self::Forms => form_api::call(text()),
            Self::Lambda => lambda_api::call(&head.method, &head.uri, text()),
        }
    }

    /// Whether the Region has this service.
    pub fn is_offered(self, world: &World) -> bool {
        world.agentcore_is_offered || !matches!(self, Self::AgentCore)
    }

    /// `fault` is what the call meets unless the world has planned another one for it.
    pub fn process(self, account: &mut Account, call: &Call, fault: Option<Fault>) -> Outcome {
        let refusal = self.turned_away(account, call);
        let world = account.world(&call.region);
        if let Some(refusal) = refusal {
            world.not_processed(&call.operation);
            return self.refuse(&refusal);
        }
        let fault = world.faults.strike(call).or(fault);
        if fault.as_ref().is_some_and(|fault| *fault != Fault::LostReply) {
            world.not_processed(&call.operation);
        }
        match fault {
            None => self.carry_out(account, call),
            Some(Fault::ExplicitDeny(kind)) => self.refuse(&Refusal::explicit_deny(kind)),
            Some(Fault::Throttled) => self.refuse(&self.throttled()),
            Some(Fault::Internal) => self.refuse(&self.internal()),
            Some(Fault::AccessDenied) => self.refuse(&self.access_denied(call)),
            Some(Fault::Refused { code, message, status }) => {
                self.refuse(&Refusal::new(status, code, message))
            }
            Some(Fault::ConnectionReset) => {
                Outcome::spoiled("ConnectionReset", Err(NoReply::ConnectionReset))
            }
            Some(Fault::Garbage) => Outcome::spoiled("Garbage", Ok(Reply::garbage())),
            Some(Fault::Answer(json)) => {
                Outcome::spoiled("Answer", Ok(Reply::new(200, "application/json", json)))
            }
            Some(Fault::LostReply) => {
                self.carry_out(account, call);
                Outcome::spoiled("LostReply", Err(NoReply::ConnectionReset))
            }
        }
    }

    /// The refusal of a call for which nothing but its caller, its Region and its operation counts.
    fn turned_away(self, account: &mut Account, call: &Call) -> Option<Refusal> {
        if account.credentials_are_expired {
            return Some(self.expired());
        }
        if account.disabled_regions.contains(&call.region) {
            return Some(self.unknown_caller());
        }
        let world = account.world(&call.region);
        if !world.faults.admits(&call.operation, clock::now()) {
            return Some(self.throttled());
        }
        if world.denied_by_policy && call.operation != form_api::GET_CALLER_IDENTITY {
            return Some(Refusal::explicit_deny("service control"));
        }
        let is_denied = world.stack.denies(self.prefix(), call);
        is_denied.then(|| Refusal::explicit_deny("identity-based"))
    }

    fn carry_out(self, account: &mut Account, call: &Call) -> Outcome {
        if let (Self::Ec2, "DescribeRegions") = (self, call.operation.as_str()) {
            return self.describe_regions(account, call);
        }
        let world = account.world(&call.region);
        let before = history::state(world, call);
        let answer = match self {
            Self::Ec2 => ec2::answer(world, call).map(|xml| Reply::new(200, "text/xml", xml)),
            Self::AgentCore => agentcore::answer(world, call)
                .map(|(status, json)| Reply::new(status, "application/json", json)),
            Self::CloudWatch => cloudwatch::answer(world, call).map(|cbor| Reply::cbor(200, cbor)),
            Self::Sqs => queue_api::answer(world, call)
                .map(|json| Reply::new(200, queue_api::CONTENT_TYPE, json)),
            Self::EventBridge => event_bus_api::answer(world, call)
                .map(|json| Reply::new(200, event_bus_api::CONTENT_TYPE, json)),
            Self::Forms => {
                form_api::answer(world, call).map(|xml| Reply::new(200, "text/xml", xml))
            }
            Self::Lambda => lambda_api::answer(world, call)
                .map(|(status, json)| Reply::new(status, "application/json", json)),
        };
        if answer.is_ok() {
            history::remember(world, call, before);
        }
        world.processed(&call.operation);
        self.outcome(answer)
    }

    /// The one operation that looks beyond its Region.
    fn describe_regions(self, account: &mut Account, call: &Call) -> Outcome {
        let answer = ec2::describe_regions(account, call);
        account.world(&call.region).processed(&call.operation);
        self.outcome(answer.map(|xml| Reply::new(200, "text/xml", xml)))
    }

    fn outcome(self, answer: Result<Reply, Refusal>) -> Outcome {
        match answer {
            Ok(reply) => Outcome { error: None, reply: Ok(reply) },
            Err(refusal) => self.refuse(&refusal),
        }
    }

    fn refuse(self, refusal: &Refusal) -> Outcome {
        // Who is not authorized is told so in each service's own code.
        if refusal.code.is_empty() {
            let code = self.access_denied_code().to_owned();
            return self.refuse(&Refusal { code, ..refusal.clone() });
        }
        let status = refusal.status;
        let reply = match self {
            Self::Ec2 => Reply::new(status, "text/xml", ec2::error(refusal)),
            Self::AgentCore => Reply {
                header: Some(("x-amzn-errortype", refusal.code.clone())),
                ..Reply::new(status, "application/json", agentcore::error(refusal))
            },
            Self::CloudWatch => Reply::cbor(status, cloudwatch::error(refusal)),
            Self::Sqs => Reply {
                header: queue_api::older_code(refusal),
                ..Reply::new(status, queue_api::CONTENT_TYPE, queue_api::error(refusal))
            },
            Self::EventBridge => {
                Reply::new(status, event_bus_api::CONTENT_TYPE, event_bus_api::error(refusal))
            }
            Self::Forms => Reply::new(status, "text/xml", form_api::error(refusal)),
            Self::Lambda => Reply {
                header: Some(("x-amzn-errortype", refusal.code.clone())),
                ..Reply::new(status, "application/json", lambda_api::error(refusal))
            },
        };
        Outcome::spoiled(&refusal.code, Ok(reply))
    }
}
