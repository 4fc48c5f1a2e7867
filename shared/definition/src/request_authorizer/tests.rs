use super::*;
use crate::Document;

const URI: &str = "authorizerUri: '${stageVariables.auth}'";

fn read_one(source: &str) -> Result<RequestAuthorizer, Vec<String>> {
    let document = Document::parse(source).unwrap();
    let mut reader = Reader::default();
    let known = BTreeSet::from(["auth".to_owned()]);
    let authorizer = read(&mut reader, &document.root, Some(&known));
    let problems: Vec<String> = reader.problems.iter().map(|p| format!("{} | {}", p.message, p.remedy)).collect();
    if problems.is_empty() { Ok(authorizer.unwrap()) } else { Err(problems) }
}

#[test]
fn what_an_http_api_knows_of_an_authorizer_is_read() {
    let read = read_one(&format!(
        "{{type: request, {URI}, authorizerPayloadFormatVersion: '2.0', enableSimpleResponses: true, \
         authorizerResultTtlInSeconds: 300, identitySource: '$request.header.Authorization, $context.identity.sourceIp', \
         authorizerCredentials: 'arn:aws:iam::123456789012:role/auth'}}"
    ));
    let expected = RequestAuthorizer {
        function: Text(vec![Part::StageVariable("auth".to_owned())]),
        credentials: Some(Text(vec![Part::Literal("arn:aws:iam::123456789012:role/auth".to_owned())])),
        payload: "2.0",
        simple_responses: true,
        result_ttl_s: Some(300),
        identity_sources: vec!["$request.header.Authorization".to_owned(), "$context.identity.sourceIp".to_owned()],
    };
    assert_eq!(read, Ok(expected));
}

#[test]
fn identity_sources_may_be_a_list() {
    let source = format!(
        "{{type: request, {URI}, authorizerPayloadFormatVersion: '1.0', identitySource: [$request.header.A, $request.querystring.b]}}"
    );
    assert_eq!(read_one(&source).unwrap().identity_sources, ["$request.header.A", "$request.querystring.b"]);
}

#[test]
fn a_function_is_named_by_its_arn_however_it_is_wrapped() {
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:auth";
    let wrapped = format!("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations");
    for uri in [arn, &wrapped] {
        let source = format!("{{type: request, authorizerUri: '{uri}', authorizerPayloadFormatVersion: '1.0'}}");
        assert_eq!(read_one(&source).unwrap().function, Text(vec![Part::Literal(arn.to_owned())]));
    }
}

#[test]
fn what_an_http_api_would_refuse_is_refused() {
    let version = "authorizerPayloadFormatVersion: '1.0'";
    for (source, problem) in [
        (format!("{{{URI}}}"), "has no authorizerPayloadFormatVersion, which HTTP APIs require"),
        (format!("{{{version}}}"), "the request authorizer has no authorizerUri"),
        (format!("{{{version}, authorizerUri: auth}}"), "\"auth\" is not a Lambda function's ARN"),
        (format!("{{{version}, authorizerUri: '${{stageVariables.other}}'}}"), "the stage has no variable \"other\""),
        (format!("{{{version}, authorizerUri: '${{AWS::Region}}'}}"), "${AWS::Region} is not a stage variable"),
        (format!("{{{version}, {URI}, enableSimpleResponses: true}}"), "simple responses need payload format 2.0"),
        (format!("{{{version}, {URI}, authorizerResultTtlInSeconds: 3601}}"), "is \"3601\" | write a whole number"),
        (format!("{{{version}, {URI}, authorizerResultTtlInSeconds: 60}}"), "are kept by their identity source"),
        (
            format!("{{{version}, {URI}, identitySource: method.request.header.Auth}}"),
            "is not an identity source of HTTP APIs | write $request.header.Auth",
        ),
        (
            format!("{{{version}, {URI}, identityValidationExpression: x}}"),
            "\"identityValidationExpression\" is not a property of a request authorizer",
        ),
    ] {
        let problems = read_one(&source).unwrap_err();
        assert!(problems.len() == 1 && problems[0].contains(problem), "{source}: {problems:?}");
    }
}
