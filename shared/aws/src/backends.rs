//! HTTP servers as backends, and both kinds of backend behind one port.

use std::{sync::OnceLock, time::Duration};

use bytes::Bytes;
use gateway::{
    Backends, CallProblem, FunctionAnswer, FunctionCall, Headers, HttpAnswer, HttpCall, MAX_PAYLOAD_BYTES, ServiceCall,
};
use http::{Request, header::HeaderMap};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use crate::{Functions, chain};

type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Lambda functions and HTTP servers.
pub struct NetworkBackends {
    functions: Functions,
    client: OnceLock<HttpClient>,
}

impl NetworkBackends {
    /// HTTP backends beside `functions`.
    pub fn new(functions: Functions) -> Self {
        NetworkBackends { functions, client: OnceLock::new() }
    }

    /// Made by the first HTTP integration: loading the roots of the public web costs every other start nothing.
    fn client(&self) -> &HttpClient {
        self.client.get_or_init(|| {
            let mut tcp = HttpConnector::new();
            tcp.enforce_http(false);
            tcp.set_nodelay(true);
            let roots = HttpsConnectorBuilder::new().with_webpki_roots();
            let connector = roots.https_or_http().enable_http1().enable_http2().wrap_connector(tcp);
            // Lambda freezes the process between invocations: a connection that lay idle for long is dead on the other
            // side, so it is not kept for long here.
            let mut client = Client::builder(TokioExecutor::new());
            client.pool_idle_timeout(Duration::from_secs(20)).pool_timer(TokioTimer::new());
            client.build(connector)
        })
    }

    async fn exchange(&self, call: HttpCall) -> Result<HttpAnswer, CallProblem> {
        let response =
            self.client().request(request(call)?).await.map_err(|error| CallProblem::Unreachable(chain(&error)))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_PAYLOAD_BYTES).collect().await;
        let body = body.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
            Some(_) => CallProblem::TooLarge,
            None => CallProblem::Unreachable(chain(&*error)),
        })?;
        Ok(HttpAnswer { status: head.status.as_u16(), headers: headers(&head.headers), body: body.to_bytes() })
    }
}

impl Backends for NetworkBackends {
    async fn invoke(&self, call: FunctionCall) -> Result<FunctionAnswer, CallProblem> {
        self.functions.invoke(call).await
    }

    async fn send(&self, call: HttpCall) -> Result<HttpAnswer, CallProblem> {
        let timeout = Duration::from_millis(u64::from(call.timeout_ms));
        tokio::time::timeout(timeout, self.exchange(call)).await.unwrap_or(Err(CallProblem::Timeout))
    }

    async fn call(&self, call: ServiceCall) -> Result<HttpAnswer, CallProblem> {
        Err(CallProblem::Refused(format!("{} is not called", call.service)))
    }
}

fn request(call: HttpCall) -> Result<Request<Full<Bytes>>, CallProblem> {
    let mut builder = Request::builder().method(call.method.as_str()).uri(&call.url);
    for (name, value) in &call.headers.0 {
        builder = builder.header(name, value);
    }
    builder
        .body(Full::new(call.body))
        .map_err(|error| CallProblem::Unreachable(format!("the request cannot be written: {error}")))
}

fn headers(map: &HeaderMap) -> Headers {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Headers(map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect())
}
