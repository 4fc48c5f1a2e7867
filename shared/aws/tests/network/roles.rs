//! Roles that calls are made with.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use gateway::{Backends as _, CallProblem, ServiceCall};

use crate::{
    Clock, SECRET, backends, backends_by,
    server::{Reply, Request, Server, answer},
    services::call,
    signature::verify,
};

const ROLE: &str = "arn:aws:iam::123456789012:role/a+b";

pub(crate) fn is_sts(request: &Request) -> bool {
    request.header("authorization").contains("/sts/")
}

/// What STS answers: the credentials `ASIA{n}` until an hour after the clock's start and `{n}` hours, or for a year.
pub(crate) fn assumed(n: usize) -> Reply {
    let expires = if n < 10 { format!("2026-01-31T{}:00:00Z", 13 + n) } else { "2027-01-31T12:00:00Z".to_owned() };
    answer(
        200,
        format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA{n}</AccessKeyId>\
             <SecretAccessKey>secret-{n}</SecretAccessKey><SessionToken>token/{n}+=</SessionToken>\
             <Expiration>{expires}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
        ),
    )
}

/// STS beside a service that answers 200.
fn with_sts() -> Server {
    let mut asked = 0;
    Server::start(move |request| {
        if !is_sts(request) {
            return answer(200, "{}");
        }
        asked += 1;
        assumed(asked - 1)
    })
}

fn as_role(role: &str) -> ServiceCall {
    ServiceCall { credentials: Some(role.to_owned()), ..call("dynamodb") }
}

fn count(server: &Server, of: impl Fn(&Request) -> bool) -> usize {
    server.seen().iter().filter(|request| of(request)).count()
}

#[tokio::test]
async fn a_call_is_signed_with_the_role_that_the_router_assumed() {
    let server = with_sts();
    let answer = backends(server.address).call(as_role(ROLE)).await;
    assert_eq!(answer.expect("an answer").status, 200);
    let [sts, request] = &server.seen()[..] else { panic!("two requests") };
    assert_eq!(
        sts.text(),
        "Action=AssumeRole&Version=2011-06-15&RoleSessionName=tollgate\
         &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fa%2Bb"
    );
    verify(sts, SECRET, "sts", "eu-north-1");
    verify(request, "secret-0", "dynamodb", "us-west-2");
    assert_eq!(request.header("x-amz-security-token"), "token/0+=");
}

#[tokio::test]
async fn a_role_is_asked_for_once_until_shortly_before_it_expires() {
    let (server, clock) = (with_sts(), Clock::new());
    let backends = backends_by(server.address, clock.clone());
    for (wait_s, asked) in [(0, 1), (0, 1), (3600 - 361, 1), (1, 2), (0, 2)] {
        clock.advance(wait_s);
        assert_eq!(backends.call(as_role(ROLE)).await.expect("an answer").status, 200);
        assert_eq!(count(&server, is_sts), asked, "after {wait_s} s");
    }
    let last = server.seen().pop().expect("a request");
    verify(&last, "secret-1", "dynamodb", "us-west-2");
}

#[tokio::test]
async fn callers_of_one_role_wait_for_one_request() {
    let server = with_sts();
    let backends = backends(server.address);
    let calls = (backends.call(as_role(ROLE)), backends.call(as_role(ROLE)), backends.call(as_role(ROLE)));
    let (one, two, three) = tokio::join!(calls.0, calls.1, calls.2);
    assert!([one, two, three].into_iter().all(|answer| answer.is_ok_and(|answer| answer.status == 200)));
    assert_eq!(count(&server, is_sts), 1);
}

#[tokio::test]
async fn each_role_has_its_own_credentials_and_not_all_are_kept() {
    let server = with_sts();
    let backends = backends(server.address);
    for n in 0..200 {
        assert!(backends.call(as_role(&format!("{ROLE}{n}"))).await.is_ok());
    }
    assert_eq!(count(&server, is_sts), 200);
    let last = server.seen().pop().expect("a request");
    assert!(last.header("authorization").contains("ASIA199/"), "{:?}", last.headers);
    assert!(backends.call(as_role(&format!("{ROLE}0"))).await.is_ok());
    assert_eq!(count(&server, is_sts), 201, "the first role was let go");
}

#[tokio::test]
async fn a_refused_role_is_named_with_the_code_and_nothing_else() {
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
                  <Message>User: secret is not authorized</Message></Error></ErrorResponse>";
    let server = Server::with([(403, denied)]);
    let answer = backends(server.address).call(as_role(ROLE)).await;
    assert_eq!(answer, Err(CallProblem::Refused(format!("{ROLE} cannot be assumed: AccessDenied from STS"))));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn credentials_that_a_service_takes_no_longer_are_renewed_once() {
    let (assumed_so_far, refused_so_far) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let expired = || answer(400, r#"{"__type":"com.amazon.coral.service#ExpiredTokenException"}"#);
    let script = {
        let (assumed_so_far, refused_so_far) = (Arc::clone(&assumed_so_far), Arc::clone(&refused_so_far));
        move |request: &Request| match is_sts(request) {
            true => assumed(assumed_so_far.fetch_add(1, Ordering::Relaxed)),
            false if refused_so_far.fetch_add(1, Ordering::Relaxed) == 0 => expired(),
            false => answer(200, "{}"),
        }
    };
    let server = Server::start(script);
    assert_eq!(backends(server.address).call(as_role(ROLE)).await.expect("an answer").status, 200);
    assert_eq!(assumed_so_far.load(Ordering::Relaxed), 2);

    let server = Server::start(move |request| if is_sts(request) { assumed(0) } else { expired() });
    let answer = backends(server.address).call(as_role(ROLE)).await;
    assert_eq!(answer, Err(CallProblem::Refused(format!("{ROLE}: ExpiredTokenException (3 attempts)"))));
    let answer = backends(server.address).call(call("dynamodb")).await.expect("an answer");
    assert_eq!(answer.status, 400, "without a role it is an answer like any other");
}

#[tokio::test]
async fn what_is_kept_serves_while_sts_cannot_be_reached() {
    let mut asked = 0;
    let server = Server::start(move |request| {
        asked += usize::from(is_sts(request));
        match (is_sts(request), asked) {
            (true, 1) => assumed(0),
            (true, _) => answer(500, "<Error><Code>InternalFailure</Code></Error>"),
            (false, _) => answer(200, "{}"),
        }
    });
    let clock = Clock::new();
    let backends = backends_by(server.address, clock.clone());
    for (wait_s, reached) in [(0, true), (3599, true), (1, false)] {
        clock.advance(wait_s);
        let answer = backends.call(as_role(ROLE)).await;
        assert_eq!(answer.is_ok(), reached, "{answer:?} after {wait_s} s");
    }
    assert_eq!(
        backends.call(as_role(ROLE)).await,
        Err(CallProblem::Unreachable(format!("STS answered 500 for {ROLE}")))
    );
}
