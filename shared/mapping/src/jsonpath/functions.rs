//! Functions at the end of a path.

use json::{Kind, Node};

use super::{
    Found, Matches,
    ast::{Argument, Function, Literal},
    search::{self, Searched, visit},
};

/// What a function makes of what the path before it found, and of its arguments. Nothing where Jayway throws: of no
/// numbers there is no smallest one.
pub(super) fn apply<'d>(
    function: Function,
    arguments: &[Argument],
    given: &Matches<'d>,
    start: Node<'d>,
    root: Node<'d>,
    visits: &mut usize,
) -> Searched<Option<Found<'d>>> {
    let own = items(given);
    let mut more = Vec::new();
    for argument in arguments {
        match argument {
            Argument::Path { from_root, tokens } => {
                let found = search::search(tokens, if *from_root { root } else { start }, root, visits)?;
                more.extend(items(&found).unwrap_or_else(|| single(&found)));
            }
            Argument::Literal(literal) => more.extend(constant(literal)),
        }
    }
    visit(visits, own.as_ref().map_or(0, Vec::len) + more.len())?;
    Ok(match function {
        Function::Length if !arguments.is_empty() => Some(count(more.len())),
        Function::Length => match (own, given) {
            (Some(items), _) => Some(count(items.len())),
            (None, Matches::Definite(Some(Found::Node(node)))) if node.kind() == Kind::Object => {
                Some(count(node.len()))
            }
            _ => None,
        },
        Function::Keys => keys(given),
        Function::First => own.and_then(|items| items.into_iter().next()),
        Function::Last => own.and_then(|items| items.into_iter().next_back()),
        Function::Index => own.zip(numbers(&more).first().copied()).and_then(|(items, index)| indexed(items, index)),
        Function::Append => {
            let items = own.unwrap_or_default().into_iter().chain(more).collect();
            Some(Found::List(items))
        }
        Function::Concat => {
            let all = own.unwrap_or_else(|| single(given)).into_iter().chain(more);
            Some(Found::Text(all.filter_map(|found| text(&found)).collect()))
        }
        function => {
            let all: Vec<_> = own.unwrap_or_default().into_iter().chain(more).collect();
            aggregate(function, &numbers(&all)).map(Found::Double)
        }
    })
}

fn count<'d>(count: usize) -> Found<'d> {
    Found::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The items of an array, or what an indefinite path found. An indefinite path that found one array stands for its items.
fn items<'d>(given: &Matches<'d>) -> Option<Vec<Found<'d>>> {
    match given {
        Matches::Definite(Some(Found::Node(node))) if node.kind() == Kind::Array => {
            Some(node.items().map(Found::Node).collect())
        }
        Matches::Definite(Some(Found::List(items))) => Some(items.clone()),
        Matches::Definite(_) => None,
        Matches::Indefinite(found) => Some(found.clone()),
    }
}

fn single<'d>(given: &Matches<'d>) -> Vec<Found<'d>> {
    match given {
        Matches::Definite(Some(found)) => vec![found.clone()],
        _ => Vec::new(),
    }
}

fn constant<'d>(literal: &Literal) -> Vec<Found<'d>> {
    match literal {
        Literal::Number(value) => vec![Found::Double(*value)],
        Literal::Text(text) => vec![Found::Text(text.clone())],
        Literal::List(items) => items.iter().flat_map(constant).collect(),
        _ => Vec::new(),
    }
}

fn keys<'d>(given: &Matches<'d>) -> Option<Found<'d>> {
    match given {
        Matches::Definite(Some(Found::Node(node))) if node.kind() == Kind::Object => {
            Some(Found::List(node.entries().map(|(key, _)| Found::Text(key.into_owned())).collect()))
        }
        _ => None,
    }
}

fn indexed(items: Vec<Found<'_>>, index: f64) -> Option<Found<'_>> {
    #[allow(clippy::cast_possible_truncation, reason = "an index beyond 64 bits is beyond every list")]
    let at = crate::render::position(index as i64, items.len())?;
    items.into_iter().nth(at)
}

#[allow(clippy::cast_precision_loss, reason = "Jayway aggregates doubles")]
fn numbers(items: &[Found<'_>]) -> Vec<f64> {
    let number = |found: &Found<'_>| match found {
        Found::Node(node) => node.as_number().and_then(json::Number::as_f64),
        Found::Integer(value) => Some(*value as f64),
        Found::Double(value) => Some(*value),
        _ => None,
    };
    items.iter().filter_map(number).collect()
}

#[allow(clippy::cast_precision_loss, reason = "no body has 2^52 numbers")]
fn aggregate(function: Function, numbers: &[f64]) -> Option<f64> {
    if numbers.is_empty() {
        return None;
    }
    let count = numbers.len() as f64;
    let sum: f64 = numbers.iter().sum();
    match function {
        Function::Min => numbers.iter().copied().reduce(f64::min),
        Function::Max => numbers.iter().copied().reduce(f64::max),
        Function::Avg => Some(sum / count),
        Function::Sum => Some(sum),
        _ => {
            let squares: f64 = numbers.iter().map(|number| number * number).sum();
            Some((squares / count - sum * sum / count / count).sqrt())
        }
    }
}

fn text(found: &Found<'_>) -> Option<String> {
    match found {
        Found::Node(node) if node.kind() == Kind::String => node.as_str().map(std::borrow::Cow::into_owned),
        Found::Node(node) if node.kind() == Kind::Number => node.as_number().map(|number| number.text().to_owned()),
        Found::Text(text) => Some(text.clone()),
        Found::Double(value) => Some(crate::java::double(*value)),
        Found::Integer(value) => Some(value.to_string()),
        _ => None,
    }
}
