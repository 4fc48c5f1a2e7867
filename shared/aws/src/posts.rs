//! Posts to open sockets, through API Gateway's `@connections`.
//! (API Gateway developer guide, `apigateway-how-to-call-websocket-api-connections`.)
//!
//! One HTTP client and one signature's worth of work a post: a broadcast is nothing but posts, so what is the same for all of
//! them (the frame's hash, the day's signing key) is made once.

mod signature;

use std::{sync::Mutex, time::Duration};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials as _, SharedCredentialsProvider},
};
use aws_smithy_async::time::SharedTimeSource;
use bytes::Bytes;
use channels::{
    ConnectionId,
    ports::{Posted, Posts},
};
use http::{HeaderName, HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use self::signature::{Signer, hex_sha256};
use crate::{Connection, chain};

/// A post that takes longer has failed. API Gateway's own bound is not documented.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Credentials that end within this are asked for anew.
const REFRESH_BEFORE: Duration = Duration::from_secs(60);

/// The client that posts go through. HTTP/1.1: whether `@connections` takes HTTP/2 is not documented.
pub type PostClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// `@connections` of one stage.
pub struct ConnectionsApi {
    client: PostClient,
    /// `https://a1b2c3.execute-api.us-east-1.amazonaws.com`.
    origin: String,
    host: String,
    /// `/live`, or whatever stands before `/@connections`.
    stage_path: String,
    region: String,
    credentials: SharedCredentialsProvider,
    clock: SharedTimeSource,
    signer: Mutex<Option<Signer>>,
}

/// A frame and its hash.
pub struct SignedPayload {
    frame: Bytes,
    hash: String,
}

impl ConnectionsApi {
    /// `url` is the stage's: `https://a1b2c3.execute-api.us-east-1.amazonaws.com/live`.
    ///
    /// # Errors
    /// A sentence, when `url` is no URL of that kind.
    pub fn new(connection: &Connection, url: &str) -> Result<Self, String> {
        let problem = || format!("CONNECTIONS_URL={url} is no URL such as https://….amazonaws.com/live");
        let uri: Uri = url.parse().map_err(|_| problem())?;
        let (scheme, host) = (uri.scheme_str().ok_or_else(problem)?, uri.authority().ok_or_else(problem)?.as_str());
        let config = connection.shared();
        Ok(ConnectionsApi {
            client: post_client(),
            origin: format!("{scheme}://{host}"),
            host: host.to_owned(),
            stage_path: uri.path().trim_end_matches('/').to_owned(),
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            credentials: config.credentials_provider().ok_or("there are no credentials")?,
            clock: config.time_source().ok_or("there is no clock")?,
            signer: Mutex::new(None),
        })
    }

    async fn send(&self, id: &ConnectionId, payload: &SignedPayload) -> Result<Posted, String> {
        let path = signature::path(&self.stage_path, id);
        let headers = self.sign(&path, payload).await?;
        let mut request = Request::post(format!("{}{path}", self.origin));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(payload.frame.clone())).map_err(|error| error.to_string())?;
        let response = self.client.request(request).await.map_err(|error| chain(&error))?;
        let status = response.status();
        // Read to its end, so that the connection can carry the next post.
        response.into_body().collect().await.map_err(|error| chain(&error))?;
        Ok(posted(status))
    }

    async fn sign(&self, path: &str, payload: &SignedPayload) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
        const UNFIT: &str = "the credentials hold what no header can";
        let now = self.clock.now();
        let held = |signer: &&mut Signer| signer.lasts_until(now + REFRESH_BEFORE);
        let signed =
            self.with_signer(|signer| signer.as_mut().filter(held).map(|signer| signer.sign(now, path, &payload.hash)));
        if let Some(headers) = signed {
            return headers.ok_or(UNFIT.to_owned());
        }
        let credentials: Credentials = self.credentials.provide_credentials().await.map_err(|error| chain(&error))?;
        let fresh = Signer::new(credentials, self.region.clone(), self.host.clone());
        let signed = self.with_signer(|signer| signer.insert(fresh).sign(now, path, &payload.hash));
        signed.ok_or(UNFIT.to_owned())
    }

    fn with_signer<T>(&self, with: impl FnOnce(&mut Option<Signer>) -> T) -> T {
        with(&mut self.signer.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Posts for ConnectionsApi {
    type Payload = SignedPayload;

    fn payload(&self, frame: String) -> SignedPayload {
        SignedPayload { hash: hex_sha256(frame.as_bytes()), frame: frame.into() }
    }

    async fn post(&self, id: &ConnectionId, payload: &SignedPayload) -> Posted {
        match tokio::time::timeout(TIMEOUT, self.send(id, payload)).await {
            Ok(Ok(posted)) => posted,
            Ok(Err(why)) => Posted::Failed(why),
            Err(_) => Posted::Failed(format!("no answer within {TIMEOUT:?}")),
        }
    }
}

/// The client of [`ConnectionsApi`].
pub fn post_client() -> PostClient {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let connector = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().wrap_connector(tcp);
    let mut client = Client::builder(TokioExecutor::new());
    // Lambda freezes the process between invocations: a connection that lay idle for long is dead on the other side.
    client.pool_idle_timeout(Duration::from_secs(20)).pool_timer(TokioTimer::new());
    client.build(connector)
}

fn posted(status: StatusCode) -> Posted {
    match status {
        status if status.is_success() => Posted::Delivered,
        StatusCode::GONE => Posted::Gone,
        StatusCode::TOO_MANY_REQUESTS => Posted::Throttled,
        status if status.is_server_error() => Posted::Failed(status.to_string()),
        status => Posted::Refused(status.to_string()),
    }
}
