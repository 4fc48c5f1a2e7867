//! The carrier that stands in for tests, over the queue in `DELIVERY_QUEUE_URL` and the gateway in `GATEWAY_URL`.

use std::{collections::BTreeSet, time::Duration};

use aws::{AwsSettings, Connection, NetworkBackends};
use delivery::carrier::Carrier;

/// How long the queue is left alone after it did not answer.
const PAUSE: Duration = Duration::from_secs(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let (aws, queue_url, gateway_url, secret) = runtime::start_server(|settings| {
        let aws = AwsSettings::load(settings);
        let [queue_url, gateway_url] = ["DELIVERY_QUEUE_URL", "GATEWAY_URL"].map(|name| settings.text(name));
        (aws, queue_url, gateway_url, delivery::secret(settings))
    })?;
    let backends = NetworkBackends::new(&Connection::new(&aws)?);
    let secret = secret.ok_or("CALLBACK_SECRET is not set")?;
    let lost = BTreeSet::new();
    let mut carrier = Carrier { backends, queue_url, gateway_url, secret, clock_ms: runtime::clock_ms, lost };
    loop {
        if let Err(error) = carrier.take().await {
            tracing::error!(error, "the queue does not answer");
            tokio::time::sleep(PAUSE).await;
        }
    }
}
