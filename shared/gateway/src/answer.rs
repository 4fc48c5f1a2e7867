//! One request's way through the router.

use std::{collections::BTreeMap, sync::OnceLock};

use definition::{Integration, RestApi, Table};
use identity::{KeyFetcher, KeyLookup, KeySets, Principal};
use plans::Verdict;

use crate::{
    Admit, Backends, GatewayRequest, GatewayResponse, NoPlans, PartFailure, Refusal, RequestPath, admit, aggregate,
    called,
    exchange::Exchange,
    gateway_response::{self, Refused},
    identify::{Desk, NoIssuers, announce},
    integration, matching, policy,
    prepared::Prepared,
    trace,
    validate::{self, CompiledModels},
};

/// The router's data plane: the compiled API and what it calls.
pub struct Gateway<B, K, F = NoIssuers, A = NoPlans> {
    table: Table<'static>,
    rest_api: OnceLock<RestApi>,
    prepared: Vec<OnceLock<Prepared>>,
    models: CompiledModels,
    backends: B,
    desk: Desk<K, F>,
    plans: A,
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
    /// The parts of an aggregate that failed, whether the whole did or not.
    pub failed_parts: Vec<PartFailure>,
    /// The usage plan that the request was held to.
    pub plan_id: Option<String>,
    /// Units of quota that it cost: none if it was refused before anything was called.
    pub units: u64,
}

/// What became known of a request on its way.
#[derive(Default)]
struct Trail<'g> {
    operation: Option<&'g Prepared>,
    parameters: BTreeMap<String, String>,
    principal: Option<Principal>,
    verdict: Option<Verdict>,
    failed_parts: Vec<PartFailure>,
    units: u64,
}

impl<B: Backends, K: KeyLookup> Gateway<B, K> {
    /// A gateway over `table`, which lives as long as the process. It reaches no issuer of tokens, and
    /// holds nobody to a plan.
    pub fn new(table: Table<'static>, backends: B, keys: K) -> Self {
        let prepared = (0..table.len()).map(|_| OnceLock::new()).collect();
        let models = CompiledModels::new(&table);
        let desk = Desk::new(keys, KeySets::new(NoIssuers));
        Gateway { table, rest_api: OnceLock::new(), prepared, models, backends, desk, plans: NoPlans }
    }
}

impl<B: Backends, K: KeyLookup, F: KeyFetcher, A: Admit> Gateway<B, K, F, A> {
    /// The same gateway, which verifies tokens by the keys of their issuers.
    #[must_use]
    pub fn with_issuers<G: KeyFetcher>(self, issuers: KeySets<G>) -> Gateway<B, K, G, A> {
        let Gateway { table, rest_api, prepared, models, backends, desk, plans } = self;
        Gateway { table, rest_api, prepared, models, backends, desk: desk.with_issuers(issuers), plans }
    }

    /// The same gateway, which holds callers to their usage plans and to throttles.
    #[must_use]
    pub fn with_plans<P: Admit>(self, plans: P) -> Gateway<B, K, F, P> {
        let Gateway { table, rest_api, prepared, models, backends, desk, plans: _ } = self;
        Gateway { table, rest_api, prepared, models, backends, desk, plans }
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
        if let (Some(verdict), Some(rest_api)) = (&trail.verdict, self.rest_api.get()) {
            admit::tell(&mut response.headers, &verdict.admission, rest_api);
        }
        // The names under which clients of REST APIs look for them.
        response.headers.set("x-amz-apigw-id", request.request_id.as_str());
        response.headers.set("x-amzn-requestid", request.request_id.as_str());
        response.headers.set("x-amzn-trace-id", trace::id(&request));
        let route = trail.operation.map(|prepared| prepared.operation.route_key());
        let (mut called, surroundings) = (None, (request.method.as_str(), &request.stage.variables));
        if let Some(Prepared { operation, .. }) = trail.operation {
            called::name_parts(&mut trail.failed_parts, &operation.integration, surroundings);
            if refusal.as_ref().is_some_and(Refusal::is_of_integration) {
                called = called::called(&operation.integration, surroundings.0, surroundings.1);
            }
        }
        let plan_id = trail.verdict.as_ref().and_then(Verdict::plan_id).map(str::to_owned);
        let Trail { principal, failed_parts, units, .. } = trail;
        Outcome { response, route, principal, refusal, called, failed_parts, plan_id, units }
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
        let asked = Exchange::new(request, (operation, &trail.parameters), None, rest_api);
        let mut known = self.desk.identify(&asked, &self.backends).await?;
        announce::announce(request, &mut known);
        trail.principal = known.principal;
        // After it is on the trail whose call it is: who lacks something is refused, and counted, by name.
        identity::require(trail.principal.as_ref(), &operation.admits.requires)?;
        let exchange = Exchange::new(request, (operation, &trail.parameters), trail.principal.as_ref(), rest_api);
        let wanted = admit::wanted(&exchange);
        let verdict = trail.verdict.insert(self.plans.admit(&wanted).await);
        admit::decided(verdict)?;
        if !operation.validation.is_empty() {
            let valid = validate::check(&operation.validation, &exchange, &self.models);
            valid.inspect_err(|_| self.plans.refund(&wanted, verdict))?;
        }
        trail.units = wanted.operation.units;
        match &operation.integration {
            Integration::Aggregate(parts) => {
                aggregate::answer(parts, &exchange, prepared, &self.backends, &mut trail.failed_parts).await
            }
            _ => integration::call(prepared, &exchange, &self.backends).await,
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
