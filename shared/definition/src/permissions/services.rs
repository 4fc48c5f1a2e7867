//! What each service's actions need: IAM's name for the action, and the resource that is asked about.
//! (Service authorization reference, `reference_policies_actions-resources-contextkeys`.)

use super::{Permission, Resource, fields::Fields, names, pattern::Pattern, permission};
use crate::Service;

/// What `name`, an action of `service`, needs.
pub(super) fn action(service: &str, name: &str, region: &Pattern, fields: &Fields<'_>) -> Vec<Permission> {
    let prefix = prefix(service);
    let resources = resources(service, name, region, fields);
    let actions = actions(service, name);
    let needed = |action: &str| {
        resources.iter().map(|resource| permission(format!("{prefix}:{action}"), resource.clone())).collect::<Vec<_>>()
    };
    actions.iter().flat_map(|action| needed(action)).collect()
}

/// What a request to `path` needs: it may say the action in a header, in its query or in a form. Where the definition does
/// not say it, every action of the service is permitted: a definition that names it permits that one alone.
pub(super) fn by_path(service: &str, path: &Pattern, region: &Pattern, fields: &Fields<'_>) -> Vec<Permission> {
    let query = path.split('?').into_iter().nth(1).unwrap_or_default();
    let in_query =
        query.split('&').into_iter().filter_map(|pair| Some(pair.as_text()?.strip_prefix("Action=")?.to_owned()));
    let in_header =
        fields.header("x-amz-target").and_then(|target| Some(target.as_text()?.rsplit('.').next()?.to_owned()));
    let in_fields = fields.get("Action").into_iter().filter_map(|action| action.as_text().map(str::to_owned));
    let mut named: Vec<String> = in_header.into_iter().chain(in_query).chain(in_fields).collect();
    named.sort();
    named.dedup();
    if named.is_empty() {
        named.push("*".to_owned());
    }
    let queue = (service == "sqs").then(|| queue_of_path(path, region)).flatten();
    named
        .iter()
        .flat_map(|name| match &queue {
            Some(queue) => permissions_on(service, name, queue),
            None => action(service, name, region, fields),
        })
        .collect()
}

fn permissions_on(service: &str, name: &str, resource: &Resource) -> Vec<Permission> {
    let actions = actions(service, name);
    actions.iter().map(|action| permission(format!("{}:{action}", prefix(service)), resource.clone())).collect()
}

/// Objects of S3, by method and path. (S3 user guide, `using-with-s3-policy-actions`.)
pub(super) fn objects(service: &Service, path: &Pattern, fields: &Fields<'_>, method: &str) -> Vec<Permission> {
    let (path, query) = split_once(path, '?');
    let (bucket, key) = match &service.subdomain {
        Some(bucket) => (Pattern::text(bucket), path),
        None => split_once(&path, '/'),
    };
    let s3 = |rest: Pattern| Pattern::in_partition("s3").then(Pattern::text("::")).then(rest).resource();
    if bucket.is_empty() {
        return vec![permission("s3:ListAllMyBuckets", Pattern::any().resource())];
    }
    if key.is_empty() {
        let action = |method| match method {
            "PUT" => "s3:CreateBucket",
            "DELETE" => "s3:DeleteBucket",
            _ => "s3:ListBucket",
        };
        return methods(method).into_iter().map(|method| permission(action(method), s3(bucket.clone()))).collect();
    }
    let about = match query.as_text() {
        Some("acl") => "Acl",
        Some("tagging") => "Tagging",
        _ => "",
    };
    let action = |method| match method {
        "GET" | "HEAD" => format!("s3:GetObject{about}"),
        "DELETE" => format!("s3:DeleteObject{about}"),
        _ => format!("s3:PutObject{about}"),
    };
    let object = s3(bucket.then(Pattern::text("/")).then(key));
    let mut needed: Vec<Permission> =
        methods(method).into_iter().map(|method| permission(action(method), object.clone())).collect();
    for (header, action) in [("x-amz-acl", "s3:PutObjectAcl"), ("x-amz-tagging", "s3:PutObjectTagging")] {
        if fields.header(header).is_some() {
            needed.push(permission(action, object.clone()));
        }
    }
    needed
}

