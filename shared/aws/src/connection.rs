//! What all AWS clients of a process share.
//!
//! Built by hand and not by `aws_config::load_defaults`, which tries chains (profiles, SSO, instance metadata) that a
//! function does not have and links a second TLS library: on a 128 MB function that is the difference between 4 ms and
//! 690 ms to the first answer. See `docs/performance.md`.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use aws_config::{SdkConfig, ecs::EcsCredentialsProvider, provider_config::ProviderConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Region, SharedAsyncSleep, StalledStreamProtectionConfig, retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_smithy_async::{
    rt::sleep::TokioSleep,
    time::{SystemTimeSource, TimeSource},
};
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use settings::Settings;

/// The roots that AWS endpoints chain to, from Amazon Trust Services' repository: the system's 140 would cost 3.5 ms.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Lambda freezes the process between invocations: a connection that lay idle for long is dead on the other side, so it is
/// not kept for long here.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// How AWS is reached. The names are those that every AWS SDK reads and that Lambda sets.
#[derive(Clone)]
pub struct AwsSettings {
    region: String,
    endpoint_url: Option<String>,
    ca_bundle: Option<String>,
    credentials: CredentialsSource,
}

#[derive(Clone)]
enum CredentialsSource {
    Keys {
        access_key_id: String,
        secret_access_key: String,
        session_token: Option<String>,
    },
    /// Managed Instances, SnapStart and ECS serve credentials over HTTP instead: the snapshot must not hold them.
    ContainerEndpoint,
}

impl AwsSettings {
    /// The region of the process.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Where AWS is, if not in the region.
    pub(crate) fn endpoint_url(&self) -> Option<&str> {
        self.endpoint_url.as_deref()
    }

    /// Reads them; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        let container = settings
            .optional("AWS_CONTAINER_CREDENTIALS_FULL_URI")
            .or_else(|| settings.optional("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"));
        let credentials = match container {
            Some(_) => CredentialsSource::ContainerEndpoint,
            None => CredentialsSource::Keys {
                access_key_id: settings.text("AWS_ACCESS_KEY_ID"),
                secret_access_key: settings.text("AWS_SECRET_ACCESS_KEY"),
                session_token: settings.optional("AWS_SESSION_TOKEN"),
            },
        };
        AwsSettings {
            region: settings.text("AWS_REGION"),
            endpoint_url: settings.optional("AWS_ENDPOINT_URL"),
            ca_bundle: settings.optional("AWS_CA_BUNDLE"),
            credentials,
        }
    }
}

/// One region's AWS, reached through one HTTP client.
#[derive(Clone)]
pub struct Connection {
    config: SdkConfig,
    region: String,
    connector: LazyConnector,
}

