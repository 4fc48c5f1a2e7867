//! One request's way through the router.

use std::{collections::BTreeMap, sync::OnceLock};

use definition::{Admits, Integration, RestApi, Table};
use identity::{KeyStore, Principal};

use crate::{
    Backends, GatewayRequest, GatewayResponse, Refusal, RequestPath, action_call, called, changes,
    exchange::Exchange,
    gateway_response::{self, Refused},
    http_proxy, lambda_proxy, mapped, matching, policy,
    prepared::Prepared,
    principal, trace,
    validate::{self, CompiledModels},
};

/// The router's data plane: the compiled API and what it calls.
pub struct Gateway<B, K> {
    table: Table<'static>,
    rest_api: OnceLock<RestApi>,
    prepared: Vec<OnceLock<Prepared>>,
    models: CompiledModels,
    backends: B,
    keys: K,
}

/// A response, and what the log says of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the client gets.
    pub response: GatewayResponse,
    /// The operation's route key, `GET /carts/{cartId}`, if one was found.
    pub route: Option<String>,
    /// Who called, if the operation asks.
    pub principal: Option<Principal>,
    /// Why the request was refused, if it was.
    pub refusal: Option<Refusal>,
    /// What the integration calls, where it is what failed: `dynamodb PutItem`, `GET https://shop.example`.
    pub called: Option<String>,
}

/// What became known of a request on its way.
#[derive(Default)]
struct Trail<'g> {
    operation: Option<&'g Prepared>,
    parameters: BTreeMap<String, String>,
    principal: Option<Principal>,
}

impl<B: Backends, K: KeyStore> Gateway<B, K> {
    /// A gateway over `table`, which lives as long as the process.
    pub fn new(table: Table<'static>, backends: B, keys: K) -> Self {
        let prepared = (0..table.len()).map(|_| OnceLock::new()).collect();
        let models = CompiledModels::new(&table);
        Gateway { table, rest_api: OnceLock::new(), prepared, models, backends, keys }
    }

    /// Answers `request`. Whatever happens, there is an answer.
    pub async fn answer(&self, mut request: GatewayRequest) -> Outcome {
        let mut trail = Trail::default();
        let served = match self.rest_api() {
            Ok(rest_api) => match self.serve(rest_api, &mut request, &mut trail).await {
                Ok(response) => Ok(response),
                Err(refusal) => {
                    let operation = trail.operation.map(|prepared| &prepared.operation);
                    let refused = Refused { request: &request, operation, parameters: &trail.parameters };
                    Err((gateway_response::respond(&refusal, rest_api, &refused), refusal))
                }
            },
            Err(refusal) => Err((gateway_response::plain(&refusal), refusal)),
        };
        let (mut response, refusal) = match served {
            Ok(response) => (response, None),
            Err((response, refusal)) => (response, Some(refusal)),
        };
        // The names under which clients of REST APIs look for them.
        response.headers.set("x-amz-apigw-id", request.request_id.as_str());
        response.headers.set("x-amzn-requestid", request.request_id.as_str());
        response.headers.set("x-amzn-trace-id", trace::id(&request));
        let route = trail.operation.map(|prepared| prepared.operation.route_key());
        let failed = trail.operation.filter(|_| refusal.as_ref().is_some_and(Refusal::is_of_integration));
        let called = failed.and_then(|prepared| {
            called::called(&prepared.operation.integration, &request.method, &request.stage.variables)
        });
        Outcome { response, route, principal: trail.principal, refusal, called }
    }

    async fn serve<'g>(
        &'g self,
        rest_api: &RestApi,
        request: &mut GatewayRequest,
        trail: &mut Trail<'g>,
    ) -> Result<GatewayResponse, Refusal> {
        let path = RequestPath::parse(&request.path)?;
        let found = matching::find(&self.table.routes, &path, &request.method).ok_or(Refusal::NoRoute)?;
        let prepared = self.prepared(found.operation)?;
        trail.operation = Some(prepared);
        trail.parameters = found.parameters;
        let operation = &prepared.operation;
        if let Some(policy) = &rest_api.policy {
            policy::check(policy, request, operation)?;
        }
        match operation.admits {
            Admits::Everybody => {}
            Admits::ApiKey => trail.principal = Some(principal::of(request, &self.keys).await?),
            Admits::Managed if request.route_key.as_deref() == Some(&*operation.route_key()) => {}
            Admits::Managed => return Err(Refusal::OtherRoute),
        }
        principal::announce(request, trail.principal.as_ref());
        let exchange = Exchange::new(request, (operation, &trail.parameters), trail.principal.as_ref(), rest_api);
        if !operation.validation.is_empty() {
            validate::check(&operation.validation, &exchange, &self.models)?;
        }
        self.call(prepared, &exchange).await
    }

    async fn call(&self, prepared: &Prepared, exchange: &Exchange<'_>) -> Result<GatewayResponse, Refusal> {
        match &prepared.operation.integration {
            Integration::Lambda(proxy) => {
                let call = lambda_proxy::call(proxy, exchange)?;
                let mut response = lambda_proxy::respond(proxy, exchange, self.backends.invoke(call).await?)?;
                changes::of_response(&proxy.changes.responses, exchange, &mut response)?;
                Ok(response)
            }
            Integration::Http(proxy) => {
                let call = http_proxy::call(proxy, exchange)?;
                let mut response = http_proxy::respond(self.backends.send(call).await?)?;
                changes::of_response(&proxy.changes.responses, exchange, &mut response)?;
                Ok(response)
            }
            Integration::Mapped(mapped) => mapped::answer(mapped, exchange, prepared, &self.backends).await,
            Integration::Service(action) => {
                let call = action_call::call(action, exchange)?;
                Ok(action_call::respond(self.backends.act(call).await?))
            }
            Integration::Faulty(why) => Err(Refusal::Configuration(why.clone())),
        }
    }

    /// What the API is as a whole, decoded with the first request.
    fn rest_api(&self) -> Result<&RestApi, Refusal> {
        if let Some(rest_api) = self.rest_api.get() {
            return Ok(rest_api);
        }
        let decoded = self.table.rest_api().map_err(|error| Refusal::Configuration(format!("the table: {error}")))?;
        Ok(self.rest_api.get_or_init(|| decoded))
    }

    /// The operation at `index`, decoded when it is first called.
    fn prepared(&self, index: u32) -> Result<&Prepared, Refusal> {
        let damaged = || Refusal::Configuration(format!("the table has no operation {index}"));
        let slot = usize::try_from(index).ok().and_then(|index| self.prepared.get(index)).ok_or_else(damaged)?;
        if let Some(prepared) = slot.get() {
            return Ok(prepared);
        }
        let operation = self.table.operation(index).map_err(|_| damaged())?;
        Ok(slot.get_or_init(|| Prepared::new(operation)))
    }
}
