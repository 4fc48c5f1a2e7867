//! Lambda authorizers of the API's own, invoked by the router.

use std::sync::Arc;

use definition::{Authorizer, FunctionAuthorizer, PayloadFormat};
use identity::{
    AnswerKey, AuthorizerAnswer, AuthorizerKind, AuthorizerRefusal, Decision, IdentityInputs, Principal, TtlCache,
    failure,
};
use serde_json::{Map, Value};

use super::{Identified, cannot_ask};
use crate::{
    Backends, FunctionAnswer, FunctionCall, Invocation, Refusal, context, exchange::Exchange, lambda_event, policy,
};

/// How long an HTTP API waits for its authorizer. (Developer guide, `http-api-quotas`.)
const HTTP_TIMEOUT_MS: u32 = 10_000;
/// How long a REST API does: what an integration may take.
const REST_TIMEOUT_MS: u32 = 29_000;

/// Whom the authorizer lets in.
///
/// # Errors
/// Why it does not, or cannot say.
pub(super) async fn ask(
    exchange: &Exchange<'_>,
    name: &str,
    backends: &impl Backends,
    answers: &TtlCache<AnswerKey, Arc<AuthorizerAnswer>>,
) -> Result<Identified, Refusal> {
    let Some(Authorizer::Lambda(authorizer)) = exchange.rest_api.authorizers.get(name) else {
        return Err(cannot_ask("the table has no such authorizer"));
    };
    let (request, rules) = (exchange.request, &authorizer.rules);
    let identity = rules.identity(exchange).map_err(identity::Refusal::from)?;
    let arn = policy::method_arn_of(request);
    let key = rules.answer_key(name, &identity);
    let answer = match key.as_ref().and_then(|key| answers.get(key, request.time_ms)) {
        Some(kept) => kept,
        None => {
            let answer = Arc::new(invoke(exchange, authorizer, (&arn, &identity), backends).await?);
            if let Some(key) = key {
                answers.put(key, Arc::clone(&answer), request.time_ms, u64::from(rules.ttl_s) * 1000);
            }
            answer
        }
    };
    let explicit = match answer.decide(&policy::asked(request, &arn)) {
        Decision::Allow => return Ok(identified(&answer)),
        Decision::ExplicitDeny => true,
        Decision::ImplicitDeny => false,
    };
    Err(identity::Refusal::from(AuthorizerRefusal::Denied { explicit }).into())
}

async fn invoke(
    exchange: &Exchange<'_>,
    authorizer: &FunctionAuthorizer,
    (arn, identity): (&str, &[String]),
    backends: &impl Backends,
) -> Result<AuthorizerAnswer, Refusal> {
    let variables = &exchange.request.stage.variables;
    let fill = |text: &definition::Text| {
        text.fill(variables, |_| None).map_err(|unresolved| cannot_ask(unresolved.to_string()))
    };
    let (format, timeout_ms) = match authorizer.rules.kind {
        AuthorizerKind::HttpV2 | AuthorizerKind::HttpV2Simple => (PayloadFormat::V2, HTTP_TIMEOUT_MS),
        AuthorizerKind::HttpV1 => (PayloadFormat::V1, HTTP_TIMEOUT_MS),
        AuthorizerKind::Token | AuthorizerKind::Request => (PayloadFormat::V1, REST_TIMEOUT_MS),
    };
    let event = match lambda_event::event(format, exchange.request, exchange) {
        Value::Object(event) if authorizer.rules.kind != AuthorizerKind::Token => event,
        _ => Map::new(),
    };
    let call = FunctionCall {
        function: fill(&authorizer.function)?,
        invocation: Invocation::RequestResponse,
        event: authorizer.rules.event(arn, identity, event).to_string().into_bytes(),
        tenant_id: None,
        credentials: authorizer.credentials.as_ref().map(fill).transpose()?,
        timeout_ms,
    };
    let answered = backends.invoke(call).await.map_err(|problem| cannot_ask(problem.to_string()))?;
    let read = match answered {
        FunctionAnswer::Payload(payload) => authorizer.rules.read(&payload),
        FunctionAnswer::Failed(payload) => Err(failure(&payload)),
        FunctionAnswer::Accepted => Err(AuthorizerRefusal::Failed),
    };
    Ok(read.map_err(identity::Refusal::from)?)
}

/// What the answer says of the caller. Whether an HTTP API's events carry `principalId` beside the context is not
/// documented; a REST API's do.
fn identified(answer: &AuthorizerAnswer) -> Identified {
    let mut context = answer.context.clone();
    if let Some(id) = &answer.principal_id {
        context.insert("principalId".to_owned(), Value::from(id.as_str()));
    }
    let authorizer = Map::from_iter([("lambda".to_owned(), Value::Object(context))]);
    Identified {
        principal: Some(Principal::of_answer(answer)),
        authorizer: Some(authorizer),
        usage_identifier_key: answer.usage_identifier_key.clone(),
    }
}

impl IdentityInputs for Exchange<'_> {
    fn header(&self, name: &str) -> Option<String> {
        self.request.headers.joined(name)
    }

    fn query(&self, name: &str) -> Option<String> {
        let values = self.query_values(name);
        (!values.is_empty()).then(|| values.join(","))
    }

    fn stage_variable(&self, name: &str) -> Option<String> {
        self.request.stage.variables.get(name).cloned()
    }

    fn context(&self, name: &str) -> Option<String> {
        match name {
            "routeKey" => Some(self.operation.route_key()),
            name => context::text(Exchange::context(self), name),
        }
    }
}
