use super::*;
use crate::{compile, managed_routes, show};

/// `GET /x/{id}` with `integration`, through the router.
fn definition(integration: &str) -> String {
    let responses = "responses: {default: {statusCode: '200'}}";
    let integration = integration.replace("type: aws,", &format!("type: aws, {responses},"));
    let integration = integration.replace("type: mock", &format!("type: mock, {responses}"));
    format!(
        "openapi: 3.0.3\nx-tollgate-path: dispatched\npaths:\n  /x/{{id}}:\n    get:\n      \
         x-amazon-apigateway-integration: {integration}\n"
    )
}

fn compiled(source: &str) -> Api {
    compile(source).unwrap_or_else(|problems| panic!("{}", show("source", source, &problems)))
}

/// `action resource` of each statement, `open` before those that a request may choose the resource of.
fn statements(template: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut action, mut open) = ("", "");
    for line in template.lines().map(str::trim) {
        if line.starts_with("# As wide") {
            open = "open ";
        } else if let Some(name) = line.strip_prefix("Action: ") {
            action = name;
        } else if let Some(resource) = line.strip_prefix("Resource: ") {
            let resource = resource.trim_start_matches("!Sub ").trim_matches('"');
            found.push(format!("{open}{action} {resource}"));
            open = "";
        }
    }
    found
}

fn check(integration: &str, expected: &[&str]) {
    let template = router_policy(&compiled(&definition(integration)));
    assert_eq!(statements(&template), expected, "{integration}");
}

/// In this account and region.
fn here(service: &str, rest: &str) -> String {
    format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")
}

/// The same where an integration's URI names the region.
fn there(service: &str, rest: &str) -> String {
    format!("arn:${{AWS::Partition}}:{service}:eu-north-1:${{AWS::AccountId}}:{rest}")
}

/// An `aws` integration whose request template is `template`.
fn aws(uri: &str, template: &str) -> String {
    let template = serde_json::Value::from(template);
    format!(
        "{{type: aws, httpMethod: POST, uri: 'arn:aws:apigateway:eu-north-1:{uri}', requestTemplates: \
         {{application/json: {template}}}}}"
    )
}

#[test]
fn a_function_is_invoked_by_its_own_arn() {
    let function = |uri: &str| format!("{{type: aws_proxy, uri: '{uri}', payloadFormatVersion: '2.0'}}");
    check(&function("${stageVariables.cartFunction}"), &["lambda:InvokeFunction ${VariableCartFunction}"]);
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:cart:live";
    check(&function(arn), &[&format!("lambda:InvokeFunction {arn}")]);
    check(&function("cart:7"), &[&format!("lambda:InvokeFunction {}", here("lambda", "function:cart:7"))]);
    let uri = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:\
               ${stageVariables.name}/invocations";
    let expected = "lambda:InvokeFunction arn:aws:lambda:eu-west-1:123456789012:function:${VariableName}";
    check(&function(uri), &[expected]);
    check(&format!("{{type: aws, httpMethod: POST, uri: '{uri}'}}"), &[expected]);
}

