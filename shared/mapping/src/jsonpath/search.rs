//! From values to values, token by token.

use std::borrow::Cow;

use json::{Kind, Node};

use super::{
    Found, MAX_VISITS, Matches, TooManyVisits,
    ast::{self, Token},
    filter, functions,
};

pub(super) type Searched<T> = Result<T, TooManyVisits>;

/// What tokens find from `start`; filters reach the whole document through `root`.
pub(super) fn search<'d>(
    tokens: &[Token],
    start: Node<'d>,
    root: Node<'d>,
    visits: &mut usize,
) -> Searched<Matches<'d>> {
    if let Some((Token::Function(function, arguments), before)) = tokens.split_last() {
        let given = search(before, start, root, visits)?;
        return functions::apply(*function, arguments, &given, start, root, visits).map(Matches::Definite);
    }
    if let Some((Token::Names(names), before)) = tokens.split_last()
        && ast::is_definite(tokens)
    {
        let found = nodes(before, start, root, visits)?.into_iter().next();
        return Ok(Matches::Definite(found.and_then(|node| chosen(node, names))));
    }
    if let Some((Token::Names(names), before)) = tokens.split_last() {
        let found = nodes(before, start, root, visits)?;
        return Ok(Matches::Indefinite(found.into_iter().filter_map(|node| chosen(node, names)).collect()));
    }
    let mut found = nodes(tokens, start, root, visits)?.into_iter().map(Found::Node);
    Ok(if ast::is_definite(tokens) { Matches::Definite(found.next()) } else { Matches::Indefinite(found.collect()) })
}

/// Those entries of an object that have one of these names.
fn chosen<'d>(node: Node<'d>, names: &[String]) -> Option<Found<'d>> {
    let entry = |name: &String| Some((Cow::Owned(name.clone()), node.get(name)?));
    (node.kind() == Kind::Object).then(|| Found::Object(names.iter().filter_map(entry).collect()))
}

fn nodes<'d>(tokens: &[Token], start: Node<'d>, root: Node<'d>, visits: &mut usize) -> Searched<Vec<Node<'d>>> {
    let mut found = vec![start];
    let mut below = false;
    for token in tokens {
        if matches!(token, Token::Below) {
            below = true;
            continue;
        }
        let mut next = Vec::new();
        for node in found {
            if below {
                scan(token, node, root, visits, &mut next)?;
            } else {
                step(token, node, root, visits, &mut next)?;
            }
        }
        below = false;
        found = next;
    }
    Ok(found)
}

/// Takes a step from every array and object from here down: a container before what is in it.
fn scan<'d>(
    token: &Token,
    start: Node<'d>,
    root: Node<'d>,
    visits: &mut usize,
    out: &mut Vec<Node<'d>>,
) -> Searched<()> {
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        let is_object = node.kind() == Kind::Object;
        match token {
            // A filter is asked about each object itself; an array's items come by themselves.
            Token::Filter(filter) if is_object && filter::holds(filter, node, root, visits)? => out.push(node),
            Token::Filter(_) => {}
            token => step(token, node, root, visits, out)?,
        }
        let from = open.len();
        let is_container = |node: &Node<'_>| matches!(node.kind(), Kind::Array | Kind::Object);
        visit(visits, node.len() + 1)?;
        if is_object {
            open.extend(node.entries().map(|(_, value)| value).filter(is_container));
        } else {
            open.extend(node.items().filter(is_container));
        }
        if let Some(added) = open.get_mut(from..) {
            added.reverse();
        }
    }
    Ok(())
}

fn step<'d>(
    token: &Token,
    node: Node<'d>,
    root: Node<'d>,
    visits: &mut usize,
    out: &mut Vec<Node<'d>>,
) -> Searched<()> {
    visit(visits, 1)?;
    match token {
        Token::Name(name) => out.extend(node.get(name)),
        Token::Names(names) => out.extend(names.iter().filter_map(|name| node.get(name))),
        Token::Index(index) => out.extend(at(node, *index)),
        Token::Indices(indices) => out.extend(indices.iter().filter_map(|index| at(node, *index))),
        Token::Slice(from, to) => slice(node, *from, *to, out),
        Token::Every if node.kind() == Kind::Object => out.extend(node.entries().map(|(_, value)| value)),
        Token::Every => out.extend(node.items()),
        Token::Filter(filter) if node.kind() == Kind::Object => {
            if filter::holds(filter, node, root, visits)? {
                out.push(node);
            }
        }
        Token::Filter(filter) => {
            for item in node.items() {
                if filter::holds(filter, item, root, visits)? {
                    out.push(item);
                }
            }
        }
        Token::Below | Token::Function(..) => {}
    }
    visit(visits, if matches!(token, Token::Every | Token::Slice(..)) { node.len() } else { 0 })
}

/// An array's item; a negative index counts from the end.
fn at(node: Node<'_>, index: i64) -> Option<Node<'_>> {
    node.at(crate::render::position(index, node.len())?)
}

/// As Jayway slices: with one end given, a negative one counts from the array's end; with both, each index does.
fn slice<'d>(node: Node<'d>, from: Option<i64>, to: Option<i64>, out: &mut Vec<Node<'d>>) {
    let len = i64::try_from(node.len()).unwrap_or(i64::MAX);
    let from_end = |index: i64| if index < 0 { len.saturating_add(index) } else { index };
    let (from, to) = match (from, to) {
        (Some(from), None) => (from_end(from).max(0), len),
        (None, Some(to)) => (0, from_end(to).min(len)),
        (from, to) => (from.unwrap_or(0), to.unwrap_or(len).min(len)),
    };
    if from < 0 {
        out.extend((from.max(-len)..to).filter_map(|index| at(node, index)));
    } else {
        let skipped = usize::try_from(from).unwrap_or(usize::MAX);
        let count = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
        out.extend(node.items().skip(skipped).take(count));
    }
}

/// Counts values that are looked at.
pub(super) fn visit(visits: &mut usize, more: usize) -> Searched<()> {
    *visits = visits.saturating_add(more);
    if *visits > MAX_VISITS { Err(TooManyVisits) } else { Ok(()) }
}
