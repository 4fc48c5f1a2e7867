use super::{names::authorizer_id, *};
use crate::{compile, show};

const FUNCTION: &str = "x-amazon-apigateway-integration: {type: aws_proxy, uri: '${stageVariables.cartFunction}', payloadFormatVersion: '2.0'}";

fn routes(top: &str, paths: &str) -> String {
    compiled(top, paths).unwrap_or_else(|problems| panic!("{problems}"))
}

fn compiled(top: &str, paths: &str) -> Result<String, String> {
    let source = format!(
        "openapi: 3.0.3\n{top}\ncomponents:\n  securitySchemes:\n    api_key: {{type: apiKey, name: x-api-key, in: header}}\n    \
         sigv4: {{type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}}\n    \
         pool: {{type: oauth2, x-amazon-apigateway-authorizer: {{type: jwt, identitySource: $request.header.Authorization, \
         jwtConfiguration: {{issuer: 'https://issuer.example', audience: [shop]}}}}}}\n    badge: {{type: apiKey, name: X-Badge, in: header, x-amazon-apigateway-authorizer: {{type: request, \
         authorizerUri: '${{stageVariables.badgeFunction}}', authorizerPayloadFormatVersion: '2.0', enableSimpleResponses: true, \
         authorizerResultTtlInSeconds: 60, identitySource: $request.header.X-Badge}}}}\npaths:\n{paths}"
    );
    compile(&source).map(|api| managed_routes(&api)).map_err(|problems| show("source", &source, &problems))
}

fn resource<'t>(template: &'t str, name: &str) -> &'t str {
    let start = template.find(&format!("\n  {name}:\n")).unwrap_or_else(|| panic!("no {name} in {template}"));
    let rest = &template[start + 1..];
    rest.find("\n\n").map_or(rest, |end| &rest[..end])
}

#[test]
fn a_function_is_called_without_the_router_and_may_be() {
    let template = routes(
        "",
        &format!("  /a/{{id}}:\n    get: {{security: [{{api_key: []}}], x-tollgate-path: native, {FUNCTION}}}\n"),
    );
    assert_eq!(
        resource(&template, "GetAParameterIntegration"),
        "  GetAParameterIntegration:\n    Type: AWS::ApiGatewayV2::Integration\n    Properties:\n      ApiId: !Ref Api\n      \
         IntegrationType: AWS_PROXY\n      IntegrationUri: !Sub \"arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/\
         2015-03-31/functions/${!stageVariables.cartFunction}/invocations\"\n      PayloadFormatVersion: \"2.0\"\n      \
         TimeoutInMillis: 29000"
    );
    assert!(
        resource(&template, "GetAParameterIntegrationPermission")
            .contains("FunctionName: !Sub \"${VariableCartFunction}\"")
    );
    assert!(resource(&template, "GetAParameter").ends_with(
        "RouteKey: \"GET /a/{id}\"\n      Target: !Sub integrations/${GetAParameterIntegration}\n      \
         AuthorizationType: CUSTOM\n      AuthorizerId: !Ref ApiKeyAuthorizer"
    ));
    assert!(resource(&template, "Stage").ends_with("StageVariables:\n        cartFunction: !Ref VariableCartFunction"));
    assert!(template.contains("\n  VariableCartFunction:\n    Type: String\n"));
}

#[test]
fn one_permission_is_enough_for_one_function() {
    let template = routes("", &format!("  /a:\n    get: {{{FUNCTION}}}\n    put: {{{FUNCTION}}}\n"));
    assert_eq!(template.matches("FunctionName: !Sub").count(), 1);
    assert_eq!(template.matches("IntegrationUri: !Sub").count(), 1, "nor is more than one integration needed");
}

#[test]
fn a_dispatched_operation_goes_to_the_router() {
    let template = routes("x-tollgate-path: dispatched", &format!("  /a:\n    get: {{{FUNCTION}}}\n"));
    assert!(resource(&template, "GetA").ends_with("Target: !Sub integrations/${Router}"), "{template}");
    assert!(!template.contains("AuthorizerTtl"), "no key is asked for, so no authorizer is there: {template}");
}

