//! All that integrations call, behind one port.

use gateway::{
    ActionAnswer, ActionCall, Backends, CallProblem, FunctionAnswer, FunctionCall, HttpAnswer, HttpCall, ServiceCall,
};

use crate::{Connection, account::Account, actions::Actions, functions::Functions, servers::Servers};

/// Lambda functions, HTTP servers and AWS services. A client is made by the first call that needs it.
pub struct NetworkBackends {
    account: Account,
    functions: Functions,
    actions: Actions,
    servers: Servers,
}

impl NetworkBackends {
    /// AWS by `connection`, and HTTP servers beside it.
    pub fn new(connection: &Connection) -> Self {
        let account = Account::new(connection);
        NetworkBackends {
            functions: Functions::of(account.clone()),
            actions: Actions::new(account.clone()),
            servers: Servers::default(),
            account,
        }
    }
}

impl Backends for NetworkBackends {
    async fn invoke(&self, call: FunctionCall) -> Result<FunctionAnswer, CallProblem> {
        self.functions.invoke(call).await
    }

    async fn send(&self, call: HttpCall) -> Result<HttpAnswer, CallProblem> {
        self.servers.send(call).await
    }

    async fn call(&self, call: ServiceCall) -> Result<HttpAnswer, CallProblem> {
        self.account.call(&call).await.0
    }

    async fn act(&self, call: ActionCall) -> Result<ActionAnswer, CallProblem> {
        self.actions.act(call).await
    }
}
