//! Payments in memory, with the same promises as those in DynamoDB: for tests.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crate::{
    payment::Payment,
    store::{PaymentStore, StoreError},
};

/// A store that forgets everything when it is dropped.
#[derive(Default)]
pub struct MemoryPayments {
    payments: Mutex<BTreeMap<(String, String), Payment>>,
}

impl PaymentStore for MemoryPayments {
    async fn load(&self, tenant: &str, order: &str) -> Result<Option<Payment>, StoreError> {
        let payments = self.payments.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(payments.get(&(tenant.to_owned(), order.to_owned())).cloned())
    }

    async fn store(&self, payment: &Payment) -> Result<(), StoreError> {
        let mut payments = self.payments.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (payment.tenant.clone(), payment.order.clone());
        let held = payments.get(&key).map_or(0, |held| held.version);
        if held.checked_add(1) != Some(payment.version) {
            return Err(StoreError::Contended);
        }
        payments.insert(key, payment.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_store_in_memory_keeps_the_promises_of_a_payment_store() {
        crate::contract::suite(&MemoryPayments::default(), "0123").await;
    }
}
