//! The rules over a bank that does what it is asked and may not say so, and a process that may die at any write.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst},
};

use super::*;
use crate::{memory::MemoryPayments, money::Money};

/// What the bank has under one reference, and how often money moved.
#[derive(Default)]
struct Books {
    standings: Vec<(String, Standing)>,
    captures: usize,
    refunds: usize,
}

/// A bank that keeps its promises; of its calls, those from the number `silent_at` on are done and not answered, as many
/// as `silences`.
#[derive(Default)]
struct TestBank {
    books: Mutex<Books>,
    calls: AtomicUsize,
    silent_at: usize,
    silences: usize,
}

impl TestBank {
    fn told(&self, standing: Standing) -> Result<Standing, BankError> {
        let call = self.calls.fetch_add(1, SeqCst);
        let silent = (self.silent_at..self.silent_at + self.silences).contains(&call);
        if silent { Err(BankError("silence".to_owned())) } else { Ok(standing) }
    }

    fn moved(
        &self,
        reference: &str,
        from: Standing,
        to: Standing,
        count: fn(&mut Books),
    ) -> Result<Standing, BankError> {
        let mut books = self.books.lock().unwrap();
        let held = books.standings.iter_mut().find(|(known, _)| known == reference).expect("an authorization");
        let is_due = held.1 == from;
        if is_due {
            held.1 = to;
        }
        let standing = held.1.clone();
        if is_due {
            count(&mut books);
        }
        drop(books);
        self.told(standing)
    }
}

impl Bank for TestBank {
    async fn find(&self, reference: &str) -> Result<Option<Standing>, BankError> {
        let books = self.books.lock().unwrap();
        Ok(books.standings.iter().find(|(known, _)| known == reference).map(|(_, standing)| standing.clone()))
    }

    async fn authorize(&self, reference: &str, card: &str, _: &Money) -> Result<Standing, BankError> {
        let mut books = self.books.lock().unwrap();
        let known = books.standings.iter().find(|(known, _)| known == reference).map(|(_, standing)| standing.clone());
        let standing = known.unwrap_or_else(|| {
            let declined = Standing::Declined("insufficient_funds".to_owned());
            let standing = if card == "tok_declined" { declined } else { Standing::Authorized };
            books.standings.push((reference.to_owned(), standing.clone()));
            standing
        });
        drop(books);
        self.told(standing)
    }

    async fn capture(&self, reference: &str) -> Result<Standing, BankError> {
        self.moved(reference, Standing::Authorized, Standing::Captured, |books| books.captures += 1)
    }

    async fn refund(&self, reference: &str) -> Result<Standing, BankError> {
        self.moved(reference, Standing::Captured, Standing::Refunded, |books| books.refunds += 1)
    }
}

/// A store that writes `writes` times, and then does so no more: the process that uses it is dead.
struct Mortal<'a> {
    store: &'a MemoryPayments,
    writes: AtomicUsize,
    /// Whether its last write is done.
    last_is_done: bool,
}

impl PaymentStore for Mortal<'_> {
    async fn load(&self, tenant: &str, order: &str) -> Result<Option<Payment>, StoreError> {
        self.store.load(tenant, order).await
    }

    async fn store(&self, payment: &Payment) -> Result<(), StoreError> {
        let dead = || Err(StoreError::Unavailable("dead".to_owned()));
        match self.writes.load(SeqCst) {
            0 => dead(),
            left => {
                self.writes.store(left - 1, SeqCst);
                if left > 1 || self.last_is_done {
                    self.store.store(payment).await?;
                }
                if left > 1 { Ok(()) } else { dead() }
            }
        }
    }
}

/// Shared by all tests, and only ever later.
static NOW: AtomicU64 = AtomicU64::new(1_000);

/// Each look at the clock is later than every lease before it.
fn later() -> u64 {
    NOW.fetch_add(1_000, SeqCst)
}

fn asked(key: &str) -> Asked {
    let [tenant, order, key, fingerprint] = ["demo", "o1", key, "f1"].map(str::to_owned);
    Asked { tenant, order, key, fingerprint, amount: Money { amount: 1999, currency: "EUR".to_owned() } }
}

async fn word(payments: &Payments<impl PaymentStore, &TestBank>, key: &str, card: &str) -> String {
    match payments.pay(&asked(key), card).await {
        Ok(attempt) => attempt.state.word().to_owned(),
        Err(PayError::Problem(problem)) => format!("{problem:?}"),
        Err(error) => error.to_string(),
    }
}

impl Bank for &TestBank {
    async fn find(&self, reference: &str) -> Result<Option<Standing>, BankError> {
        (**self).find(reference).await
    }

    async fn authorize(&self, reference: &str, card: &str, amount: &Money) -> Result<Standing, BankError> {
        (**self).authorize(reference, card, amount).await
    }

    async fn capture(&self, reference: &str) -> Result<Standing, BankError> {
        (**self).capture(reference).await
    }

    async fn refund(&self, reference: &str) -> Result<Standing, BankError> {
        (**self).refund(reference).await
    }
}

fn service<S: PaymentStore>(store: S, bank: &TestBank) -> Payments<S, &TestBank> {
    Payments { store, bank, clock_ms: later, lease_ms: 1 }
}

fn moved(bank: &TestBank) -> (usize, usize) {
    let books = bank.books.lock().unwrap();
    (books.captures, books.refunds)
}

