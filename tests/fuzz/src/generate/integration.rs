//! `x-amazon-apigateway-integration`.

use super::{
    Choices, Mood, Tree,
    document::{Scene, names},
    tree::{map, plain, text, texts},
    vendor,
};

/// What a Lambda function may be named by.
const FUNCTIONS: [&str; 6] = [
    "${stageVariables.orders}",
    "orders",
    "arn:aws:lambda:us-east-1:123456789012:function:orders",
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:orders/invocations",
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${stageVariables.orders}/invocations",
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:orders:${stageVariables.alias}/invocations",
];

/// The integration of an operation of `path`.
pub(super) fn integration(choices: &mut Choices<'_>, scene: &Scene, path: &str) -> Tree {
    let tame = scene.mood == Mood::Tame;
    let reference = || map([("$ref", text("#/components/x-amazon-apigateway-integrations/shared"))]);
    if scene.shared && choices.chance(1, 4) {
        return reference();
    }
    let mut integration = match choices.below(if tame { 3 } else { 6 }) {
        0 => lambda(choices),
        1 => http(choices, path),
        2 => mock(choices),
        3 => aws(choices),
        4 => subtype(choices),
        _ => reference(),
    };
    common(choices, &mut integration);
    if !tame {
        vendor::in_an_integration(choices, &mut integration);
    }
    integration
}

/// Several of them at once, some of which wait for others.
pub(super) fn aggregate(choices: &mut Choices<'_>, scene: &Scene, path: &str) -> Tree {
    const NAMES: [&str; 4] = ["user", "orders", "stock", "errors"];
    let mut parts = Tree::Map(Vec::new());
    for name in NAMES.into_iter().take(1 + choices.below(NAMES.len())) {
        let mut integration = integration(choices, scene, path);
        if choices.chance(1, 4) {
            let read = choices.pick(&[
                "context.aggregate.user.body.id",
                "context.aggregate.stock.status",
                "context.aggregate",
            ]);
            integration.put("requestParameters", map([("integration.request.header.x", text(read))]));
        }
        let mut part = map([("integration", integration)]);
        if choices.chance(1, 2) {
            part.put("required", plain(choices.chance(1, 2)));
        }
        if choices.chance(1, 4) {
            part.put("after", texts([choices.pick(&NAMES)]));
        }
        parts.put(name, part);
    }
    let mut aggregate = map([("parts", parts)]);
    if choices.chance(1, 3) {
        let template =
            choices.pick(&["$input.json('$.user')", "$context.aggregate.orders.body.id", "$context.aggregate"]);
        let templates = map([("application/json", text(template))]);
        aggregate.put("response", map([("statusCode", plain(200)), ("responseTemplates", templates)]));
    }
    aggregate
}

fn kind(choices: &mut Choices<'_>, lower: &'static str, upper: &'static str) -> (&'static str, Tree) {
    ("type", text(choices.pick(&[lower, upper])))
}

fn lambda(choices: &mut Choices<'_>) -> Tree {
    let mut integration = map([kind(choices, "aws_proxy", "AWS_PROXY"), ("uri", text(choices.pick(&FUNCTIONS)))]);
    if choices.chance(2, 3) {
        integration.put("httpMethod", text(choices.pick(&["POST", "post"])));
    }
    if choices.chance(1, 2) {
        integration.put("payloadFormatVersion", text(choices.pick(&["2.0", "1.0"])));
    }
    if choices.chance(1, 4) {
        integration.put("responses", map([("default", map([("statusCode", text("200"))]))]));
    }
    integration
}

fn http(choices: &mut Choices<'_>, path: &str) -> Tree {
    let host = choices.pick(&[
        "https://orders.example/v1",
        "http://10.0.0.1:8080",
        "https://${stageVariables.host}",
        "${stageVariables.url}",
    ]);
    let mut uri = host.to_owned();
    let mut mapped = Vec::new();
    for name in names(path) {
        let own = if choices.chance(1, 3) { "renamed" } else { name };
        uri.push_str(&format!("/{{{own}}}"));
        if own != name || choices.chance(1, 2) {
            mapped.push((format!("integration.request.path.{own}"), text(format!("method.request.path.{name}"))));
        }
        if own != name {
            break;
        }
    }
    let mut integration = map([kind(choices, "http_proxy", "HTTP_PROXY"), ("uri", text(uri))]);
    if choices.chance(3, 4) {
        integration.put("httpMethod", text(choices.pick(&["ANY", "GET", "any", "PUT"])));
    }
    if !mapped.is_empty() {
        integration.put("requestParameters", Tree::Map(mapped));
    }
    integration
}

fn mock(choices: &mut Choices<'_>) -> Tree {
    let template = choices.pick(&["{\"statusCode\": 200}", "{statusCode: 503}", "{ \"statusCode\" : 404, \"x\": 1 }"]);
    let content = choices.pick(&["application/json", "Application/JSON", "text/xml"]);
    let mut default = map([("statusCode", if choices.chance(1, 2) { plain(200) } else { text("204") })]);
    if choices.chance(1, 2) {
        let header = choices.pick(&["method.response.header.Cache-Control", "method.response.header.X"]);
        default.put("responseParameters", map([(header, text(choices.pick(&["'no-store'", "''", "'it''s'"])))]));
    }
    if choices.chance(1, 2) {
        default.put(
            "responseTemplates",
            map([(content, text(choices.pick(&["{\"status\": \"ok\"}", "", "plain text, long enough"])))]),
        );
    }
    let mut responses = map([("default", default)]);
    if choices.chance(1, 2) {
        let pattern = choices.pick(&["4\\d{2}", "5..", "200|404", "[1-3]\\d\\d"]);
        responses.put(pattern, map([("statusCode", text("400"))]));
    }
    let mut integration = map([kind(choices, "mock", "MOCK"), ("requestTemplates", map([(content, text(template))]))]);
    integration.put("responses", responses);
    integration
}

