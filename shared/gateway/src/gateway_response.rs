//! What a refused client is told: AWS's default, or the API's own gateway response.
//! (API Gateway developer guide, `api-gateway-gatewayResponse-definition`.)

use std::collections::BTreeMap;

use bytes::Bytes;
use definition::{GatewayResponseSettings, Operation, RestApi, Source};
use serde_json::{Value, json};

use crate::{
    GatewayRequest, GatewayResponse, Headers, Refusal, accept, context,
    outgoing::one_line,
    refusal::{DefaultResponse, FieldError},
};

/// The request that is refused, as far as it got.
pub(crate) struct Refused<'r> {
    pub(crate) request: &'r GatewayRequest,
    pub(crate) operation: Option<&'r Operation>,
    pub(crate) parameters: &'r BTreeMap<String, String>,
}

/// The answer to a refused request.
pub(crate) fn respond(refusal: &Refusal, rest_api: &RestApi, refused: &Refused<'_>) -> GatewayResponse {
    let default = refusal.default_response();
    let settings = settings(rest_api, &default);
    let status = settings.and_then(|settings| settings.status).unwrap_or(default.status);
    let mut headers = Headers::default();
    let mut body = None;
    if let Some(settings) = settings {
        let error = Error::new(&default, refusal);
        let scene = Scene { refused, error, context: std::cell::OnceCell::new() };
        for (name, source) in &settings.headers {
            if let Some(value) = scene.value(source).filter(|value| !value.is_empty()) {
                headers.set(name, one_line(&value));
            }
        }
        let place = accept::template_for(&settings.templates, refused.request.headers.get("accept"));
        if let Some((media_type, template)) = place.and_then(|place| settings.templates.get(place)) {
            headers.set_default("content-type", media_type);
            body = Some(scene.substitute(template));
        }
    }
    let body = body.unwrap_or_else(|| default_body(&default, refusal, rest_api, (status, &mut headers)));
    headers.set_default("content-type", "application/json");
    headers.set_default("x-amzn-errortype", default.error_type);
    GatewayResponse { status, headers, body: Bytes::from(body) }
}

/// The answer where the API is not known: an event whose body cannot be read, a table that is damaged.
pub(crate) fn plain(refusal: &Refusal) -> GatewayResponse {
    let (request, parameters) = (GatewayRequest::default(), BTreeMap::new());
    let refused = Refused { request: &request, operation: None, parameters: &parameters };
    respond(refusal, &RestApi::default(), &refused)
}

/// The settings of the response's own type, else of all 4xx or 5xx.
fn settings<'a>(rest_api: &'a RestApi, default: &DefaultResponse) -> Option<&'a GatewayResponseSettings> {
    let all = if default.status < 500 { "DEFAULT_4XX" } else { "DEFAULT_5XX" };
    let find = |wanted: &str| rest_api.gateway_responses.iter().find(|(kind, _)| kind == wanted).map(|(_, own)| own);
    find(default.kind).or_else(|| find(all))
}

fn default_body(
    default: &DefaultResponse,
    refusal: &Refusal,
    rest_api: &RestApi,
    (status, headers): (u16, &mut Headers),
) -> String {
    let detail = match refusal {
        Refusal::InvalidBody { detail: Some(fields), .. } => Some(fields),
        _ => None,
    };
    if rest_api.problem_details {
        headers.set_default("content-type", "application/problem+json");
        return problem(default, status, detail).to_string();
    }
    // AWS writes this one with a capital.
    let name = if default.kind == "ACCESS_DENIED" { "Message" } else { "message" };
    let mut body = json!({ name: default.message });
    if let Some((object, fields)) = body.as_object_mut().zip(detail) {
        object.insert("errors".to_owned(), json!(fields));
    }
    body.to_string()
}

/// Problem details. (RFC 9457, section 3.)
fn problem(default: &DefaultResponse, status: u16, fields: Option<&Vec<FieldError>>) -> Value {
    let title = default.kind.replace('_', " ").to_lowercase();
    let mut problem = json!({ "type": "about:blank", "title": title, "status": status, "detail": default.message });
    if let Some((object, fields)) = problem.as_object_mut().zip(fields) {
        object.insert("errors".to_owned(), json!(fields));
    }
    problem
}

/// `$context.error`.
struct Error {
    message: String,
    response_type: &'static str,
    validation: Option<String>,
}

impl Error {
    fn new(default: &DefaultResponse, refusal: &Refusal) -> Self {
        let validation = match refusal {
            Refusal::InvalidBody { errors, .. } => Some(errors.clone()),
            Refusal::MissingParameters(_) => Some(default.message.clone()),
            _ => None,
        };
        Error { message: default.message.clone(), response_type: default.kind, validation }
    }

