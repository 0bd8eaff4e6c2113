//! The errors that every service has, in the words of each.

use super::Service;
use crate::{call::Call, refusal::Refusal};

impl Service {
    pub fn throttled(self) -> Refusal {
        match self {
            Self::Ec2 => Refusal::new(503, "RequestLimitExceeded", "Request limit exceeded."),
            Self::AgentCore => Refusal::new(429, "ThrottlingException", "Rate exceeded"),
            Self::CloudWatch => Refusal::new(400, "Throttling", "Rate exceeded"),
            Self::Sqs => Refusal::new(400, "RequestThrottled", "Rate exceeded"),
            Self::EventBridge => Refusal::new(400, "ThrottlingException", "Rate exceeded"),
            Self::Forms => Refusal::new(400, "Throttling", "Rate exceeded"),
            Self::Lambda => Refusal::new(429, "TooManyRequestsException", "Rate exceeded"),
        }
    }

    pub fn internal(self) -> Refusal {
        let message = "An internal error has occurred";
        match self {
            Self::Ec2 => Refusal::new(500, "InternalError", message),
            Self::AgentCore => Refusal::new(500, "InternalServerException", message),
            Self::CloudWatch => Refusal::new(500, "InternalServiceError", message),
            Self::EventBridge => Refusal::new(500, "InternalException", message),
            Self::Sqs | Self::Forms => Refusal::new(500, "InternalFailure", message),
            Self::Lambda => Refusal::new(500, "ServiceException", message),
        }
    }

    /// The caller's credentials have expired.
    pub fn expired(self) -> Refusal {
        let token = "The security token included in the request is expired";
        match self {
            Self::Ec2 => Refusal::new(400, "RequestExpired", "Request has expired."),
            Self::Forms => Refusal::new(403, "ExpiredToken", token),
            Self::AgentCore | Self::CloudWatch | Self::Sqs | Self::EventBridge | Self::Lambda => {
                Refusal::new(403, "ExpiredTokenException", token)
            }
        }
    }

    /// The Region is not enabled, so that nobody is known there.
    pub fn unknown_caller(self) -> Refusal {
        let token = "The security token included in the request is invalid.";
        match self {
            Self::Ec2 => {
                let message = "AWS was not able to validate the provided access credentials";
                Refusal::new(401, "AuthFailure", message)
            }
            Self::Forms => Refusal::new(403, "InvalidClientTokenId", token),
            Self::AgentCore | Self::CloudWatch | Self::Sqs | Self::EventBridge | Self::Lambda => {
                Refusal::new(403, "UnrecognizedClientException", token)
            }
        }
    }

    /// What the names of its actions begin with in policies.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::AgentCore => "bedrock-agentcore",
            Self::CloudWatch => "cloudwatch",
            Self::Sqs => "sqs",
            Self::EventBridge => "events",
            // Nobody that has this role calls them.
            Self::Forms => "",
            Self::Lambda => "lambda",
        }
    }

    pub fn access_denied_code(self) -> &'static str {
        match self {
            Self::Ec2 => "UnauthorizedOperation",
            Self::AgentCore | Self::Sqs | Self::EventBridge | Self::Lambda => {
                "AccessDeniedException"
            }
            Self::CloudWatch | Self::Forms => "AccessDenied",
        }
    }

    pub fn access_denied(self, call: &Call) -> Refusal {
        let operation = &call.operation;
        let message = match self {
            Self::Ec2 => {
                format!("You are not authorized to perform this operation: ec2:{operation}")
            }
            Self::AgentCore => {
                format!("User is not authorized to perform: bedrock-agentcore:{operation}")
            }
            Self::CloudWatch => {
                format!("User is not authorized to perform: cloudwatch:{operation}")
            }
            Self::Sqs => format!("User is not authorized to perform: sqs:{operation}"),
            Self::EventBridge => {
                format!("User is not authorized to perform: events:{operation}")
            }
            Self::Forms => format!("User is not authorized to perform: {operation}"),
            Self::Lambda => format!("User is not authorized to perform: lambda:{operation}"),
        };
        Refusal::new(403, self.access_denied_code(), message)
    }
}
