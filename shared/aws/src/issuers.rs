//! Issuers of tokens: where their discovery documents and keys are fetched from.

use std::{borrow::Cow, sync::OnceLock, time::Duration};

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use identity::{FetchError, Fetched, KeyFetcher, cache_control_max_age_s};

use crate::{AwsSettings, chain};

type HttpClient = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// How long an issuer may take: a request waits for it. API Gateway gives it 1.5 s. (Developer guide, `http-api-quotas`.)
const TIMEOUT: Duration = Duration::from_millis(1500);
/// How much is read of an answer: more than the 150 KB that a key set may have, so that a longer one is told as such.
const MAX_BYTES: usize = 200 * 1024;
/// Issuers are asked once an hour: no connection is worth keeping.
const IDLE_TIMEOUT: Duration = Duration::from_secs(1);

/// Issuers over HTTP, checked by the roots of the public web. Redirects are not followed: what an issuer's URL names is
/// all that is trusted.
///
/// Where the AWS of a process is elsewhere (`AWS_ENDPOINT_URL`), Cognito's user pools are there too: their tokens name
/// `https://cognito-idp.REGION.amazonaws.com/POOL` all the same, and their keys are fetched from that address.
#[derive(Default)]
pub struct Issuers {
    client: OnceLock<HttpClient>,
    endpoint_url: Option<String>,
}

impl Issuers {
    /// Issuers as a process with these settings reaches them.
    pub fn new(settings: &AwsSettings) -> Self {
        let endpoint_url = settings.endpoint_url().map(|url| url.trim_end_matches('/').to_owned());
        Issuers { client: OnceLock::new(), endpoint_url }
    }

    /// Where a document is fetched from that is found at `url` on AWS.
    fn address<'u>(&self, url: &'u str) -> Cow<'u, str> {
        let host_and_path = url.strip_prefix("https://cognito-idp.").and_then(|rest| rest.split_once('/'));
        match (&self.endpoint_url, host_and_path) {
            (Some(endpoint), Some((host, path))) if host.ends_with(".amazonaws.com") => {
                Cow::Owned(format!("{endpoint}/{path}"))
            }
            _ => Cow::Borrowed(url),
        }
    }

    /// Made by the first fetch: loading the roots of the public web costs every other start nothing.
    fn client(&self) -> &HttpClient {
        self.client.get_or_init(|| {
            let mut tcp = HttpConnector::new();
            tcp.enforce_http(false);
            let roots = HttpsConnectorBuilder::new().with_webpki_roots();
            let connector = roots.https_or_http().enable_http1().enable_http2().wrap_connector(tcp);
            let mut client = Client::builder(TokioExecutor::new());
            client.pool_idle_timeout(IDLE_TIMEOUT).pool_timer(TokioTimer::new());
            client.build(connector)
        })
    }

    async fn get(&self, url: &str) -> Result<Fetched, FetchError> {
        let request = Request::get(&*self.address(url)).header(header::ACCEPT, "application/json").body(Empty::new());
        let request = request.map_err(|error| FetchError(format!("the issuer's URL cannot be called: {error}")))?;
        let unreachable =
            |error: &dyn std::error::Error| FetchError(format!("the issuer did not answer: {}", chain(error)));
        let (head, body) = self.client().request(request).await.map_err(|error| unreachable(&error))?.into_parts();
        if head.status != http::StatusCode::OK {
            return Err(FetchError(format!("the issuer answered {}", head.status.as_u16())));
        }
        let body = Limited::new(body, MAX_BYTES).collect().await.map_err(|error| unreachable(&*error))?;
        let max_age_s = head.headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
        Ok(Fetched { body: body.to_bytes().to_vec(), max_age_s: max_age_s.and_then(cache_control_max_age_s) })
    }
}

impl KeyFetcher for Issuers {
    async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        let timeout = FetchError(format!("the issuer did not answer within {} ms", TIMEOUT.as_millis()));
        tokio::time::timeout(TIMEOUT, self.get(url)).await.unwrap_or(Err(timeout))
    }
}
