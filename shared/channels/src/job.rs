//! What the broadcast function is asked to do: the bodies of its queue's messages.
//!
//! | body | from |
//! |---|---|
//! | `{"channel":…,"data":…,"messageId":…}` | any service, an HTTP route, `publish` |
//! | an SNS notification whose `Message` is the text of one of those | SNS |
//! | an EventBridge event whose `detail` is one of those | EventBridge |
//! | `{"job":"shard",…}`, `{"job":"retry",…}` | the function itself |

use serde::{Deserialize, Deserializer};

use crate::{Channel, ChannelProblem, ConnectionId, Json, Message, MessageId, Shard};

/// The most connections that one retry job names: 128 bytes each beside a message of 128 KB stay under SQS's 256 KB.
pub const MAX_RETRIED: usize = 500;

/// Something to be sent to a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Where.
    pub channel: Channel,
    /// The message's id: the sender's, else that of the SNS notification, the event or the queue's message.
    pub id: MessageId,
    /// What.
    pub data: Json,
}

/// One piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// Give it a sequence and send it to every shard.
    Publish(Publication),
    /// Post to one shard's subscribers, those after `after` in the order of their ids.
    Shard {
        /// What.
        message: Message,
        /// To whom.
        shard: Shard,
        /// Who has been served.
        after: Option<ConnectionId>,
    },
    /// Post to these once more.
    Retry {
        /// What.
        message: Message,
        /// Where they stand.
        shard: Shard,
        /// To whom.
        connections: Vec<ConnectionId>,
        /// How many jobs have tried before.
        attempt: u32,
    },
}

/// Why a body is no job. Trying again would not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobProblem {
    /// It is not JSON of one of the shapes.
    #[error("the body is no job: {0}")]
    Shape(String),
    /// The channel's name is none.
    #[error("{0}")]
    Channel(#[from] ChannelProblem),
    /// The message's id is none.
    #[error("messageId is not 1 to 64 letters, digits and -_.:")]
    MessageId,
    /// A connection's id is none.
    #[error("a connection's id is malformed")]
    ConnectionId,
    /// No subscriber could get it.
    #[error("the message would be larger than a subscriber can get")]
    TooLarge,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    job: Option<String>,
    channel: Option<String>,
    message_id: Option<String>,
    #[serde(default, deserialize_with = "present")]
    data: Option<Json>,
    sequence: Option<u64>,
    at: Option<u64>,
    shard: Option<Shard>,
    after: Option<String>,
    connections: Option<Vec<String>>,
    attempt: Option<u32>,
    // SNS
    #[serde(rename = "Type")]
    kind: Option<String>,
    #[serde(rename = "MessageId")]
    sns_id: Option<String>,
    #[serde(rename = "Message")]
    text: Option<String>,
    // EventBridge
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    id: Option<String>,
    detail: Option<Json>,
}

/// `null` is a value like any other.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(from).map(Some)
}

impl Job {
    /// Reads a body; `fallback` is the id that the queue gave the message.
    ///
    /// # Errors
    /// Why it is no job.
    pub fn parse(body: &str, fallback: &str) -> Result<Self, JobProblem> {
        let written = shape(body)?;
        match (written.job.as_deref(), written.kind.as_deref(), &written.detail_type) {
            (Some("shard"), ..) => written.shard(),
            (Some("retry"), ..) => written.retry(),
            (Some(_), ..) => Err(JobProblem::Shape("job is neither shard nor retry".to_owned())),
            (None, Some("Notification"), _) => {
                let text = written.text.ok_or_else(|| missing("Message"))?;
                shape(&text)?.publication(written.sns_id.as_deref().unwrap_or(fallback))
            }
            (None, _, Some(_)) => {
                let detail = written.detail.ok_or_else(|| missing("detail"))?;
                shape(detail.as_str())?.publication(written.id.as_deref().unwrap_or(fallback))
            }
            _ => written.publication(fallback),
        }
    }

