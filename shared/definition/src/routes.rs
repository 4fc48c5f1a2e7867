//! `infra/routes.yaml`: the managed HTTP API in front of the router, as plain `AWS::ApiGatewayV2::*` resources.
//! (API Gateway developer guide, `http-api`.)

mod names;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use crate::{
    Api, Change, ChangeOperation, ChangeTarget, Changes, Guard, HttpProxy, Integration, LambdaProxy, Managed,
    PayloadFormat, Route, ServiceAction, Text, Throttle, VpcLink, Way, text::Part,
};
use names::{authorizer_id, list, parameter, quoted, words};

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

/// What an access log line says of a request.
const ACCESS_LOG: &str = r#"{"requestId":"$context.requestId","route":"$context.routeKey","status":"$context.status","ip":"$context.identity.sourceIp","latencyMs":"$context.responseLatency","integrationMs":"$context.integrationLatency","authorizerError":"$context.authorizer.error","integrationError":"$context.integrationErrorMessage"}"#;

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

  # An unknown path or method, and every path that API Gateway reads otherwise than the router does. The router knows
  # which operation needs a key, and asks for it itself where no authorizer was asked.
  DefaultRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: $default
      Target: !Sub integrations/${Router}
"#;

const AUTHORIZER: &str = r"
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
        writer.route(route);
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
    if api.routes.iter().any(|route| route.guard == Guard::ApiKey) {
        template.push_str(AUTHORIZER);
    } else {
        // A parameter that nothing uses fails `sam validate --lint`.
        template = template.replace("  AuthorizerArn:\n    Type: String\n  AuthorizerTtl:\n    Type: Number\n", "");
    }
    write_jwt_authorizers(&mut template, api);
    template + &writer.resources + OUTPUTS
}

/// Every stage variable that the definition uses.
fn stage_variables(api: &Api) -> BTreeSet<&str> {
    let integrations = api.routes.iter().map(|route| match &route.way {
        Way::Native(integration) => integration,
        Way::Dispatched { operation, .. } => &operation.integration,
    });
    integrations.flat_map(Integration::stage_variables).collect()
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
        for Throttled { key, throttle: Throttle { rate, burst }, .. } in throttled {
            let key = quoted(key);
            let _ =
                writeln!(template, "        {key}: {{ ThrottlingRateLimit: {rate}, ThrottlingBurstLimit: {burst} }}");
        }
    }
}

