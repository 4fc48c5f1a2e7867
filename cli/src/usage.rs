//! `tollgate usage`: what callers used.

mod chart;
mod export;
mod reconcile;
mod show;
mod verify;

use aws::LedgerTable;
use clap::{Args, Subcommand, ValueEnum};
use usage::{By, Hour, Ledger as _, Row, Span, SpanKind, UsageRecord, read, scan};

use crate::keys;
pub(crate) use show::field;

/// Report usage; verify, reconcile and export it.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Usage {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    report: Report,
}

#[derive(Subcommand)]
enum Command {
    /// Check that no more units were counted than quotas have granted.
    Verify(verify::Verify),
    /// Give units back to their quota that dead sandboxes had been granted and did not use.
    Reconcile(reconcile::Reconcile),
    /// Write usage in the shape that a billing system takes.
    Export(export::Export),
}

/// Which usage.
#[derive(Args)]
pub(crate) struct Selection {
    /// The ledger: the stack's output UsageTable.
    // Not required of the parser: the subcommands have one of their own.
    #[arg(long)]
    table: Option<String>,
    /// One tenant; without it, all. An empty name is of callers without a tenant.
    #[arg(long)]
    tenant: Option<String>,
    /// The first hour, day or month: 2026-11-20T13, 2026-11-20, 2026-11. Without it, this month.
    #[arg(long, value_parser = span)]
    from: Option<Span>,
    /// The last hour, day or month, which is included. Without it, that of --from.
    #[arg(long, value_parser = span)]
    to: Option<Span>,
}

#[derive(Args)]
struct Report {
    #[command(flatten)]
    selection: Selection,
    /// What there is a row for, commas between: tenant,key,plan,stage,route,status,hour,day,month.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Dimension::Tenant])]
    by: Vec<Dimension>,
    /// Only this API key, by its id.
    #[arg(long)]
    key: Option<String>,
    /// Only this route: "GET /carts/{cartId}".
    #[arg(long)]
    route: Option<String>,
    /// Only so many rows, those with the most requests first.
    #[arg(long)]
    top: Option<usize>,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Dimension {
    Tenant,
    Key,
    Plan,
    Stage,
    Route,
    Status,
    Hour,
    Day,
    Month,
}

/// How a report is written.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For spreadsheets.
    Csv,
    /// For machines.
    Json,
    /// Requests as bars.
    Chart,
}

impl Usage {
    /// Carries it out.
    pub(crate) async fn run(self) -> Result<(), String> {
        match self.command {
            None => self.report.run().await,
            Some(Command::Verify(verify)) => verify.run().await,
            Some(Command::Reconcile(reconcile)) => reconcile.run().await,
            Some(Command::Export(export)) => export.run().await,
        }
    }
}

impl Report {
    async fn run(self) -> Result<(), String> {
        let by: Vec<By> = self.by.iter().map(|dimension| dimension.by()).collect();
        let coarsest = by.iter().map(|by| by.coarsest()).min().unwrap_or(SpanKind::Month);
        let wanted = |record: &UsageRecord| {
            self.key.as_ref().is_none_or(|key| *key == record.key.key)
                && self.route.as_ref().is_none_or(|route| *route == record.key.route)
        };
        let mut report = usage::Report::new(&by);
        let add = |record: &UsageRecord| {
            if wanted(record) {
                report.add(record);
            }
        };
        self.selection.scan(coarsest, add).await?;
        let rows = shown(report.into_rows(), self.top);
        let heads: Vec<&str> = by.iter().map(|by| head(*by)).collect();
        crate::out(&match self.format {
            Format::Table => show::table(&heads, &rows),
            Format::Csv => show::csv(&heads, &rows),
            Format::Json => show::json(&heads, &rows),
            Format::Chart => chart::chart(&rows),
        });
        Ok(())
    }
}

impl Selection {
    /// The ledger.
    pub(crate) fn ledger(&self) -> Result<LedgerTable, String> {
        let table = self.table.clone().ok_or("name the ledger with --table: it is the stack's output UsageTable")?;
        Ok(LedgerTable::new(keys::connection()?.dynamodb(), table))
    }

