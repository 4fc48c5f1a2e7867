//! What every [`PaymentStore`] promises, as one suite that runs over the one in memory and over a table.

use crate::{
    money::Money,
    payment::{Attempt, MAX_ATTEMPTS, Payment, State},
    store::{PaymentStore, StoreError},
};

/// Runs every promise over `store`, in which no order's id ends in `unique`.
///
/// # Panics
/// When a promise is broken.
pub async fn suite(store: &impl PaymentStore, unique: &str) {
    a_payment_is_loaded_as_it_was_stored(store, unique).await;
    a_change_follows_the_version_it_was_made_from(store, unique).await;
    a_tenant_reaches_no_other_tenants_payment(store, unique).await;
}

async fn a_payment_is_loaded_as_it_was_stored(store: &impl PaymentStore, unique: &str) {
    let mut payment = payment("contract", &format!("whole-{unique}"));
    assert_eq!(store.load(&payment.tenant, &payment.order).await, Ok(None));
    for state in [
        State::Started,
        State::Authorized,
        State::Captured,
        State::Declined("no money \u{1F4B8}".to_owned()),
        State::Abandoned,
    ] {
        payment = payment.moved(state, 5);
        assert_eq!(store.store(&payment).await, Ok(()));
        assert_eq!(store.load(&payment.tenant, &payment.order).await, Ok(Some(payment.clone())));
    }
    let last = payment.attempts.last().cloned().into_iter();
    payment.attempts = last.cycle().take(MAX_ATTEMPTS).collect();
    payment = payment.given_back();
    assert_eq!(store.store(&payment).await, Ok(()));
    assert_eq!(store.load(&payment.tenant, &payment.order).await, Ok(Some(payment)));
}

async fn a_change_follows_the_version_it_was_made_from(store: &impl PaymentStore, unique: &str) {
    let first = payment("contract", &format!("raced-{unique}")).moved(State::Started, 1);
    let [second, other] = ["a", "b"].map(|why| first.clone().moved(State::Declined(why.to_owned()), 0));
    assert_eq!(store.store(&second).await, Err(StoreError::Contended), "nothing is there to change");
    assert_eq!(store.store(&first).await, Ok(()));
    assert_eq!(store.store(&first).await, Err(StoreError::Contended), "a first one is there");
    assert_eq!(store.store(&second).await, Ok(()));
    assert_eq!(store.store(&other).await, Err(StoreError::Contended), "another was faster");
    assert_eq!(store.load(&first.tenant, &first.order).await, Ok(Some(second)));
}

async fn a_tenant_reaches_no_other_tenants_payment(store: &impl PaymentStore, unique: &str) {
    let mine = payment("contract", &format!("own-{unique}")).moved(State::Started, 1);
    assert_eq!(store.store(&mine).await, Ok(()));
    assert_eq!(store.load("contract-other", &mine.order).await, Ok(None));
}

/// Version 0: the first change makes it 1.
fn payment(tenant: &str, order: &str) -> Payment {
    let attempt = Attempt {
        key: "k".repeat(255),
        fingerprint: "f".repeat(64),
        reference: format!("{order}-1"),
        amount: Money { amount: u64::MAX, currency: "EUR".to_owned() },
        state: State::Started,
        busy_until_ms: u64::MAX,
    };
    let (tenant, order) = (tenant.to_owned(), order.to_owned());
    Payment { tenant, order, version: 0, attempts: vec![attempt], refunded: false }
}