#[test]
fn the_managed_gateway_gets_its_guards_and_throttles() {
    let paths = format!(
        "  /iam:\n    get: {{security: [{{sigv4: []}}], {FUNCTION}}}\n  /auth:\n    get: {{x-amazon-apigateway-auth: {{type: AWS_IAM}}, {FUNCTION}}}\n  \
         /jwt:\n    get: {{security: [{{pool: [read]}}], x-tollgate-throttle: {{rate: 5, burst: 10}}, {FUNCTION}}}\n"
    );
    let template = routes("", &paths);
    assert!(resource(&template, "GetIam").ends_with("AuthorizationType: AWS_IAM"));
    assert!(resource(&template, "GetAuth").ends_with("AuthorizationType: AWS_IAM"));
    assert!(
        resource(&template, "GetJwt").ends_with(
            "AuthorizationType: JWT\n      AuthorizerId: !Ref JwtPool\n      AuthorizationScopes: [\"read\"]"
        )
    );
    assert!(
        resource(&template, "JwtPool")
            .ends_with("JwtConfiguration:\n        Issuer: \"https://issuer.example\"\n        Audience: [\"shop\"]")
    );
    assert!(
        resource(&template, "Stage")
            .ends_with("RouteSettings:\n        \"GET /jwt\": { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 }")
    );
}

#[test]
fn what_stands_at_the_top_is_set_on_the_api() {
    let top = "x-amazon-apigateway-cors: {allowOrigins: ['https://a.example'], allowCredentials: true, maxAge: 60}\n\
               tags: [{name: team, x-amazon-apigateway-tag-value: shop}]\n\
               servers: [{url: /, x-amazon-apigateway-endpoint-configuration: {disableExecuteApiEndpoint: true, ipAddressType: dualstack}}]";
    let template = routes(top, &format!("  /a:\n    get: {{{FUNCTION}}}\n"));
    assert_eq!(
        resource(&template, "Api"),
        "  Api:\n    Type: AWS::ApiGatewayV2::Api\n    Properties:\n      Name: !Ref Name\n      ProtocolType: HTTP\n      \
         DisableExecuteApiEndpoint: true\n      IpAddressType: dualstack\n      Tags:\n        \"team\": \"shop\"\n      \
         CorsConfiguration:\n        AllowOrigins: [\"https://a.example\"]\n        AllowCredentials: true\n        MaxAge: 60"
    );
}

#[test]
fn a_server_is_called_without_the_router() {
    let integration =
        "x-amazon-apigateway-integration: {type: http_proxy, uri: 'https://${stageVariables.host}/v1/{proxy}'}";
    let template = routes("", &format!("  /c/{{proxy+}}:\n    x-amazon-apigateway-any-method: {{{integration}}}\n"));
    let integration = resource(&template, "AnyCGreedyIntegration");
    assert!(
        integration
            .contains("IntegrationMethod: ANY\n      IntegrationUri: \"https://${stageVariables.host}/v1/{proxy}\"\n"),
        "{integration}"
    );
    assert!(integration.contains("\"remove:header.x-tollgate-tenant\": \"''\""), "{integration}");
}

#[test]
fn a_server_that_is_to_learn_who_called_is_called_by_the_router() {
    let integration = "x-amazon-apigateway-integration: {type: http_proxy, uri: 'https://a.example/'}";
    let template = routes("", &format!("  /c:\n    get: {{security: [{{api_key: []}}], {integration}}}\n"));
    assert!(resource(&template, "GetC").contains("Target: !Sub integrations/${Router}"), "{template}");
}

#[test]
fn a_private_server_that_the_definition_tells_who_called_is_called_without_the_router() {
    let told = |changes: &str| {
        let integration = format!(
            "{{type: http_proxy, httpMethod: POST, uri: 'http://payments/orders/{{id}}', connectionType: VPC_LINK, \
             connectionId: '${{stageVariables.link}}', integrationTarget: '${{stageVariables.listener}}', \
             requestParameters: {changes}}}"
        );
        let native = "x-tollgate-path: native, security: [{api_key: []}]";
        let operation = format!("{{{native}, x-amazon-apigateway-integration: {integration}}}");
        compiled("", &format!("  /orders/{{id}}:\n    post: {operation}\n"))
    };
    let template = told("{'overwrite:header.x-shop-tenant': $context.authorizer.tenant}").unwrap();
    let integration = resource(&template, "PostOrdersParameterIntegration");
    for line in [
        "ConnectionType: VPC_LINK",
        "ConnectionId: !Sub \"${VariableLink}\"",
        "IntegrationUri: !Sub \"${VariableListener}\"",
        "\"overwrite:header.x-shop-tenant\": \"$context.authorizer.tenant\"",
        "\"overwrite:path\": \"/orders/${request.path.id}\"",
    ] {
        assert!(integration.contains(line), "{line} in {integration}");
    }
    // Beside the client's own, or made of what the client says: the router has to tell.
    for changes in [
        "{'append:header.x-shop-tenant': $context.authorizer.tenant}",
        "{'overwrite:header.x-shop-tenant': $request.header.x-tenant}",
        "{'overwrite:header.x-shop-tenant': 'of ${context.authorizer.tenant}'}",
        "{'overwrite:querystring.tenant': $context.authorizer.tenant}",
    ] {
        let problems = told(changes).unwrap_err();
        assert!(problems.contains("only the router tells an HTTP backend who called"), "{problems}");
    }
}