#[test]
fn with_a_role_the_router_may_assume_it_and_nothing_else() {
    let role = "credentials: 'arn:aws:iam::123456789012:role/${stageVariables.role}'";
    let assume = ["sts:AssumeRole arn:aws:iam::123456789012:role/${VariableRole}"];
    check(&format!("{{type: aws_proxy, uri: cart, {role}}}"), &assume);
    let service = aws("dynamodb:action/GetItem", r#"{"TableName": "carts"}"#);
    check(&service.replace("{type: aws,", &format!("{{type: aws, {role},")), &assume);
    check(
        &format!(
            "{{type: aws_proxy, integrationSubtype: SNS-Publish, {role}, requestParameters: {{TopicArn: a, Message: b}}}}"
        ),
        &assume,
    );
}

#[test]
fn what_calls_no_aws_needs_no_permission() {
    for integration in ["{type: http_proxy, uri: 'https://a.example/'}", "{type: mock}"] {
        let template = router_policy(&compiled(&definition(integration)));
        assert!(template.contains("\nResources:\n  Nothing:\n") && template.contains("!Ref RouterRole"), "{template}");
        assert!(!template.contains("Effect"), "{template}");
    }
}

#[test]
fn a_table_is_the_one_that_the_template_names() {
    let get = |template: &str| aws("dynamodb:action/GetItem", template);
    let item = |table: &str| format!("dynamodb:GetItem {}", there("dynamodb", table));
    check(&get(r#"{"TableName": "carts", "Key": {}}"#), &[&item("table/carts")]);
    check(&get(r#"{"TableName":"$stageVariables.table"}"#), &[&item("table/${VariableTable}")]);
    check(&get(r#"{"TableName":"${stageVariables.stage}-carts"}"#), &[&item("table/${VariableStage}-carts")]);
    check(&get(r#"{"TableName":"carts-$input.params('id')"}"#), &[&format!("open {}", item("table/carts-*"))]);
    check(&get(r##"#set($t = "carts"){"TableName":"$t"}"##), &[&format!("open {}", item("table/*"))]);
    check(&get(r##"{"TableName": #if(true)"a"#else"b"#end}"##), &[&format!("open {}", item("table/*"))]);
    check(&get(r##"#if(true){"TableName":"a"}#else{"TableName":"b"}#end"##), &[&item("table/a"), &item("table/b")]);
    let arn = "arn:aws:dynamodb:eu-north-1:123456789012:table/carts";
    check(&get(&format!(r#"{{"TableName":"{arn}"}}"#)), &[&format!("dynamodb:GetItem {arn}")]);
    check(
        &aws("dynamodb:action/Query", r#"{"TableName":"carts","IndexName":"byTenant"}"#),
        &[&format!("dynamodb:Query {}", there("dynamodb", "table/carts/index/byTenant"))],
    );
    check(
        "{type: aws, httpMethod: POST, uri: 'arn:aws:apigateway:eu-north-1:dynamodb:action/PutItem'}",
        &[&format!("open dynamodb:PutItem {}", there("dynamodb", "table/*"))],
    );
    check(
        &aws("dynamodb:action/TransactGetItems", "{}"),
        &[&format!("open dynamodb:GetItem {}", there("dynamodb", "table/*"))],
    );
}

#[test]
fn a_template_that_names_no_end_of_tables_may_have_any() {
    let names = |field: &str| (0..5_000).map(|n| format!(r#""{field}":"a{n}","#)).collect::<String>();
    let template = format!("{{{}{}}}", names("TableName"), names("IndexName"));
    let any = format!("open dynamodb:Query {}", there("dynamodb", "table/*/index/*"));
    check(&aws("dynamodb:action/Query", &template), &[&any]);
}

#[test]
fn a_queue_is_the_one_of_the_path_or_of_the_url() {
    let orders = there("sqs", "").replace("${AWS::AccountId}:", "123456789012:orders");
    let send = format!("sqs:SendMessage {orders}");
    check(&aws("sqs:path/123456789012/orders", "Action=SendMessage&MessageBody=$input.body"), &[&send]);
    check(
        "{type: aws, httpMethod: POST, uri: 'arn:aws:apigateway:eu-north-1:sqs:path/123456789012/orders', requestParameters: \
         {integration.request.querystring.Action: \"'SendMessageBatch'\"}}",
        &[&send],
    );
    let uri = "arn:aws:apigateway:eu-north-1:sqs:path/123456789012/orders";
    check(&format!("{{type: aws, httpMethod: POST, uri: '{uri}'}}"), &[&format!("sqs:* {orders}")]);
    check(
        &aws("sqs:action/SendMessage", "QueueUrl=https%3A%2F%2Fsqs.eu-north-1.amazonaws.com%2F123456789012%2Forders"),
        &[&send],
    );
    let by_target = aws("sqs:path/", r#"{"QueueUrl": "$stageVariables.queueUrl"}"#).replace(
        "{type: aws,",
        "{type: aws, requestParameters: {integration.request.header.X-Amz-Target: \"'AmazonSQS.SendMessage'\"},",
    );
    let cut = |region: &str| {
        let url = "!Split [\"/\", !Ref VariableQueueUrl]]";
        format!(
            "sqs:SendMessage [\"arn:${{AWS::Partition}}:sqs:{region}:${{Account}}:${{Queue}}\", {{ Account: !Select [3, {url}, \
             Queue: !Select [4, {url} }}]"
        )
    };
    check(&by_target, &[&cut("eu-north-1")]);
    let subtype = |url: &str| {
        format!(
            "{{type: aws_proxy, integrationSubtype: SQS-SendMessage, requestParameters: {{QueueUrl: {url}, MessageBody: x}}}}"
        )
    };
    check(&subtype("$stageVariables.queueUrl"), &[&cut("${AWS::Region}")]);
    check(&subtype("$request.querystring.queue"), &[&format!("open sqs:SendMessage {}", here("sqs", "*"))]);
}

#[test]
fn every_other_service_is_as_narrow_as_the_definition_says() {
    let machine = "arn:aws:states:eu-north-1:123456789012:stateMachine:ship";
    for (uri, template, expected) in [
        (
            "sns:action/Publish",
            "TopicArn=$util.urlEncode($stageVariables.topic)&Message=hi",
            "sns:Publish ${VariableTopic}".to_owned(),
        ),
        ("sns:action/Publish", "PhoneNumber=$input.body", "open sns:Publish *".to_owned()),
        (
            "states:action/StartExecution",
            &format!(r#"{{"stateMachineArn": "{machine}"}}"#),
            format!("states:StartExecution {machine}"),
        ),
        (
            "states:action/StopExecution",
            r#"{"executionArn": "$input.params('id')"}"#,
            format!("open states:StopExecution {}", there("states", "execution:*")),
        ),
        (
            "kinesis:action/PutRecord",
            r#"{"StreamName": "clicks"}"#,
            format!("kinesis:PutRecord {}", there("kinesis", "stream/clicks")),
        ),
        (
            "events:action/PutEvents",
            r#"{"Entries": [{"Source": "shop"}]}"#,
            format!("events:PutEvents {}", there("events", "event-bus/default")),
        ),
        (
            "events:action/PutEvents",
            r#"{"Entries": [{"EventBusName": "orders"}]}"#,
            format!("events:PutEvents {}", there("events", "event-bus/orders")),
        ),
        ("email:action/SendEmail", "Source=a", "open ses:SendEmail *".to_owned()),
        ("monitoring:action/PutMetricData", "{}", "open cloudwatch:PutMetricData *".to_owned()),
        (
            "a1b2c3.execute-api:path/prod/pets",
            "{}",
            format!("execute-api:Invoke {}", there("execute-api", "a1b2c3/prod/POST/pets")),
        ),
    ] {
        check(&aws(uri, template), &[&expected]);
    }
}

#[test]
fn objects_are_permitted_by_method_and_path() {
    let s3 = |uri: &str, method: &str, parameters: &str| {
        format!(
            "{{type: aws, httpMethod: {method}, uri: 'arn:aws:apigateway:eu-north-1:{uri}', requestParameters: {{{parameters}}}}}"
        )
    };
    let bucket = |rest: &str| format!("arn:${{AWS::Partition}}:s3:::{rest}");
    let key = "integration.request.path.key: method.request.path.id";
    let get = format!("open s3:GetObject {}", bucket("files/*"));
    check(&s3("s3:path/files/{key}", "GET", key), &[&get]);
    check(&s3("files.s3:path/{key}", "HEAD", key), &[&get]);
    check(&s3("s3:path/files/{id}", "ANY", ""), &[&get]);
    check(
        &s3("s3:path/${stageVariables.bucket}/logo.png", "GET", ""),
        &[&format!("s3:GetObject {}", bucket("${VariableBucket}/logo.png"))],
    );
    let mapped = format!("{key}, integration.request.path.bucket: stageVariables.bucket");
    check(
        &s3("s3:path/{bucket}/{key}", "PUT", &mapped),
        &[&format!("open s3:PutObject {}", bucket("${VariableBucket}/*"))],
    );
    check(
        &s3("s3:path/files/{key}?tagging", "DELETE", key),
        &[&format!("open s3:DeleteObjectTagging {}", bucket("files/*"))],
    );
    check(&s3("s3:path/files", "GET", ""), &[&format!("s3:ListBucket {}", bucket("files"))]);
    check(
        &s3("s3:path/{bucket}", "GET", "integration.request.path.bucket: method.request.path.id"),
        &[&format!("open s3:ListBucket {}", bucket("*"))],
    );
}

#[test]
fn subtypes_name_their_resources_themselves() {
    let subtype = |name: &str, parameters: &str| {
        format!("{{type: aws_proxy, integrationSubtype: {name}, requestParameters: {{{parameters}}}}}")
    };
    for (name, parameters, expected) in [
        (
            "DynamoDB-GetItem",
            "TableName: $stageVariables.table, Key: {id: a}",
            format!("dynamodb:GetItem {}", here("dynamodb", "table/${VariableTable}")),
        ),
        (
            "DynamoDB-Query",
            "TableName: t, IndexName: i, KeyConditionExpression: x",
            format!("dynamodb:Query {}", here("dynamodb", "table/t/index/i")),
        ),
        (
            "SNS-Publish",
            "TopicArn: 'arn:aws:sns:eu-north-1:123456789012:t', Message: a",
            "sns:Publish arn:aws:sns:eu-north-1:123456789012:t".to_owned(),
        ),
        (
            "StepFunctions-StartSyncExecution",
            "StateMachineArn: $stageVariables.machine",
            "states:StartSyncExecution ${VariableMachine}".to_owned(),
        ),
        (
            "Kinesis-PutRecord",
            "StreamName: s, Data: d, PartitionKey: p, Region: eu-north-1",
            format!("kinesis:PutRecord {}", there("kinesis", "stream/s")),
        ),
        (
            "EventBridge-PutEvents",
            "Detail: a, DetailType: b, Source: c",
            format!("events:PutEvents {}", here("events", "event-bus/default")),
        ),
        (
            "AppConfig-GetConfiguration",
            "Application: a, Environment: b, Configuration: c, ClientId: d",
            format!("open appconfig:GetConfiguration {}", here("appconfig", "application/*")),
        ),
    ] {
        check(&subtype(name, parameters), &[&expected]);
    }
}

#[test]
fn an_aggregate_needs_what_its_parts_need() {
    let get = aws("dynamodb:action/GetItem", r#"{"TableName": "$stageVariables.table"}"#)
        .replace("type: aws,", "type: aws, responses: {default: {statusCode: '200'}},");
    let source = format!(
        "openapi: 3.0.3\npaths:\n  /x:\n    get:\n      x-tollgate-aggregate:\n        parts:\n          \
         cart: {{integration: {{type: aws_proxy, uri: cart}}}}\n          item: {{integration: {get}}}\n"
    );
    let api = compiled(&source);
    assert_eq!(
        statements(&router_policy(&api)),
        [
            format!("dynamodb:GetItem {}", there("dynamodb", "table/${VariableTable}")),
            format!("lambda:InvokeFunction {}", here("lambda", "function:cart")),
        ]
    );
    assert!(managed_routes(&api).contains("        table: !Ref VariableTable\n"));
}

#[test]
fn a_statement_says_who_needs_it_and_the_same_definition_gives_the_same_policy() {
    let function =
        "x-amazon-apigateway-integration: {type: aws_proxy, uri: '${stageVariables.f}', payloadFormatVersion: '2.0'}";
    let many: String = ["delete", "get", "head", "options", "patch", "post", "put"]
        .map(|method| format!("    {method}: {{{function}}}\n"))
        .concat();
    let source = format!("openapi: 3.0.3\npaths:\n  /b:\n{many}  /a/{{x}}:\n    get: {{{function}}}\n");
    let policy = router_policy(&compiled(&source));
    assert!(
        policy.contains(
            "          # DELETE /b, GET /a/{x}, GET /b, HEAD /b, OPTIONS /b and 3 more\n          - Effect: Allow\n"
        ),
        "{policy}"
    );
    assert!(
        policy.contains("  RouterRole:\n    Type: String\n  VariableF:\n    Type: String\n\nResources:\n"),
        "{policy}"
    );
    assert_eq!(policy.matches("Effect").count(), 1);
    assert_eq!(policy, router_policy(&compiled(&source)));
}

#[test]
fn no_policy_is_longer_than_iam_takes() {
    let paths: String = (0..290)
        .map(|n| {
            format!("  /f{n}:\n    get: {{x-amazon-apigateway-integration: {{type: aws_proxy, uri: function-{n}}}}}\n")
        })
        .collect();
    let policy = router_policy(&compiled(&format!("openapi: 3.0.3\nx-tollgate-path: dispatched\npaths:\n{paths}")));
    let lengths = policy.split("  Policy").skip(1).filter(|part| part.contains("Statement"));
    let lengths: Vec<usize> = lengths.map(|part| part.matches("Effect").count()).collect();
    assert!(lengths.len() > 1 && lengths.iter().sum::<usize>() == 290, "{lengths:?}");
    // `{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws-us-gov:lambda:us-gov-west-1:…:function:…"},`
    assert!(lengths.iter().all(|statements| statements * 150 < 6_144), "{lengths:?}");
}

#[test]
fn stage_variables_of_templates_are_the_stages() {
    let integration = aws(
        "dynamodb:action/GetItem",
        r#"{"TableName":"$stageVariables.a","b":"$!{stageVariables.b}","c":"$stageVariables.get('c')","d":"$stageVariables['d']","e":"$stageVariables.get($e)$stageVariables"}"#,
    );
    let routes = managed_routes(&compiled(&definition(&integration)));
    for name in ["a", "b", "c", "d"] {
        assert!(routes.contains(&format!("        {name}: !Ref Variable{}\n", name.to_uppercase())), "{routes}");
    }
    assert_eq!(routes.matches("!Ref Variable").count(), 4, "{routes}");
}
