//! `tollgate usage export`: usage for billing systems, a line of JSON for each event.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;
use usage::{Hour, SpanKind, UsageRecord, cloud_events, marketplace_records, meter_events};

use super::Selection;
use crate::check;

/// Write usage in the shape that a billing system takes. Hours that are not over for two hours are left out: what would still
/// change is not the same event when it is exported again.
#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    selection: Selection,
    /// What takes it.
    #[arg(long, value_enum)]
    format: Shape,
    /// Stripe's event name, or AWS Marketplace's dimension.
    #[arg(long, default_value = "units")]
    meter: String,
    /// A JSON object of the customers' names there, by tenant. Without it, they have the tenants' names.
    #[arg(long)]
    customers: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shape {
    /// CloudEvents, as OpenMeter takes them.
    CloudEvents,
    /// Stripe's meter events.
    Stripe,
    /// AWS Marketplace's metering records.
    Marketplace,
}

impl Export {
    /// Carries it out.
    pub(super) async fn run(self) -> Result<(), String> {
        let customers = self.customers()?;
        let open = Hour::at_ms(runtime::clock_ms()).minus(2);
        for (tenant, mut records) in self.selection.read(SpanKind::Hour).await? {
            records.retain(|record| record.key.hour < open);
            let customer = match &customers {
                None => &tenant,
                Some(customers) => match customers.get(&tenant) {
                    Some(customer) => customer,
                    None if records.is_empty() => continue,
                    None => return Err(format!("the tenant {tenant:?} is not among the customers: add it")),
                },
            };
            crate::out(&self.lines(&records, customer)?);
        }
        Ok(())
    }

    fn lines(&self, records: &[UsageRecord], customer: &str) -> Result<String, String> {
        match self.format {
            Shape::CloudEvents => lines(&cloud_events(records)),
            Shape::Stripe => lines(&meter_events(records, &self.meter, customer)),
            Shape::Marketplace => {
                let records = marketplace_records(records, &self.meter, customer);
                lines(
                    &records.map_err(|hour| {
                        format!("in the hour {hour} there were more units than AWS Marketplace takes")
                    })?,
                )
            }
        }
    }

    fn customers(&self) -> Result<Option<BTreeMap<String, String>>, String> {
        let Some(file) = &self.customers else { return Ok(None) };
        let customers = serde_json::from_str(&check::read(file)?);
        customers.map(Some).map_err(|error| format!("{}: no JSON object of names: {error}", file.display()))
    }
}

fn lines(events: &[impl Serialize]) -> Result<String, String> {
    let line = |event| serde_json::to_string(event).map(|line| line + "\n");
    events.iter().map(line).collect::<Result<String, _>>().map_err(|error| error.to_string())
}
