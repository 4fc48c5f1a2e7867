//! Step Functions. (Step Functions API reference.)

use aws_sdk_sfn::Client;
use gateway::{Action, CallProblem, HttpAnswer};

use super::wire::Wire;
use crate::attempts::Attempt;

/// One attempt of an action of Step Functions.
pub(super) async fn send(client: &Client, action: &Action, elsewhere: bool) -> Attempt<HttpAnswer> {
    let wire = Wire::default();
    match action {
        Action::StartExecution(execution) => {
            let call = client
                .start_execution()
                .state_machine_arn(&execution.state_machine_arn)
                .set_name(execution.name.clone())
                .set_input(execution.input.clone())
                .set_trace_header(execution.trace_header.clone());
            wire.attempt(call.customize().interceptor(wire.clone()).send().await.map(drop))
        }
        Action::StartSyncExecution(execution) => {
            // Synchronous executions have a host of their own, unless a setting says what the host is.
            let wire = if elsewhere { Wire::without_prefix("sync-") } else { wire };
            let call = client
                .start_sync_execution()
                .state_machine_arn(&execution.state_machine_arn)
                .set_name(execution.name.clone())
                .set_input(execution.input.clone())
                .set_trace_header(execution.trace_header.clone());
            wire.attempt(call.customize().interceptor(wire.clone()).send().await.map(drop))
        }
        Action::StopExecution { execution_arn, error, cause } => {
            let call = client.stop_execution().execution_arn(execution_arn);
            let call = call.set_error(error.clone()).set_cause(cause.clone());
            wire.attempt(call.customize().interceptor(wire.clone()).send().await.map(drop))
        }
        _ => Attempt::Final(Err(CallProblem::Refused("it is no action of Step Functions".to_owned()))),
    }
}
