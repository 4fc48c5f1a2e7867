//! The tasks of a state machine that wait for somebody to tell their outcome: the port, and Step Functions.

use std::future::Future;

use aws::NetworkBackends;
use gateway::{Backends as _, Headers, ServiceCall};
use serde_json::json;

/// How long Step Functions may take.
const TIMEOUT_MS: u32 = 5_000;

/// Tasks that wait, by their tokens.
pub trait Tasks: Sync {
    /// Ends the task with `output`, which is JSON.
    ///
    /// # Errors
    /// [`TaskProblem::Over`] where it has ended or given up waiting, also on a repeat. [`TaskProblem::Unavailable`]: it may
    /// or may not have ended, and a repeat is harmless.
    fn succeed(&self, token: &str, output: &str) -> impl Future<Output = Result<(), TaskProblem>> + Send;
}

/// Why a task was not ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskProblem {
    /// It waits no more.
    #[error("nobody waits for this delivery's outcome any more")]
    Over,
    /// What is no token.
    #[error("the task token is none")]
    NoToken,
    /// Step Functions did not do it.
    #[error("the state machine did not answer: {0}")]
    Unavailable(String),
}

/// Step Functions' tasks.
pub struct StateMachines {
    /// AWS.
    pub backends: NetworkBackends,
    /// The region of the state machines.
    pub region: String,
}

impl Tasks for StateMachines {
    async fn succeed(&self, token: &str, output: &str) -> Result<(), TaskProblem> {
        let headers =
            [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "AWSStepFunctions.SendTaskSuccess")];
        let call = ServiceCall {
            service: "states".to_owned(),
            region: self.region.clone(),
            host: format!("states.{}.amazonaws.com", self.region),
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: String::new(),
            headers: Headers(headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into()),
            body: json!({"taskToken": token, "output": output}).to_string().into(),
            credentials: None,
            timeout_ms: TIMEOUT_MS,
        };
        let answer = self.backends.call(call).await.map_err(|problem| TaskProblem::Unavailable(problem.to_string()))?;
        // (Step Functions API reference, `SendTaskSuccess`: errors.)
        match (answer.status, kind(&answer.body)) {
            (200, _) => Ok(()),
            (_, "TaskTimedOut" | "TaskDoesNotExist") => Err(TaskProblem::Over),
            (_, "InvalidToken") => Err(TaskProblem::NoToken),
            (status, kind) => Err(TaskProblem::Unavailable(format!("{status} {kind}"))),
        }
    }
}

/// The error's name in an answer: `{"__type": "com.amazonaws.swf.service.v2.model#TaskTimedOut", …}`.
fn kind(body: &[u8]) -> &'static str {
    let told: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let name = told.get("__type").and_then(serde_json::Value::as_str).unwrap_or_default();
    let known = ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken", "AccessDeniedException", "ThrottlingException"];
    known.into_iter().find(|known| name.rsplit('#').next() == Some(known)).unwrap_or("unknown")
}
