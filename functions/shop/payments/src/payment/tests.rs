use super::*;

const NOW: u64 = 1_000;
const LEASE: u64 = 100;

fn asked(key: &str, body: &str) -> Asked {
    let [tenant, order, key, fingerprint] = ["demo", "o1", key, body].map(str::to_owned);
    Asked { tenant, order, key, fingerprint, amount: Money { amount: 1999, currency: "EUR".to_owned() } }
}

/// A payment whose only attempt, under `k1`, is at `state` and held until `busy_until_ms`.
fn held(state: State, busy_until_ms: u64) -> Option<Payment> {
    let Ok(Step::Begin(payment)) = next_step(None, &asked("k1", "b1"), NOW, LEASE) else { panic!("not begun") };
    Some(payment.moved(state, busy_until_ms))
}

/// The step as `Kind key@state vVersion`.
#[track_caller]
fn check(held: Option<Payment>, asked: &Asked, expected: &str) {
    let of = |kind: &str, payment: &Payment| {
        let all = payment.attempts.iter().map(|one| format!("{}@{}", one.key, one.state.word())).collect::<Vec<_>>();
        let until = payment.attempts.last().unwrap().busy_until_ms;
        format!("{kind} {} v{} until {until}", all.join(" "), payment.version)
    };
    let found = match next_step(held, asked, NOW, LEASE) {
        Ok(Step::Begin(payment)) => of("begin", &payment),
        Ok(Step::Resume(payment)) => of("resume", &payment),
        Ok(Step::Finish(payment)) => of("finish", &payment),
        Ok(Step::Ended(attempt)) => format!("ended {}", attempt.state.word()),
        Err(problem) => format!("{problem:?}"),
    };
    assert_eq!(found, expected);
}

#[test]
fn a_first_request_begins_an_attempt_with_a_reference_of_its_own() {
    check(None, &asked("k1", "b1"), "begin k1@started v1 until 1100");
    assert_eq!(held(State::Started, 0).unwrap().last().unwrap().reference, "o1-1");
}

#[test]
fn the_same_key_gets_the_same_answer_and_another_body_none() {
    for state in [State::Captured, State::Declined("why".to_owned()), State::Abandoned] {
        let word = state.word();
        check(held(state, 0), &asked("k1", "b1"), &format!("ended {word}"));
    }
    for state in [State::Started, State::Authorized, State::Captured] {
        check(held(state, 0), &asked("k1", "b2"), "KeyReused");
    }
}

#[test]
fn a_repeat_waits_for_the_first_and_then_takes_its_place() {
    for state in [State::Started, State::Authorized] {
        check(held(state.clone(), NOW + 1), &asked("k1", "b1"), "InProgress");
        let word = state.word();
        check(held(state, NOW), &asked("k1", "b1"), &format!("resume k1@{word} v3 until 1100"));
    }
}

#[test]
fn an_order_is_paid_by_one_attempt() {
    check(held(State::Captured, 0), &asked("k2", "b1"), "Paid");
    check(held(State::Captured, 0).map(Payment::given_back), &asked("k2", "b1"), "Paid");
    check(held(State::Started, NOW + 1), &asked("k2", "b1"), "InProgress");
    check(held(State::Authorized, NOW + 1), &asked("k2", "b1"), "InProgress");
}

#[test]
fn an_attempt_that_was_left_is_given_up_unless_money_may_have_moved() {
    check(held(State::Started, NOW), &asked("k2", "b1"), "begin k1@abandoned k2@started v3 until 1100");
    check(held(State::Authorized, NOW), &asked("k2", "b1"), "finish k1@authorized v3 until 1100");
    check(held(State::Declined(String::new()), 0), &asked("k2", "b1"), "begin k1@declined k2@started v3 until 1100");
}

#[test]
fn attempts_are_counted() {
    let mut payment = held(State::Declined(String::new()), 0).unwrap();
    let first = payment.attempts[0].clone();
    payment.attempts = vec![first; MAX_ATTEMPTS];
    check(Some(payment), &asked("k2", "b1"), "TooManyAttempts");
}