fn write_jwt_authorizers(template: &mut String, api: &Api) {
    for (name, authorizer) in &api.managed.jwt_authorizers {
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

/// A route with a throttle of its own, by its logical id.
struct Throttled {
    name: String,
    key: String,
    throttle: Throttle,
}

/// Routes and the native integrations behind them.
#[derive(Default)]
struct Writer {
    resources: String,
    names: BTreeSet<String>,
    /// Routes with a throttle of their own.
    throttled: Vec<Throttled>,
    /// Integrations by what they call.
    integrations: BTreeMap<String, String>,
    /// Functions that API Gateway has been permitted to call.
    permitted: BTreeMap<String, String>,
}

impl Writer {
    fn route(&mut self, route: &Route) {
        let name = self.name(&words(&route.key().replacen(&route.method, &route.method.to_ascii_lowercase(), 1)));
        let target = match &route.way {
            Way::Dispatched { .. } => "Router".to_owned(),
            Way::Native(integration) => self.integration(&name, integration),
        };
        let key = route.key();
        if let Some(throttle) = route.throttle {
            self.throttled.push(Throttled { name: name.clone(), key: key.clone(), throttle });
        }
        let _ = write!(
            self.resources,
            "\n  {name}:\n    Type: AWS::ApiGatewayV2::Route\n    Properties:\n      ApiId: !Ref Api\n      \
             RouteKey: {}\n      Target: !Sub integrations/${{{target}}}\n",
            quoted(&key)
        );
        match &route.guard {
            Guard::Open => {}
            Guard::ApiKey => {
                self.resources.push_str("      AuthorizationType: CUSTOM\n      AuthorizerId: !Ref ApiKeyAuthorizer\n");
            }
            Guard::Iam => self.resources.push_str("      AuthorizationType: AWS_IAM\n"),
            Guard::Jwt { authorizer, scopes } => {
                let id = authorizer_id(authorizer);
                let _ = write!(self.resources, "      AuthorizationType: JWT\n      AuthorizerId: !Ref {id}\n");
                if !scopes.is_empty() {
                    let _ = writeln!(self.resources, "      AuthorizationScopes: {}", list(scopes));
                }
            }
        }
    }

    /// A native integration, one for all routes that call the same; its name.
    fn integration(&mut self, route: &str, integration: &Integration) -> String {
        let shown = format!("{integration:?}");
        if let Some(name) = self.integrations.get(&shown) {
            return name.clone();
        }
        let name = self.name(&format!("{route}Integration"));
        let _ = write!(
            self.resources,
            "\n  {name}:\n    Type: AWS::ApiGatewayV2::Integration\n    Properties:\n      ApiId: !Ref Api\n"
        );
        match integration {
            Integration::Lambda(proxy) => self.function(&name, proxy),
            Integration::Http(proxy) => self.server(proxy),
            Integration::Service(action) => self.service(action),
            Integration::Mapped(_) | Integration::Faulty(_) => {} // never native, see `way`
        }
        self.integrations.insert(shown, name.clone());
        name
    }

    fn function(&mut self, name: &str, proxy: &LambdaProxy) {
        let version = if proxy.payload == PayloadFormat::V2 { "2.0" } else { "1.0" };
        let invoked = substituted(&proxy.function, |variable| format!("${{!stageVariables.{variable}}}"));
        let _ = write!(
            self.resources,
            "      IntegrationType: AWS_PROXY\n      IntegrationUri: !Sub {}\n      PayloadFormatVersion: \"{version}\"\n      \
             TimeoutInMillis: {}\n",
            quoted(&format!(
                "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/{invoked}/invocations"
            )),
            proxy.timeout_ms
        );
        if let Some(role) = &proxy.credentials {
            let role = substituted(role, |variable| format!("${{{}}}", parameter(variable)));
            let _ = writeln!(self.resources, "      CredentialsArn: !Sub {}", quoted(&role));
        }
        self.changes(&proxy.changes, &[]);
        let function = substituted(&proxy.function, |variable| format!("${{{}}}", parameter(variable)));
        if self.permitted.contains_key(&function) {
            return;
        }
        let permission = self.name(&format!("{name}Permission"));
        let _ = write!(
            self.resources,
            "\n  {permission}:\n    Type: AWS::Lambda::Permission\n    Properties:\n      Action: lambda:InvokeFunction\n      \
             FunctionName: !Sub {}\n      Principal: apigateway.amazonaws.com\n      \
             SourceArn: !Sub arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}/*\n",
            quoted(&function)
        );
        self.permitted.insert(function, permission);
    }

    fn server(&mut self, proxy: &HttpProxy) {
        if let Some(link) = &proxy.server.link {
            self.private_server(proxy, link);
            return;
        }
        let url: String = proxy
            .server
            .url
            .0
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.clone(),
                Part::StageVariable(name) => format!("${{stageVariables.{name}}}"),
                Part::PathParameter(name) => format!("{{{name}}}"),
            })
            .collect();
        let _ = write!(
            self.resources,
            "      IntegrationType: HTTP_PROXY\n      IntegrationMethod: {}\n      IntegrationUri: {}\n      \
             PayloadFormatVersion: \"1.0\"\n      TimeoutInMillis: {}\n",
            proxy.server.method.as_deref().unwrap_or("ANY"),
            quoted(&url),
            proxy.timeout_ms
        );
        self.changes(&proxy.changes, &own_headers());
    }

    /// A backend behind a VPC link: its listener, and the path of its URL where it has one.
    fn private_server(&mut self, proxy: &HttpProxy, link: &VpcLink) {
        let filled = |text: &Text| substituted(text, |variable| format!("${{{}}}", parameter(variable)));
        let target = link.target.as_ref().map(filled).unwrap_or_default();
        let _ = write!(
            self.resources,
            "      IntegrationType: HTTP_PROXY\n      IntegrationMethod: {}\n      ConnectionType: VPC_LINK\n      \
             ConnectionId: !Sub {}\n      IntegrationUri: !Sub {}\n      PayloadFormatVersion: \"1.0\"\n      \
             TimeoutInMillis: {}\n",
            proxy.server.method.as_deref().unwrap_or("ANY"),
            quoted(&filled(&link.connection)),
            quoted(&target),
            proxy.timeout_ms
        );
        if let Some(name) = &proxy.server.tls.server_name {
            let _ = writeln!(self.resources, "      TlsConfig: {{ ServerNameToVerify: {} }}", quoted(name));
        }
        let mut changes = proxy.changes.clone();
        if !link.has_no_url && !changes.request.iter().any(|change| change.target == ChangeTarget::Path) {
            changes.request.push(path_of(&proxy.server.url));
        }
        self.changes(&changes, &own_headers());
    }

    /// An HTTP API's own parameter mapping, after the removal of `removed`.
    fn changes(&mut self, changes: &Changes, removed: &[String]) {
        if !removed.is_empty() || !changes.request.is_empty() {
            self.resources.push_str("      RequestParameters:\n");
        }
        for key in removed {
            let _ = writeln!(self.resources, "        \"{key}\": \"''\"");
        }
        for change in &changes.request {
            self.change(change, "        ");
        }
        if !changes.responses.is_empty() {
            self.resources.push_str("      ResponseParameters:\n");
        }
        for (status, changes) in &changes.responses {
            let _ = writeln!(self.resources, "        \"{status}\":\n          ResponseParameters:");
            for change in changes {
                let (key, value) = (quoted(&change.key()), quoted(change.written_or_nothing()));
                let line = format!("            - {{ Destination: {key}, Source: {value} }}");
                let _ = writeln!(self.resources, "{line}");
            }
        }
    }

    fn change(&mut self, change: &Change, indent: &str) {
        let (key, value) = (quoted(&change.key()), quoted(change.written_or_nothing()));
        let _ = writeln!(self.resources, "{indent}{key}: {value}");
    }

    fn service(&mut self, action: &ServiceAction) {
        let role = substituted(&action.credentials, |variable| format!("${{{}}}", parameter(variable)));
        let _ = write!(
            self.resources,
            "      IntegrationType: AWS_PROXY\n      IntegrationSubtype: {}\n      PayloadFormatVersion: \"1.0\"\n      \
             CredentialsArn: !Sub {}\n      TimeoutInMillis: {}\n      RequestParameters:\n",
            action.subtype,
            quoted(&role),
            action.timeout_ms
        );
        for (name, value) in &action.parameters {
            let _ = writeln!(self.resources, "        {name}: {}", quoted(value));
        }
    }

    /// A logical id of its own: where two become the same, a number is added.
    fn name(&mut self, wanted: &str) -> String {
        let wanted: String = wanted.chars().take(200).collect();
        let mut unique = wanted.clone();
        for number in 2.. {
            if !RESERVED.contains(&unique.as_str()) && self.names.insert(unique.clone()) {
                break;
            }
            unique = format!("{wanted}{number}");
        }
        unique
    }
}

