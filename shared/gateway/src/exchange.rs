//! One request and what became known of it: what every step after identification looks at.

use std::{borrow::Cow, cell::OnceCell, collections::BTreeMap};

use definition::{Operation, RestApi, Source};
use identity::Principal;
use mapping::{
    Body, JsonPath, Params,
    jsonpath::{Found, Matches},
};
use serde_json::Value;

use crate::{
    GatewayRequest, Headers, Refusal,
    aggregate::{self, Answers},
    context,
};

/// A request on its way to an integration. What no step asks for is never made.
pub(crate) struct Exchange<'r> {
    pub(crate) request: &'r GatewayRequest,
    pub(crate) operation: &'r Operation,
    /// The values of the route's path parameters.
    pub(crate) parameters: &'r BTreeMap<String, String>,
    pub(crate) principal: Option<&'r Principal>,
    pub(crate) rest_api: &'r RestApi,
    /// `$context.aggregate`, of a part that waits for others.
    answers: Answers<'r>,
    body: OnceCell<Body>,
    params: OnceCell<Params>,
    context: OnceCell<Value>,
    query: OnceCell<Vec<(String, String)>>,
}

impl<'r> Exchange<'r> {
    pub(crate) fn new(
        request: &'r GatewayRequest,
        (operation, parameters): (&'r Operation, &'r BTreeMap<String, String>),
        principal: Option<&'r Principal>,
        rest_api: &'r RestApi,
    ) -> Self {
        Exchange {
            request,
            operation,
            parameters,
            principal,
            rest_api,
            answers: Answers::new(),
            body: OnceCell::new(),
            params: OnceCell::new(),
            context: OnceCell::new(),
            query: OnceCell::new(),
        }
    }

    /// The same for `request`, which differs from this one's in its headers.
    pub(crate) fn of_request<'s>(&self, request: &'s GatewayRequest) -> Exchange<'s>
    where
        'r: 's,
    {
        Exchange::new(request, (self.operation, self.parameters), self.principal, self.rest_api)
    }

    /// The same with the answers of other parts of the aggregate.
    pub(crate) fn with_answers<'s>(&self, answers: Answers<'s>) -> Exchange<'s>
    where
        'r: 's,
    {
        Exchange { answers, ..self.of_request(self.request) }
    }

    /// The request's body as text, whose JSON is read once.
    pub(crate) fn body(&self) -> &Body {
        self.body.get_or_init(|| Body::new(String::from_utf8_lossy(&self.request.body).into_owned()))
    }

    /// What `$input.params` finds: the last value of each name.
    pub(crate) fn params(&self) -> &Params {
        self.params.get_or_init(|| params(self.request, self.parameters, self.query()))
    }

    /// `$context`.
    pub(crate) fn context(&self) -> &Value {
        self.context.get_or_init(|| {
            let mut context = context::of_templates(self.request, Some(self.operation), self.principal);
            if let Some(context) = context.as_object_mut().filter(|_| !self.answers.is_empty()) {
                context.insert("aggregate".to_owned(), aggregate::context(&self.answers));
            }
            context
        })
    }

    fn query(&self) -> &[(String, String)] {
        self.query.get_or_init(|| self.request.query_pairs())
    }

    /// What a request mapping's `source` gives: no value, one, or several of a name in the query. Names of headers compare
    /// without case: an HTTP API hands them over in lower case.
    ///
    /// # Errors
    /// 400 where the body is to be looked into and is broken JSON.
    pub(crate) fn values(&self, source: &Source) -> Result<Vec<String>, Refusal> {
        let one = |value: Option<String>| value.into_iter().collect::<Vec<_>>();
        Ok(match source {
            Source::Static(text) => vec![text.clone()],
            Source::Header(name) => one(self.request.headers.all(name).last().map(str::to_owned)),
            Source::HeaderValues(name) => one(self.request.headers.joined(name)),
            Source::Query(name) => one(self.query_values(name).last().cloned()),
            Source::QueryValues(name) => self.query_values(name),
            Source::Path(name) => one(self.parameters.get(name).cloned()),
            Source::Body(path) => one(in_body(self.body(), path.as_deref()).map_err(Refusal::UnreadableBody)?),
            Source::Context(path) => one(context::text(self.context(), path)),
            Source::StageVariable(name) => one(self.request.stage.variables.get(name).cloned()),
        })
    }

    /// What a request mapping's `source` gives as JSON: a value of the body keeps its type, anything else is text.
    ///
    /// # Errors
    /// 400 where the body is to be looked into and is broken JSON.
    pub(crate) fn json_value(&self, source: &Source) -> Result<Option<Value>, Refusal> {
        let Source::Body(Some(path)) = source else {
            let values = self.values(source)?;
            return Ok((!values.is_empty()).then(|| Value::from(values.join(","))));
        };
        let found = self.body().json().map_err(|error| Refusal::UnreadableBody(error.to_string()))?;
        let path = JsonPath::parse(path).map_err(|error| Refusal::Configuration(error.to_string()))?;
        let matches = path.find(found.root()).map_err(|error| Refusal::UnreadableBody(error.to_string()))?;
        let read = |found: &Found<'_>| serde_json::from_str(&json(found)).unwrap_or_default();
        Ok(match matches {
            Matches::Definite(found) => found.as_ref().map(read),
            Matches::Indefinite(found) => Some(found.iter().map(read).collect()),
        })
    }

    pub(crate) fn query_values(&self, name: &str) -> Vec<String> {
        self.query().iter().filter(|(other, _)| other == name).map(|(_, value)| value.clone()).collect()
    }

    /// What a response mapping's `source` gives, out of a backend's answer. Names of headers compare without case.
    ///
    /// # Errors
    /// 500 where the answer's body is to be looked into and is broken JSON.
    pub(crate) fn response_value(
        &self,
        source: &Source,
        headers: &Headers,
        body: &Body,
    ) -> Result<Option<String>, Refusal> {
        Ok(match source {
            Source::Header(name) => headers.all(name).last().map(str::to_owned),
            Source::HeaderValues(name) => headers.joined(name),
            Source::Body(path) => in_body(body, path.as_deref())
                .map_err(|error| Refusal::Configuration(format!("the backend's answer is not JSON: {error}")))?,
            other => self.values(other)?.pop(),
        })
    }
}