#[test]
fn a_native_route_does_not_catch_what_a_guarded_neighbour_misses() {
    let paths = format!(
        "  /admin/{{id}}:\n    get: {{security: [{{api_key: []}}], x-tollgate-path: native, {FUNCTION}}}\n  /{{proxy+}}:\n    x-amazon-apigateway-any-method: {{{FUNCTION}}}\n"
    );
    let template = routes("", &paths);
    assert!(
        resource(&template, "GetAdminParameter").contains("integrations/${GetAdminParameterIntegration}"),
        "{template}"
    );
    assert!(resource(&template, "AnyGreedy").ends_with("integrations/${Router}"), "{template}");
}

#[test]
fn methods_of_one_path_may_be_guarded_differently_and_stay_native() {
    let paths = format!(
        "  /items/{{id}}:\n    get: {{{FUNCTION}}}\n    put: {{security: [{{api_key: []}}], x-tollgate-path: native, {FUNCTION}}}\n  \
         /{{proxy+}}:\n    get: {{{FUNCTION}}}\n    post: {{{FUNCTION}}}\n  /{{x}}/{{y}}:\n    delete: {{security: [{{sigv4: []}}], {FUNCTION}}}\n"
    );
    let template = routes("", &paths);
    assert_eq!(template.matches("integrations/${Router}").count(), 1, "the default route alone: {template}");
    // Any method is also the one that is guarded.
    let any = paths.replace("    post:", "    x-amazon-apigateway-any-method:");
    let template = routes("", &any);
    assert!(resource(&template, "AnyGreedy").ends_with("integrations/${Router}"), "{template}");
}

#[test]
fn routes_with_the_same_words_get_names_of_their_own() {
    let template = routes("", &format!("  /a/b:\n    get: {{{FUNCTION}}}\n  /a-b:\n    get: {{{FUNCTION}}}\n"));
    assert!(template.contains("  GetAB:\n") && template.contains("  GetAB13969BF8:\n"), "{template}");
}

#[test]
fn a_route_keeps_its_name_when_a_parameter_is_renamed_or_a_neighbour_comes() {
    let ids = |paths: &[&str]| {
        let paths: String = paths.iter().map(|path| format!("  {path}:\n    get: {{{FUNCTION}}}\n")).collect();
        let template = routes("x-tollgate-path: dispatched", &paths);
        let routes = template.split("\n\n").filter(|resource| resource.contains("RouteKey: \"GET"));
        let id = |resource: &str| resource.lines().next().unwrap_or_default().trim().trim_end_matches(':').to_owned();
        routes.map(id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&["/carts/{cartId}/items/{rest+}"]), ["GetCartsParameterItemsGreedy"]);
    assert_eq!(ids(&["/carts/{id}/items/{proxy+}"]), ["GetCartsParameterItemsGreedy"]);
    for (one, others) in [("/a/{x}", "/a/parameter"), ("/lineItems", "/line/items"), ("/a1", "/a/1"), ("/a.b", "/a-b")]
    {
        let both = ids(&[one, others]);
        assert!(both[0] != both[1] && both.contains(&ids(&[one])[0]) && both.contains(&ids(&[others])[0]), "{both:?}");
    }
}

#[test]
fn the_catch_all_of_an_http_api_is_its_default_route() {
    let default = |integration: &str| {
        format!("  /$default:\n    x-amazon-apigateway-any-method: {{isDefaultRoute: true, {integration}}}\n")
    };
    let template = routes("", &default(FUNCTION));
    assert!(resource(&template, "DefaultRoute").ends_with("Target: !Sub integrations/${DefaultRouteIntegration}"));
    assert_eq!(template.matches("RouteKey: \"$default\"").count(), 1, "{template}");
    let template = routes("x-tollgate-path: dispatched", &default(FUNCTION));
    assert!(resource(&template, "DefaultRoute").ends_with("Target: !Sub integrations/${Router}"));
    // What API Gateway reads otherwise than the guarded route would come to the backend without a key.
    let guarded = format!("  /admin:\n    get: {{security: [{{api_key: []}}], x-tollgate-path: native, {FUNCTION}}}\n");
    let template = routes("", &(default(FUNCTION) + &guarded));
    assert!(resource(&template, "DefaultRoute").ends_with("Target: !Sub integrations/${Router}"), "{template}");
    assert!(!resource(&template, "GetAdmin").contains("${Router}"), "{template}");
}

