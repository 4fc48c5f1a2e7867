//! HTTP APIs' parameter mapping: `append:header.x`, `overwrite:path`, `remove:querystring.y`.
//! (API Gateway developer guide, `http-api-parameter-mapping`.)

use crate::{
    ActionValue, Change, ChangeOperation, ChangeTarget, Changes, PathTemplate, Piece, Source,
    document::{Entry, Node},
    integration::is_header_name,
    reader::Reader,
};

const OPERATIONS: [(&str, ChangeOperation); 3] = [
    ("append", ChangeOperation::Append),
    ("overwrite", ChangeOperation::Overwrite),
    ("remove", ChangeOperation::Remove),
];

/// Headers that a mapping may not name. Those that end with `-` stand for all that start so.
const RESERVED: [&str; 22] = [
    "access-control-",
    "apigw-",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-location",
    "forwarded",
    "keep-alive",
    "origin",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "x-amz-",
    "x-amzn-",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "via",
];

/// Which way a change is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Request,
    Response,
}

/// Whether an integration's `requestParameters` are an HTTP API's.
pub(super) fn are_in(node: &Node) -> bool {
    let entries = node.get("requestParameters").and_then(Node::entries).unwrap_or_default();
    let is_change = |entry: &Entry| OPERATIONS.iter().any(|(name, _)| entry.key.split(':').next() == Some(name));
    entries.iter().any(is_change) || node.get("responseParameters").is_some()
}

/// Reads `requestParameters` and `responseParameters`.
pub(super) fn read(reader: &mut Reader, node: &Node, path: &PathTemplate) -> Changes {
    let request = node.get("requestParameters");
    let request = request.map(|node| changes(reader, node, Direction::Request, path)).unwrap_or_default();
    let responses = node.get("responseParameters").map(|node| reader.object(node, "responseParameters"));
    let mut by_status = Vec::new();
    for Entry { key, place, value } in responses.unwrap_or_default() {
        match key.parse().ok().filter(|status| (200..=599).contains(status)) {
            Some(status) => by_status.push((status, changes(reader, value, Direction::Response, path))),
            None => reader.problem(*place, format!("{key:?} is not a status"), "write a status from 200 to 599"),
        }
    }
    Changes { request, responses: by_status }
}

fn changes(reader: &mut Reader, node: &Node, direction: Direction, path: &PathTemplate) -> Vec<Change> {
    let entries = reader.object(node, "a parameter mapping");
    entries.iter().filter_map(|entry| change(reader, entry, direction, path)).collect()
}

fn change(
    reader: &mut Reader,
    Entry { key, place, value }: &Entry,
    direction: Direction,
    path: &PathTemplate,
) -> Option<Change> {
    let Some((operation, target)) = parse_key(key, direction) else {
        let remedy = match direction {
            Direction::Request => {
                "write append:, overwrite: or remove: before header.NAME or querystring.NAME, or overwrite:path"
            }
            Direction::Response => "write append:, overwrite: or remove: before header.NAME, or overwrite:statuscode",
        };
        reader.problem(*place, format!("{key:?} is not a parameter mapping"), remedy);
        return None;
    };
    if let ChangeTarget::Header(name) = &target
        && is_reserved(name)
    {
        reader.problem(*place, format!("the header {name} is reserved: HTTP APIs do not map it"), "leave it out");
    }
    if operation == ChangeOperation::Remove {
        return Some(Change { target, operation, written: String::new(), value: Vec::new() });
    }
    let written = reader.text(value, key)?.to_owned();
    match parse_value(&written, direction) {
        Ok(pieces) => {
            check_paths(reader, value, &pieces, path);
            Some(Change { target, operation, written, value: pieces })
        }
        Err(message) => {
            let remedy = "write text, $request.header.NAME, $context.NAME, $stageVariables.NAME, or several in ${…}";
            reader.problem(value.place, message, remedy);
            None
        }
    }
}

/// A parameter of a service action, whose values are those of a request's mapping.
pub(super) fn text_of_action(
    reader: &mut Reader,
    node: &Node,
    written: &str,
    path: &PathTemplate,
) -> Option<ActionValue> {
    match parse_value(written, Direction::Request) {
        Ok(pieces) => {
            check_paths(reader, node, &pieces, path);
            Some(ActionValue::Text { written: written.to_owned(), pieces })
        }
        Err(message) => {
            let remedy = "write text, $request.body.NAME, $request.path.NAME, $context.NAME, or several in ${…}";
            reader.problem(node.place, message, remedy);
            None
        }
    }
}

