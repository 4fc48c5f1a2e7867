//! Every port over the network: AWS services, HTTP backends and issuers of tokens. The only crate that names `aws-sdk-*`.
//!
//! [`Connection`] holds what all clients share: region, credentials, one HTTP client with one TLS library. What integrations
//! call is [`NetworkBackends`]:
//!
//! | | |
//! |---|---|
//! | `backends` | the port |
//! | `functions` | Lambda functions |
//! | `servers`, `tls` | HTTP servers, and how they show who they are |
//! | `signed` | any AWS service, by a request that is signed here |
//! | `actions` | the actions that have an `integrationSubtype`, by the SDK's clients where they are used |
//! | `account`, `roles`, `clients` | as whom AWS is called |
//! | `attempts`, `answer` | what is tried again, and what an answer is |

mod account;
mod actions;
mod answer;
mod attempts;
mod backends;
mod channels;
mod clients;
mod connection;
mod counters;
mod functions;
mod issuers;
mod jobs;
mod key_list;
mod keys;
mod posts;
mod roles;
mod servers;
mod signed;
mod tls;
mod usage_plans;

use std::error::Error;

pub use aws_sdk_dynamodb as dynamodb;
pub use backends::NetworkBackends;
pub use channels::{ChannelStore, ChannelTables};
pub use connection::{AwsSettings, Connection};
pub use counters::CountersTable;
pub use functions::Functions;
pub use issuers::Issuers;
pub use jobs::JobsQueue;
pub use key_list::{KeyList, ListedKey};
pub use keys::KeysTable;
pub use posts::{ConnectionsApi, PostClient, SignedPayload, post_client};
pub use usage_plans::UsagePlansTable;

/// An error with its causes: its outermost link often says no more than that a client had an error. Fit for a log, unlike
/// the debug form of an AWS error, which holds the response's headers and body. A cause that only repeats is left out.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |error| (*error).source()).map(ToString::to_string);
    causes.fold(
        error.to_string(),
        |chain, cause| if chain.contains(&cause) { chain } else { format!("{chain}: {cause}") },
    )
}
