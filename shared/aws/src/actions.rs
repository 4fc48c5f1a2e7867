//! Actions of services that have an `integrationSubtype`. SQS, Step Functions and DynamoDB are called by the SDK's clients,
//! the others by requests that are signed here: one action of a service is not worth the size of its client.

mod items;
mod machines;
mod queues;
mod requests;
mod tables;
mod wire;

use aws_sdk_dynamodb as dynamodb;
use aws_sdk_sfn as sfn;
use aws_sdk_sqs as sqs;
use bytes::Bytes;
use gateway::{Action, ActionAnswer, ActionCall, CallProblem, Headers, HttpAnswer};
use serde_json::json;
use tokio::time::Instant;

use crate::{
    account::Account,
    answer::header,
    attempts::{Attempt, deadline, repeat},
    clients::{Clients, Target},
};

/// Calls actions. Clients are made by the first call that needs them.
pub(crate) struct Actions {
    account: Account,
    queues: Clients<sqs::Client>,
    machines: Clients<sfn::Client>,
    tables: Clients<dynamodb::Client>,
}

impl Actions {
    /// Makes no client yet.
    pub(crate) fn new(account: Account) -> Self {
        let (queues, machines, tables) = (Clients::default(), Clients::default(), Clients::default());
        Actions { account, queues, machines, tables }
    }

    /// What [`ActionAnswer`] says.
    pub(crate) async fn act(&self, call: ActionCall) -> Result<ActionAnswer, CallProblem> {
        let deadline = deadline(call.timeout_ms);
        let target = self.account.target(call.region.clone(), call.credentials.clone());
        // Boxed: a client's future is so deep that the compiler gives up on the futures around it.
        let (answer, attempts) = match &call.action {
            Action::SqsSend(_) | Action::SqsReceive(_) | Action::SqsDelete { .. } | Action::SqsPurge { .. } => {
                let client = self.queues.get(&target, &self.account, sqs::Client::new);
                self.repeat(&target, deadline, || Box::pin(queues::send(&client, &call.action))).await
            }
            Action::StartExecution(_) | Action::StartSyncExecution(_) | Action::StopExecution { .. } => {
                let client = self.machines.get(&target, &self.account, sfn::Client::new);
                let elsewhere = self.account.connection.shared().endpoint_url().is_some();
                let send = || Box::pin(machines::send(&client, &call.action, elsewhere));
                self.repeat(&target, deadline, send).await
            }
            Action::DynamoGetItem(_)
            | Action::DynamoPutItem(_)
            | Action::DynamoUpdateItem(_)
            | Action::DynamoDeleteItem(_)
            | Action::DynamoQuery(_) => {
                let client = self.tables.get(&target, &self.account, dynamodb::Client::new);
                self.repeat(&target, deadline, || Box::pin(tables::send(&client, &call.action))).await
            }
            Action::PutEvents(_)
            | Action::KinesisPutRecord(_)
            | Action::AppConfigGetConfiguration(_)
            | Action::SnsPublish(_) => self.request(&call).await,
        };
        let answer = answer?;
        let content_type = header(&answer, "content-type").unwrap_or_default().to_owned();
        Ok(ActionAnswer { status: answer.status, content_type, body: answer.body, attempts })
    }

    async fn repeat<F>(
        &self,
        target: &Target,
        deadline: Instant,
        send: impl Fn() -> F,
    ) -> (Result<HttpAnswer, CallProblem>, u32)
    where
        F: Future<Output = Attempt<HttpAnswer>>,
    {
        let role = target.role.as_deref();
        repeat(deadline, || self.account.attempt(role, deadline, |_| send())).await
    }

    async fn request(&self, call: &ActionCall) -> (Result<HttpAnswer, CallProblem>, u32) {
        match requests::write(call, self.account.connection.region()) {
            Err(why) => (Ok(refusal(400, &why)), 1),
            Ok(request) => {
                let (answer, attempts) = self.account.call(&request).await;
                let published = matches!(call.action, Action::SnsPublish(_));
                (if published { answer.and_then(|answer| requests::published(&answer)) } else { answer }, attempts)
            }
        }
    }
}

/// A JSON answer that is made here.
fn json_answer(status: u16, body: impl Into<Bytes>) -> HttpAnswer {
    let headers = Headers(vec![("content-type".to_owned(), "application/json".to_owned())]);
    HttpAnswer { status, headers, body: body.into() }
}

/// A 4xx that is made here.
fn refusal(status: u16, message: &str) -> HttpAnswer {
    json_answer(status, json!({ "message": message }).to_string())
}
