//! Lambda functions as backends.

use bytes::Bytes;
use gateway::{Backends as _, CallProblem, FunctionAnswer, FunctionCall, Invocation};

use crate::{
    SECRET, backends,
    roles::{assumed, is_sts},
    server::{Reply, Server, answer},
    signature::verify,
};

const ARN: &str = "arn:aws:lambda:us-west-2:210987654321:function:cart:live";

pub(crate) fn call(function: &str) -> FunctionCall {
    FunctionCall {
        function: function.to_owned(),
        invocation: Invocation::RequestResponse,
        event: br#"{"a":1}"#.to_vec(),
        tenant_id: None,
        credentials: None,
        timeout_ms: 20_000,
    }
}

#[tokio::test]
async fn a_function_is_invoked_by_name_and_alias() {
    let server = Server::with([(200, r#"{"statusCode": 200}"#)]);
    let answer = backends(server.address).invoke(call("cart:live")).await;
    assert_eq!(answer, Ok(FunctionAnswer::Payload(Bytes::from_static(br#"{"statusCode": 200}"#))));
    let request = &server.seen()[0];
    assert_eq!(
        (request.method.as_str(), request.target.as_str(), request.text()),
        ("POST", "/2015-03-31/functions/cart%3Alive/invocations", r#"{"a":1}"#)
    );
    assert_eq!(request.header("x-amz-invocation-type"), "RequestResponse");
    verify(request, SECRET, "lambda", "eu-north-1");
}

#[tokio::test]
async fn a_function_of_another_account_and_region_is_called_there() {
    let server = Server::with([(200, "{}")]);
    assert!(backends(server.address).invoke(call(ARN)).await.is_ok());
    let request = &server.seen()[0];
    assert!(request.target.contains("arn%3Aaws%3Alambda%3Aus-west-2%3A210987654321%3Afunction%3Acart%3Alive"));
    verify(request, SECRET, "lambda", "us-west-2");
}

#[tokio::test]
async fn a_function_is_called_with_the_role_and_for_the_tenant() {
    let server = Server::start(|request| if is_sts(request) { assumed(0) } else { answer(200, "{}") });
    let role = "arn:aws:iam::123456789012:role/caller";
    let backends = backends(server.address);
    for _ in 0..2 {
        let call =
            FunctionCall { credentials: Some(role.to_owned()), tenant_id: Some("blue".to_owned()), ..call("cart") };
        assert!(backends.invoke(call).await.is_ok());
    }
    let [_, first, second] = &server.seen()[..] else { panic!("the role is asked for once") };
    for request in [first, second] {
        assert_eq!(request.header("x-amz-tenant-id"), "blue");
        verify(request, "secret-0", "lambda", "eu-north-1");
    }
}

#[tokio::test]
async fn an_event_and_a_dry_run_are_accepted() {
    for (invocation, name, status) in [(Invocation::Event, "Event", 202), (Invocation::DryRun, "DryRun", 204)] {
        let server = Server::with([(status, "")]);
        let answer = backends(server.address).invoke(FunctionCall { invocation, ..call("cart") }).await;
        assert_eq!(answer, Ok(FunctionAnswer::Accepted));
        assert_eq!(server.seen()[0].header("x-amz-invocation-type"), name);
    }
}

#[tokio::test]
async fn a_function_that_failed_is_told_from_one_that_was_not_invoked() {
    let server = Server::start(|_| {
        Reply::Answer(200, vec![("x-amz-function-error", "Unhandled".to_owned())], br#"{"errorType": "E"}"#.to_vec())
    });
    let failed = backends(server.address).invoke(call("cart")).await;
    assert_eq!(failed, Ok(FunctionAnswer::Failed(Bytes::from_static(br#"{"errorType": "E"}"#))));
    let server = Server::start(|_| {
        Reply::Answer(
            403,
            vec![("x-amzn-errortype", "AccessDeniedException".to_owned())],
            br#"{"Message": "no"}"#.to_vec(),
        )
    });
    let denied = backends(server.address).invoke(call("cart")).await;
    assert_eq!(denied, Err(CallProblem::Refused("AccessDeniedException from Lambda".to_owned())));
}

#[tokio::test]
async fn only_what_did_not_call_the_function_is_repeated() {
    let throttled = |status, code: &'static str| {
        move |_: &_| Reply::Answer(status, vec![("x-amzn-errortype", code.to_owned())], b"{}".to_vec())
    };
    let cases = [
        (429, "TooManyRequestsException", 3, "TooManyRequestsException from Lambda (3 attempts)"),
        (500, "ServiceException", 1, "ServiceException from Lambda"),
        (502, "EC2ThrottledException", 1, "EC2ThrottledException from Lambda"),
    ];
    for (status, code, requests, why) in cases {
        let server = Server::start(throttled(status, code));
        let answer = backends(server.address).invoke(call("cart")).await;
        assert_eq!((answer, server.seen().len()), (Err(CallProblem::Refused(why.to_owned())), requests));
    }
}

#[tokio::test]
async fn a_function_that_says_nothing_is_a_timeout() {
    let server = Server::start(|_| Reply::Silence);
    let answer = backends(server.address).invoke(FunctionCall { timeout_ms: 50, ..call("cart") }).await;
    assert_eq!((answer, server.seen().len()), (Err(CallProblem::Timeout), 1));
}

#[tokio::test]
async fn lambda_that_cannot_be_reached_is_tried_three_times() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let Err(CallProblem::Unreachable(why)) = backends(free).invoke(call("cart")).await else { panic!("nobody") };
    assert!(why.ends_with("(3 attempts)"), "{why}");
}
