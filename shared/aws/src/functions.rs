//! Lambda functions as backends.

use aws_sdk_lambda::{
    Client,
    error::{ProvideErrorMetadata as _, SdkError},
    operation::invoke::{InvokeError, InvokeOutput},
    primitives::Blob,
    types::InvocationType,
};
use bytes::Bytes;
use gateway::{CallProblem, FunctionAnswer, FunctionCall, Invocation};

use crate::{
    Connection,
    account::Account,
    attempts::{Attempt, deadline, repeat, unreachable},
    clients::Clients,
};

/// Invokes functions, and nothing else: [`NetworkBackends`](crate::NetworkBackends) has this among its parts.
pub struct Functions {
    account: Account,
    clients: Clients<Client>,
}

impl Functions {
    /// AWS by `connection`. Makes no client yet.
    pub fn new(connection: &Connection) -> Self {
        Functions::of(Account::new(connection))
    }

    /// The functions that `account` may invoke.
    pub(crate) fn of(account: Account) -> Self {
        Functions { account, clients: Clients::default() }
    }

    /// Repeated only where the function was not called: an invocation that timed out may have done its work.
    ///
    /// # Errors
    /// When it gave nothing back.
    pub async fn invoke(&self, call: FunctionCall) -> Result<FunctionAnswer, CallProblem> {
        let deadline = deadline(call.timeout_ms);
        let target = self.account.target(region(&call.function), call.credentials);
        let client = self.clients.get(&target, &self.account, Client::new);
        let invoke = client
            .invoke()
            .function_name(call.function)
            .invocation_type(invocation_type(call.invocation))
            .set_tenant_id(call.tenant_id)
            .payload(Blob::new(call.event));
        let role = target.role.as_deref();
        // Boxed: the client's future is so deep that the compiler gives up on the futures around it.
        let invocation = call.invocation;
        let send = |_| {
            let invoke = Box::pin(invoke.clone().send());
            async move {
                match invoke.await {
                    Ok(output) => Attempt::Final(Ok(answer(invocation, output))),
                    Err(error) => problem(error),
                }
            }
        };
        repeat(deadline, || self.account.attempt(role, deadline, send)).await.0
    }
}

/// A function's ARN names the region that it is called in. (Lambda API reference, `Invoke`.)
fn region(function: &str) -> Option<String> {
    let mut parts = function.strip_prefix("arn:")?.split(':');
    let region = parts.nth(2)?;
    (!region.is_empty()).then(|| region.to_owned())
}

fn invocation_type(invocation: Invocation) -> InvocationType {
    match invocation {
        Invocation::RequestResponse => InvocationType::RequestResponse,
        Invocation::Event => InvocationType::Event,
        Invocation::DryRun => InvocationType::DryRun,
    }
}

/// 202 to an event and 204 to a dry run come without a payload.
fn answer(invocation: Invocation, output: InvokeOutput) -> FunctionAnswer {
    let payload = Bytes::from(output.payload.map(Blob::into_inner).unwrap_or_default());
    match (invocation, output.function_error) {
        (Invocation::Event | Invocation::DryRun, _) => FunctionAnswer::Accepted,
        (Invocation::RequestResponse, None) => FunctionAnswer::Payload(payload),
        (Invocation::RequestResponse, Some(_)) => FunctionAnswer::Failed(payload),
    }
}

fn problem(error: SdkError<InvokeError>) -> Attempt<FunctionAnswer> {
    match error {
        SdkError::ServiceError(context) => {
            let code = context.err().code();
            let problem = CallProblem::Refused(format!("{} from Lambda", code.unwrap_or("an error of no code")));
            Attempt::of(context.raw().status().as_u16(), code, Err(problem))
        }
        error => unreachable(&error),
    }
}
