//! `responses`: which of a mapped integration's answers becomes what.
//! (API Gateway developer guide, `api-gateway-swagger-extensions-integration-responses`.)

use mapping::SelectionPattern;

use crate::{
    IntegrationResponse, Place, Source,
    document::{Entry, Node},
    integration::{
        is_header_name,
        mapped::{content_handling, templates},
        source,
    },
    reader::Reader,
};

/// Reads them; `default` comes last.
pub(super) fn read(reader: &mut Reader, node: &Node, kind: &str) -> Vec<IntegrationResponse> {
    let entries = node.get("responses").map(|responses| reader.object(responses, "responses")).unwrap_or_default();
    if entries.is_empty() {
        let message = format!("the {kind} integration has no responses to choose from: every call would be a 500");
        reader.fault(node.place, message, r#"write responses: {default: {statusCode: "200"}}"#);
    }
    let mut responses: Vec<_> = entries.iter().filter_map(|entry| response(reader, entry)).collect();
    responses.sort_by_key(|response: &IntegrationResponse| response.pattern.is_none());
    responses
}

fn response(reader: &mut Reader, Entry { key, place, value }: &Entry) -> Option<IntegrationResponse> {
    let pattern = (key != "default").then(|| key.clone());
    if let Some(Err(error)) = pattern.as_deref().map(SelectionPattern::parse) {
        let message = format!("{key:?} is not a regular expression: {error}");
        reader.problem(*place, message, r"write one such as 4\d{2} or .*not found.*");
    }
    read_one(reader, pattern, *place, value)
}

/// Reads one, which is for what `pattern` matches.
pub(crate) fn read_one(
    reader: &mut Reader,
    pattern: Option<String>,
    place: Place,
    value: &Node,
) -> Option<IntegrationResponse> {
    let known = ["statusCode", "responseTemplates", "responseParameters", "contentHandling"];
    for field in reader.object(value, "an integration response").iter().filter(|field| !known.contains(&&*field.key)) {
        let message = format!("{:?} is not a property of an integration response", field.key);
        reader.problem(field.place, message, "leave it out");
    }
    let Some(status) = value.get("statusCode") else {
        reader.problem(place, "the integration response has no statusCode", r#"write statusCode: "200""#);
        return None;
    };
    let status = u16::try_from(reader.number(status, "statusCode", 100, 599)?).ok()?;
    Some(IntegrationResponse {
        pattern,
        status,
        headers: value.get("responseParameters").map(|map| headers(reader, map)).unwrap_or_default(),
        templates: templates(reader, value, "responseTemplates"),
        content_handling: content_handling(reader, value),
    })
}

/// `method.response.header.Name: source`.
fn headers(reader: &mut Reader, node: &Node) -> Vec<(String, Source)> {
    let mut headers = Vec::new();
    for Entry { key, place, value } in reader.object(node, "responseParameters") {
        let Some(name) = key.strip_prefix("method.response.header.").filter(|name| is_header_name(name)) else {
            let remedy = "write method.response.header.NAME: integration.response.header.NAME";
            reader.problem(*place, format!("{key:?} is not a header of a response"), remedy);
            continue;
        };
        let Some(text) = reader.text(value, key) else { continue };
        match source::of_response(text) {
            Some(Source::Static(fixed)) if fixed.chars().any(char::is_control) => {
                reader.problem(value.place, "a header cannot hold a line break", "write it in one line");
            }
            Some(from) => headers.push((name.to_owned(), from)),
            None => reader.problem(
                value.place,
                format!("{text:?} is not a mapping expression"),
                "write integration.response.header.NAME, integration.response.body.PATH, context.NAME, stageVariables.NAME or 'text'",
            ),
        }
    }
    headers
}
