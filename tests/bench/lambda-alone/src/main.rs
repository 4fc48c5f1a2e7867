//! The router as it is deployed, with Lambda functions as the only integrations compiled in: no HTTP client, no other AWS
//! client, no signing of calls by hand. What it starts sooner and takes less memory is what all integrations cost.

use aws::Functions;
use gateway::{
    ActionAnswer, ActionCall, Backends, CallProblem, FunctionAnswer, FunctionCall, HttpAnswer, HttpCall, ServiceCall,
};
use router::Config;
use runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    router::serve(runtime::start(Config::load)?, |connection| LambdaAlone(Functions::new(connection))).await
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
