//! Which operation a request is for: static over parameter over greedy, segment by segment; a method over `ANY`.
//!
//! A path that fits but lacks the method gives way to the next best path that has it, as AWS falls back to a greedy
//! sibling.

use std::collections::BTreeMap;

use definition::RouteTree;

use crate::RequestPath;

/// The operation found and the values of its path parameters.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) operation: u32,
    pub(crate) parameters: BTreeMap<String, String>,
}

/// A method's end in the tree, as the definition has it.
type Ends = BTreeMap<String, definition::RouteEnd>;

/// What `ANY` stands for: the methods that API Gateway routes.
const ANY: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// Finds the best match.
pub(crate) fn find(routes: &RouteTree, path: &RequestPath, method: &str) -> Option<Match> {
    let mut values = Vec::new();
    let end = walk(routes, &path.segments, path.trailing_slash, method, &mut values)?;
    let parameters = end.parameters.iter().cloned().zip(values).collect();
    Some(Match { operation: end.operation, parameters })
}

/// Every node is visited at most once: the search takes no longer than the tree is large.
fn walk<'t>(
    node: &'t RouteTree,
    segments: &[String],
    trailing_slash: bool,
    method: &str,
    values: &mut Vec<String>,
) -> Option<&'t definition::RouteEnd> {
    let Some((first, rest)) = segments.split_first() else { return pick(&node.methods, method) };
    if let Some(child) = node.statics.get(first)
        && let Some(end) = walk(child, rest, trailing_slash, method, values)
    {
        return Some(end);
    }
    if let Some(child) = &node.parameter
        && !first.is_empty()
    {
        values.push(first.clone());
        if let Some(end) = walk(child, rest, trailing_slash, method, values) {
            return Some(end);
        }
        values.pop();
    }
    let end = pick(&node.greedy, method)?;
    values.push(segments.join("/") + if trailing_slash { "/" } else { "" });
    Some(end)
}

fn pick<'t>(ends: &'t Ends, method: &str) -> Option<&'t definition::RouteEnd> {
    ends.get(method).or_else(|| ends.get("ANY").filter(|_| ANY.contains(&method)))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use definition::{Table, compile, encode};

    const ROUTES: [&str; 8] = [
        "GET /",
        "GET /orders/{id}",
        "GET /orders/export",
        "POST /orders/{id}/items",
        "ANY /orders/{proxy+}",
        "GET /a/{x}/c",
        "ANY /a/b/{rest+}",
        "ANY /thing",
    ];

    fn check(request: &str, expected: &str) {
        let mut source = String::from("openapi: 3.0.3\npaths:\n");
        for route in ROUTES {
            let (method, path) = route.split_once(' ').unwrap();
            let method =
                if method == "ANY" { "x-amazon-apigateway-any-method".to_owned() } else { method.to_ascii_lowercase() };
            let _ = writeln!(
                source,
                "  {path}:\n    {method}: {{x-amazon-apigateway-integration: {{type: aws_proxy, uri: f}}}}"
            );
        }
        let api = compile(&source).unwrap();
        let bytes = encode(&api).unwrap();
        let table = Table::decode(&bytes).unwrap();
        let (method, path) = request.split_once(' ').unwrap();
        let found = find(&table.routes, &RequestPath::parse(path).unwrap(), method);
        let found = found.map_or("nothing".to_owned(), |found| {
            let route = table.operation(found.operation).unwrap().route_key();
            format!("{route} {:?}", found.parameters)
        });
        assert_eq!(found, expected, "{request}");
    }

    #[test]
    fn the_most_specific_route_wins() {
        check("GET /", "GET / {}");
        check("GET /orders/42", r#"GET /orders/{id} {"id": "42"}"#);
        check("GET /orders/export", "GET /orders/export {}");
        check("GET /orders/42/x", r#"ANY /orders/{proxy+} {"proxy": "42/x"}"#);
        check("GET /a/b/c", r#"ANY /a/b/{rest+} {"rest": "c"}"#);
        check("GET /a/z/c", r#"GET /a/{x}/c {"x": "z"}"#);
        check("PUT /thing", "ANY /thing {}");
        check("CONNECT /thing", "nothing");
        check("get /thing", "nothing");
    }

    #[test]
    fn a_path_without_the_method_gives_way_to_one_that_has_it() {
        check("POST /orders/42", r#"ANY /orders/{proxy+} {"proxy": "42"}"#);
        check("DELETE /orders/export", r#"ANY /orders/{proxy+} {"proxy": "export"}"#);
        check("POST /a/z/c", "nothing");
    }

    #[test]
    fn slashes_are_read_as_aws_reads_them() {
        check("GET //orders/42", r#"GET /orders/{id} {"id": "42"}"#);
        check("GET /orders/42/", r#"GET /orders/{id} {"id": "42"}"#);
        check("GET /orders/42//x", r#"ANY /orders/{proxy+} {"proxy": "42//x"}"#);
        check("GET /orders/42/x/", r#"ANY /orders/{proxy+} {"proxy": "42/x/"}"#);
        check("GET /orders/", "nothing");
        check("GET /orders", "nothing");
    }
}
