//! One integration: its call, and the client's answer.

use definition::Integration;

use crate::{
    Backends, GatewayResponse, Refusal, action_call, changes, exchange::Exchange, http_proxy, lambda_proxy, mapped,
    prepared::Prepared,
};

/// Calls the integration of `prepared`, which is no aggregate.
///
/// # Errors
/// Whatever keeps the request from the backend, or its answer from the client.
pub(crate) async fn call<B: Backends>(
    prepared: &Prepared,
    exchange: &Exchange<'_>,
    backends: &B,
) -> Result<GatewayResponse, Refusal> {
    match &prepared.operation.integration {
        Integration::Lambda(proxy) => {
            let call = lambda_proxy::call(proxy, exchange)?;
            let mut response = lambda_proxy::respond(proxy, exchange, backends.invoke(call).await?)?;
            changes::of_response(&proxy.changes.responses, exchange, &mut response)?;
            Ok(response)
        }
        Integration::Http(proxy) => {
            let call = http_proxy::call(proxy, exchange)?;
            let mut response = http_proxy::respond(backends.send(call).await?)?;
            changes::of_response(&proxy.changes.responses, exchange, &mut response)?;
            Ok(response)
        }
        Integration::Mapped(mapped) => mapped::answer(mapped, exchange, prepared, backends).await,
        Integration::Service(action) => {
            let call = action_call::call(action, exchange)?;
            Ok(action_call::respond(backends.act(call).await?))
        }
        Integration::Faulty(why) => Err(Refusal::Configuration(why.clone())),
        Integration::Aggregate(_) => Err(Refusal::Configuration("an aggregate within an aggregate".to_owned())),
    }
}
