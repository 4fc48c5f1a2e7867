//! What one row may take beyond another of the same run.

use crate::report::Measured;
use crate::subjects::{ALL_INTEGRATIONS, COUNTED, FEW_OPERATIONS, LAMBDA_ALONE, MANY_OPERATIONS};

/// Two rows and what the first may take beyond the second.
struct Bound {
    more: &'static str,
    less: &'static str,
    /// What the difference is made of.
    says: &'static str,
    limits: &'static [Limit],
}

/// The most of one figure.
enum Limit {
    /// Milliseconds that the median start to the first answer takes longer.
    StartMs(f64),
    /// MiB that the peak of memory is higher.
    PeakMib(f64),
    /// How many times as long the median round trip takes.
    RoundTrip(f64),
}

const BOUNDS: [Bound; 3] = [
    Bound {
        more: MANY_OPERATIONS,
        less: FEW_OPERATIONS,
        says: "A router with 299 operations, each with templates and a model, beside one with 3",
        limits: &[Limit::StartMs(3.0)],
    },
    Bound {
        more: ALL_INTEGRATIONS,
        less: LAMBDA_ALONE,
        says: "A router with every integration compiled in, beside one with Lambda alone",
        limits: &[Limit::StartMs(2.0), Limit::PeakMib(4.0)],
    },
    Bound {
        more: COUNTED,
        less: ALL_INTEGRATIONS,
        says: "A router that tells of usage after each answer, beside one that does not count",
        limits: &[Limit::RoundTrip(1.02)],
    },
];

impl Limit {
    /// What was measured of it, as people read it, and whether that is too much.
    fn measured(&self, more: &Measured, less: &Measured) -> (String, bool) {
        match self {
            Limit::StartMs(most) => {
                let ms = more.start_ms() - less.start_ms();
                (format!("{ms:+.2} ms to the first answer (target ≤ {most:.0})"), ms > *most)
            }
            Limit::PeakMib(most) => {
                let mib = more.peak_mib() - less.peak_mib();
                (format!("{mib:+.1} MiB (target ≤ {most:.0})"), mib > *most)
            }
            Limit::RoundTrip(most) => {
                let ratio = more.round_trip_us() / less.round_trip_us();
                (format!("{ratio:.3} times the round trip (target ≤ {most:.2})"), ratio > *most)
            }
        }
    }
}

/// A bound and what was measured.
pub(crate) struct Comparison {
    says: &'static str,
    over: &'static str,
    measured: Vec<(String, bool)>,
}

/// Every bound whose two rows are there, once for each way they reach AWS.
pub(crate) fn all(rows: &[Measured]) -> Vec<Comparison> {
    let of = |bound: &'static Bound| {
        let more = rows.iter().filter(move |row| row.label == bound.more);
        more.filter_map(move |more| {
            let less = rows.iter().find(|row| row.label == bound.less && row.transport == more.transport)?;
            let measured = bound.limits.iter().map(|limit| limit.measured(more, less)).collect();
            Some(Comparison { says: bound.says, over: more.over(), measured })
        })
    };
    BOUNDS.iter().flat_map(of).collect()
}

impl Comparison {
    pub(crate) fn misses_target(&self) -> bool {
        self.measured.iter().any(|(_, is_missed)| *is_missed)
    }

    pub(crate) fn verdict(&self) -> String {
        let over = if self.over.is_empty() { String::new() } else { format!(" ({})", self.over) };
        let measured: Vec<&str> = self.measured.iter().map(|(text, _)| text.as_str()).collect();
        let verdict = if self.misses_target() { "missed" } else { "met" };
        format!("{}{over}: {}: {verdict}.", self.says, measured.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Starts, Trips};
    use crate::subjects;

    fn row(label: &'static str, start_ms: f64, peak_mib: u64, trip_us: f64) -> Measured {
        let mut row = Measured {
            label,
            transport: None,
            size_bytes: 0,
            starts: Starts::default(),
            trips: Trips::default(),
            held: Vec::new(),
            target_ms: None,
        };
        row.trips.peak_kib = peak_mib * 1024;
        row.starts.ms.push(start_ms);
        row.trips.us.push(trip_us);
        row
    }

    fn verdict(more: Measured, less: Measured) -> (bool, String) {
        let [comparison] = all(&[more, less]).try_into().ok().unwrap();
        (comparison.misses_target(), comparison.verdict())
    }

    #[test]
    fn any_limit_passed_is_a_target_missed() {
        let many = |start_ms| verdict(row(MANY_OPERATIONS, start_ms, 99, 1.0), row(FEW_OPERATIONS, 1.0, 1, 1.0)).0;
        assert!(!many(3.9) && many(4.1));
        let all =
            |start_ms, peak| verdict(row(ALL_INTEGRATIONS, start_ms, peak, 1.0), row(LAMBDA_ALONE, 1.0, 1, 1.0)).0;
        assert!(!all(2.9, 4) && all(3.1, 1) && all(0.0, 6));
        let counted = |us| verdict(row(COUNTED, 1.0, 1, us), row(ALL_INTEGRATIONS, 1.0, 1, 100.0)).0;
        assert!(!counted(101.0) && counted(103.0));
        let (_, text) = verdict(row(ALL_INTEGRATIONS, 1.25, 2, 1.0), row(LAMBDA_ALONE, 1.0, 1, 1.0));
        let end = "+0.25 ms to the first answer (target ≤ 2), +1.0 MiB (target ≤ 4): met.";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn every_bound_names_rows_that_are_measured() {
        let labels: Vec<_> = subjects::all().iter().map(|subject| subject.label).collect();
        for bound in &BOUNDS {
            assert!(labels.contains(&bound.more) && labels.contains(&bound.less), "{}", bound.says);
        }
    }
}