    /// The body that [`Job::parse`] reads.
    pub fn body(&self) -> String {
        match self {
            Job::Publish(Publication { channel, id, data }) => {
                format!(r#"{{"channel":"{channel}","messageId":"{}","data":{}}}"#, id.as_str(), data.as_str())
            }
            Job::Shard { message, shard, after } => {
                let after = after.as_ref().map(|after| format!(r#""after":"{after}","#)).unwrap_or_default();
                format!(r#"{{"job":"shard","shard":{shard},{after}{}}}"#, fields(message))
            }
            Job::Retry { message, shard, connections, attempt } => {
                let ids: Vec<String> = connections.iter().map(|id| format!("\"{id}\"")).collect();
                let ids = ids.join(",");
                format!(
                    r#"{{"job":"retry","shard":{shard},"attempt":{attempt},"connections":[{ids}],{}}}"#,
                    fields(message)
                )
            }
        }
    }
}

/// A message's fields. Names and ids have no character that JSON escapes.
fn fields(message: &Message) -> String {
    let Message { channel, id, sequence, at_ms, data } = message;
    let (id, data) = (id.as_str(), data.as_str());
    format!(r#""channel":"{channel}","messageId":"{id}","sequence":{sequence},"at":{at_ms},"data":{data}"#)
}

fn shape(body: &str) -> Result<Written, JobProblem> {
    serde_json::from_str(body).map_err(|error| JobProblem::Shape(error.to_string()))
}

fn missing(field: &str) -> JobProblem {
    JobProblem::Shape(format!("{field} is missing"))
}

impl Written {
    fn publication(self, fallback: &str) -> Result<Job, JobProblem> {
        let channel = Channel::parse(self.channel.as_deref().ok_or_else(|| missing("channel"))?)?;
        let id = MessageId::parse(self.message_id.as_deref().unwrap_or(fallback)).ok_or(JobProblem::MessageId)?;
        let data = self.data.ok_or_else(|| missing("data"))?;
        if Message::is_too_large(&channel, &id, &data) {
            return Err(JobProblem::TooLarge);
        }
        Ok(Job::Publish(Publication { channel, id, data }))
    }

    fn message(&mut self) -> Result<Message, JobProblem> {
        Ok(Message {
            channel: Channel::parse(self.channel.as_deref().ok_or_else(|| missing("channel"))?)?,
            id: self.message_id.as_deref().and_then(MessageId::parse).ok_or(JobProblem::MessageId)?,
            sequence: self.sequence.ok_or_else(|| missing("sequence"))?,
            at_ms: self.at.ok_or_else(|| missing("at"))?,
            data: self.data.take().ok_or_else(|| missing("data"))?,
        })
    }

    fn shard(mut self) -> Result<Job, JobProblem> {
        let (message, shard) = (self.message()?, self.shard.ok_or_else(|| missing("shard"))?);
        Ok(Job::Shard { message, shard, after: self.after.as_deref().map(connection).transpose()? })
    }

    fn retry(mut self) -> Result<Job, JobProblem> {
        let (message, shard) = (self.message()?, self.shard.ok_or_else(|| missing("shard"))?);
        let ids = self.connections.take().ok_or_else(|| missing("connections"))?;
        let connections = ids.iter().map(|id| connection(id)).collect::<Result<_, _>>()?;
        Ok(Job::Retry { message, shard, connections, attempt: self.attempt.unwrap_or(1) })
    }
}

fn connection(id: &str) -> Result<ConnectionId, JobProblem> {
    ConnectionId::parse(id).ok_or(JobProblem::ConnectionId)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str) {
        let said = match Job::parse(body, "sqs-1") {
            Ok(Job::Publish(publication)) => {
                format!("{} {} {}", publication.id.as_str(), publication.channel, publication.data.as_str())
            }
            Ok(job) => format!("{job:?}"),
            Err(problem) => problem.to_string(),
        };
        assert!(said.starts_with(expected), "{body:.60}: {said}");
    }

    #[test]
    fn a_publication_is_read_from_whatever_carries_it() {
        check(r#"{"channel":"a","data":{"x":1}}"#, r#"sqs-1 a {"x":1}"#);
        check(r#"{"channel":"a","data":null,"messageId":"m"}"#, "m a null");
        check(r#"{"Type":"Notification","MessageId":"sns-1","Message":"{\"channel\":\"a\",\"data\":1}"}"#, "sns-1 a 1");
        check(r#"{"id":"eb-1","detail-type":"paid","source":"shop","detail":{"channel":"a","data":1}}"#, "eb-1 a 1");
    }

    #[test]
    fn what_is_no_job_says_why() {
        check("", "the body is no job: EOF");
        check("[]", "the body is no job");
        check("{}", "the body is no job: channel is missing");
        check(r#"{"channel":"a"}"#, "the body is no job: data is missing");
        check(r#"{"channel":"a b","data":1}"#, "a channel's name has letters");
        check(r#"{"channel":"a","data":1,"messageId":"ä"}"#, "messageId is not");
        check(r#"{"job":"else"}"#, "the body is no job: job is neither");
        check(r#"{"Type":"Notification","Message":"hello"}"#, "the body is no job: expected");
        check(&format!(r#"{{"channel":"a","data":"{}"}}"#, "x".repeat(131_072)), "the message would be larger");
    }

    #[test]
    fn a_job_is_read_as_it_was_written() {
        let message = Message {
            channel: Channel::parse("a/b").unwrap(),
            id: MessageId::parse("m-1").unwrap(),
            sequence: 7,
            at_ms: 9,
            data: Json::parse(r#"{"q":"\"\\"}"#).unwrap(),
        };
        let id = |text| ConnectionId::parse(text).unwrap();
        let publication =
            Publication { channel: message.channel.clone(), id: message.id.clone(), data: message.data.clone() };
        for job in [
            Job::Publish(publication),
            Job::Shard { message: message.clone(), shard: 3, after: None },
            Job::Shard { message: message.clone(), shard: 3, after: Some(id("L=")) },
            Job::Retry { message, shard: 0, connections: vec![id("a="), id("b=")], attempt: 2 },
        ] {
            assert_eq!(Job::parse(&job.body(), "other"), Ok(job));
        }
    }

    #[test]
    fn the_largest_job_fits_into_the_queue() {
        let message = Message {
            channel: Channel::parse(&"c".repeat(256)).unwrap(),
            id: MessageId::parse(&"m".repeat(64)).unwrap(),
            sequence: u64::MAX,
            at_ms: u64::MAX,
            data: Json::parse(&format!("\"{}\"", "x".repeat(crate::MAX_FRAME_BYTES))).unwrap(),
        };
        let connections = vec![ConnectionId::parse(&"x".repeat(128)).unwrap(); MAX_RETRIED];
        assert!(Job::Retry { message, shard: 1, connections, attempt: 1 }.body().len() < 256 * 1024);
    }
}
