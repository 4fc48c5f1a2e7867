use super::*;
use crate::tasks::TaskProblem;

/// One task that waits, under the token of the events.
struct Waiting;

impl Tasks for Waiting {
    async fn succeed(&self, token: &str, _output: &str) -> Result<(), TaskProblem> {
        if token == "AAAAKgAAAAIAAAAA" { Ok(()) } else { Err(TaskProblem::NoToken) }
    }
}

/// The status that each event in `events/delivery` is answered with, at 2026-01-31T12:00:00Z.
#[tokio::test]
async fn every_event_in_the_folder_is_answered_as_expected() {
    let secret = Secret::parse("a secret of thirty-two bytes or more").unwrap();
    let callbacks = Callbacks { tasks: Waiting, secret, clock_ms: || 1_769_860_800_000 };
    let events = testkit::events("delivery");
    for event in &events {
        let expected = if event.name == "callback" { 204 } else { 401 };
        let parsed = serde_json::from_value(event.payload.clone()).unwrap();
        let answer = callbacks.answer(parsed).await.unwrap();
        assert_eq!(answer.status(), expected, "{}", event.name);
    }
    assert_eq!(events.len(), 2, "a file is missing");
}

#[test]
fn a_function_without_its_secret_says_so() {
    let check = |secret: Option<&'static str>, expected: &str| {
        let mut settings = Settings::new(|name| match name {
            "CALLBACK_SECRET" => secret.map(str::to_owned),
            "AWS_REGION" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("us-east-1".to_owned()),
            _ => None,
        });
        let config = Config::load(&mut settings);
        let problems = settings.finish(config.secret.is_some()).map_err(|problems| problems.to_string());
        assert_eq!(problems.err().unwrap_or_default(), expected);
    };
    check(Some("a secret of thirty-two bytes or more"), "");
    check(Some("short"), "cannot start: CALLBACK_SECRET is shorter than 32 bytes");
    check(None, "cannot start: CALLBACK_SECRET is not set");
}
