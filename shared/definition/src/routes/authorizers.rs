//! What the managed gateway asks who is calling.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{
    functions::{deployed, invocation, write_permission},
    names::{authorizer_id, list, quoted, request_authorizer_id},
};
use crate::{Api, Guard, Route, Way};

/// Our authorizer function, where a route asks for an API key.
pub(super) const AUTHORIZER: &str = r"
  # Answers are kept by the header's value for AuthorizerTtl seconds, over all routes: they depend on the key alone.
  ApiKeyAuthorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: api-key
      AuthorizerType: REQUEST
      AuthorizerPayloadFormatVersion: '2.0'
      EnableSimpleResponses: true
      AuthorizerUri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${AuthorizerArn}/invocations
      AuthorizerResultTtlInSeconds: !Ref AuthorizerTtl
      IdentitySource: [$request.header.x-api-key]

  ApiKeyAuthorizerPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref AuthorizerArn
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/authorizers/*
";

/// What the managed gateway asks on a route. A token and a signature it checks by itself, also where the router is behind
/// it; a function of the user's it asks on native routes alone, for the router asks it on the others; and what it has not,
/// the router does.
pub(super) fn guard<'r>(api: &Api, route: &'r Route) -> &'r Guard {
    let guard = route.guard.without_key();
    let is_native = matches!(route.way, Way::Native(_));
    match guard {
        Guard::Jwt { authorizer, .. } if !api.managed.jwt_authorizers.contains_key(authorizer) => &Guard::Open,
        Guard::Request { authorizer } if !(is_native && api.managed.request_authorizers.contains_key(authorizer)) => {
            &Guard::Open
        }
        guard => guard,
    }
}

/// Those of `authorizers` that the managed gateway asks on a route.
fn used<'a, T>(api: &'a Api, authorizers: &'a BTreeMap<String, T>) -> impl Iterator<Item = (&'a String, &'a T)> {
    authorizers.iter().filter(|(name, _)| api.routes.iter().any(|route| guard(api, route).authorizer() == Some(*name)))
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
