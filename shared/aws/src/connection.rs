//! What all AWS clients of a process share.
//!
//! Built by hand and not by `aws_config::load_defaults`, which tries chains (profiles, SSO, instance metadata) that a
//! function does not have and links a second TLS library: on a 128 MB function that is the difference between 4 ms and
//! 690 ms to the first answer. See `docs/performance.md`.

use std::time::Duration;

use aws_config::{SdkConfig, ecs::EcsCredentialsProvider, provider_config::ProviderConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Region, SharedAsyncSleep, StalledStreamProtectionConfig, retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use settings::Settings;

/// The roots that AWS endpoints chain to, from Amazon Trust Services' repository: the system's 140 would cost 3.5 ms.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

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
    /// Managed Instances and SnapStart serve credentials over HTTP instead: the snapshot must not hold them.
    ContainerEndpoint,
}

impl AwsSettings {
    /// The region of the process.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Reads them; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        let container = settings.optional("AWS_CONTAINER_CREDENTIALS_FULL_URI");
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
}

impl Connection {
    /// Opens nothing yet: connections are made by the first call and kept.
    ///
    /// # Errors
    /// A sentence that names `AWS_CA_BUNDLE`, when the file it names cannot be read.
    pub fn new(settings: &AwsSettings) -> Result<Self, String> {
        let roots = match &settings.ca_bundle {
            None => AMAZON_ROOTS.to_vec(),
            Some(file) => {
                std::fs::read(file).map_err(|error| format!("AWS_CA_BUNDLE={file} cannot be read: {error}"))?
            }
        };
        let tls = TlsContext::builder()
            .with_trust_store(TrustStore::empty().with_pem_certificate(roots))
            .build()
            .map_err(|error| format!("the AWS trust store cannot be built: {error}"))?;
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build_https();
        let sleep = SharedAsyncSleep::new(TokioSleep::new());
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(settings.region.clone()))
            .credentials_provider(credentials(&settings.credentials, &http, &sleep))
            .http_client(http.clone())
            .sleep_impl(sleep.clone())
            .time_source(aws_smithy_async::time::SystemTimeSource::new())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50)))
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build());
        config.set_endpoint_url(settings.endpoint_url.clone());
        Ok(Connection { config: config.build() })
    }

    /// What a client of any other service is made from.
    pub fn shared(&self) -> &SdkConfig {
        &self.config
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

    /// A Lambda client.
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.config)
    }
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