fn parse_key(key: &str, direction: Direction) -> Option<(ChangeOperation, ChangeTarget)> {
    let (operation, target) = key.split_once(':')?;
    let (_, operation) = OPERATIONS.into_iter().find(|(name, _)| *name == operation)?;
    let target = match target.split_once('.').unwrap_or((target, "")) {
        ("header", name) if is_header_name(name) => ChangeTarget::Header(name.to_owned()),
        ("querystring", name) if !name.is_empty() && direction == Direction::Request => {
            ChangeTarget::Query(name.to_owned())
        }
        ("path", "") if direction == Direction::Request && operation == ChangeOperation::Overwrite => {
            ChangeTarget::Path
        }
        ("statuscode", "") if direction == Direction::Response && operation == ChangeOperation::Overwrite => {
            ChangeTarget::StatusCode
        }
        _ => return None,
    };
    Some((operation, target))
}

fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    RESERVED.iter().any(|reserved| if reserved.ends_with('-') { name.starts_with(reserved) } else { name == *reserved })
}

/// `$request.header.x`, or text with `${request.header.x}` in it.
fn parse_value(text: &str, direction: Direction) -> Result<Vec<Piece>, String> {
    if let Some(expression) = text.strip_prefix('$').filter(|rest| !rest.starts_with('{')) {
        return Ok(vec![piece(expression, direction)?]);
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once("${") {
        let (expression, after) =
            from.split_once('}').ok_or_else(|| format!("{text:?} opens a '${{' that it does not close"))?;
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.to_owned()));
        }
        pieces.push(piece(expression, direction)?);
        rest = after;
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Ok(pieces)
}

fn piece(expression: &str, direction: Direction) -> Result<Piece, String> {
    let unknown = || format!("\"${expression}\" is not a value that can be mapped here");
    let (root, rest) = expression.split_once('.').unwrap_or((expression, ""));
    let own = match direction {
        Direction::Request => "request",
        Direction::Response => "response",
    };
    let source = match root {
        "context" if !rest.is_empty() => Source::Context(rest.to_owned()),
        "stageVariables" if !rest.is_empty() => Source::StageVariable(rest.to_owned()),
        root if root == own => match rest.split_once('.').unwrap_or((rest, "")) {
            ("header", name) if !name.is_empty() => Source::HeaderValues(name.to_owned()),
            ("body", "") => Source::Body(None),
            ("body", path) => body(path)?,
            ("querystring", name) if !name.is_empty() && own == "request" => Source::QueryValues(name.to_owned()),
            ("path", "") if own == "request" => return Ok(Piece::RequestPath),
            ("path", name) if own == "request" => Source::Path(name.to_owned()),
            _ => return Err(unknown()),
        },
        _ => return Err(unknown()),
    };
    Ok(Piece::Value(source))
}

fn body(path: &str) -> Result<Source, String> {
    if path.contains("..") || path.starts_with('.') || path.contains("?(") {
        return Err("HTTP APIs do not map what a deep scan or a filter finds in a body".to_owned());
    }
    let path = format!("$.{path}");
    mapping::JsonPath::parse(&path).map_err(|error| format!("{path:?} is not a JSONPath: {error}"))?;
    Ok(Source::Body(Some(path)))
}

fn check_paths(reader: &mut Reader, node: &Node, pieces: &[Piece], path: &PathTemplate) {
    for piece in pieces {
        if let Piece::Value(Source::Path(name)) = piece
            && !path.parameters().any(|parameter| parameter == name)
        {
            let message = format!("the route has no path parameter {name:?}");
            reader.problem(node.place, message, "name one of the path's {parameters}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Vec<Piece> {
        parse_value(text, Direction::Request).unwrap()
    }

    #[test]
    fn a_value_is_cut_at_its_expressions() {
        let header = Piece::Value(Source::HeaderValues("a".into()));
        assert_eq!(value("$request.header.a"), std::slice::from_ref(&header));
        assert_eq!(value("plain text"), [Piece::Literal("plain text".into())]);
        assert_eq!(value(""), [Piece::Literal(String::new())]);
        assert_eq!(
            value("x-${request.header.a}/${request.path}"),
            [Piece::Literal("x-".into()), header, Piece::Literal("/".into()), Piece::RequestPath]
        );
        assert_eq!(value("$request.body.a.b"), [Piece::Value(Source::Body(Some("$.a.b".into())))]);
        assert_eq!(
            value("${context.authorizer.lambda.tenant}"),
            [Piece::Value(Source::Context("authorizer.lambda.tenant".into()))]
        );
    }

    #[test]
    fn what_http_apis_do_not_map_is_refused() {
        for text in ["$request.cookie.a", "${request.header.a", "$request.body..a", "$response.header.a", "$nothing"] {
            assert!(parse_value(text, Direction::Request).is_err(), "{text}");
        }
        for key in ["append:path", "overwrite:statuscode", "remove:body", "add:header.a", "append:header.", "header.a"]
        {
            assert_eq!(parse_key(key, Direction::Request), None, "{key}");
        }
        for (name, reserved) in
            [("Authorization", true), ("x-amz-date", true), ("access-control-x", true), ("x-amazing", false)]
        {
            assert_eq!(is_reserved(name), reserved, "{name}");
        }
    }
}