/// Another API: `{api}.execute-api`, its path below the stage. (API Gateway developer guide,
/// `api-gateway-iam-policy-resource-format-for-executing-api`.)
pub(super) fn invoke_api(service: &Service, path: &Pattern, region: &Pattern, method: &str) -> Vec<Permission> {
    let (stage, path) = split_once(&split_once(path, '?').0, '/');
    let method = if method == "ANY" { "*" } else { method };
    let api = service.subdomain.as_deref().unwrap_or("*");
    let called = Pattern::here("execute-api", region, &format!("{api}/"));
    let called = called.then(stage).then(Pattern::text(&format!("/{method}/"))).then(path);
    vec![permission("execute-api:Invoke", called.resource())]
}

/// The methods that a client may come with.
fn methods(method: &str) -> Vec<&str> {
    if method == "ANY" { vec!["GET", "PUT", "DELETE"] } else { vec![method] }
}

fn split_once(pattern: &Pattern, mark: char) -> (Pattern, Pattern) {
    let mut parts = pattern.split(mark).into_iter();
    let first = parts.next().unwrap_or_default();
    let rest = parts.reduce(|rest, part| rest.then(Pattern::text(&mark.to_string())).then(part));
    (first, rest.unwrap_or_default())
}

/// What IAM calls a service, where that is not the name of its host.
fn prefix(service: &str) -> &str {
    match service {
        "email" => "ses",
        "monitoring" => "cloudwatch",
        "tagging" => "tag",
        "appconfigdata" => "appconfig",
        other => other,
    }
}

/// IAM's actions for one of the service's: most are called the same. Batches are permitted with what they repeat,
/// transactions with what they may hold.
fn actions<'n>(service: &str, name: &'n str) -> Vec<&'n str> {
    match (service, name) {
        ("sqs", "SendMessageBatch" | "DeleteMessageBatch" | "ChangeMessageVisibilityBatch")
        | ("sns", "PublishBatch") => {
            vec![name.trim_end_matches("Batch")]
        }
        ("dynamodb", "TransactGetItems") => vec!["GetItem"],
        ("dynamodb", "TransactWriteItems") => vec!["ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"],
        ("dynamodb", "ExecuteStatement" | "BatchExecuteStatement" | "ExecuteTransaction") => {
            vec!["PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate"]
        }
        _ => vec![name],
    }
}

/// The resources that the action is asked about, as far as `fields` name them.
fn resources(service: &str, name: &str, region: &Pattern, fields: &Fields<'_>) -> Vec<Resource> {
    let by_name = |field: &str, kind: &str| by_name((service, region), kind, fields.get(field));
    match (service, name) {
        ("dynamodb", "Query" | "Scan") => tables(region, fields),
        ("dynamodb", _) => by_name("TableName", "table/"),
        ("sqs", _) => or_open(fields.get("QueueUrl").iter().map(|url| queue(url, region)).collect(), || {
            Pattern::here("sqs", region, "*").resource()
        }),
        ("sns", _) => arns(fields, "TopicArn", None),
        ("states", "StopExecution" | "DescribeExecution" | "GetExecutionHistory") => {
            arns(fields, "executionArn", Some(Pattern::here("states", region, "execution:").then(Pattern::any())))
        }
        ("states", "StartExecution" | "StartSyncExecution") => {
            arns(fields, "stateMachineArn", Some(Pattern::here("states", region, "stateMachine:").then(Pattern::any())))
        }
        ("kinesis", "PutRecord" | "PutRecords") => match fields.get("StreamARN") {
            none if none.is_empty() => by_name("StreamName", "stream/"),
            streams => streams.iter().map(Pattern::resource).collect(),
        },
        ("firehose", "PutRecord" | "PutRecordBatch") => by_name("DeliveryStreamName", "deliverystream/"),
        // Events go to the default bus unless they name another.
        ("events", "PutEvents") if fields.get("EventBusName").is_empty() && !fields.are_the_clients() => {
            vec![Pattern::here("events", region, "event-bus/default").resource()]
        }
        ("events", "PutEvents") => by_name("EventBusName", "event-bus/"),
        // Applications may be named, but are permitted by their ids.
        ("appconfig", "GetConfiguration") => {
            vec![Pattern::here("appconfig", region, "application/").then(Pattern::any()).resource()]
        }
        _ => vec![Pattern::any().resource()],
    }
}

