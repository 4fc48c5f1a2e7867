//! What one row may take beyond another of the same run.

use crate::report::Measured;
use crate::subjects::{ALL_INTEGRATIONS, FEW_OPERATIONS, LAMBDA_ALONE, MANY_OPERATIONS};

/// Two rows and the most that the first may take beyond the second.
struct Bound {
    more: &'static str,
    less: &'static str,
    /// What the difference is made of.
    says: &'static str,
    start_ms: f64,
    peak_mib: Option<f64>,
}

const BOUNDS: [Bound; 2] = [
    Bound {
        more: MANY_OPERATIONS,
        less: FEW_OPERATIONS,
        says: "A router with 299 operations, each with templates and a model, beside one with 3",
        start_ms: 3.0,
        peak_mib: None,
    },
    Bound {
        more: ALL_INTEGRATIONS,
        less: LAMBDA_ALONE,
        says: "A router with every integration compiled in, beside one with Lambda alone",
        start_ms: 2.0,
        peak_mib: Some(4.0),
    },
];

/// A bound and what was measured: medians of the starts at full speed, and peaks of memory.
pub(crate) struct Comparison {
    bound: &'static Bound,
    over: &'static str,
    start_ms: f64,
    peak_mib: f64,
}

/// Every bound whose two rows are there, once for each way they reach AWS.
pub(crate) fn all(rows: &[Measured]) -> Vec<Comparison> {
    let of = |bound: &'static Bound| {
        let more = rows.iter().filter(move |row| row.label == bound.more);
        more.filter_map(move |more| {
            let less = rows.iter().find(|row| row.label == bound.less && row.transport == more.transport)?;
            Some(Comparison {
                bound,
                over: more.over(),
                start_ms: more.start_ms() - less.start_ms(),
                peak_mib: more.peak_mib() - less.peak_mib(),
            })
        })
    };
    BOUNDS.iter().flat_map(of).collect()
}

impl Comparison {
    pub(crate) fn misses_target(&self) -> bool {
        self.start_ms > self.bound.start_ms || self.bound.peak_mib.is_some_and(|most| self.peak_mib > most)
    }

    pub(crate) fn verdict(&self) -> String {
        let Bound { says, start_ms, peak_mib, .. } = self.bound;
        let over = if self.over.is_empty() { String::new() } else { format!(" ({})", self.over) };
        let memory = match peak_mib {
            None => String::new(),
            Some(most) => format!(", {:+.1} MiB (target ≤ {most:.0})", self.peak_mib),
        };
        let verdict = if self.misses_target() { "missed" } else { "met" };
        format!(
            "{says}{over}: {:+.2} ms to the first answer (target ≤ {start_ms:.0}){memory}: {verdict}.",
            self.start_ms
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects;

    fn comparison(bound: &'static Bound, start_ms: f64, peak_mib: f64) -> Comparison {
        Comparison { bound, over: "TLS", start_ms, peak_mib }
    }

    #[test]
    fn either_limit_passed_is_a_target_missed() {
        let [operations, integrations] = &BOUNDS;
        assert!(!comparison(operations, 3.0, 99.0).misses_target());
        assert!(comparison(operations, 3.1, 0.0).misses_target());
        assert!(!comparison(integrations, 1.9, 3.9).misses_target());
        assert!(comparison(integrations, 2.1, 0.0).misses_target());
        assert!(comparison(integrations, -1.0, 4.1).misses_target());
        let verdict = comparison(integrations, 0.25, 0.5).verdict();
        assert!(
            verdict.ends_with("(TLS): +0.25 ms to the first answer (target ≤ 2), +0.5 MiB (target ≤ 4): met."),
            "{verdict}"
        );
    }

    #[test]
    fn every_bound_names_rows_that_are_measured() {
        let labels: Vec<_> = subjects::all().iter().map(|subject| subject.label).collect();
        for bound in &BOUNDS {
            assert!(labels.contains(&bound.more) && labels.contains(&bound.less), "{}", bound.says);
        }
    }
}
