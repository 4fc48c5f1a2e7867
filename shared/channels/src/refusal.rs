//! Why a request is not done.

use crate::{ChannelProblem, MAX_FRAME_BYTES};

/// An error that is an answer: the socket stays open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The frame is not a JSON object.
    #[error("the message is not a JSON object ({0}); write one such as {{\"action\":\"ping\"}}")]
    NotAnObject(String),
    /// `action` is missing or none of those known.
    #[error("action is missing or unknown; write subscribe, unsubscribe, publish, presence or ping")]
    UnknownAction,
    /// A field is missing or has the wrong type.
    #[error("{field} is missing or wrong; write {expected}")]
    Field {
        /// Its name.
        field: &'static str,
        /// What belongs there.
        expected: &'static str,
    },
    /// The channel's name is none.
    #[error("{0}")]
    Channel(#[from] ChannelProblem),
    /// No rule lets the principal do this there.
    #[error("you may not {0} on this channel")]
    Forbidden(&'static str),
    /// The connection has as many subscriptions as it may.
    #[error("this connection has {0} subscriptions, which is the most; unsubscribe from a channel first")]
    TooManySubscriptions(u32),
    /// What is published does not fit into a frame.
    #[error("the message would be larger than {MAX_FRAME_BYTES} bytes, which is the most that a subscriber can get")]
    TooLarge,
    /// The connection is not known, or no longer.
    #[error("this connection is not known any longer; connect again")]
    UnknownConnection,
    /// Something behind did not answer.
    #[error("this could not be done now; try again")]
    Unavailable,
}

impl Refusal {
    /// The word by which a program tells refusals apart.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NotAnObject(_) => "NOT_JSON",
            Refusal::UnknownAction => "UNKNOWN_ACTION",
            Refusal::Field { .. } => "BAD_REQUEST",
            Refusal::Channel(_) => "BAD_CHANNEL",
            Refusal::Forbidden(_) => "FORBIDDEN",
            Refusal::TooManySubscriptions(_) => "TOO_MANY_SUBSCRIPTIONS",
            Refusal::TooLarge => "TOO_LARGE",
            Refusal::UnknownConnection => "UNKNOWN_CONNECTION",
            Refusal::Unavailable => "UNAVAILABLE",
        }
    }
}