/// An AWS service or function behind mapping templates.
fn aws(choices: &mut Choices<'_>) -> Tree {
    const TEMPLATES: [&str; 5] = [
        "#set($root = $input.path('$'))\n{ \"id\": \"$root.id\" }",
        "$input.json('$')",
        "Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
        "{\"TableName\": \"orders\", \"Key\": {\"id\": {\"S\": \"$input.params('id')\"}}}",
        "#foreach($item in $input.path('$.items'))\n$item.id#if($foreach.hasNext),#end\n#end",
    ];
    let uri = choices.pick(&[
        "arn:aws:apigateway:us-east-1:dynamodb:action/GetItem",
        "arn:aws:apigateway:us-east-1:sqs:path/123456789012/orders",
        "arn:aws:apigateway:us-east-1:s3:path/bucket/{key}",
        "https://orders.example/v1",
    ]);
    map([
        kind(choices, "aws", "HTTP"),
        ("httpMethod", text("POST")),
        ("uri", text(uri)),
        ("credentials", text("arn:aws:iam::123456789012:role/orders")),
        ("requestTemplates", map([("application/json", text(choices.pick(&TEMPLATES)))])),
        ("requestParameters", map([("integration.request.header.Content-Type", text("'application/x-amz-json-1.0'"))])),
        (
            "responses",
            map([
                (
                    "default",
                    map([
                        ("statusCode", text("200")),
                        ("responseTemplates", map([("application/json", text(choices.pick(&TEMPLATES)))])),
                    ]),
                ),
                (".*\\[404\\].*", map([("statusCode", text("404")), ("contentHandling", text("CONVERT_TO_TEXT"))])),
            ]),
        ),
    ])
}

/// One of the ten services that HTTP APIs call themselves.
fn subtype(choices: &mut Choices<'_>) -> Tree {
    const SUBTYPES: [(&str, [&str; 3]); 10] = [
        ("EventBridge-PutEvents", ["Source", "DetailType", "Detail"]),
        ("SQS-SendMessage", ["QueueUrl", "MessageBody", "DelaySeconds"]),
        ("SQS-ReceiveMessage", ["QueueUrl", "MaxNumberOfMessages", "Region"]),
        ("SQS-DeleteMessage", ["QueueUrl", "ReceiptHandle", "Region"]),
        ("SQS-PurgeQueue", ["QueueUrl", "Region", "Nonsense"]),
        ("AppConfig-GetConfiguration", ["Application", "Environment", "Configuration"]),
        ("Kinesis-PutRecord", ["StreamName", "Data", "PartitionKey"]),
        ("StepFunctions-StartExecution", ["StateMachineArn", "Input", "Name"]),
        ("StepFunctions-StartSyncExecution", ["StateMachineArn", "Input", "TraceHeader"]),
        ("StepFunctions-StopExecution", ["ExecutionArn", "Cause", "Error"]),
    ];
    const VALUES: [&str; 6] = [
        "$request.body",
        "$request.path.id",
        "${stageVariables.queue}",
        "fixed",
        "$context.requestId",
        "$request.body.a.b",
    ];
    let (name, parameters) = SUBTYPES.get(choices.below(SUBTYPES.len())).copied().unwrap_or_default();
    let parameters = parameters.map(|parameter| (parameter.to_owned(), text(choices.pick(&VALUES))));
    map([
        ("type", text("aws_proxy")),
        ("integrationSubtype", text(name)),
        ("credentials", text("arn:aws:iam::123456789012:role/orders")),
        ("requestParameters", Tree::Map(parameters.to_vec())),
        ("payloadFormatVersion", text("1.0")),
    ])
}

/// What every integration may have.
fn common(choices: &mut Choices<'_>, integration: &mut Tree) {
    if choices.chance(1, 2) {
        let written = choices.chance(1, 3);
        let timeout = choices.pick(&["29000", "50", "5000"]);
        integration.put("timeoutInMillis", if written { text(timeout) } else { plain(timeout) });
    }
    if choices.chance(1, 3) {
        integration.put("passthroughBehavior", text(choices.pick(&["when_no_match", "WHEN_NO_TEMPLATES", "never"])));
    }
    if choices.chance(1, 5) {
        integration.put("connectionType", text("INTERNET"));
    }
    if choices.chance(1, 8) {
        integration.put("cacheNamespace", text("abc123"));
        integration.put("cacheKeyParameters", Tree::List(Vec::new()));
    }
    if choices.chance(1, 8) {
        integration.put("responseTransferMode", text("BUFFERED"));
    }
    if choices.chance(1, 200) {
        integration.put("cacheKeyParameters", texts(["method.request.path.id"]));
    }
}
