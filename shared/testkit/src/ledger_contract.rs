//! What [`Ledger`] promises, whoever keeps the promise.

use usage::{Entry, Hour, Ledger, RecordKey, Source, Span, SpanKind, StatusClass, Totals, UsageRecord};

/// The promises of [`Ledger`]. `run` makes tenants that no other run of the suite has made in this ledger; `hour` is a day's
/// first, and not so long ago that what is of it has expired.
///
/// # Panics
/// When one is broken.
pub async fn ledger(ledger: &impl Ledger, run: &str, hour: Hour) {
    // A separator of names, and names of each other's beginnings.
    for tenant in [format!("{run}#a"), format!("{run}#"), format!("{run} é/%")] {
        the_largest_is_kept(ledger, &tenant, hour).await;
        the_run_that_counts_most_is_kept(ledger, &tenant, hour).await;
    }
    a_large_run_is_read_as_it_was_written(ledger, &format!("{run}-large"), hour).await;
    it_has_a_place_for_callers_without_a_tenant(ledger, hour).await;
}

async fn the_largest_is_kept(ledger: &impl Ledger, tenant: &str, hour: Hour) {
    assert_eq!(ledger.entries(tenant, hour).await, Ok(Vec::new()));
    let first = entry(tenant, "GET /a", hour, 1, 5);
    for _ in 0..2 {
        assert_eq!(ledger.keep(&first).await, Ok(()), "it may be repeated");
        assert_eq!(ledger.entries(tenant, hour).await, Ok(vec![first.clone()]));
    }
    let later = entry(tenant, "GET /a", hour, 1, 7);
    for entry in [&later, &first, &later] {
        assert_eq!(ledger.keep(entry).await, Ok(()), "an older one counts as kept");
        assert_eq!(ledger.entries(tenant, hour).await, Ok(vec![later.clone()]));
    }
    let others = [
        entry(tenant, "GET /a", hour, 2, 3),
        entry(tenant, "GET /b", hour, 1, 4),
        entry(tenant, "GET /a", hour.plus(30), 1, 6),
    ];
    for other in &others {
        assert_eq!(ledger.keep(other).await, Ok(()));
    }
    let mut found = ledger.entries(tenant, hour).await.unwrap_or_else(|error| panic!("{error}"));
    found.sort_by_key(|entry| entry.totals().requests);
    assert_eq!(found, [others[0].clone(), others[1].clone(), later], "sources and records stay apart");
    assert_eq!(ledger.entries(tenant, hour.plus(30)).await, Ok(vec![others[2].clone()]), "and hours");
    let hours = ledger.hours(tenant, hour, hour.plus(31)).await;
    assert_eq!(hours, Ok(vec![hour, hour.plus(30)]));
    assert_eq!(ledger.hours(tenant, hour.plus(1), hour.plus(30)).await, Ok(Vec::new()));
    let tenants = ledger.tenants(hour).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(tenants.iter().any(|other| other == tenant), "{tenant} is not among {tenants:?}");
    let all = ledger.all_tenants().await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(all.iter().filter(|other| *other == tenant).count(), 1, "nor once among {all:?}");
    assert!(all.is_sorted());
}

async fn the_run_that_counts_most_is_kept(ledger: &impl Ledger, tenant: &str, hour: Hour) {
    let span = Span::of(SpanKind::Hour, hour);
    let runs = |from, to| ledger.runs(tenant, SpanKind::Hour, from, to);
    assert_eq!(runs(hour, hour.plus(1)).await, Ok(Vec::new()));
    let records = |requests| vec![record(tenant, "GET /a", hour, requests), record(tenant, "GET /b", hour, 1)];
    for (version, requests, kept) in [(1, 5, 5), (2, 3, 5), (3, 5, 5), (4, 8, 8), (4, 8, 8), (5, 1, 8)] {
        assert_eq!(ledger.write(tenant, span, version, &records(requests)).await, Ok(()));
        let found = runs(hour, hour.plus(1)).await.unwrap_or_else(|error| panic!("{error}"));
        let [run] = found[..] else { panic!("{} runs", found.len()) };
        assert_eq!((run.span, run.requests), (span, kept + 1), "version {version}");
        assert_eq!(ledger.records(tenant, &run).await, Ok(records(kept)), "version {version}");
    }
    let next = Span::of(SpanKind::Hour, hour.plus(1));
    assert_eq!(ledger.write(tenant, next, 9, &records(2)).await, Ok(()));
    assert_eq!(ledger.write(tenant, Span::of(SpanKind::Day, hour), 9, &records(2)).await, Ok(()));
    let spans = |from, to| async move {
        let found = runs(from, to).await.unwrap_or_else(|error| panic!("{error}"));
        found.into_iter().map(|run| run.span).collect::<Vec<_>>()
    };
    assert_eq!(spans(hour, hour.plus(2)).await, [span, next], "in order, and of one kind");
    assert_eq!(spans(hour.plus(1), hour.plus(2)).await, [next]);
    assert_eq!(spans(hour.plus(1), hour.plus(1)).await, []);
}

async fn a_large_run_is_read_as_it_was_written(ledger: &impl Ledger, tenant: &str, hour: Hour) {
    let records: Vec<_> =
        (0..6_000).map(|number| record(tenant, &format!("GET /{number:05}/{}", "x".repeat(90)), hour, 3)).collect();
    let span = Span::of(SpanKind::Month, hour);
    assert_eq!(ledger.write(tenant, span, 1, &records).await, Ok(()));
    let found = ledger.runs(tenant, SpanKind::Month, span.first(), span.end()).await;
    let [run] = found.unwrap_or_else(|error| panic!("{error}"))[..] else { panic!("not one run") };
    assert!(ledger.records(tenant, &run).await == Ok(records), "it is another");
}

async fn it_has_a_place_for_callers_without_a_tenant(ledger: &impl Ledger, hour: Hour) {
    let none = entry("", "", hour, 1, 1);
    assert_eq!(ledger.keep(&none).await, Ok(()));
    assert_eq!(ledger.entries("", hour).await, Ok(vec![none]));
    assert!(ledger.tenants(hour).await.is_ok_and(|tenants| tenants.iter().any(String::is_empty)));
}

/// A record with this many requests.
pub fn record(tenant: &str, route: &str, hour: Hour, requests: u64) -> UsageRecord {
    let mut totals = Totals { requests, units: requests * 2, bytes_out: requests * 100, ..Totals::default() };
    (0..requests).for_each(|number| totals.latency.add(900 + number * 50));
    let key = RecordKey {
        tenant: tenant.to_owned(),
        key: "key-1".to_owned(),
        plan: "gold".to_owned(),
        stage: "$default".to_owned(),
        route: route.to_owned(),
        class: StatusClass(2),
        hour,
    };
    UsageRecord { key, totals }
}

/// The same, as a source tells it.
pub fn entry(tenant: &str, route: &str, hour: Hour, source: u64, requests: u64) -> Entry {
    Entry { source: Source(source), record: record(tenant, route, hour, requests) }
}
