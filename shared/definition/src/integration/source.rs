//! Mapping expressions: where a mapped value comes from.
//! (API Gateway developer guide, `rest-api-parameter-mapping-sources`.)

use mapping::JsonPath;

use crate::Source;

/// What a request mapping may take: `method.request.…`, `context.…`, `stageVariables.…`, `'text'`.
pub(crate) fn of_request(text: &str) -> Option<Source> {
    match text.strip_prefix("method.request.") {
        Some(expression) => parameter(expression).or_else(|| body(expression)),
        None => anywhere(text),
    }
}

/// What a response mapping may take: `integration.response.…` and the same others.
pub(crate) fn of_response(text: &str) -> Option<Source> {
    let Some(expression) = text.strip_prefix("integration.response.") else { return anywhere(text) };
    let (kind, name) = expression.split_once('.').unwrap_or((expression, ""));
    match kind {
        "header" => named(name).map(Source::Header),
        "multivalueheader" => named(name).map(Source::HeaderValues),
        _ => body(expression),
    }
}

/// What a gateway response's header may take: parameters of the request, not its body, and the same others.
pub fn of_gateway_response(text: &str) -> Option<Source> {
    match text.strip_prefix("method.request.") {
        Some(expression) => parameter(expression),
        None => anywhere(text),
    }
}

fn parameter(expression: &str) -> Option<Source> {
    let (kind, name) = expression.split_once('.')?;
    let name = named(name)?;
    Some(match kind {
        "header" => Source::Header(name),
        "multivalueheader" => Source::HeaderValues(name),
        "querystring" => Source::Query(name),
        "multivaluequerystring" => Source::QueryValues(name),
        "path" => Source::Path(name),
        _ => return None,
    })
}

fn body(expression: &str) -> Option<Source> {
    if expression == "body" {
        return Some(Source::Body(None));
    }
    let path = expression.strip_prefix("body.").filter(|path| !path.is_empty())?;
    let path = if path.starts_with('$') { path.to_owned() } else { format!("$.{path}") };
    JsonPath::parse(&path).is_ok().then_some(Source::Body(Some(path)))
}

fn anywhere(text: &str) -> Option<Source> {
    if let Some(name) = text.strip_prefix("context.") {
        return named(name).map(Source::Context);
    }
    if let Some(name) = text.strip_prefix("stageVariables.") {
        return named(name).map(Source::StageVariable);
    }
    let fixed = text.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(Source::Static(fixed.to_owned()))
}

fn named(name: &str) -> Option<String> {
    (!name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control())).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_says_where_a_value_comes_from() {
        for (text, source) in [
            ("method.request.header.X-Id", Source::Header("X-Id".into())),
            ("method.request.multivalueheader.a", Source::HeaderValues("a".into())),
            ("method.request.querystring.a.b", Source::Query("a.b".into())),
            ("method.request.multivaluequerystring.a", Source::QueryValues("a".into())),
            ("method.request.path.id", Source::Path("id".into())),
            ("method.request.body", Source::Body(None)),
            ("method.request.body.a[0].b", Source::Body(Some("$.a[0].b".into()))),
            ("context.identity.sourceIp", Source::Context("identity.sourceIp".into())),
            ("stageVariables.colour", Source::StageVariable("colour".into())),
            ("'it''s'", Source::Static("it''s".into())),
            ("''", Source::Static(String::new())),
        ] {
            assert_eq!(of_request(text), Some(source), "{text}");
        }
        assert_eq!(of_response("integration.response.header.ETag"), Some(Source::Header("ETag".into())));
        assert_eq!(of_response("integration.response.body"), Some(Source::Body(None)));
    }

    #[test]
    fn what_is_no_expression_is_nothing() {
        for text in [
            "",
            "'",
            "method.request.cookie.a",
            "method.request.header.",
            "method.request.body.",
            "method.request.body.a[",
            "header.a",
            "text",
        ] {
            assert_eq!(of_request(text), None, "{text}");
        }
        assert_eq!(of_response("method.request.header.a"), None);
        assert_eq!(of_gateway_response("method.request.body"), None);
    }
}
