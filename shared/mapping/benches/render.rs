//! One template over bodies of 10 KB and 1 MB: parsing the body, rendering, and both. `velocityjs.mjs` beside this file
//! does the same with the npm package of that name; docs/performance.md has the figures of both.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "what fails here fails the benchmark, and it prints")]

use std::{collections::BTreeMap, fmt::Write as _, hint::black_box, time::Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use mapping::{Body, Inputs, Overrides, Params, Template};

const TEMPLATE: &str = include_str!("order.vtl");

/// An order of `lines` lines that the template prints and `history` entries that it passes over.
fn order(lines: usize, history: usize) -> String {
    let mut body = String::from(
        "{\"order\":{\"number\":4711,\"currency\":\"EUR\",\"note\":\"Leave it at Ann's door\",\"customer\":{\"name\":\"Ann \
         Example\",\"email\":\"Ann@Example.com\",\"vip\":false,\"orders\":12,\"address\":{\"city\":\"Oulu\"}},\"lines\":[",
    );
    for at in 0..lines {
        let comma = if at == 0 { "" } else { "," };
        let _into_a_string = write!(
            body,
            "{comma}{{\"sku\":\"SKU-{at}\",\"title\":\"Item number {at}\",\"quantity\":{},\"cents\":{},\"weight\":{}.5}}",
            at % 7 + 1,
            at * 13 + 99,
            at % 10
        );
    }
    body.push_str("],\"shipping\":{\"method\":\"post\",\"days\":3,\"insured\":true}},\"history\":[");
    for at in 0..history {
        let comma = if at == 0 { "" } else { "," };
        let _into_a_string = write!(
            body,
            "{comma}{{\"at\":\"2026-01-01T00:00:{:02}Z\",\"event\":\"viewed\",\"value\":{at},\"tags\":[\"a\",\"b\"]}}",
            at % 60
        );
    }
    body.push_str("]}");
    body
}

/// The median of single calls: on a busy machine it says more than Criterion's means.
fn median(what: &str, calls: usize, call: impl Fn()) {
    let time = || {
        let begin = Instant::now();
        call();
        begin.elapsed()
    };
    let mut times: Vec<_> = (0..calls).map(|_| time()).collect();
    times.sort();
    println!("  {what}: median of {calls} calls {:?}", times.get(calls / 2).copied().unwrap_or_default());
}

fn bench(criterion: &mut Criterion) {
    let template = Template::parse(TEMPLATE).expect("the template is VTL");
    let params = Params {
        path: vec![("id".to_owned(), "4711".to_owned())],
        querystring: vec![("page".to_owned(), "2".to_owned())],
        header: vec![("Accept".to_owned(), "*/*".to_owned()), ("User-Agent".to_owned(), "bench/1".to_owned())],
    };
    let context = serde_json::json!({"requestId": "r-1", "stage": "dev", "authorizer": {"principalId": "u-1"}});
    let stage_variables = BTreeMap::from([("colour".to_owned(), "blue".to_owned())]);
    let render = |body: &Body| {
        let inputs = Inputs { body, params: &params, context: &context, stage_variables: &stage_variables };
        template.render(&inputs, &mut Overrides::default()).expect("it renders")
    };
    for (name, text, calls) in [("10 KB", order(24, 104), 20_000), ("1 MB", order(900, 12_000), 1_000)] {
        println!("{name}: a body of {} bytes gives {} bytes", text.len(), render(&Body::new(text.clone())).len());
        let read = Body::new(text.clone());
        median("body parsed", calls, || drop(black_box(json::Document::parse(black_box(&text)))));
        median("rendered", calls, || drop(black_box(render(black_box(&read)))));
        median("both", calls, || drop(black_box(render(&Body::new(text.clone())))));
        let mut group = criterion.benchmark_group(name);
        group.bench_function("body parsed", |bencher| {
            bencher.iter_with_large_drop(|| json::Document::parse(black_box(&text)));
        });
        let parsed = Body::new(text.clone());
        group.bench_function("rendered", |bencher| bencher.iter(|| render(black_box(&parsed))));
        group.bench_function("both", |bencher| {
            bencher.iter_batched(|| text.clone(), |text| render(&Body::new(text)), criterion::BatchSize::SmallInput);
        });
        group.finish();
    }
    criterion.bench_function("template parsed", |bencher| bencher.iter(|| Template::parse(black_box(TEMPLATE))));
}

criterion_group!(benches, bench);
criterion_main!(benches);
