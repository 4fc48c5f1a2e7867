//! `infra/routes.yaml`: the managed HTTP API in front of the router, as plain `AWS::ApiGatewayV2::*` resources.
//! (API Gateway developer guide, `http-api`.)

pub(crate) mod asked;
mod authorizers;
mod changes;
mod functions;
pub(crate) mod names;
mod writer;

use std::{collections::BTreeSet, fmt::Write as _};

use plans::Throttle;

use crate::{Api, Authorizer, Integration, Managed, Route, Way};
use authorizers::{write_function_authorizers, write_jwt_authorizers, write_request_authorizers};
use names::{list, parameter, quoted};
use writer::{Throttled, Writer};

const HEAD: &str = r#"# Written by `tollgate build` from the definition; do not edit. `make test` fails when it is stale.
AWSTemplateFormatVersion: "2010-09-09"
Description: The managed HTTP API and its routes

Parameters:
  Name:
    Type: String
  RouterArn:
    Type: String
  AuthorizerArn:
    Type: String
  AuthorizerTtl:
    Type: Number
  AccessLogArn:
    Type: String
"#;

/// What an access log line says of a request: for people, and for the metering function, which counts native routes by it.
/// (API Gateway developer guide, `http-api-logging-variables`. What a request has not is `-`.)
const ACCESS_LOG: &str = r#"{"requestId":"$context.requestId","route":"$context.routeKey","stage":"$context.stage","status":"$context.status","ip":"$context.identity.sourceIp","tenant":"$context.authorizer.tenant","keyId":"$context.authorizer.keyId","planId":"$context.authorizer.planId","bytesOut":"$context.responseLength","latencyMs":"$context.responseLatency","integrationMs":"$context.integrationLatency","authorizerError":"$context.authorizer.error","integrationError":"$context.integrationErrorMessage"}"#;

const ROUTER: &str = r#"
  Router:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Ref RouterArn
      PayloadFormatVersion: "2.0"
      TimeoutInMillis: 30000

  RouterPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref RouterArn
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*
"#;

const DEFAULT: &str = r#"
  # An unknown path or method, and every path that API Gateway reads otherwise than the router does. The router knows
  # which operation needs a key, and asks for it itself where no authorizer was asked.
  DefaultRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: $default
      Target: !Sub integrations/${Router}
"#;

const OUTPUTS: &str = r"
Outputs:
  ApiId:
    Value: !Ref Api
  ApiUrl:
    Value: !GetAtt Api.ApiEndpoint
";

/// The managed API of `api` as a CloudFormation template. The same API always gives the same text.
pub fn managed_routes(api: &Api) -> String {
    let mut writer = Writer::default();
    for route in &api.routes {
        writer.route(route, &authorizers::check(api, route));
    }
    let variables = stage_variables(api);
    let mut template = HEAD.to_owned();
    for name in &variables {
        let _ = writeln!(template, "  {}:\n    Type: String", parameter(name));
    }
    template.push_str("\nResources:\n");
    write_api(&mut template, &api.managed);
    write_stage(&mut template, &variables, &writer.throttled);
    template.push_str(ROUTER);
    if !api.routes.iter().any(Route::is_default) {
        template.push_str(DEFAULT);
    }
    if !write_function_authorizers(&mut template, api) {
        // A parameter that nothing uses fails `sam validate --lint`.
        template = template.replace("  AuthorizerArn:\n    Type: String\n  AuthorizerTtl:\n    Type: Number\n", "");
    }
    write_jwt_authorizers(&mut template, api);
    write_request_authorizers(&mut template, api);
    template + &writer.resources + OUTPUTS
}

/// The keys of the routes that the managed API answers without the router, one a line: what the metering function counts by
/// the access log.
pub fn native_routes(api: &Api) -> String {
    let native = api.routes.iter().filter(|route| matches!(route.way, Way::Native(_)));
    native.map(|route| route.key() + "\n").collect()
}

/// Every stage variable that the definition uses. A template may refer to more, by names that it computes.
fn stage_variables(api: &Api) -> BTreeSet<&str> {
    let integrations = api.routes.iter().map(|route| match &route.way {
        Way::Native(integration) => integration,
        Way::Dispatched { operation, .. } => &operation.integration,
    });
    let named = api.routes.iter().filter_map(|route| api.rest_api.authorizers.get(route.guard.authorizer()?));
    let authorizers = named.flat_map(Authorizer::stage_variables);
    let in_templates = integrations.clone().flat_map(Integration::template_variables);
    integrations.flat_map(Integration::stage_variables).chain(in_templates).chain(authorizers).collect()
}

fn write_api(template: &mut String, managed: &Managed) {
    template.push_str(
        "  Api:\n    Type: AWS::ApiGatewayV2::Api\n    Properties:\n      Name: !Ref Name\n      ProtocolType: HTTP\n",
    );
    if managed.disable_default_endpoint {
        template.push_str("      DisableExecuteApiEndpoint: true\n");
    }
    if let Some(kind) = managed.ip_address_type {
        let _ = writeln!(template, "      IpAddressType: {kind}");
    }
    if !managed.tags.is_empty() {
        template.push_str("      Tags:\n");
        for (name, value) in &managed.tags {
            let _ = writeln!(template, "        {}: {}", quoted(name), quoted(value));
        }
    }
    if let Some(cors) = &managed.cors {
        template.push_str("      CorsConfiguration:\n");
        for (name, values) in &cors.lists {
            let _ = writeln!(template, "        {name}: {}", list(values));
        }
        if cors.allow_credentials {
            template.push_str("        AllowCredentials: true\n");
        }
        if let Some(seconds) = cors.max_age_s {
            let _ = writeln!(template, "        MaxAge: {seconds}");
        }
    }
}

fn write_stage(template: &mut String, variables: &BTreeSet<&str>, throttled: &[Throttled]) {
    template.push_str("\n  Stage:\n    Type: AWS::ApiGatewayV2::Stage\n");
    if !throttled.is_empty() {
        // A stage's settings may only name routes that are there.
        let names: Vec<&str> = throttled.iter().map(|route| route.name.as_str()).collect();
        let _ = writeln!(template, "    DependsOn: [{}]", names.join(", "));
    }
    let _ = write!(
        template,
        "    Properties:\n      ApiId: !Ref Api\n      StageName: $default\n      AutoDeploy: true\n      \
         AccessLogSettings:\n        DestinationArn: !Ref AccessLogArn\n        Format: >-\n          {ACCESS_LOG}\n"
    );
    if !variables.is_empty() {
        template.push_str("      StageVariables:\n");
        for name in variables {
            let _ = writeln!(template, "        {name}: !Ref {}", parameter(name));
        }
    }
    if !throttled.is_empty() {
        template.push_str("      RouteSettings:\n");
        for Throttled { key, throttle: Throttle { rate_limit, burst_limit: burst }, .. } in throttled {
            let (key, rate) = (quoted(key), rate_limit.as_f64());
            let _ =
                writeln!(template, "        {key}: {{ ThrottlingRateLimit: {rate}, ThrottlingBurstLimit: {burst} }}");
        }
    }
}

#[cfg(test)]
mod tests;
