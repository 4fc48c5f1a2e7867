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
use http::{HeaderMap, Method, Request, StatusCode, Uri, uri};
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
    scheme: uri::Scheme,
    /// `a1b2c3.execute-api.us-east-1.amazonaws.com`.
    host: uri::Authority,
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
        let config = connection.shared();
        Ok(ConnectionsApi {
            client: post_client(),
            scheme: uri.scheme().ok_or_else(problem)?.clone(),
            host: uri.authority().ok_or_else(problem)?.clone(),
            stage_path: uri.path().trim_end_matches('/').to_owned(),
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            credentials: config.credentials_provider().ok_or("there are no credentials")?,
            clock: config.time_source().ok_or("there is no clock")?,
            signer: Mutex::new(None),
        })
    }

    async fn send(&self, id: &ConnectionId, payload: &SignedPayload) -> Result<Posted, String> {
        let path = signature::path(&self.stage_path, id);
        let mut request = Request::new(Full::new(payload.frame.clone()));
        *request.method_mut() = Method::POST;
        *request.headers_mut() = self.sign(&path, payload).await?;
        *request.uri_mut() = self.uri(path)?;
        let response = self.client.request(request).await.map_err(|error| chain(&error))?;
        let status = response.status();
        // Read to its end, so that the connection can carry the next post.
        response.into_body().collect().await.map_err(|error| chain(&error))?;
        Ok(posted(status))
    }

    /// From its parts: of a text the scheme and the host would be read for each post.
    fn uri(&self, path: String) -> Result<Uri, String> {
        let mut parts = uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.host.clone());
        parts.path_and_query = Some(path.try_into().map_err(|error: uri::InvalidUri| error.to_string())?);
        Uri::from_parts(parts).map_err(|error| error.to_string())
    }

    async fn sign(&self, path: &str, payload: &SignedPayload) -> Result<HeaderMap, String> {
        const UNFIT: &str = "the credentials hold what no header can";
        let now = self.clock.now();
        let held = |signer: &&mut Signer| signer.lasts_until(now + REFRESH_BEFORE);
        let signed =
            self.with_signer(|signer| signer.as_mut().filter(held).map(|signer| signer.sign(now, path, &payload.hash)));
        if let Some(headers) = signed {
            return headers.ok_or(UNFIT.to_owned());
        }
        let credentials: Credentials = self.credentials.provide_credentials().await.map_err(|error| chain(&error))?;
        let fresh = Signer::new(credentials, self.region.clone(), self.host.to_string());
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
