//! Every port over the network: AWS services and HTTP backends. The only crate that names `aws-sdk-*`.
//!
//! [`Connection`] holds what all clients share: region, credentials, one HTTP client with one TLS library.

mod backends;
mod channels;
mod connection;
mod functions;
mod jobs;
mod keys;
mod posts;

use std::error::Error;

pub use aws_sdk_dynamodb as dynamodb;
pub use backends::NetworkBackends;
pub use channels::{ChannelStore, ChannelTables};
pub use connection::{AwsSettings, Connection};
pub use functions::Functions;
pub use jobs::JobsQueue;
pub use keys::KeysTable;
pub use posts::{ConnectionsApi, PostClient, SignedPayload, post_client};

/// An error with its causes: its outermost link often says no more than that a client had an error. Fit for a log, unlike
/// the debug form of an AWS error, which holds the response's headers and body. A cause that only repeats is left out.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |error| (*error).source()).map(ToString::to_string);
    causes.fold(
        error.to_string(),
        |chain, cause| if chain.contains(&cause) { chain } else { format!("{chain}: {cause}") },
    )
}