/// A table, and for a query by an index the index.
fn tables(region: &Pattern, fields: &Fields<'_>) -> Vec<Resource> {
    let indexes = fields.get("IndexName");
    let mut found = Vec::new();
    for table in or_any(fields.get("TableName")) {
        let table = named(("dynamodb", region), "table/", table);
        if indexes.is_empty() {
            found.push(table.resource());
        }
        found.extend(
            indexes.iter().map(|index| table.clone().then(Pattern::text("/index/")).then(index.clone()).resource()),
        );
    }
    if fields.are_the_clients() {
        let any = Pattern::here("dynamodb", region, "table/").then(Pattern::any());
        found.push(any.then(Pattern::text("/index/*")).resource());
    }
    found
}

fn by_name((service, region): (&str, &Pattern), kind: &str, values: Vec<Pattern>) -> Vec<Resource> {
    or_any(values).into_iter().map(|name| named((service, region), kind, name).resource()).collect()
}

/// A name is one in this account; an ARN is itself.
fn named((service, region): (&str, &Pattern), kind: &str, name: Pattern) -> Pattern {
    if name.is_arn() { name } else { Pattern::here(service, region, kind).then(name) }
}

fn or_any(values: Vec<Pattern>) -> Vec<Pattern> {
    if values.is_empty() { vec![Pattern::any()] } else { values }
}

fn or_open(found: Vec<Resource>, open: impl FnOnce() -> Resource) -> Vec<Resource> {
    if found.is_empty() { vec![Resource { is_open: true, ..open() }] } else { found }
}

/// Resources that are named by their ARNs, in the field's two spellings; else `open`.
fn arns(fields: &Fields<'_>, field: &str, open: Option<Pattern>) -> Vec<Resource> {
    let (first, rest) = field.split_at(1);
    let other = first.to_ascii_uppercase() + rest;
    let mut found = fields.get(field);
    if other != field {
        found.extend(fields.get(&other));
    }
    let open = open.unwrap_or_else(Pattern::any);
    let known = |arn: Pattern| if arn.is_arn() || arn.starts_with_variable() { arn } else { open.clone() };
    or_any(found).into_iter().map(|arn| known(arn).resource()).collect()
}

/// The queue of a URL: `https://sqs.{region}.amazonaws.com/{account}/{name}`.
fn queue(url: &Pattern, region: &Pattern) -> Resource {
    if let Some(variable) = url.as_variable() {
        return queue_of_variable(variable, region);
    }
    let parts = url.split('/');
    match parts.as_slice() {
        [_, _, _, account, name] => queue_named(account, name, region),
        _ => Resource { is_open: true, ..Pattern::here("sqs", region, "*").resource() },
    }
}

/// The queue of `path/{account}/{name}`.
fn queue_of_path(path: &Pattern, region: &Pattern) -> Option<Resource> {
    let path = split_once(path, '?').0;
    let parts: Vec<Pattern> = path.split('/').into_iter().filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [account, name] => Some(queue_named(account, name, region)),
        // The path of the URL that a stage variable holds.
        [url] => url.as_variable().map(|variable| queue_of_variable(variable, region)),
        _ => None,
    }
}

fn queue_named(account: &Pattern, name: &Pattern, region: &Pattern) -> Resource {
    let here = Pattern::here("sqs", region, "");
    // The account of the URL, in the place of this one.
    let mut parts = here.split(':');
    parts.truncate(4);
    let arn = parts.into_iter().reduce(|arn, part| arn.then(Pattern::text(":")).then(part)).unwrap_or_default();
    let colon = || Pattern::text(":");
    arn.then(colon()).then(account.clone()).then(colon()).then(name.clone()).resource()
}

/// CloudFormation cuts the URL: `https:`, nothing, the host, the account, the name.
fn queue_of_variable(variable: &str, region: &Pattern) -> Resource {
    let arn = queue_named(&Pattern::text("${Account}"), &Pattern::text("${Queue}"), region);
    let arn = arn.yaml.trim_start_matches("!Sub ").replace("${!", "${");
    let cut = |at: u8| format!("!Select [{at}, !Split [\"/\", !Ref {}]]", names::parameter(variable));
    let yaml = format!("!Sub [{arn}, {{ Account: {}, Queue: {} }}]", cut(3), cut(4));
    let variables = std::iter::once(variable).chain(region.variables()).map(str::to_owned).collect();
    Resource { yaml, variables, is_open: false }
}
