//! Tells a customer's channel what has become of an order: the port, and the one over the queue of broadcasts.

use std::future::Future;

use aws::JobsQueue;
use channels::{Channel, Json, MessageId, Publication};
use serde::Serialize;

use crate::{dynamo_store::within, order::Order, store::StoreError, tenant::Tenant, view::rfc_3339};

/// The way to whoever listens for a customer's orders.
pub trait Announcer: Sync {
    /// Announces the status that `order` has. A repeat is the same message, which a listener takes for one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nobody is told, or may be. [`StoreError::Corrupt`], when there can be no such channel.
    fn announce(&self, tenant: &Tenant, order: &Order) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// The queue of broadcasts. The states of `infra/delivery.asl.yaml` put messages of the same shape on it.
pub struct BroadcastQueue(pub JobsQueue);

impl Announcer for BroadcastQueue {
    async fn announce(&self, tenant: &Tenant, order: &Order) -> Result<(), StoreError> {
        let publication = publication(tenant, order).ok_or_else(|| {
            StoreError::Corrupt("the tenant's name, which no channel may have as a part of its own".to_owned())
        })?;
        within(self.0.publish(publication)).await?.map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

/// What `data` says.
#[derive(Serialize)]
struct Said<'a> {
    order: String,
    status: &'a str,
    at: String,
}

/// The message: the same id each time, so that a listener who gets it twice knows.
fn publication(tenant: &Tenant, order: &Order) -> Option<Publication> {
    let (id, status) = (order.cart.id.to_string(), order.status.as_str());
    let said = Said { order: id.clone(), status, at: rfc_3339(order.placed_at_s) };
    Some(Publication {
        channel: Channel::parse(&format!("orders/{tenant}/{}", order.customer)).ok()?,
        id: MessageId::parse(&format!("{id}-{status}"))?,
        data: Json::parse(&serde_json::to_string(&said).ok()?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::{KNOWN, known_order};

    #[test]
    fn an_announcement_says_which_order_has_come_how_far_and_when() {
        let publication = publication(&Tenant::parse("demo").unwrap(), &known_order()).unwrap();
        assert_eq!(publication.channel.as_str(), "orders/demo/ann");
        assert_eq!(publication.id.as_str(), format!("{KNOWN}-placed"));
        let expected = format!(r#"{{"order":"{KNOWN}","status":"placed","at":"2026-01-31T12:00:00Z"}}"#);
        assert_eq!(publication.data.as_str(), expected);
    }

    #[test]
    fn every_customer_may_have_a_channel() {
        let mut order = known_order();
        order.customer = crate::customer::Customer::parse("ann.b_c-d+shop@example.com").unwrap();
        let of =
            |tenant: &str| publication(&Tenant::parse(tenant).unwrap(), &order).map(|sent| sent.channel.to_string());
        assert_eq!(of("acme").as_deref(), Some("orders/acme/ann.b_c-d+shop@example.com"));
        assert_eq!(of("a tenant whose name is no segment"), None);
    }
}
