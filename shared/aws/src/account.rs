//! AWS as whoever calls it: the connection, and the roles that it may be used with.

use std::sync::Arc;

use aws_credential_types::Credentials;
use gateway::{CallProblem, HttpAnswer, ServiceCall};
use tokio::time::Instant;

use crate::{
    Connection,
    attempts::{Attempt, deadline, repeat},
    clients::Target,
    roles::Roles,
    signed,
};

/// What all calls of a process share.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) connection: Connection,
    pub(crate) roles: Arc<Roles>,
}

impl Account {
    /// Asks for nothing yet.
    pub(crate) fn new(connection: &Connection) -> Self {
        Account { connection: connection.clone(), roles: Arc::new(Roles::new(connection.clone())) }
    }

    /// Where and as whom to call: nothing where that is the router's own.
    pub(crate) fn target(&self, region: Option<String>, role: Option<String>) -> Target {
        Target { region: region.filter(|region| region != self.connection.region()), role }
    }

    /// One attempt with the credentials of `role`. If the service takes them no longer, they are forgotten, and the next
    /// attempt has others; where there is none, the role is what was refused.
    pub(crate) async fn attempt<T, F>(
        &self,
        role: Option<&str>,
        deadline: Instant,
        send: impl FnOnce(Credentials) -> F,
    ) -> Attempt<T>
    where
        F: Future<Output = Attempt<T>>,
    {
        let credentials = match self.roles.get(role, deadline).await {
            Ok(credentials) => credentials,
            Err(problem) => return Attempt::Final(Err(problem)),
        };
        match (role, send(credentials.clone()).await) {
            (Some(role), Attempt::Expired(code, _)) => {
                self.roles.forget(role, &credentials).await;
                Attempt::Repeatable(Err(CallProblem::Refused(format!("{role}: {code}"))))
            }
            (_, attempt) => attempt,
        }
    }

    /// Signs `call`, sends it, and reads the answer, whatever its status; and how often it was sent.
    pub(crate) async fn call(&self, call: &ServiceCall) -> (Result<HttpAnswer, CallProblem>, u32) {
        let deadline = deadline(call.timeout_ms);
        let send = |credentials: Credentials| async move { signed::send(&self.connection, call, &credentials).await };
        repeat(deadline, || self.attempt(call.credentials.as_deref(), deadline, send)).await
    }
}
