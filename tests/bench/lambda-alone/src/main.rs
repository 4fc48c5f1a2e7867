//! The router as it is deployed, with Lambda functions as the only integrations compiled in: no HTTP client, no other AWS
//! client, no signing of calls by hand. What it starts sooner and takes less memory is what all integrations cost.

use aws::{Connection, Functions, Issuers, KeysTable};
use gateway::{
    ActionAnswer, ActionCall, Backends, CallProblem, FunctionAnswer, FunctionCall, Gateway, HttpAnswer, HttpCall,
    ServiceCall,
};
use identity::{CachedKeys, KEYS_TTL_MS, KeySets};
use lambda_runtime::{LambdaEvent, service_fn};
use router::{Config, Router, load_table};
use runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let table = load_table(&config.table_file)?;
    let connection = Connection::new(&config.aws)?;
    let backends = LambdaAlone(Functions::new(&connection));
    let here = config.here();
    let keys = CachedKeys::new(KeysTable::new(connection.dynamodb(), config.api_keys_table), KEYS_TTL_MS);
    let issuers = KeySets::new(Issuers::new(&config.aws));
    let router = &Router::new(Gateway::new(table, backends, keys).with_issuers(issuers), here);
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| async move {
        Ok::<_, Error>(router.route(event.payload, event.context.xray_trace_id).await?)
    }))
    .await
}

/// Lambda functions; every other call is refused.
struct LambdaAlone(Functions);

impl Backends for LambdaAlone {
    async fn invoke(&self, call: FunctionCall) -> Result<FunctionAnswer, CallProblem> {
        self.0.invoke(call).await
    }

    async fn send(&self, _: HttpCall) -> Result<HttpAnswer, CallProblem> {
        Err(refused())
    }

    async fn call(&self, _: ServiceCall) -> Result<HttpAnswer, CallProblem> {
        Err(refused())
    }

    async fn act(&self, _: ActionCall) -> Result<ActionAnswer, CallProblem> {
        Err(refused())
    }
}

fn refused() -> CallProblem {
    CallProblem::Refused("Lambda functions are all that is compiled in".to_owned())
}
