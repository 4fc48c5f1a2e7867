//! The router as it is deployed, with Lambda functions as the only integrations compiled in: no HTTP client, no other AWS
//! client, no signing of calls by hand. What it starts sooner and takes less memory is what all integrations cost.

use aws::{Connection, Functions, Issuers, KeysTable};
use gateway::{
    ActionAnswer, ActionCall, Backends, CallProblem, FunctionAnswer, FunctionCall, Gateway, HttpAnswer, HttpCall,
    ServiceCall,
};
use identity::{CachedKeys, KEYS_TTL_MS, KeySets};
use lambda_runtime::LambdaEvent;
use router::{Config, Renewal, Router, Told, load_table, metering, usage_plans};
use runtime::{Error, Unquoted, event::HttpEvent};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let table = load_table(&config.table_file)?;
    let connection = Connection::new(&config.aws)?;
    let backends = LambdaAlone(Functions::new(&connection));
    // They live as long as the process.
    let plans: &'static _ = Box::leak(Box::new(usage_plans(&connection, &config)?));
    let metering: &'static _ = Box::leak(Box::new(metering(&connection, &config)));
    let here = config.here();
    let issuers = KeySets::new(Issuers::new(&config.aws));
    let keys = CachedKeys::new(KeysTable::new(connection.dynamodb(), config.api_keys_table), KEYS_TTL_MS);
    let gateway = Gateway::new(table, backends, keys).with_issuers(issuers).with_plans(plans);
    let router: &'static _ = Box::leak(Box::new(Router::new(gateway, here).with_metering(metering)));
    let route = move |event: LambdaEvent<Unquoted<HttpEvent>>| async move {
        Ok::<_, Error>(router.route(event.payload.0, event.context.xray_trace_id).await?)
    };
    runtime::run(route, (Renewal(plans), Told(metering))).await
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
