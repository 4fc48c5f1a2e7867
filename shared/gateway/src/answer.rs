//! One request's way through the router.

use std::{collections::BTreeMap, sync::OnceLock};

use definition::{Admits, Integration, Operation, Table};
use identity::{KeyStore, Principal};

use crate::{
    Backends, GatewayRequest, GatewayResponse, Refusal, RequestPath, http_proxy, lambda_proxy, matching, mock,
    principal,
};

/// The router's data plane: the compiled API and what it calls.
pub struct Gateway<B, K> {
    table: Table<'static>,
    decoded: Vec<OnceLock<Operation>>,
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
}

/// What became known of a request on its way.
#[derive(Default)]
struct Trail {
    route: Option<String>,
    principal: Option<Principal>,
}

impl<B: Backends, K: KeyStore> Gateway<B, K> {
    /// A gateway over `table`, which lives as long as the process.
    pub fn new(table: Table<'static>, backends: B, keys: K) -> Self {
        let decoded = (0..table.len()).map(|_| OnceLock::new()).collect();
        Gateway { table, decoded, backends, keys }
    }

    /// Answers `request`. Whatever happens, there is an answer.
    pub async fn answer(&self, request: GatewayRequest) -> Outcome {
        let request_id = request.request_id.clone();
        let mut trail = Trail::default();
        let served = self.serve(request, &mut trail).await;
        let (mut response, refusal) = match served {
            Ok(response) => (response, None),
            Err(refusal) => (refusal.response(), Some(refusal)),
        };
        // The names under which clients of REST APIs look for it.
        response.headers.set("x-amz-apigw-id", request_id.as_str());
        response.headers.set("x-amzn-requestid", request_id);
        Outcome { response, route: trail.route, principal: trail.principal, refusal }
    }

    async fn serve(&self, mut request: GatewayRequest, trail: &mut Trail) -> Result<GatewayResponse, Refusal> {
        let path = RequestPath::parse(&request.path)?;
        let found = matching::find(&self.table.routes, &path, &request.method).ok_or(Refusal::NoRoute)?;
        let operation = self.operation(found.operation)?;
        trail.route = Some(operation.route_key());
        match operation.admits {
            Admits::Everybody => {}
            Admits::ApiKey => trail.principal = Some(principal::of(&request, &self.keys).await?),
            Admits::Managed if request.route_key.as_deref() == trail.route.as_deref() => {}
            Admits::Managed => return Err(Refusal::OtherRoute),
        }
        principal::announce(&mut request, trail.principal.as_ref());
        self.call(operation, &request, &found.parameters, trail.principal.as_ref()).await
    }

    async fn call(
        &self,
        operation: &Operation,
        request: &GatewayRequest,
        parameters: &BTreeMap<String, String>,
        principal: Option<&Principal>,
    ) -> Result<GatewayResponse, Refusal> {
        match &operation.integration {
            Integration::Lambda(proxy) => {
                let call = lambda_proxy::call(proxy, request, operation, parameters)?;
                lambda_proxy::respond(proxy, self.backends.invoke(call).await?)
            }
            Integration::Http(proxy) => {
                let call = http_proxy::call(proxy, request, parameters, principal)?;
                http_proxy::respond(self.backends.send(call).await?)
            }
            Integration::Mock(mock) => mock::answer(mock, request),
            // Only its own route of the managed gateway calls it, and that does not come by here.
            Integration::Service(_) => Err(Refusal::OtherRoute),
        }
    }

    /// The operation at `index`, decoded when it is first called.
    fn operation(&self, index: u32) -> Result<&Operation, Refusal> {
        let damaged = || Refusal::Configuration(format!("the table has no operation {index}"));
        let slot = usize::try_from(index).ok().and_then(|index| self.decoded.get(index)).ok_or_else(damaged)?;
        if let Some(operation) = slot.get() {
            return Ok(operation);
        }
        let operation = self.table.operation(index).map_err(|_| damaged())?;
        Ok(slot.get_or_init(|| operation))
    }
}
