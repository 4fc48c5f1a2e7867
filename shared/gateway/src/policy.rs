//! The API's resource policy: whether this caller may call this method, from there.
//! (API Gateway developer guide, `apigateway-authorization-flow`.)

use definition::{Asks, Operation};
use identity::{Decision, Policy, PolicyRequest, method_arn};
use serde_json::Value;

use crate::{GatewayRequest, Refusal};

/// Checks `request` against `policy`. Who signed with IAM is let in by the managed gateway or by the policy, unless a
/// statement denies it; everybody else is let in by the policy alone.
///
/// # Errors
/// 403 where the policy denies it, or does not allow it.
pub(crate) fn check(policy: &Policy, request: &GatewayRequest, operation: &Operation) -> Result<(), Refusal> {
    let resource = method_arn_of(request);
    let iam = request.authorizer.get("iam");
    let decision = policy.decide(&asked(request, &resource));
    let signed = operation.admits.asks == Asks::Iam && iam.is_some_and(Value::is_object);
    match decision {
        Decision::Allow => Ok(()),
        Decision::ImplicitDeny if signed => Ok(()),
        Decision::ImplicitDeny => Err(Refusal::Policy { explicit: false }),
        Decision::ExplicitDeny => Err(Refusal::Policy { explicit: true }),
    }
}

/// The ARN of what the request calls.
pub(crate) fn method_arn_of(request: &GatewayRequest) -> String {
    let api = &request.api;
    let partition = match api.region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("us") if api.region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    let arn = format!("arn:{partition}:execute-api:{}:{}:{}", api.region, api.account_id, api.api_id);
    method_arn(&arn, &request.stage.name, &request.method, &request.path)
}

/// The request as policies see it, the API's own and those of its authorizers.
pub(crate) fn asked<'r>(request: &'r GatewayRequest, resource: &'r str) -> PolicyRequest<'r> {
    let iam = request.authorizer.get("iam");
    let of_iam = |name: &str| iam.and_then(|iam| iam.get(name)?.as_str());
    PolicyRequest::new(resource, request.time_ms)
        .called_by(of_iam("userArn"))
        .with("aws:SourceIp", request.source_ip.as_str())
        .with("aws:SecureTransport", "true")
        .with_some("aws:UserAgent", request.headers.get("user-agent"))
        .with_some("aws:Referer", request.headers.get("referer"))
        .with_some("aws:PrincipalOrgID", of_iam("principalOrgId"))
}
