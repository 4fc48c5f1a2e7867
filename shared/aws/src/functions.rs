//! Lambda functions as backends.

use std::time::Duration;

use aws_sdk_lambda::{
    Client,
    config::{retry::RetryConfig, timeout::TimeoutConfig},
    error::{ProvideErrorMetadata as _, SdkError},
    operation::invoke::InvokeError,
    primitives::Blob,
};
use bytes::Bytes;
use gateway::{CallProblem, FunctionAnswer, FunctionCall};

use crate::chain;

/// Invokes functions and waits for them.
#[derive(Clone)]
pub struct Functions {
    client: Client,
}

impl Functions {
    /// Through `client`.
    pub fn new(client: Client) -> Self {
        Functions { client }
    }

    /// Invokes once: an invocation that timed out may have done its work, so it is not repeated.
    pub(crate) async fn invoke(&self, call: FunctionCall) -> Result<FunctionAnswer, CallProblem> {
        let timeout = Duration::from_millis(u64::from(call.timeout_ms));
        let own = aws_sdk_lambda::config::Builder::new()
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(timeout).build());
        let invoke = self.client.invoke().function_name(call.function).payload(Blob::new(call.event));
        // Boxed: the client's future is so deep that the compiler gives up on the futures around it.
        let output = Box::pin(invoke.customize().config_override(own).send()).await.map_err(problem)?;
        let payload = Bytes::from(output.payload.map(Blob::into_inner).unwrap_or_default());
        Ok(match output.function_error {
            None => FunctionAnswer::Payload(payload),
            Some(_) => FunctionAnswer::Failed(payload),
        })
    }
}

fn problem(error: SdkError<InvokeError>) -> CallProblem {
    match error {
        SdkError::TimeoutError(_) => CallProblem::Timeout,
        SdkError::DispatchFailure(ref failure) if failure.is_timeout() => CallProblem::Timeout,
        SdkError::ServiceError(ref context) => {
            let code = context.err().code().unwrap_or("of no code");
            CallProblem::Refused(format!("{code} from Lambda"))
        }
        error => CallProblem::Unreachable(chain(&error)),
    }
}
