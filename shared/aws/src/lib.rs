//! Every port over the network: AWS services and HTTP backends. The only crate that names `aws-sdk-*`.
//!
//! [`Connection`] holds what all clients share: region, credentials, one HTTP client with one TLS library.

mod backends;
mod connection;
mod functions;

mod keys;

pub use aws_sdk_dynamodb as dynamodb;
pub use backends::NetworkBackends;
pub use connection::{AwsSettings, Connection};
pub use functions::Functions;

pub use keys::KeysTable;
