//! A router as Lambda runs it: a process, its Runtime API, and a queue that takes what it tells. The next event is there as
//! soon as it is asked for.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::Instant,
};

use serde_json::{Value, json};

const API: &str = "openapi: 3.0.3\npaths:\n  /things/{id}:\n    get:\n      \
    x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '{\"statusCode\": 200}'}, \
    responses: {default: {statusCode: '200', responseTemplates: {application/json: '{\"done\": true}'}}}}\n";

const INVOCATION: &str = "/2018-06-01/runtime/invocation/";

/// When a sandbox is killed. The number is that of the answer, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kill {
    /// The answer has come, and the router does not know yet.
    WhenPosted(usize),
    /// The queue has what is told of the answer, and the router does not know yet.
    WhenTold(usize),
    /// All is done that the answer left to do.
    WhenWaiting(usize),
    /// At some moment after the answer, as the machine's threads happen to run.
    Anywhere(usize),
    /// By `SIGTERM`, as Lambda ends a sandbox that waits.
    InGoodOrder(usize),
}

/// What was left of a sandbox.
pub(crate) struct Outcome {
    /// When each answer was posted.
    pub(crate) posted: Vec<Instant>,
    /// What the queue was told, the oldest first.
    pub(crate) told: Vec<String>,
}

#[derive(Default)]
struct Seen {
    posted: Vec<Instant>,
    told: Vec<String>,
    process: Option<Child>,
    is_over: bool,
}

/// What the router's calls come to.
struct Desk {
    seen: Mutex<Seen>,
    kill: Kill,
}

/// A request: its first line and headers, and its body.
struct Request {
    head: String,
    body: Vec<u8>,
}

/// Runs a router until it is killed.
pub(crate) fn live_until(kill: Kill, delivery: &str) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let desk = Arc::new(Desk { seen: Mutex::default(), kill });
    let folder = std::env::temp_dir().join(format!("router-{}-{}", std::process::id(), address.replace(':', "-")));
    std::fs::create_dir(&folder).expect("a folder");
    let api = definition::compile(API).unwrap_or_else(|problems| panic!("{problems:?}"));
    std::fs::write(folder.join("api.table"), definition::encode(&api).expect("a table")).expect("written");
    // Nothing can come before the process is known: its first request waits for the lock.
    let mut seen = desk.lock();
    let at_desk = Arc::clone(&desk);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let desk = Arc::clone(&at_desk);
            thread::spawn(move || desk.serve(stream));
        }
    });
    seen.process = Some(start(&address, folder.to_str().expect("a name"), delivery));
    drop(seen);
    desk.wait();
    std::fs::remove_dir_all(&folder).expect("removed");
    drained(&desk, &address)
}

/// What was seen, when all that the process had written before its end was read.
fn drained(desk: &Arc<Desk>, address: &str) -> Outcome {
    // Connections are taken in the order in which they were made: when this one is answered, those of the process were taken.
    let mut last = TcpStream::connect(address).expect("a connection");
    last.write_all(b"GET /last HTTP/1.1\r\n\r\n").expect("asked");
    last.read_exact(&mut [0; 1]).expect("answered");
    drop(last);
    // Each connection holds the desk until it has nothing more to say, beside this function's caller and the listener.
    while Arc::strong_count(desk) > 2 {
        thread::yield_now();
    }
    let mut seen = desk.lock();
    Outcome { posted: std::mem::take(&mut seen.posted), told: std::mem::take(&mut seen.told) }
}

