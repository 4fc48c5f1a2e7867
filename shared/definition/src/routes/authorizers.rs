//! What the managed gateway asks who is calling.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{
    asked::Asked,
    functions::{deployed, invocation, write_permission},
    names::{authorizer_id, list, quoted, request_authorizer_id},
};
use crate::{Api, Guard, Route, Way};

/// What the managed gateway checks before it calls a route's backend, or the router.
pub(super) enum Check<'r> {
    /// Nothing.
    Nothing,
    /// An IAM signature.
    Iam,
    /// A token, by itself.
    Token {
        /// The authorizer's name in the document.
        authorizer: &'r str,
        /// The scopes, one of which the token must have.
        scopes: &'r [String],
    },
    /// What a function says, ours or the user's.
    Function {
        /// The authorizer's logical id.
        authorizer: String,
    },
}

/// What the managed gateway asks on a route. A token and a signature it checks by itself, also where the router is behind
/// it; a function of the user's it asks on native routes alone, for the router asks it on the others; and what it has not,
/// the authorizer function does on native routes, and the router on others.
pub(super) fn check<'r>(api: &Api, route: &'r Route) -> Check<'r> {
    if let Some(asked) = Asked::on(api, route) {
        return Check::Function { authorizer: asked.id() };
    }
    let is_native = matches!(route.way, Way::Native(_));
    match route.guard.without_key() {
        Guard::Iam => Check::Iam,
        Guard::Jwt { authorizer, scopes } if api.managed.jwt_authorizers.contains_key(authorizer) => {
            Check::Token { authorizer, scopes }
        }
        Guard::Request { authorizer } if is_native && api.managed.request_authorizers.contains_key(authorizer) => {
            Check::Function { authorizer: request_authorizer_id(authorizer) }
        }
        _ => Check::Nothing,
    }
}

/// The authorizers that ask our function, one for all routes whose answers may be kept together; whether there are any.
pub(super) fn write_function_authorizers(template: &mut String, api: &Api) -> bool {
    let asked: BTreeSet<Asked> = api.routes.iter().filter_map(|route| Asked::on(api, route)).collect();
    for asked in &asked {
        let (name, why) = match asked.is_by_route() {
            false => ("api-key".to_owned(), "over all routes: they depend on the key alone"),
            true => (asked.id(), "for each route: another may ask for more"),
        };
        let sources = asked.sources();
        let kept_by = if sources.len() == 1 { "the header's value" } else { "what is shown" };
        let _ = write!(
            template,
            "\n  # Answers are kept by {kept_by} for AuthorizerTtl seconds, {why}.\n  {}:\n    Type: AWS::ApiGatewayV2::Authorizer\n    \
             Properties:\n      ApiId: !Ref Api\n      Name: {name}\n{OURS}      IdentitySource: [{}]\n",
            asked.id(),
            sources.join(", ")
        );
    }
    if !asked.is_empty() {
        template.push_str(PERMISSION);
    }
    !asked.is_empty()
}

const OURS: &str = r"      AuthorizerType: REQUEST
      AuthorizerPayloadFormatVersion: '2.0'
      EnableSimpleResponses: true
      AuthorizerUri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${AuthorizerArn}/invocations
      AuthorizerResultTtlInSeconds: !Ref AuthorizerTtl
";

const PERMISSION: &str = r"
  ApiKeyAuthorizerPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref AuthorizerArn
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/authorizers/*
";

/// Those of `authorizers` that the managed gateway asks on a route.
fn used<'a, T>(api: &'a Api, authorizers: &'a BTreeMap<String, T>) -> impl Iterator<Item = (&'a String, &'a T)> {
    let asks = |route: &Route, name: &str| match check(api, route) {
        Check::Token { authorizer, .. } => authorizer == name,
        Check::Function { authorizer } => authorizer == request_authorizer_id(name),
        Check::Nothing | Check::Iam => false,
    };
    authorizers.iter().filter(move |(name, _)| api.routes.iter().any(|route| asks(route, name)))
}

pub(super) fn write_jwt_authorizers(template: &mut String, api: &Api) {
    for (name, authorizer) in used(api, &api.managed.jwt_authorizers) {
        let _ = write!(
            template,
            "\n  {}:\n    Type: AWS::ApiGatewayV2::Authorizer\n    Properties:\n      ApiId: !Ref Api\n      Name: {}\n      \
             AuthorizerType: JWT\n      IdentitySource: [{}]\n      JwtConfiguration:\n        Issuer: {}\n        Audience: {}\n",
            authorizer_id(name),
            quoted(name),
            quoted(&authorizer.identity_source),
            quoted(&authorizer.issuer),
            list(&authorizer.audience)
        );
    }
}

pub(super) fn write_request_authorizers(template: &mut String, api: &Api) {
    let mut permitted = BTreeSet::new();
    for (name, authorizer) in used(api, &api.managed.request_authorizers) {
        let id = request_authorizer_id(name);
        let function = deployed(&authorizer.function);
        let _ = write!(
            template,
            "\n  {id}:\n    Type: AWS::ApiGatewayV2::Authorizer\n    Properties:\n      ApiId: !Ref Api\n      Name: {}\n      \
             AuthorizerType: REQUEST\n      AuthorizerPayloadFormatVersion: \"{}\"\n      AuthorizerUri: !Sub {}\n",
            quoted(name),
            authorizer.payload,
            quoted(&invocation(&function))
        );
        if authorizer.simple_responses {
            template.push_str("      EnableSimpleResponses: true\n");
        }
        if let Some(seconds) = authorizer.result_ttl_s {
            let _ = writeln!(template, "      AuthorizerResultTtlInSeconds: {seconds}");
        }
        if !authorizer.identity_sources.is_empty() {
            let _ = writeln!(template, "      IdentitySource: {}", list(&authorizer.identity_sources));
        }
        match &authorizer.credentials {
            Some(role) => {
                let _ = writeln!(template, "      AuthorizerCredentialsArn: !Sub {}", quoted(&deployed(role)));
            }
            None if permitted.insert(function.clone()) => {
                write_permission(template, &format!("{id}Permission"), &function, "authorizers/*");
            }
            None => {}
        }
    }
}
