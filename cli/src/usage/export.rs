//! `tollgate usage export`: usage for billing systems, written as a line of JSON for each event or sent to them.

mod delivery;
mod event;
mod receiver;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::PathBuf};

use aws::NetworkBackends;
use clap::{Args, ValueEnum};
use usage::{Hour, SpanKind, UsageRecord};

use self::{
    delivery::{Delivery, Patience},
    event::Event,
    receiver::Receiver,
};
use super::Selection;
use crate::{check, keys};

/// The variable with the secret that receivers ask for: an argument would be in the list of processes.
const TOKEN: &str = "TOLLGATE_EXPORT_TOKEN";

/// Write usage in the shape that a billing system takes, or send it there. Hours that are not over for two hours are left out:
/// what would still change is not the same event when it is exported again.
#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    selection: Selection,
    /// What takes it.
    #[arg(long, value_enum)]
    format: Shape,
    /// Where it is sent, with the secret in TOLLGATE_EXPORT_TOKEN: a URL; for AWS Marketplace, "aws". Without it, it is written.
    #[arg(long)]
    send_to: Option<String>,
    /// AWS Marketplace's product code.
    #[arg(long)]
    product: Option<String>,
    /// Stripe's event name, or AWS Marketplace's dimension.
    #[arg(long, default_value = "units")]
    meter: String,
    /// A JSON object of the customers' names there, by tenant. Without it, they have the tenants' names.
    #[arg(long)]
    customers: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// CloudEvents, as OpenMeter takes them.
    CloudEvents,
    /// Stripe's meter events.
    Stripe,
    /// AWS Marketplace's metering records.
    Marketplace,
}

impl Export {
    /// Carries it out. Fails where something was not taken.
    pub(super) async fn run(self) -> Result<(), String> {
        let customers = self.customers()?;
        let backends = NetworkBackends::new(&keys::connection()?);
        let mut delivery = match &self.send_to {
            None => None,
            Some(to) => Some(Delivery::new(self.receiver(to)?, &backends, Patience::default())),
        };
        let open = Hour::at_ms(runtime::clock_ms()).minus(2);
        let mut too_early = 0;
        for (tenant, read) in self.selection.read(SpanKind::Hour).await? {
            let (records, early): (Vec<_>, Vec<_>) = read.into_iter().partition(|record| record.key.hour < open);
            too_early += early.len();
            let Some(customer) = customer(customers.as_ref(), &tenant, records.is_empty())? else { continue };
            let events = self.events(&records, customer)?;
            match &mut delivery {
                None => crate::out(&events.iter().map(Event::line).collect::<String>()),
                Some(delivery) => delivery.send(events).await,
            }
        }
        if too_early > 0 {
            crate::tell(&format!(
                "{too_early} records are left out, whose hours are not over for two hours: export them later"
            ));
        }
        delivery.map_or(Ok(()), |delivery| delivery.end(crate::tell))
    }

    fn events(&self, records: &[UsageRecord], customer: &str) -> Result<Vec<Event>, String> {
        match self.format {
            Shape::CloudEvents => Event::cloud_events(records),
            Shape::Stripe => Event::of_stripe(records, &self.meter, customer),
            Shape::Marketplace => Event::of_marketplace(records, &self.meter, customer),
        }
    }

    fn receiver(&self, to: &str) -> Result<Receiver, String> {
        let token = runtime::env(TOKEN).filter(|token| !token.is_empty());
        match self.format {
            Shape::CloudEvents => Receiver::open_meter(to, token),
            Shape::Stripe => Receiver::stripe(to, token),
            Shape::Marketplace => {
                let product = self.product.clone().ok_or("give the product's code: --product CODE")?;
                // Its API is not in every region; the operator's is the one of the settings.
                let region = runtime::env("AWS_REGION").unwrap_or_default();
                Receiver::marketplace(to, product, region)
            }
        }
    }

    fn customers(&self) -> Result<Option<BTreeMap<String, String>>, String> {
        let Some(file) = &self.customers else { return Ok(None) };
        let customers = serde_json::from_str(&check::read(file)?);
        customers.map(Some).map_err(|error| format!("{}: no JSON object of names: {error}", file.display()))
    }
}

/// What a tenant is called there; nothing of one that is not among the customers and has used nothing.
fn customer<'c>(
    customers: Option<&'c BTreeMap<String, String>>,
    tenant: &'c str,
    is_idle: bool,
) -> Result<Option<&'c str>, String> {
    let Some(customers) = customers else { return Ok(Some(tenant)) };
    match customers.get(tenant) {
        Some(customer) => Ok(Some(customer)),
        None if is_idle => Ok(None),
        None => Err(format!("the tenant {tenant:?} is not among the customers: add it")),
    }
}