    /// The first hour, and the first after the last.
    pub(crate) fn hours(&self) -> Result<(Hour, Hour), String> {
        let this_month = || Span::of(SpanKind::Month, Hour::at_ms(runtime::clock_ms()));
        let from = self.from.unwrap_or_else(this_month);
        let to = self.to.unwrap_or(from);
        if to.end() <= from.first() { Err(format!("{from} is after {to}")) } else { Ok((from.first(), to.end())) }
    }

    /// Shows the records of all tenants, of whom none is in memory as a whole.
    async fn scan(&self, coarsest: SpanKind, mut show: impl FnMut(&UsageRecord)) -> Result<(), String> {
        let (hours, ledger) = (self.hours()?, self.ledger()?);
        for tenant in self.tenants(&ledger).await? {
            let scanned = scan(&ledger, &tenant, hours, coarsest, &mut show).await;
            scanned.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    async fn tenants(&self, ledger: &LedgerTable) -> Result<Vec<String>, String> {
        match &self.tenant {
            Some(tenant) => Ok(vec![tenant.clone()]),
            None => ledger.all_tenants().await.map_err(|error| error.to_string()),
        }
    }

    /// The records of each tenant.
    pub(crate) async fn read(&self, coarsest: SpanKind) -> Result<Vec<(String, Vec<UsageRecord>)>, String> {
        let (hours, ledger) = (self.hours()?, self.ledger()?);
        let mut all = Vec::new();
        for tenant in self.tenants(&ledger).await? {
            let records = read(&ledger, &tenant, hours, coarsest).await.map_err(|error| error.to_string())?;
            all.push((tenant, records));
        }
        Ok(all)
    }
}

impl Dimension {
    fn by(self) -> By {
        match self {
            Dimension::Tenant => By::Tenant,
            Dimension::Key => By::Key,
            Dimension::Plan => By::Plan,
            Dimension::Stage => By::Stage,
            Dimension::Route => By::Route,
            Dimension::Status => By::Status,
            Dimension::Hour => By::Hour,
            Dimension::Day => By::Day,
            Dimension::Month => By::Month,
        }
    }
}

fn head(by: By) -> &'static str {
    match by {
        By::Tenant => "tenant",
        By::Key => "key",
        By::Plan => "plan",
        By::Stage => "stage",
        By::Route => "route",
        By::Status => "status",
        By::Hour => "hour",
        By::Day => "day",
        By::Month => "month",
    }
}

/// The rows; of some only, the busiest, and these first.
fn shown(mut rows: Vec<Row>, top: Option<usize>) -> Vec<Row> {
    if let Some(top) = top {
        rows.sort_by_key(|row| std::cmp::Reverse(row.totals.requests));
        rows.truncate(top);
    }
    rows
}

/// Reads a span from the command line.
pub(crate) fn span(text: &str) -> Result<Span, String> {
    Span::parse(text)
        .ok_or_else(|| "write an hour, a day or a month in UTC: 2026-11-20T13, 2026-11-20, 2026-11".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        usage: Usage,
    }

    fn parsed(line: &str) -> Usage {
        Line::try_parse_from(line.split(' ')).unwrap_or_else(|error| panic!("{error}")).usage
    }

    #[test]
    fn the_report_and_each_subcommand_take_their_own_tables() {
        let report = parsed("usage --table u --by route,status --from 2026-11");
        assert!(report.command.is_none() && report.report.selection.table.as_deref() == Some("u"));
        let tables = "--table u --plans-table p --counters-table c --keys-table k";
        assert!(matches!(parsed(&format!("usage verify {tables}")).command, Some(Command::Verify(_))));
        assert!(matches!(parsed(&format!("usage reconcile {tables} --dry-run")).command, Some(Command::Reconcile(_))));
        let export =
            parsed("usage export --table u --format stripe --tenant acme --to 2026-11 --send-to https://a").command;
        assert!(matches!(export, Some(Command::Export(_))));
    }
}
