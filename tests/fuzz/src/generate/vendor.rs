//! The other extensions of AWS, and ours, where they belong.

use super::{
    Choices, Tree,
    document::Scene,
    tree::{map, plain, text, texts},
};

/// Some of those that stand at the top of a document.
pub(super) fn at_the_top(choices: &mut Choices<'_>, scene: &Scene, root: &mut Tree) {
    for (name, value) in of_the_document() {
        if choices.chance(1, 16) {
            root.put(name, value);
        }
    }
    if !scene.swagger && choices.chance(1, 8) {
        root.put("webhooks", map([("made", map([("post", map([("responses", Tree::Map(Vec::new()))]))]))]));
        root.put("jsonSchemaDialect", text("https://json-schema.org/draft/2020-12/schema"));
    }
}

/// Some of those that stand in an operation.
pub(super) fn in_an_operation(choices: &mut Choices<'_>, scene: &Scene, operation: &mut Tree) {
    if choices.chance(1, 12) {
        operation.put("x-amazon-apigateway-auth", map([("type", text(choices.pick(&["AWS_IAM", "none"])))]));
    }
    if choices.chance(1, 12) {
        operation.put("x-amazon-apigateway-request-validator", text("all"));
    }
    if choices.chance(1, 12) {
        operation.put("x-tollgate-path", text(choices.pick(&["dispatched", "native"])));
    }
    if choices.chance(1, 12) {
        operation.put("x-tollgate-throttle", map([("rate", plain(10)), ("burst", plain(20))]));
    }
    if choices.chance(1, 12) {
        let schema = text(if scene.swagger { "#/definitions/Order" } else { "#/components/schemas/Order" });
        let schema = map([("$ref", schema)]);
        operation.put("requestBody", map([("content", map([("application/json", map([("schema", schema)]))]))]));
    }
}

/// Some of the properties that only some integrations have.
pub(super) fn in_an_integration(choices: &mut Choices<'_>, integration: &mut Tree) {
    let rare: [(&str, Tree); 9] = [
        ("connectionType", text("VPC_LINK")),
        ("connectionId", text("${stageVariables.link}")),
        ("contentHandling", text("CONVERT_TO_BINARY")),
        ("credentials", text("arn:aws:iam::*:user/*")),
        ("integrationTarget", text("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/1")),
        ("responseTransferMode", text("STREAM")),
        ("tlsConfig", map([("insecureSkipVerification", plain(true)), ("serverNameToVerify", text("orders.example"))])),
        ("responseParameters", map([("200", map([("overwrite:statuscode", text("201"))]))])),
        ("x-tollgate-cache", map([("ttl", plain(60))])),
    ];
    for (name, value) in rare {
        if choices.chance(1, 30) {
            integration.put(name, value);
        }
    }
}

fn of_the_document() -> [(&'static str, Tree); 15] {
    let validators =
        map([("all", map([("validateRequestBody", plain(true)), ("validateRequestParameters", plain(true))]))]);
    let response = map([
        ("statusCode", plain(429)),
        ("responseParameters", map([("gatewayresponse.header.Retry-After", text("'1'"))])),
        ("responseTemplates", map([("application/json", text("{\"message\":$context.error.messageString}"))])),
    ]);
    let statement = map([
        ("Effect", text("Deny")),
        ("Principal", text("*")),
        ("Action", text("execute-api:Invoke")),
        ("Resource", text("execute-api:/*")),
        ("Condition", map([("NotIpAddress", map([("aws:SourceIp", texts(["203.0.113.0/24", "2001:db8::/32"]))]))])),
    ]);
    let cors = map([
        ("allowOrigins", texts(["https://shop.example", "*"])),
        ("allowMethods", texts(["GET", "*"])),
        ("allowHeaders", texts(["content-type"])),
        ("exposeHeaders", texts(["x-request-id"])),
        ("maxAge", plain(600)),
        ("allowCredentials", plain(true)),
    ]);
    let endpoint =
        map([("vpcEndpointIds", texts(["vpce-0123456789abcdef0"])), ("disableExecuteApiEndpoint", plain(true))]);
    [
        ("x-amazon-apigateway-request-validators", validators),
        ("x-amazon-apigateway-request-validator", text("all")),
        ("x-amazon-apigateway-gateway-responses", map([("THROTTLED", response)])),
        (
            "x-amazon-apigateway-policy",
            map([("Version", text("2012-10-17")), ("Statement", Tree::List(vec![statement]))]),
        ),
        ("x-amazon-apigateway-cors", cors),
        ("x-amazon-apigateway-api-key-source", text("HEADER")),
        ("x-amazon-apigateway-binary-media-types", texts(["image/*", "*/*"])),
        ("x-amazon-apigateway-minimum-compression-size", plain(1024)),
        ("x-amazon-apigateway-importexport-version", text("1.0")),
        ("x-amazon-apigateway-endpoint-configuration", endpoint),
        ("x-amazon-apigateway-endpoint-access-mode", text("STRICT")),
        ("x-amazon-apigateway-security-policy", text("TLS_1_2")),
        (
            "x-amazon-apigateway-documentation",
            map([("version", text("1")), ("documentationParts", Tree::List(Vec::new()))]),
        ),
        ("x-amazon-apigateway-unheard-of", plain(1)),
        ("x-tollgate-path", text("dispatched")),
    ]
}