/// No principal is known to a native route: nothing a client says of itself under these names goes on.
fn own_headers() -> [String; 3] {
    ["tenant", "key-id", "plan-id"].map(|name| format!("remove:header.x-tollgate-{name}"))
}

/// The path of a URL as an HTTP API's parameter mapping: `https://host/a/{id}` is `/a/${request.path.id}`.
fn path_of(url: &Text) -> Change {
    let mut written = String::new();
    for part in &url.0 {
        let _ = match part {
            Part::Literal(text) => write!(written, "{text}"),
            Part::StageVariable(name) => write!(written, "${{stageVariables.{name}}}"),
            Part::PathParameter(name) => write!(written, "${{request.path.{name}}}"),
        };
    }
    let after_scheme = written.split_once("://").map_or(written.as_str(), |(_, rest)| rest);
    let path = after_scheme.split_once('/').map(|(_, path)| path.split('?').next().unwrap_or_default());
    let written = format!("/{}", path.unwrap_or_default());
    Change { target: ChangeTarget::Path, operation: ChangeOperation::Overwrite, written, value: Vec::new() }
}

/// Logical ids that are not routes.
const RESERVED: [&str; 7] =
    ["Api", "Stage", "Router", "RouterPermission", "DefaultRoute", "ApiKeyAuthorizer", "ApiKeyAuthorizerPermission"];

/// The text for `!Sub`, with its holes as `variable` writes them.
fn substituted(text: &Text, variable: impl Fn(&str) -> String) -> String {
    text.0
        .iter()
        .map(|part| match part {
            Part::Literal(literal) => literal.replace("${", "${!"),
            Part::StageVariable(name) => variable(name),
            Part::PathParameter(name) => format!("{{{name}}}"),
        })
        .collect()
}

#[cfg(test)]
mod tests;
