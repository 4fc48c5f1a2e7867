//! A WebSocket client.

use std::{collections::VecDeque, net::TcpStream, time::Duration};

use serde_json::{Value, json};
use tungstenite::{
    Error, HandshakeError, Message, WebSocket, client::IntoClientRequest as _, http::Response,
    protocol::frame::coding::CloseCode,
};

use crate::Stack;

/// An open connection.
pub struct Socket {
    socket: WebSocket<TcpStream>,
    next_id: u64,
    /// Messages that came while an answer was awaited.
    inbox: VecDeque<Value>,
    /// The subprotocol that was chosen.
    pub protocol: Option<String>,
}

/// A handshake's response that is no upgrade.
#[derive(Debug)]
pub struct Refused {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: String,
}

impl Socket {
    /// Shakes hands with the stack's WebSocket stage; `query` goes behind the URL.
    pub fn connect(query: &str, headers: &[(&str, &str)]) -> Result<Self, Refused> {
        let url = format!("{}{query}", Stack::get().websocket_url);
        let mut request = url.into_client_request().expect("a request");
        for (name, value) in headers {
            let name: tungstenite::http::HeaderName = name.parse().expect("a name");
            request.headers_mut().insert(name, value.parse().expect("a value"));
        }
        let port = request.uri().port_u16().expect("a port");
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        match tungstenite::client(request, stream) {
            Ok((socket, response)) => {
                let protocol = response.headers().get("sec-websocket-protocol");
                let protocol = protocol.map(|value| value.to_str().expect("text").to_owned());
                Ok(Socket { socket, next_id: 1, inbox: VecDeque::new(), protocol })
            }
            Err(HandshakeError::Failure(Error::Http(response))) => Err(Refused::of(&response)),
            Err(error) => panic!("no handshake: {error}"),
        }
    }

    /// Shakes hands with that API key.
    pub fn with_key(key: &str) -> Self {
        Socket::connect("", &[("x-api-key", key)]).unwrap_or_else(|refused| panic!("{refused:?}"))
    }

    /// Sends a request with an id of its own and waits for its answer.
    pub fn ask(&mut self, mut request: Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        request["id"] = json!(id);
        self.say(&request.to_string());
        loop {
            let frame = self.read();
            match frame["action"] == "message" {
                true => self.inbox.push_back(frame),
                false if frame["id"] == id => return frame,
                false => panic!("not the answer to {id}: {frame}"),
            }
        }
    }

    /// Subscribes, which must succeed.
    pub fn subscribe(&mut self, channel: &str) -> Value {
        let answer = self.ask(json!({"action": "subscribe", "channel": channel}));
        assert_eq!(answer["ok"], true, "{answer}");
        answer
    }

    /// Sends a text frame as it is.
    pub fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).expect("sent");
    }

    /// Sends a binary frame.
    pub fn say_binary(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).expect("sent");
    }

    /// The next message of a channel.
    pub fn message(&mut self) -> Value {
        match self.inbox.pop_front() {
            Some(message) => message,
            None => {
                let frame = self.read();
                assert_eq!(frame["action"], "message", "{frame}");
                frame
            }
        }
    }

    /// How many messages have come that nobody has asked for yet.
    pub fn pending(&self) -> usize {
        self.inbox.len()
    }

    /// The next frame.
    pub fn read(&mut self) -> Value {
        loop {
            match self.socket.read().expect("a frame in time") {
                Message::Text(text) => {
                    return serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("not a text frame: {other:?}"),
            }
        }
    }

    /// The code with which the other side closes.
    pub fn closed_with(&mut self) -> u16 {
        loop {
            match self.socket.read() {
                Ok(Message::Close(Some(frame))) => return frame.code.into(),
                Ok(Message::Close(None)) => return CloseCode::Status.into(),
                Ok(_) => {}
                Err(error) => panic!("no close frame: {error}"),
            }
        }
    }

    /// Closes as RFC 6455 has it, and waits for the other side to do so too.
    pub fn close(mut self) {
        let normal = tungstenite::protocol::CloseFrame { code: CloseCode::Normal, reason: "".into() };
        self.socket.close(Some(normal)).expect("closed");
        while self.socket.read().is_ok() {}
    }

    /// Is gone without a word.
    pub fn vanish(self) {
        drop(self.socket);
    }
}

impl Refused {
    fn of(response: &Response<Option<Vec<u8>>>) -> Self {
        let body = response.body().as_deref().unwrap_or_default();
        Refused { status: response.status().as_u16(), body: String::from_utf8_lossy(body).into_owned() }
    }
}