    fn get(&self, name: &str) -> Option<String> {
        match name {
            "message" => Some(self.message.clone()),
            // With its quotes.
            "messageString" => Some(Value::from(self.message.as_str()).to_string()),
            "responseType" => Some(self.response_type.to_owned()),
            "validationErrorString" => self.validation.clone(),
            _ => None,
        }
    }
}

/// What the variables of a gateway response stand for.
struct Scene<'r> {
    refused: &'r Refused<'r>,
    error: Error,
    context: std::cell::OnceCell<Value>,
}

impl Scene<'_> {
    fn value(&self, source: &Source) -> Option<String> {
        let request = self.refused.request;
        match source {
            Source::Static(text) => Some(text.clone()),
            Source::Header(name) => request.headers.all(name).last().map(str::to_owned),
            Source::HeaderValues(name) => request.headers.joined(name),
            Source::Query(name) => self.query(name).pop(),
            Source::QueryValues(name) => Some(self.query(name).join(",")),
            Source::Path(name) => self.refused.parameters.get(name).cloned(),
            Source::Context(path) => self.context(path),
            Source::StageVariable(name) => request.stage.variables.get(name).cloned(),
            Source::Body(_) => None,
        }
    }

    fn query(&self, name: &str) -> Vec<String> {
        let pairs = self.refused.request.query_pairs().into_iter();
        pairs.filter(|(other, _)| other == name).map(|(_, value)| value).collect()
    }

    fn context(&self, path: &str) -> Option<String> {
        if let Some(name) = path.strip_prefix("error.") {
            return self.error.get(name);
        }
        let make = || context::of_templates(self.refused.request, self.refused.operation, None);
        context::text(self.context.get_or_init(make), path)
    }

    /// `template` with its variables replaced: a gateway response is not VTL, and nothing else is looked at. A variable
    /// without a value is nothing.
    fn substitute(&self, template: &str) -> String {
        let mut text = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(at) = next_variable(rest) {
            let (before, from) = rest.split_at(at);
            text.push_str(before);
            let name = variable(from);
            match self.variable(name) {
                Some(value) => text.push_str(&value),
                None if name.is_empty() => text.push_str(from.get(..1).unwrap_or_default()),
                None => {}
            }
            rest = from.get(name.len().max(1)..).unwrap_or_default();
        }
        text + rest
    }

    fn variable(&self, text: &str) -> Option<String> {
        let name = text.trim_start_matches('$');
        if let Some(path) = name.strip_prefix("context.") {
            return self.context(path);
        }
        definition::gateway_response_source(name).and_then(|source| self.value(&source))
    }
}

/// Where the next variable begins: `$context.`, `$stageVariables.`, `method.request.`, with a `$` or without.
fn next_variable(text: &str) -> Option<usize> {
    ["$context.", "$stageVariables.", "$method.request.", "method.request."]
        .iter()
        .filter_map(|start| text.find(start))
        .min()
}

/// The variable at the start of `text`.
fn variable(text: &str) -> &str {
    let end = text
        .char_indices()
        .find(|(index, c)| !(c.is_ascii_alphanumeric() || "._-".contains(*c) || (*index == 0 && *c == '$')))
        .map_or(text.len(), |(index, _)| index);
    text.get(..end).unwrap_or_default().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn substitute(template: &str) -> String {
        let mut request = GatewayRequest { query: "q=1&q=2".to_owned(), ..GatewayRequest::default() };
        request.headers.add("x-agent", "cli");
        request.stage.variables.insert("a".to_owned(), "one".to_owned());
        let refused = Refused { request: &request, operation: None, parameters: &BTreeMap::new() };
        let refusal = Refusal::NoRoute;
        let error = Error::new(&refusal.default_response(), &refusal);
        Scene { refused: &refused, error, context: std::cell::OnceCell::new() }.substitute(template)
    }

    #[test]
    fn variables_are_replaced_and_nothing_else() {
        for (template, text) in [
            (r#"{"message":$context.error.messageString}"#, r#"{"message":"Missing Authentication Token"}"#),
            ("$context.error.responseType.", "MISSING_AUTHENTICATION_TOKEN."),
            ("$stageVariables.a|$stageVariables.b|", "one||"),
            ("method.request.header.x-agent $method.request.querystring.q", "cli 2"),
            ("#if(true) $input.body ${x} $", "#if(true) $input.body ${x} $"),
            ("$context.nothing!", "!"),
        ] {
            assert_eq!(substitute(template), text, "{template}");
        }
    }
}