#[tokio::test]
async fn a_retried_payment_is_charged_once() {
    let bank = TestBank::default();
    let payments = service(MemoryPayments::default(), &bank);
    for _ in 0..3 {
        assert_eq!(word(&payments, "k1", "tok_1").await, "captured");
    }
    assert_eq!(word(&payments, "k2", "tok_1").await, "Paid");
    assert_eq!(moved(&bank), (1, 0));
}

#[tokio::test]
async fn whoever_dies_at_a_write_is_followed_by_one_who_finds_the_truth() {
    for writes in 1..=3 {
        for last_is_done in [false, true] {
            for (key, second) in [("k1", "captured"), ("k2", "")] {
                let (bank, store) = (TestBank::default(), MemoryPayments::default());
                let mortal = Mortal { store: &store, writes: AtomicUsize::new(writes), last_is_done };
                assert!(service(mortal, &bank).pay(&asked("k1"), "tok_1").await.is_err(), "{writes}: it dies");
                let survivor = service(Mortal { store: &store, writes: AtomicUsize::new(9), last_is_done }, &bank);
                let answer = word(&survivor, key, "tok_1").await;
                // Under another key, it is paid by either.
                let fits = if second.is_empty() { ["captured", "Paid"].contains(&&*answer) } else { answer == second };
                assert!(fits, "{writes} {last_is_done} {key}: {answer}");
                assert_eq!(moved(&bank), (1, 0), "{writes} {last_is_done} {key}");
                assert_eq!(survivor.store.load("demo", "o1").await.unwrap().unwrap().state(), "captured");
            }
        }
    }
}

#[tokio::test]
async fn a_bank_that_did_it_and_did_not_say_so_is_asked_and_not_told_again() {
    for silent_at in 0..2 {
        let bank = TestBank { silent_at, silences: 1, ..TestBank::default() };
        let payments = service(MemoryPayments::default(), &bank);
        assert_eq!(word(&payments, "k1", "tok_1").await, "the bank gave no answer: silence");
        assert_eq!(word(&payments, "k1", "tok_1").await, "captured", "call {silent_at}");
        assert_eq!(moved(&bank), (1, 0));
    }
}

#[tokio::test]
async fn a_declined_card_is_declined_again_and_another_one_pays() {
    let bank = TestBank::default();
    let payments = service(MemoryPayments::default(), &bank);
    for _ in 0..2 {
        assert_eq!(word(&payments, "k1", "tok_declined").await, "declined");
    }
    assert_eq!(word(&payments, "k2", "tok_1").await, "captured");
    assert_eq!(word(&payments, "k1", "tok_declined").await, "declined", "the same answer as before");
    assert_eq!(moved(&bank), (1, 0));
}

#[tokio::test]
async fn one_who_lost_its_attempt_to_another_takes_no_money() {
    let (bank, store) = (TestBank::default(), MemoryPayments::default());
    let Ok(Step::Begin(slow)) = next_step(None, &asked("k1"), 0, 1) else { panic!("not begun") };
    store.store(&slow).await.unwrap();
    let payments = service(&store, &bank);
    assert_eq!(word(&payments, "k2", "tok_1").await, "captured");
    // The slow one's answer from the bank comes now.
    let late = payments.drive(slow, Some("tok_1"), false).await;
    assert_eq!(late, Err(PayError::Problem(PaymentProblem::InProgress)));
    assert_eq!(moved(&bank), (1, 0));
    assert_eq!(word(&payments, "k1", "tok_1").await, "abandoned");
}

impl PaymentStore for &MemoryPayments {
    async fn load(&self, tenant: &str, order: &str) -> Result<Option<Payment>, StoreError> {
        (**self).load(tenant, order).await
    }

    async fn store(&self, payment: &Payment) -> Result<(), StoreError> {
        (**self).store(payment).await
    }
}

#[tokio::test]
async fn what_was_taken_is_given_back_once() {
    let bank = TestBank { silent_at: 2, silences: 1, ..TestBank::default() };
    let payments = service(MemoryPayments::default(), &bank);
    assert_eq!(payments.refund("demo", "o1").await, Ok(Refund::Nothing));
    assert_eq!(word(&payments, "k1", "tok_1").await, "captured");
    assert!(payments.refund("demo", "o1").await.is_err(), "the bank did it, and did not say so");
    for _ in 0..2 {
        assert_eq!(payments.refund("demo", "o1").await, Ok(Refund::Done));
    }
    assert_eq!(moved(&bank), (1, 1));
    assert_eq!(word(&payments, "k1", "tok_1").await, "captured", "the same answer as before");
    assert_eq!(word(&payments, "k2", "tok_1").await, "Paid");
}

#[tokio::test]
async fn what_was_not_taken_is_not_given_back_and_what_may_yet_be_waits() {
    let bank = TestBank { silent_at: 1, silences: 1, ..TestBank::default() };
    let payments = service(MemoryPayments::default(), &bank);
    assert!(payments.pay(&asked("k1"), "tok_1").await.is_err());
    assert_eq!(payments.refund("demo", "o1").await, Err(PaymentProblem::InProgress.into()));
    let declined = service(MemoryPayments::default(), &bank);
    assert_eq!(word(&declined, "k9", "tok_1").await, "captured", "another order of the same bank");
}
