//! Messages: what subscribers get.

use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::Channel;

/// The largest frame: API Gateway closes a connection that sends more, and refuses a post of more. In both directions a
/// message of more than 32 KB travels as several WebSocket frames.
/// (API Gateway developer guide, `apigateway-execution-service-websocket-limits-table`.)
pub const MAX_FRAME_BYTES: usize = 128 * 1024;

/// How many messages of a channel can be asked for afterwards.
pub const HISTORY_LENGTH: u64 = 100;

/// For how long, in seconds.
pub const HISTORY_S: u64 = 600;

/// A JSON value as the text it came in. Nothing here looks into what is published.
#[derive(Clone, PartialEq, Eq)]
pub struct Json(String);

impl Json {
    /// A value from text, if that is JSON.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&RawValue> for Json {
    fn from(value: &RawValue) -> Self {
        Json(value.get().to_owned())
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Json::from(&*Box::<RawValue>::deserialize(from)?))
    }
}

/// What is published is nobody's to log.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.0.len())
    }
}

/// A message's id: the same in every copy of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// An id of 1 to 64 letters, digits and `-_.:` of ASCII, as those of SQS, SNS and EventBridge are.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        ((1..=64).contains(&text.len()) && text.bytes().all(plain)).then(|| MessageId(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One message of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it was published.
    pub channel: Channel,
    /// Its id.
    pub id: MessageId,
    /// Its place among the channel's messages, from 1. It grows; a number may be missing.
    pub sequence: u64,
    /// When it was published, in milliseconds since 1970.
    pub at_ms: u64,
    /// What it says.
    pub data: Json,
}

impl Message {
    /// The frame that a subscriber gets: `{"action":"message","channel":…,"messageId":…,"sequence":…,"at":…,"data":…}`. Names
    /// and ids have no character that JSON escapes.
    pub fn frame(&self) -> String {
        let Message { channel, id, sequence, at_ms, data } = self;
        let (id, data) = (id.as_str(), data.as_str());
        format!(
            r#"{{"action":"message","channel":"{channel}","messageId":"{id}","sequence":{sequence},"at":{at_ms},"data":{data}}}"#
        )
    }

    /// Whether the frame is larger than API Gateway carries, whatever its sequence and time will be.
    pub fn is_too_large(channel: &Channel, id: &MessageId, data: &Json) -> bool {
        // 62 bytes around the values, and two numbers of at most 20 digits.
        channel.as_str().len() + id.as_str().len() + data.as_str().len() + 62 + 40 > MAX_FRAME_BYTES
    }
}

/// The oldest sequence that is still history when `latest` is the newest.
pub fn recent(latest: u64) -> u64 {
    latest.saturating_sub(HISTORY_LENGTH - 1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(data: &str, sequence: u64, at_ms: u64) -> Message {
        let (channel, id) = (Channel::parse("a/b").unwrap(), MessageId::parse("m-1").unwrap());
        Message { channel, id, sequence, at_ms, data: Json::parse(data).unwrap() }
    }

    #[test]
    fn a_frame_carries_the_data_as_it_came() {
        assert_eq!(
            message(r#"{"big": 1.0e400, "a": 12345678901234567890}"#, 7, 1_700_000_000_000).frame(),
            r#"{"action":"message","channel":"a/b","messageId":"m-1","sequence":7,"at":1700000000000,"data":{"big": 1.0e400, "a": 12345678901234567890}}"#
        );
    }

    #[test]
    fn the_bound_on_a_frame_holds_for_the_largest_numbers() {
        for length in [MAX_FRAME_BYTES - 200, MAX_FRAME_BYTES - 100, MAX_FRAME_BYTES] {
            let message = message(&format!("\"{}\"", "x".repeat(length)), u64::MAX, u64::MAX);
            let fits = !Message::is_too_large(&message.channel, &message.id, &message.data);
            assert!(!fits || message.frame().len() <= MAX_FRAME_BYTES, "{length}");
            assert_eq!(fits, length == MAX_FRAME_BYTES - 200);
        }
    }

    #[test]
    fn history_is_the_last_hundred() {
        assert_eq!([recent(0), recent(100), recent(101), recent(1000)], [1, 1, 2, 901]);
    }
}