/// What a template reads of `request` beside its body: `$input.params()` and `$context`. `resource` is the route's path, if
/// one is known, and `parameters` are the values of its path parameters.
pub fn template_inputs(
    request: &GatewayRequest,
    resource: Option<&str>,
    parameters: &BTreeMap<String, String>,
) -> (Params, Value) {
    let mut context = context::of_templates(request, None, None);
    if let Some((context, resource)) = context.as_object_mut().zip(resource) {
        context.insert("resourcePath".to_owned(), Value::from(resource));
    }
    (params(request, parameters, &request.query_pairs()), context)
}

fn params(request: &GatewayRequest, parameters: &BTreeMap<String, String>, query: &[(String, String)]) -> Params {
    Params {
        path: parameters.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        querystring: last_values(query.iter().map(|(name, value)| (name.as_str(), value.as_str())), false),
        header: last_values(request.headers.iter(), true),
    }
}

/// The whole body, or what a JSONPath finds in it: a text as it is, anything else as JSON.
fn in_body(body: &Body, path: Option<&str>) -> Result<Option<String>, String> {
    let Some(path) = path else { return Ok(Some(body.text().to_owned())) };
    // Only what begins like JSON is read as JSON. (Recorded.)
    if !body.text().trim_start().starts_with(['{', '[', '"', '\'']) {
        return Ok(None);
    }
    let document = body.json().map_err(ToString::to_string)?;
    let path = JsonPath::parse(path).map_err(|error| error.to_string())?;
    let matches = path.find(document.root()).map_err(|error| error.to_string())?;
    Ok(match matches {
        Matches::Definite(found) => found.as_ref().and_then(text),
        Matches::Indefinite(found) => Some(format!("[{}]", found.iter().map(json).collect::<Vec<_>>().join(","))),
    })
}

/// A text as it is, nothing for null, anything else as JSON.
fn text(found: &Found<'_>) -> Option<String> {
    match found {
        Found::Node(node) if node.is_null() => None,
        Found::Node(node) => Some(node.as_str().map_or_else(|| json(found), Cow::into_owned)),
        Found::Text(text) => Some(text.clone()),
        other => Some(json(other)),
    }
}

fn json(found: &Found<'_>) -> String {
    let mut out = String::new();
    match found {
        Found::Node(node) => node.write(&mut out),
        Found::Text(text) => json::write_string(text, &mut out),
        Found::Integer(number) => out = number.to_string(),
        Found::Double(number) => out = number.to_string(),
        Found::List(items) => out = format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        Found::Object(entries) => {
            let entry = |(name, node): &(Cow<'_, str>, json::Node<'_>)| {
                let mut out = String::new();
                json::write_string(name, &mut out);
                out.push(':');
                node.write(&mut out);
                out
            };
            out = format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(","));
        }
    }
    out
}

/// The last value of each name, in the order of first appearance.
fn last_values<'v>(pairs: impl Iterator<Item = (&'v str, &'v str)>, without_case: bool) -> Vec<(String, String)> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut values: Vec<(String, String)> = Vec::new();
    for (name, value) in pairs {
        let key = if without_case { name.to_ascii_lowercase() } else { name.to_owned() };
        match places.get(&key).and_then(|place| values.get_mut(*place)) {
            Some(slot) => value.clone_into(&mut slot.1),
            None => {
                places.insert(key, values.len());
                values.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    values
}