#[test]
fn a_lambda_authorizer_of_the_users_is_asked_by_the_managed_gateway() {
    let paths = format!("  /a:\n    get: {{security: [{{badge: []}}], {FUNCTION}}}\n");
    let template = routes("", &paths);
    assert!(resource(&template, "GetA").ends_with("AuthorizationType: CUSTOM\n      AuthorizerId: !Ref RequestBadge"));
    assert_eq!(
        resource(&template, "RequestBadge"),
        "  RequestBadge:\n    Type: AWS::ApiGatewayV2::Authorizer\n    Properties:\n      ApiId: !Ref Api\n      \
         Name: \"badge\"\n      AuthorizerType: REQUEST\n      AuthorizerPayloadFormatVersion: \"2.0\"\n      \
         AuthorizerUri: !Sub \"arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/\
         ${VariableBadgeFunction}/invocations\"\n      EnableSimpleResponses: true\n      \
         AuthorizerResultTtlInSeconds: 60\n      IdentitySource: [\"$request.header.X-Badge\"]"
    );
    let permission = resource(&template, "RequestBadgePermission");
    assert!(permission.contains("FunctionName: !Sub \"${VariableBadgeFunction}\""), "{permission}");
    assert!(permission.ends_with("${Api}/authorizers/*"), "{permission}");
    assert!(template.contains("\n  VariableBadgeFunction:\n    Type: String\n"));
}

#[test]
fn names_that_differ_stay_different() {
    let names = ["fn", "Fn", "f_n", "f1", "cart_fn", "cartfn", "cartFn", "_fn"].map(parameter);
    let distinct: BTreeSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
    assert_eq!(parameter("cartFunction"), "VariableCartFunction");
    assert_ne!(authorizer_id("my-jwt"), authorizer_id("my_jwt"));
}

const QUEUE: &str = "x-amazon-apigateway-integration: {type: aws_proxy, integrationSubtype: sqs-sendmessage, \
     credentials: '${stageVariables.role}', requestParameters: {QueueUrl: $stageVariables.queue, MessageBody: $request.body}}";

#[test]
fn an_aws_service_is_called_by_the_managed_gateway() {
    let paths = format!("  /jobs:\n    post: {{{QUEUE}}}\n");
    let dispatched = routes("x-tollgate-path: dispatched", &paths);
    assert!(resource(&dispatched, "PostJobs").ends_with("Target: !Sub integrations/${Router}"), "{dispatched}");
    // The managed gateway calls no service without a role; the router has one of its own.
    let roleless = routes("", &paths.replace("credentials: '${stageVariables.role}', ", ""));
    assert!(resource(&roleless, "PostJobs").ends_with("Target: !Sub integrations/${Router}"), "{roleless}");
    let template = routes("", &paths);
    assert_eq!(
        resource(&template, "PostJobsIntegration"),
        "  PostJobsIntegration:\n    Type: AWS::ApiGatewayV2::Integration\n    Properties:\n      ApiId: !Ref Api\n      \
         IntegrationType: AWS_PROXY\n      IntegrationSubtype: SQS-SendMessage\n      PayloadFormatVersion: \"1.0\"\n      \
         CredentialsArn: !Sub \"${VariableRole}\"\n      TimeoutInMillis: 29000\n      RequestParameters:\n        \
         MessageBody: \"$request.body\"\n        QueueUrl: \"$stageVariables.queue\""
    );
    for variable in ["queue: !Ref VariableQueue", "role: !Ref VariableRole"] {
        assert!(template.contains(variable), "{template}");
    }
}

#[test]
fn a_service_action_whose_text_is_made_of_an_object_is_called_by_the_router() {
    let start = |input: &str| {
        let parameters = format!("{{StateMachineArn: $stageVariables.machine, Input: {input}}}");
        let integration = format!(
            "{{type: aws_proxy, integrationSubtype: StepFunctions-StartExecution, credentials: 'arn:aws:iam::123456789012:role/r', \
             requestParameters: {parameters}}}"
        );
        routes("", &format!("  /a/{{id}}:\n    post: {{x-amazon-apigateway-integration: {integration}}}\n"))
    };
    assert!(start("$request.body").contains("IntegrationSubtype: StepFunctions-StartExecution"));
    let template = start("{order: $request.path.id, of: [$context.stage, 1]}");
    assert!(resource(&template, "PostAParameter").contains("Target: !Sub integrations/${Router}"), "{template}");
}

#[test]
fn a_service_action_that_could_not_work_is_refused() {
    let problem = |integration: &str| {
        let source = format!("openapi: 3.0.3\npaths:\n  /a:\n    post: {{{integration}}}\n");
        compile(&source).expect_err("a problem").first().map(|problem| problem.message.clone()).unwrap_or_default()
    };
    for (from, to, message) in [
        ("MessageBody", "Message", "SQS-SendMessage lacks the parameter MessageBody"),
        ("sqs-sendmessage", "SQS-Send", "integrationSubtype is \"SQS-Send\""),
    ] {
        assert_eq!(problem(&QUEUE.replace(from, to)), message);
    }
}
