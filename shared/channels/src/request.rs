//! What clients ask for.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::value::RawValue;

use crate::{Channel, Json, MAX_FRAME_BYTES, Message, MessageId, Refusal};

/// The longest `id` of a request, as JSON text. Answers repeat it.
const MAX_ID_BYTES: usize = 128;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// To get a channel's messages from now on, and those after `after` that are still known.
    Subscribe {
        /// Where.
        channel: Channel,
        /// The last sequence that the client has.
        after: Option<u64>,
    },
    /// To get no more of them.
    Unsubscribe {
        /// Where.
        channel: Channel,
    },
    /// To send to all subscribers.
    Publish {
        /// Where.
        channel: Channel,
        /// The message's id, when the client chose one so that a repeat is recognised.
        message_id: Option<MessageId>,
        /// What.
        data: Json,
    },
    /// To see who is subscribed.
    Presence {
        /// Where.
        channel: Channel,
    },
    /// To hear that somebody is there, and to keep an idle connection open.
    Ping,
}

/// A frame, read: what its answer repeats, and what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The frame's `action`, where it is one that is known.
    pub action: Option<&'static str>,
    /// The frame's `id`, a string or a number, as it came.
    pub id: Option<Json>,
    /// The request, or why it is none.
    pub request: Result<Request, Refusal>,
}

type Fields<'f> = BTreeMap<Cow<'f, str>, &'f RawValue>;

/// The actions that are known.
const ACTIONS: [&str; 5] = ["subscribe", "unsubscribe", "publish", "presence", "ping"];

/// Reads a frame. Fields that are not known are not looked at.
pub fn read(frame: &str) -> Asked {
    if frame.len() > MAX_FRAME_BYTES {
        return Asked { action: None, id: None, request: Err(Refusal::TooLarge) };
    }
    let fields: Fields<'_> = match serde_json::from_str(frame) {
        Ok(fields) => fields,
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            return Asked { action: None, id: None, request: Err(Refusal::NotAnObject(place)) };
        }
    };
    let action = text(&fields, "action").and_then(|said| ACTIONS.into_iter().find(|known| *known == said));
    match id(&fields) {
        Ok(id) => Asked { action, id, request: request(action, &fields) },
        Err(refusal) => Asked { action, id: None, request: Err(refusal) },
    }
}

fn request(action: Option<&str>, fields: &Fields<'_>) -> Result<Request, Refusal> {
    match action {
        Some("subscribe") => Ok(Request::Subscribe { channel: channel(fields)?, after: after(fields)? }),
        Some("unsubscribe") => Ok(Request::Unsubscribe { channel: channel(fields)? }),
        Some("publish") => publish(fields),
        Some("presence") => Ok(Request::Presence { channel: channel(fields)? }),
        Some("ping") => Ok(Request::Ping),
        _ => Err(Refusal::UnknownAction),
    }
}

fn publish(fields: &Fields<'_>) -> Result<Request, Refusal> {
    let channel = channel(fields)?;
    let expected = "1 to 64 letters, digits and -_.:, or leave it out";
    let message_id =
        fields.contains_key("messageId").then(|| text(fields, "messageId").as_deref().and_then(MessageId::parse));
    let message_id = match message_id {
        Some(None) => return Err(Refusal::Field { field: "messageId", expected }),
        given => given.flatten(),
    };
    let data = fields.get("data").ok_or(Refusal::Field { field: "data", expected: "any JSON value" })?;
    let data = Json::from(*data);
    // The longest id stands for one that is still to be made.
    let longest = MessageId::parse(&"x".repeat(36));
    match message_id.as_ref().or(longest.as_ref()) {
        Some(id) if Message::is_too_large(&channel, id, &data) => Err(Refusal::TooLarge),
        _ => Ok(Request::Publish { channel, message_id, data }),
    }
}

fn channel(fields: &Fields<'_>) -> Result<Channel, Refusal> {
    let expected = "a string such as \"orders/acme/42\"";
    let name = text(fields, "channel").ok_or(Refusal::Field { field: "channel", expected })?;
    Ok(Channel::parse(&name)?)
}

fn after(fields: &Fields<'_>) -> Result<Option<u64>, Refusal> {
    let problem = Refusal::Field { field: "after", expected: "a whole number, or leave it out" };
    fields.get("after").map(|value| value.get().parse().map_err(|_| problem)).transpose()
}

fn id(fields: &Fields<'_>) -> Result<Option<Json>, Refusal> {
    let Some(value) = fields.get("id") else { return Ok(None) };
    let begins = value.get().as_bytes().first();
    let simple = begins.is_some_and(|byte| matches!(byte, b'"' | b'-' | b'0'..=b'9'));
    let fits = simple && value.get().len() <= MAX_ID_BYTES;
    let expected = "a string or a number of at most 128 bytes, or leave it out";
    fits.then(|| Some(Json::from(*value))).ok_or(Refusal::Field { field: "id", expected })
}

fn text<'f>(fields: &Fields<'f>, name: &str) -> Option<Cow<'f, str>> {
    let value = fields.get(name)?.get();
    serde_json::from_str::<String>(value).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests;