fn start(address: &str, folder: &str, delivery: &str) -> Child {
    let url = format!("http://{address}");
    let environment = [
        ("AWS_LAMBDA_RUNTIME_API", address),
        ("AWS_LAMBDA_FUNCTION_NAME", "router"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "g"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "s"),
        ("AWS_LAMBDA_LOG_LEVEL", "ERROR"),
        ("LAMBDA_TASK_ROOT", folder),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", &url),
        ("API_KEYS_TABLE", "keys"),
        ("USAGE_PLANS_TABLE", "plans"),
        ("COUNTERS_TABLE", "counters"),
        ("USAGE_QUEUE_URL", &url),
        ("USAGE_DELIVERY", delivery),
    ];
    let mut router = Command::new(env!("CARGO_BIN_EXE_router"));
    router.env_clear().envs(environment).stdin(Stdio::null()).spawn().expect("a process")
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("the desk")
    }

    /// Waits for the end of the process, and kills it if that is the harness's to do.
    fn wait(&self) {
        loop {
            let mut seen = self.lock();
            let answers = seen.posted.len();
            if let Kill::Anywhere(after) = self.kill
                && answers >= after
            {
                seen.is_over = true;
            }
            if seen.is_over && self.kill != Kill::InGoodOrder(answers) {
                seen.process.as_mut().expect("a process").kill().expect("killed");
            }
            if let Some(status) = seen.process.as_mut().expect("a process").try_wait().expect("its state") {
                assert!(seen.is_over, "it ended by itself: {status}");
                return;
            }
            drop(seen);
            thread::yield_now();
        }
    }

    fn serve(&self, stream: TcpStream) {
        let mut writer = stream.try_clone().expect("a stream");
        let mut reader = BufReader::new(stream);
        while let Some(request) = read(&mut reader) {
            // What is not answered is left waiting until the process hangs up.
            if self.answer(&request).is_some_and(|answer| writer.write_all(&answer).is_err()) {
                return;
            }
        }
    }

    /// What a request is answered; nothing where the process was killed over it, or waits to be.
    fn answer(&self, request: &Request) -> Option<Vec<u8>> {
        let path = request.head.split(' ').nth(1).unwrap_or_default();
        match path.strip_prefix(INVOCATION) {
            Some("next") => self.next(),
            Some(_) => self.posted(),
            None if path == "/" => self.told(&request.body),
            // The Extensions API: registered, so that a signal ends it in good order.
            None => Some(response("200 OK", &[("lambda-extension-identifier", "e1")], "{}")),
        }
    }

    fn next(&self) -> Option<Vec<u8>> {
        let mut seen = self.lock();
        let answers = seen.posted.len();
        if self.kill == Kill::InGoodOrder(answers) {
            seen.is_over = true;
            let pid = seen.process.as_ref().expect("a process").id().to_string();
            assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
            return None;
        }
        if self.kill == Kill::WhenWaiting(answers) {
            return end(&mut seen);
        }
        let id = format!("8476a536-e9f4-11e8-9739-{answers:012x}");
        let headers = [
            ("content-type", "application/json"),
            ("lambda-runtime-aws-request-id", id.as_str()),
            ("lambda-runtime-deadline-ms", "9999999999999"),
            ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:router"),
        ];
        Some(response("200 OK", &headers, &event().to_string()))
    }

    fn posted(&self) -> Option<Vec<u8>> {
        let mut seen = self.lock();
        seen.posted.push(Instant::now());
        if self.kill == Kill::WhenPosted(seen.posted.len()) {
            return end(&mut seen);
        }
        Some(response("202 Accepted", &[], ""))
    }

    fn told(&self, body: &[u8]) -> Option<Vec<u8>> {
        let message: Value = serde_json::from_slice(body).expect("JSON");
        let mut seen = self.lock();
        seen.told.push(message["MessageBody"].as_str().expect("a message").to_owned());
        if self.kill == Kill::WhenTold(seen.posted.len()) {
            return end(&mut seen);
        }
        Some(response("200 OK", &[("content-type", "application/x-amz-json-1.0")], r#"{"MessageId": "m"}"#))
    }
}

/// Kills the process in the middle of what it asked.
fn end(seen: &mut Seen) -> Option<Vec<u8>> {
    seen.is_over = true;
    seen.process.as_mut().expect("a process").kill().expect("killed");
    None
}

fn event() -> Value {
    json!({"version": "2.0", "rawPath": "/things/1", "rawQueryString": "", "headers": {}, "isBase64Encoded": false,
        "requestContext": {"requestId": "r", "stage": "$default", "http": {"method": "GET", "path": "/things/1"}}})
}

/// The next request of a connection; nothing when the other side has hung up or was killed.
fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let head = line_by_line(reader, "\r\n")?;
    let lower = head.to_ascii_lowercase();
    let length = lower.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
    let mut body = Vec::new();
    match length {
        Some(length) => {
            body.resize(length.trim().parse().expect("a length"), 0);
            reader.read_exact(&mut body).ok()?;
        }
        None if lower.contains("transfer-encoding: chunked") => {
            line_by_line(reader, "0\r\n")?;
            line_by_line(reader, "\r\n")?;
        }
        None => {}
    }
    Some(Request { head, body })
}

/// All lines up to one.
fn line_by_line(reader: &mut BufReader<TcpStream>, last: &str) -> Option<String> {
    let mut text = String::new();
    loop {
        let before = text.len();
        reader.read_line(&mut text).ok().filter(|read| *read > 0)?;
        if &text[before..] == last {
            return Some(text);
        }
    }
}

fn response(status: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
