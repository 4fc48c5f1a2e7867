//! `infra/routes.yaml`: what the managed HTTP API does in front of the router.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::{Api, Operation};

const HEAD: &str = r#"# Written by `tollgate build` from the definition; do not edit. `make test` fails when it is stale.
AWSTemplateFormatVersion: "2010-09-09"
Description: Routes of the managed HTTP API

Parameters:
  ApiId:
    Type: String
  RouterArn:
    Type: String
  AuthorizerArn:
    Type: String
  AuthorizerTtl:
    Type: Number

Resources:
  Router:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ApiId
      IntegrationType: AWS_PROXY
      IntegrationUri: !Ref RouterArn
      PayloadFormatVersion: "2.0"
      TimeoutInMillis: 30000

  # An unknown path or method, and every path that API Gateway reads otherwise than the router does. The router knows
  # which operation needs a key, and asks for it itself where no authorizer was asked.
  DefaultRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ApiId
      RouteKey: $default
      Target: !Sub integrations/${Router}
"#;

const AUTHORIZER: &str = r"
  # Answers are kept by the header's value for AuthorizerTtl seconds, over all routes: they depend on the key alone.
  ApiKeyAuthorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref ApiId
      Name: api-key
      AuthorizerType: REQUEST
      AuthorizerPayloadFormatVersion: '2.0'
      EnableSimpleResponses: true
      AuthorizerUri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${AuthorizerArn}/invocations
      AuthorizerResultTtlInSeconds: !Ref AuthorizerTtl
      IdentitySource: [$request.header.x-api-key]
";

/// The routes of `api` as a CloudFormation template. The same API always gives the same text.
pub fn managed_routes(api: &Api) -> String {
    let mut template = HEAD.to_owned();
    if api.operations.iter().any(|operation| operation.api_key_required) {
        template.push_str(AUTHORIZER);
    }
    let mut names = BTreeSet::from(["Router".to_owned(), "DefaultRoute".to_owned(), "ApiKeyAuthorizer".to_owned()]);
    for operation in &api.operations {
        let name = logical_id(operation, &mut names);
        write_route(&mut template, operation, &name);
    }
    if !api.operations.iter().any(|operation| operation.api_key_required) {
        // A parameter that nothing uses fails `sam validate --lint`.
        template = template.replace("  AuthorizerArn:\n    Type: String\n  AuthorizerTtl:\n    Type: Number\n", "");
    }
    template
}

fn write_route(template: &mut String, operation: &Operation, name: &str) {
    let route_key = operation.route_key();
    let _ = write!(
        template,
        "\n  {name}:\n    Type: AWS::ApiGatewayV2::Route\n    Properties:\n      ApiId: !Ref ApiId\n      \
         RouteKey: {route_key:?}\n      Target: !Sub integrations/${{Router}}\n"
    );
    if operation.api_key_required {
        template.push_str("      AuthorizationType: CUSTOM\n      AuthorizerId: !Ref ApiKeyAuthorizer\n");
    }
}

/// `GET /carts/{cartId}` becomes `GetCartsCartId`; where two become the same, a number is added.
fn logical_id(operation: &Operation, taken: &mut BTreeSet<String>) -> String {
    let words = operation.route_key();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).enumerate().map(|(place, word)| {
        let word = if place == 0 { word.to_ascii_lowercase() } else { word.to_owned() };
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    });
    let name: String = words.collect::<String>().chars().take(200).collect();
    let mut unique = name.clone();
    for number in 2.. {
        if taken.insert(unique.clone()) {
            break;
        }
        unique = format!("{name}{number}");
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile;

    fn routes(paths: &str) -> String {
        let source = format!(
            "openapi: 3.0.3\ncomponents: {{securitySchemes: {{api_key: {{type: apiKey, name: x-api-key, in: header}}}}}}\n\
             paths:\n{paths}"
        );
        managed_routes(&compile(&source).unwrap())
    }

    const MOCK: &str = "x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '{\"statusCode\": 200}'}, responses: {default: {statusCode: 200}}}";

    #[test]
    fn an_operation_with_a_key_asks_the_authorizer() {
        let template = routes(&format!("  /a/{{id}}:\n    get: {{security: [{{api_key: []}}], {MOCK}}}\n"));
        assert!(template.contains("  ApiKeyAuthorizer:\n"));
        let route = "  GetAId:\n    Type: AWS::ApiGatewayV2::Route\n    Properties:\n      ApiId: !Ref ApiId\n      \
                     RouteKey: \"GET /a/{id}\"\n      Target: !Sub integrations/${Router}\n      \
                     AuthorizationType: CUSTOM\n      AuthorizerId: !Ref ApiKeyAuthorizer\n";
        assert!(template.ends_with(route), "{template}");
    }

    #[test]
    fn an_api_without_keys_names_no_authorizer() {
        let template = routes(&format!("  /a:\n    get: {{{MOCK}}}\n"));
        assert!(!template.contains("Authorizer"), "{template}");
    }

    #[test]
    fn routes_with_the_same_words_get_names_of_their_own() {
        let template = routes(&format!("  /a/b:\n    get: {{{MOCK}}}\n  /a-b:\n    get: {{{MOCK}}}\n"));
        assert!(template.contains("  GetAB:\n") && template.contains("  GetAB2:\n"), "{template}");
    }
}
