//! What was done and what differs, as text.

use std::{fmt, time::Duration};

use crate::{
    books::{Check, Summary},
    journal::{Step, Times},
};

/// How many differences of one kind, or orders, are named.
const NAMED: usize = 20;

/// The end of a run.
pub struct Report {
    /// Each kind of request.
    pub steps: Vec<(Step, Times)>,
    /// The sum of orders.
    pub summary: Summary,
    /// Each comparison.
    pub checks: Vec<Check>,
}

impl Report {
    /// Whether the books agree.
    pub fn agrees(&self) -> bool {
        self.checks.iter().all(|check| check.differences.is_empty())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:22} {:>8} {:>8} {:>8} {:>8}  (ms; an emulator shows behaviour, not speed)",
            "", "requests", "p50", "p95", "p99"
        )?;
        for (step, times) in &self.steps {
            let [p50, p95, p99] = [50, 95, 99].map(|percent| milliseconds(times.percentile(percent)));
            writeln!(f, "{:22} {:>8} {p50:>8} {p95:>8} {p99:>8}", step.name, times.count())?;
        }
        let Summary { orders, captured, refunded, unpaid } = &self.summary;
        writeln!(
            f,
            "\n{orders} orders = {captured} paid + {refunded} refunded + {} unpaid{}",
            unpaid.len(),
            named(unpaid)
        )?;
        writeln!(f, "\n{:56} {:>8} {:>9}", "", "compared", "different")?;
        for check in &self.checks {
            writeln!(f, "{:56} {:>8} {:>9}", check.name, check.compared, check.differences.len())?;
        }
        for check in self.checks.iter().filter(|check| !check.differences.is_empty()) {
            writeln!(f, "\nNot so: {}", check.name)?;
            check.differences.iter().take(NAMED).try_for_each(|difference| writeln!(f, "  {difference}"))?;
            if let Some(more) = check.differences.len().checked_sub(NAMED).filter(|more| *more > 0) {
                writeln!(f, "  and {more} more")?;
            }
        }
        writeln!(
            f,
            "\nRoutes that go past the router are counted from the access log, which the emulator does not write."
        )
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

fn named(orders: &[String]) -> String {
    if orders.is_empty() {
        return String::new();
    }
    let more = if orders.len() > NAMED { ", …" } else { "" };
    format!(": {}{more}", orders.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_named_and_makes_the_books_disagree() {
        let check = |differences: &[&str]| Check {
            name: "a check",
            compared: 30,
            differences: differences.iter().map(|one| (*one).to_owned()).collect(),
        };
        let report = |checks| Report { steps: Vec::new(), summary: Summary::default(), checks };
        assert!(report(vec![check(&[])]).agrees());
        let different = report(vec![check(&[]), check(&["o1 is delivered, and its payment declined"])]);
        assert!(
            !different.agrees() && different.to_string().contains("\n  o1 is delivered, and its payment declined\n")
        );
        let many = report(vec![check(&["x"; 25])]).to_string();
        assert!(many.contains("  and 5 more\n"), "{many}");
    }

    #[test]
    fn who_has_not_paid_is_named() {
        let summary = Summary { orders: 3, captured: 1, refunded: 1, unpaid: vec!["o3".to_owned()] };
        let text = Report { steps: Vec::new(), summary, checks: Vec::new() }.to_string();
        assert!(text.contains("3 orders = 1 paid + 1 refunded + 1 unpaid: o3\n"), "{text}");
    }
}
