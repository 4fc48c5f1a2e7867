//! What clients are told.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{Asked, Channel, MAX_FRAME_BYTES, MessageId, Refusal, ports::History};

/// Who is subscribed to a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// Connections by the name of who opened them.
    pub members: BTreeMap<String, u32>,
    /// There are more subscribers than were looked at.
    pub more: bool,
}

/// The answer to a request that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Subscribed. `history` is what came after the sequence that the client gave.
    Subscribed {
        /// Where.
        channel: Channel,
        /// The sequence of the channel's latest message: what follows comes by itself.
        latest: u64,
        /// What the client had missed, in order.
        history: History,
    },
    /// Not subscribed any longer, or not before either.
    Unsubscribed {
        /// Where.
        channel: Channel,
    },
    /// Taken for delivery.
    Published {
        /// Where.
        channel: Channel,
        /// The message's id.
        message_id: MessageId,
    },
    /// Who is there.
    Present {
        /// Where.
        channel: Channel,
        /// Who.
        presence: Presence,
    },
    /// Somebody is there.
    Pong,
}

impl Answer {
    /// The frame of an answer: the request's `action` and `id`, `ok`, and what belongs to the action or the error.
    pub fn frame(asked: &Asked, outcome: &Result<Answer, Refusal>) -> String {
        let mut frame = String::from("{");
        if let Some(action) = asked.action {
            let _ = write!(frame, r#""action":"{action}","#);
        }
        if let Some(id) = &asked.id {
            let _ = write!(frame, r#""id":{},"#, id.as_str());
        }
        match outcome {
            Ok(answer) => {
                frame.push_str(r#""ok":true"#);
                answer.write(&mut frame);
            }
            Err(refusal) => {
                let _ = write!(
                    frame,
                    r#""ok":false,"error":{{"code":"{}","message":{}}}"#,
                    refusal.code(),
                    quoted(&refusal.to_string())
                );
            }
        }
        frame.push('}');
        frame
    }

    fn write(&self, frame: &mut String) {
        match self {
            Answer::Subscribed { channel, latest, history } => subscribed(frame, channel, *latest, history),
            Answer::Unsubscribed { channel } => {
                let _ = write!(frame, r#","channel":"{channel}""#);
            }
            Answer::Published { channel, message_id } => {
                let _ = write!(frame, r#","channel":"{channel}","messageId":"{}""#, message_id.as_str());
            }
            Answer::Present { channel, presence } => present(frame, channel, presence),
            Answer::Pong => {}
        }
    }
}

/// As many messages as fit into one frame; `more` says that the client should ask again after the last of them.
fn subscribed(frame: &mut String, channel: &Channel, latest: u64, history: &History) {
    const TAIL: usize = r#"],"more":false}"#.len();
    let _ = write!(frame, r#","channel":"{channel}","sequence":{latest},"messages":["#);
    let mut more = history.more;
    for (at, message) in history.messages.iter().enumerate() {
        let text = message.frame();
        // One alone always goes, without the other fields' room being counted: the client could never get past it.
        if at > 0 && frame.len() + text.len() + 1 + TAIL > MAX_FRAME_BYTES {
            more = true;
            break;
        }
        if at > 0 {
            frame.push(',');
        }
        frame.push_str(&text);
    }
    let _ = write!(frame, r#"],"more":{more}"#);
}

fn present(frame: &mut String, channel: &Channel, presence: &Presence) {
    let connections: u64 = presence.members.values().map(|count| u64::from(*count)).sum();
    let members: Vec<String> = presence
        .members
        .iter()
        .map(|(member, count)| format!(r#"{{"member":{},"connections":{count}}}"#, quoted(member)))
        .collect();
    let (members, more) = (members.join(","), presence.more);
    let _ = write!(frame, r#","channel":"{channel}","connections":{connections},"more":{more},"members":[{members}]"#);
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Json, Message, read};

    fn check(frame: &str, outcome: Result<Answer, Refusal>, expected: &str) {
        let answer = Answer::frame(&read(frame), &outcome);
        assert_eq!(answer, expected);
        assert!(Json::parse(&answer).is_some(), "{answer}");
    }

    fn channel() -> Channel {
        Channel::parse("a/b").unwrap()
    }

    #[test]
    fn an_answer_repeats_action_and_id() {
        check(r#"{"action":"ping","id":7}"#, Ok(Answer::Pong), r#"{"action":"ping","id":7,"ok":true}"#);
        check(
            r#"{"action":"publish","id":"x\"y","channel":"a","data":1}"#,
            Err(Refusal::Forbidden("publish")),
            r#"{"action":"publish","id":"x\"y","ok":false,"error":{"code":"FORBIDDEN","message":"you may not publish on this channel"}}"#,
        );
        let presence = Presence { members: [("k\"1".to_owned(), 2)].into(), more: false };
        check(
            r#"{"action":"presence","channel":"a/b"}"#,
            Ok(Answer::Present { channel: channel(), presence }),
            r#"{"action":"presence","ok":true,"channel":"a/b","connections":2,"more":false,"members":[{"member":"k\"1","connections":2}]}"#,
        );
        let refusal = read("{").request.unwrap_err();
        check(
            "{",
            Err(refusal),
            r#"{"ok":false,"error":{"code":"NOT_JSON","message":"the message is not a JSON object (line 1, column 1); write one such as {\"action\":\"ping\"}"}}"#,
        );
    }

    #[test]
    fn missed_messages_fit_into_one_frame_or_say_that_there_are_more() {
        let message = |sequence, length: usize| Message {
            channel: channel(),
            id: MessageId::parse("m").unwrap(),
            sequence,
            at_ms: 1,
            data: Json::parse(&format!("\"{}\"", "x".repeat(length))).unwrap(),
        };
        let asked = read(r#"{"action":"subscribe","id":1,"channel":"a/b","after":0}"#);
        let frame = |messages| {
            Answer::frame(
                &asked,
                &Ok(Answer::Subscribed { channel: channel(), latest: 9, history: History { messages, more: false } }),
            )
        };
        let all = frame(vec![message(1, 10), message(2, 10)]);
        assert!(
            all.contains(r#""sequence":1"#) && all.contains(r#""sequence":2"#) && all.ends_with(r#""more":false}"#)
        );
        let half = frame(vec![message(1, 70_000), message(2, 70_000)]);
        assert!(
            half.len() <= MAX_FRAME_BYTES && !half.contains(r#""sequence":2"#) && half.ends_with(r#""more":true}"#)
        );
    }
}
