//! A report as a table, CSV and JSON.

use serde_json::{Map, Value, json};
use usage::Row;

use crate::usage_plans;

/// For people: latencies in milliseconds, bytes in their largest unit.
pub(super) fn table(heads: &[&str], rows: &[Row]) -> String {
    let counts = ["REQUESTS", "UNITS", "ERRORS", "THROTTLED", "CACHED", "P50", "P95", "P99", "IN", "OUT"];
    let heads: Vec<String> =
        heads.iter().map(|head| head.to_uppercase()).chain(counts.into_iter().map(str::to_owned)).collect();
    let cells = |row: &Row| {
        let totals = &row.totals;
        let rate = row.error_rate();
        let latency = |per_mille| {
            let micros = totals.latency.quantile(per_mille);
            micros.map_or_else(String::new, |micros| format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100))
        };
        let mut cells: Vec<String> = row.names.iter().map(|name| printed(name)).collect();
        cells.extend([
            totals.requests.to_string(),
            totals.units.to_string(),
            format!("{}.{:02} %", rate / 100, rate % 100),
            totals.throttled.to_string(),
            totals.cache_hits.to_string(),
            latency(500),
            latency(950),
            latency(990),
            bytes(totals.bytes_in),
            bytes(totals.bytes_out),
        ]);
        cells
    };
    usage_plans::table(heads, &rows.iter().map(cells).collect::<Vec<_>>())
}

/// A name as the terminal gets it: what has none is a dash, and what would steer the terminal is left out.
pub(super) fn printed(name: &str) -> String {
    if name.is_empty() { "-".to_owned() } else { name.chars().filter(|letter| !letter.is_control()).collect() }
}

fn bytes(count: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(size, _)| count >= *size) {
        Some((size, unit)) => format!("{}.{} {unit}", count / size, count % size * 10 / size),
        None => format!("{count} B"),
    }
}

/// What is counted, by name.
fn counts(row: &Row) -> [(&'static str, Value); 11] {
    let totals = &row.totals;
    let latency = |per_mille| json!(totals.latency.quantile(per_mille));
    [
        ("requests", json!(totals.requests)),
        ("units", json!(totals.units)),
        ("errors", json!(row.errors)),
        ("throttled", json!(totals.throttled)),
        ("cacheHits", json!(totals.cache_hits)),
        ("bytesIn", json!(totals.bytes_in)),
        ("bytesOut", json!(totals.bytes_out)),
        ("p50Micros", latency(500)),
        ("p95Micros", latency(950)),
        ("p99Micros", latency(990)),
        ("maxMicros", latency(1_000)),
    ]
}

/// RFC 4180, and a first line of names.
pub(super) fn csv(heads: &[&str], rows: &[Row]) -> String {
    let empty = Row { names: Vec::new(), totals: usage::Totals::default(), errors: 0 };
    let names = heads.iter().copied().chain(counts(&empty).map(|(name, _)| name));
    let mut text = names.collect::<Vec<_>>().join(",") + "\r\n";
    for row in rows {
        let numbers = counts(row).map(|(_, number)| if number.is_null() { String::new() } else { number.to_string() });
        let cells: Vec<String> = row.names.iter().map(|name| field(name)).chain(numbers).collect();
        text += &(cells.join(",") + "\r\n");
    }
    text
}

/// A text as a field. What a spreadsheet would take for a formula has a `'` before it.
pub(crate) fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// `{"usage": [{"tenant": …, "requests": …}]}`.
pub(super) fn json(heads: &[&str], rows: &[Row]) -> String {
    let row = |row: &Row| {
        let names = heads.iter().zip(&row.names).map(|(head, name)| ((*head).to_owned(), json!(name)));
        let counts = counts(row).into_iter().map(|(name, count)| (name.to_owned(), count));
        Value::Object(names.chain(counts).collect::<Map<_, _>>())
    };
    format!("{:#}\n", json!({ "usage": rows.iter().map(row).collect::<Vec<_>>() }))
}

#[cfg(test)]
mod tests {
    use usage::Totals;

    use super::*;

    fn row(name: &str) -> Row {
        let mut totals = Totals { requests: 2_000, units: 7, bytes_out: 1_234_567, throttled: 1, ..Totals::default() };
        (0..2_000).for_each(|number| totals.latency.add(number * 10));
        Row { names: vec![name.to_owned()], totals, errors: 25 }
    }

    #[test]
    fn a_report_is_read_by_people_spreadsheets_and_machines() {
        let shown = table(&["tenant"], &[row("acme"), row("")]);
        let lines: Vec<Vec<&str>> = shown
            .lines()
            .map(|line| line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect())
            .collect();
        assert_eq!(
            lines[1],
            ["acme", "2000", "7", "1.25 %", "1", "0", "9.9 ms", "18.9 ms", "19.7 ms", "0 B", "1.2 MB"]
        );
        assert_eq!(lines[2][0], "-");
        let csv = csv(&["tenant"], &[row("a,\"b\""), row("=1+1")]);
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert!(lines[0].starts_with("tenant,requests,units,errors,"), "{csv}");
        assert!(lines[1].starts_with("\"a,\"\"b\"\"\",2000,7,25,1,0,0,1234567,"), "{csv}");
        assert!(lines[2].starts_with("'=1+1,"), "{csv}");
        let json: Value = serde_json::from_str(&json(&["tenant"], &[row("acme")])).unwrap();
        assert_eq!((&json["usage"][0]["tenant"], &json["usage"][0]["errors"]), (&json!("acme"), &json!(25)));
    }

    #[test]
    fn nothing_that_a_tenant_is_called_steers_the_terminal() {
        assert_eq!(printed("a\u{1b}[2Jb"), "a[2Jb");
    }
}