impl Connection {
    /// Opens nothing yet: connections are made by the first call and kept.
    ///
    /// # Errors
    /// A sentence that names `AWS_CA_BUNDLE`, when the file it names cannot be read or holds no certificates.
    pub fn new(settings: &AwsSettings) -> Result<Self, String> {
        let roots = settings.ca_bundle.as_deref().map_or_else(|| Ok(AMAZON_ROOTS.to_vec()), bundle)?;
        let tls = TlsContext::builder()
            .with_trust_store(TrustStore::empty().with_pem_certificate(roots))
            .build()
            .map_err(|error| format!("the AWS trust store cannot be built: {error}"))?;
        let connector = LazyConnector { tls, made: Arc::default() };
        let http = connector.client();
        let sleep = SharedAsyncSleep::new(TokioSleep::new());
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(settings.region.clone()))
            .credentials_provider(credentials(&settings.credentials, &http, &sleep))
            .http_client(http)
            .sleep_impl(sleep)
            .time_source(SystemTimeSource::new())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50)))
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build());
        config.set_endpoint_url(settings.endpoint_url.clone());
        Ok(Connection { config: config.build(), region: settings.region.clone(), connector })
    }

    /// The same by another clock, which says what signatures are dated and when credentials have expired.
    #[must_use]
    pub fn with_clock(self, clock: impl TimeSource + 'static) -> Self {
        Connection { config: self.config.into_builder().time_source(clock).build(), ..self }
    }

    /// The region.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// What time it is.
    pub(crate) fn now(&self) -> SystemTime {
        self.config.time_source().map_or(SystemTime::UNIX_EPOCH, |clock| clock.now())
    }

    /// What all requests to AWS go through.
    pub(crate) fn connector(&self) -> &SharedHttpConnector {
        self.connector.get()
    }

    /// What a client of any other service is made from.
    pub fn shared(&self) -> &SdkConfig {
        &self.config
    }

    /// An SQS client. Who waits for it is a sandbox and no client: two seconds for all attempts.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(Duration::from_secs(1))
            .operation_timeout(Duration::from_secs(2));
        let own = aws_sdk_sqs::config::Builder::from(&self.config).timeout_config(timeouts.build());
        aws_sdk_sqs::Client::from_conf(own.build())
    }

    /// A DynamoDB client. It answers in milliseconds or not at all: a second for one attempt, three for all of them, which
    /// leaves a function time to say so itself.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(Duration::from_secs(1))
            .operation_timeout(Duration::from_secs(3));
        let own = aws_sdk_dynamodb::config::Builder::from(&self.config).timeout_config(timeouts.build());
        aws_sdk_dynamodb::Client::from_conf(own.build())
    }
}

/// Made by the first request: reading the roots costs a start that sends none nothing, and every client shares it.
#[derive(Clone)]
struct LazyConnector {
    tls: TlsContext,
    made: Arc<OnceLock<SharedHttpConnector>>,
}

impl LazyConnector {
    fn get(&self) -> &SharedHttpConnector {
        self.made.get_or_init(|| {
            let timeouts = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
            let connector = Connector::builder()
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .tls_context(self.tls.clone())
                .connector_settings(timeouts)
                .sleep_impl(TokioSleep::new())
                .pool_idle_timeout(IDLE_TIMEOUT);
            SharedHttpConnector::new(connector.build())
        })
    }

    fn client(&self) -> SharedHttpClient {
        let connector = self.clone();
        http_client_fn(move |_, _| connector.get().clone())
    }
}

/// A service's host in a region. (AWS general reference, `rande`; the suffixes are those of the partitions.)
pub(crate) fn host(service: &str, region: &str) -> String {
    let suffix = match region.split('-').next() {
        Some("cn") => "amazonaws.com.cn",
        Some("eusc") => "amazonaws.eu",
        _ => "amazonaws.com",
    };
    format!("{service}.{region}.{suffix}")
}

/// Read here, and not by the HTTP client: that would end the process.
fn bundle(file: &str) -> Result<Vec<u8>, String> {
    let pem = std::fs::read(file).map_err(|error| format!("AWS_CA_BUNDLE={file} cannot be read: {error}"))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let wrong =
            |error: &dyn std::error::Error| format!("AWS_CA_BUNDLE={file} holds what is no certificate: {error}");
        roots.add(certificate.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
    }
    if roots.is_empty() { Err(format!("AWS_CA_BUNDLE={file} holds no certificate")) } else { Ok(pem) }
}

fn credentials(
    source: &CredentialsSource,
    http: &SharedHttpClient,
    sleep: &SharedAsyncSleep,
) -> SharedCredentialsProvider {
    match source {
        CredentialsSource::Keys { access_key_id, secret_access_key, session_token } => SharedCredentialsProvider::new(
            Credentials::new(access_key_id, secret_access_key, session_token.clone(), None, "environment"),
        ),
        CredentialsSource::ContainerEndpoint => {
            let through =
                ProviderConfig::without_region().with_http_client(http.clone()).with_sleep_impl(sleep.clone());
            SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(&through).build())
        }
    }
}
