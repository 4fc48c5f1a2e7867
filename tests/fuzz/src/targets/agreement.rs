//! What compiles, its table and the router say the same.

use definition::{Api, Operation, Table, encode, router_policy};
use gateway::{Gateway, GatewayRequest, Headers};
use testkit::{DEMO_KEY, StubBackends, demo_keys};

use crate::{novelty, targets::event::at_once};

/// Encodes `api`, decodes it, and asks a router for each of its operations.
///
/// # Panics
/// When one of them is another operation, or none.
pub(super) fn check(api: &Api) {
    let operations = operations(api);
    novelty::note_value("operations", operations.len().min(16));
    let encoded = encode(api);
    assert!(encoded == encode(api), "the same API gave two tables");
    assert!(router_policy(api) == router_policy(api), "the same API gave two policies");
    let bytes = match encoded {
        Ok(bytes) => bytes,
        Err(error) => return assert!(operations.is_empty(), "an API that compiles is not encoded: {error}"),
    };
    let Some(table) = decoded(bytes.leak()) else { return };
    assert_eq!(table.len(), operations.len(), "the table has another number of operations");
    for (index, operation) in (0u32..).zip(&operations) {
        assert_eq!(table.operation(index).as_ref(), Ok(operation), "operation {index} of the table is another");
    }
    let backends = StubBackends::default();
    let gateway = Gateway::new(table, &backends, demo_keys());
    for operation in &operations {
        let request = request(operation);
        let best = best(&operations, &request).map(Operation::route_key);
        let asked = format!("{} {}", request.method, request.path);
        let outcome = at_once(gateway.answer(request));
        assert!(outcome.route.is_some(), "{asked} finds no route, and {} is one", operation.route_key());
        assert_eq!(outcome.route, best, "{asked} finds another route than the most specific one");
    }
}

/// The operations in the order of the table.
fn operations(api: &Api) -> Vec<Operation> {
    api.operations().collect()
}

/// The gateway keeps its table as long as the process lives: so must the bytes.
fn decoded(bytes: &'static [u8]) -> Option<Table<'static>> {
    let table = Table::decode(bytes);
    assert!(table.is_ok(), "a table that was just written is refused: {table:?}");
    table.ok()
}

/// A method that is rarely there by itself: an operation of `ANY` takes it.
const SELDOM: &str = "HEAD";

/// A request for `operation`, each parameter of which has a value that no definition writes.
fn request(operation: &Operation) -> GatewayRequest {
    let segments = segments(&operation.path).into_iter().map(|segment| match segment {
        Segment::Static(text) => escaped(text),
        Segment::Parameter => "~one".to_owned(),
        Segment::Greedy | Segment::Rest => "~one/~two/~three/".to_owned(),
    });
    let path = format!("/{}", segments.collect::<Vec<_>>().join("/"));
    let method = if operation.method == "ANY" { SELDOM } else { &operation.method };
    let headers = Headers(vec![("x-api-key".to_owned(), DEMO_KEY.to_owned())]);
    GatewayRequest { method: method.to_owned(), path, headers, ..GatewayRequest::default() }
}

/// A path's segment, ordered as they win over each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'p> {
    Static(&'p str),
    Parameter,
    Greedy,
    /// `$default`: whatever no other path takes.
    Rest,
}

/// The catch-all as definitions write it.
const DEFAULT: &str = "/$default";

fn segments(path: &str) -> Vec<Segment<'_>> {
    if path == DEFAULT {
        return vec![Segment::Rest];
    }
    let segment = |text| match (str::starts_with(text, '{'), text.ends_with("+}")) {
        (true, true) => Segment::Greedy,
        (true, false) => Segment::Parameter,
        (false, _) => Segment::Static(text),
    };
    path.split('/').skip(1).filter(|text| !text.is_empty()).map(segment).collect()
}

/// The operation that AWS would choose: static over parameter over greedy, segment by segment, then the method over `ANY`.
/// Written as the sentence is, by looking at all of them.
fn best<'o>(operations: &'o [Operation], request: &GatewayRequest) -> Option<&'o Operation> {
    let asked: Vec<&str> = request.path.split('/').filter(|segment| !segment.is_empty()).collect();
    let candidates = operations.iter().filter(|operation| {
        let method = operation.method == "ANY" || operation.method == request.method;
        method && fits(&segments(&operation.path), &asked)
    });
    let kinds = |operation: &Operation| -> Vec<u8> {
        let rank = |segment| match segment {
            Segment::Static(_) => 0,
            Segment::Parameter => 1,
            Segment::Greedy => 2,
            Segment::Rest => 3,
        };
        segments(&operation.path).into_iter().map(rank).collect()
    };
    candidates.min_by_key(|operation| (kinds(operation), operation.method == "ANY"))
}

fn fits(template: &[Segment<'_>], asked: &[&str]) -> bool {
    match (template.split_first(), asked.split_first()) {
        (None, None) | (Some((Segment::Rest, [])), _) => true,
        (Some((Segment::Greedy, [])), Some(_)) => true,
        (Some((Segment::Parameter, rest)), Some((_, asked))) => fits(rest, asked),
        (Some((Segment::Static(text), rest)), Some((first, asked))) => escaped(text) == *first && fits(rest, asked),
        _ => false,
    }
}

/// Every byte but letters and digits as `%` and two digits.
fn escaped(text: &str) -> String {
    let byte =
        |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(byte).collect()
}
