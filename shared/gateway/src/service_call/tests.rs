use definition::{ServiceRequest, Text};

use super::*;

#[test]
fn each_service_is_told_its_action_in_its_own_way() {
    assert_eq!(protocols::of("dynamodb"), Protocol::Json { target: "DynamoDB_20120810", version: "1.0" });
    assert_eq!(protocols::of("sns"), Protocol::Query { version: Some("2010-03-31") });
    assert_eq!(protocols::of("ssm"), Protocol::Query { version: None });
}

#[test]
fn a_service_is_reached_where_it_is() {
    let action = |name: &str| ServiceRequest::Action { name: name.to_owned(), parameters: Vec::new() };
    for (service, subdomain, region, request, host) in [
        ("sqs", None, "eu-north-1", action("SendMessage"), "sqs.eu-north-1.amazonaws.com"),
        ("states", None, "eu-north-1", action("StartExecution"), "states.eu-north-1.amazonaws.com"),
        ("states", None, "eu-north-1", action("StartSyncExecution"), "sync-states.eu-north-1.amazonaws.com"),
        ("iam", None, "us-east-1", action("GetUser"), "iam.amazonaws.com"),
        ("sqs", None, "cn-north-1", action("SendMessage"), "sqs.cn-north-1.amazonaws.com.cn"),
        (
            "sagemaker",
            Some("runtime"),
            "us-east-1",
            ServiceRequest::Path(Text::default()),
            "runtime.sagemaker.us-east-1.amazonaws.com",
        ),
    ] {
        assert_eq!(protocols::host(service, subdomain, region, &request), host, "{service}");
    }
}
