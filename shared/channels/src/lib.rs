//! Who is listening, and how a message reaches all of them: the rules of WebSocket channels.
//!
//! A [`Connection`] is one open socket with its [`Principal`]. It subscribes to a [`Channel`] if the [`Rules`] let it. A
//! [`Message`] published to a channel gets an id and a sequence there, is kept for a while so that who missed it can ask, and
//! is posted to every subscriber, shard by shard, as [`Job`]s say. What must wait is a port in [`ports`].

mod answer;
mod backoff;
mod channel;
mod connection;
mod job;
mod message;
mod pace;
mod pattern;
pub mod ports;
mod principal;
mod refusal;
mod request;
mod rules;
mod tally;

pub use answer::{Answer, Presence};
pub use backoff::Backoff;
pub use channel::{Channel, ChannelProblem, MAX_CHANNEL_BYTES};
pub use connection::{Caps, Connection, ConnectionId, Holder, LIFETIME_S, Shard, shard_of};
pub use job::{Job, JobProblem, MAX_RETRIED, Publication};
pub use message::{HISTORY_LENGTH, HISTORY_S, Json, MAX_FRAME_BYTES, Message, MessageId, recent};
pub use pace::Pace;
pub use principal::Principal;
pub use refusal::Refusal;
pub use request::{Asked, Request, read};
pub use rules::{MAX_RULES, MAX_SHARDS, Right, RuleProblem, Rules};
pub use tally::{BUCKET_S, Tally, bucket_of};
