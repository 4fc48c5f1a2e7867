//! HTTP servers as backends.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use gateway::{CallProblem, HttpAnswer, HttpCall, Tls};
use http::{Method, Request};
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use crate::{
    answer,
    attempts::{Attempt, deadline, repeat, unreachable},
    chain,
    connection::IDLE_TIMEOUT,
    tls,
};

type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A definition has few ways of checking certificates, unless a stage variable names the server.
const MAX_CLIENTS: usize = 16;

/// One client for each `tlsConfig`: a connection that was made without a check serves nobody else. Made by the first
/// request that needs it, as loading the roots of the public web costs every other start nothing.
#[derive(Default)]
pub(crate) struct Servers {
    clients: Mutex<HashMap<Tls, HttpClient>>,
}

impl Servers {
    /// Repeated only where nothing was sent, and only what may be sent twice in any case.
    pub(crate) async fn send(&self, call: HttpCall) -> Result<HttpAnswer, CallProblem> {
        let unwritable = |why: &dyn std::error::Error| {
            CallProblem::Unreachable(format!("the request cannot be written: {}", chain(why)))
        };
        let client = self.client(&call.tls).map_err(|error| unwritable(&error))?;
        let deadline = deadline(call.timeout_ms);
        let request = request(call).map_err(|error| unwritable(&error))?;
        let idempotent = request.method().is_idempotent() && request.method() != Method::TRACE;
        let attempt = || async {
            match client.request(request.clone()).await {
                Ok(response) => Attempt::Final(answer::read(response).await),
                Err(error) => match unreachable(&error) {
                    Attempt::Repeatable(problem) if !idempotent => Attempt::Final(problem),
                    attempt => attempt,
                },
            }
        };
        repeat(deadline, attempt).await.0
    }

    fn client(&self, tls: &Tls) -> Result<HttpClient, rustls::Error> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(tls) {
            return Ok(client.clone());
        }
        if clients.len() >= MAX_CLIENTS {
            clients.clear();
        }
        let client = connect(tls)?;
        clients.insert(tls.clone(), client.clone());
        Ok(client)
    }
}

fn connect(tls: &Tls) -> Result<HttpClient, rustls::Error> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let mut client = Client::builder(TokioExecutor::new());
    client.pool_idle_timeout(IDLE_TIMEOUT).pool_timer(TokioTimer::new());
    Ok(client.build(tls::connector(tls, tcp)?))
}

fn request(call: HttpCall) -> Result<Request<Full<Bytes>>, http::Error> {
    let request = Request::builder().method(call.method.as_str()).uri(&call.url);
    let request = call.headers.0.iter().fold(request, |request, (name, value)| request.header(name, value));
    request.body(Full::new(call.body))
}
