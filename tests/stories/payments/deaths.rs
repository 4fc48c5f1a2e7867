//! The payments' process is killed at each of its writes, before the write is done and after; another one takes its place.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use e2e::{Call, Stack};
use serde_json::{Value, json};

use super::{moved, new_order};

/// Started, authorized, captured.
const WRITES: usize = 3;

#[test]
fn whoever_dies_at_a_write_is_followed_by_one_who_finds_the_truth() {
    for fatal in 1..=WRITES {
        for is_done in [false, true] {
            let order = new_order();
            let (endpoint, reached) = between(fatal, is_done);
            let mut first = Payments::start(&endpoint);
            let url = first.url.clone();
            let request = thread::spawn({
                let order = order.clone();
                move || std::panic::catch_unwind(|| pay(&url, &order))
            });
            reached.recv_timeout(Duration::from_secs(30)).expect("the write");
            first.kill();
            assert!(request.join().expect("a thread").is_err(), "it died without an answer");

            let second = Payments::start(&Stack::get().endpoint);
            let answer = pay(&second.url, &order);
            assert_eq!((answer.0, &answer.1["state"]), (201, &json!("captured")), "write {fatal}, done: {is_done}");
            assert_eq!(moved(&order), ["capture"], "write {fatal}, done: {is_done}");
        }
    }
}

fn pay(url: &str, order: &str) -> (u16, Value) {
    let body = json!({"amount": {"amount": 1999, "currency": "EUR"}, "card": "tok_visa"});
    let call = Call::new("POST", &format!("/orders/{order}/payments"))
        .header("idempotency-key", "only")
        .header("x-shop-tenant", "demo")
        .body("application/json", body.to_string());
    let answer = call.send(url);
    (answer.status, answer.json())
}

/// A process of its own, over the stack's table and bank.
struct Payments {
    process: Child,
    url: String,
}

impl Payments {
    fn start(endpoint: &str) -> Self {
        let stack = Stack::get();
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let address = format!("127.0.0.1:{port}");
        let settings = [
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_REGION", &stack.region),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("BANK_URL", &stack.bank_url),
            ("PAYMENTS_TABLE", &stack.tables["payments"]),
            ("LISTEN", &address),
            // A repeat takes over at once.
            ("LEASE_MS", "1"),
        ];
        let process = Command::new(&stack.payments_binary).env_clear().envs(settings).stdout(Stdio::null()).spawn();
        let payments = Payments { process: process.expect("a process"), url: format!("http://{address}") };
        let give_up = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(&address).is_err() {
            assert!(Instant::now() < give_up, "it does not listen");
            thread::yield_now();
        }
        payments
    }

    fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("its end");
    }
}

impl Drop for Payments {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Stands between a process and DynamoDB: of the writes, the `fatal`-th is answered never, and done or not. Gives its URL,
/// and says when that write has come.
fn between(fatal: usize, is_done: bool) -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (reached, told) = channel();
    let writes = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (writes, reached) = (writes.clone(), reached.clone());
            thread::spawn(move || pass(client, &writes, (fatal, is_done), &reached));
        }
    });
    (url, told)
}

/// Passes one request on, and its answer back; the connection ends with it.
fn pass(mut client: TcpStream, writes: &AtomicUsize, (fatal, is_done): (usize, bool), reached: &Sender<()>) {
    let Some((head, body)) = request(&mut client) else { return };
    let is_fatal = head.contains("DynamoDB_20120810.PutItem") && writes.fetch_add(1, SeqCst) + 1 == fatal;
    if is_fatal && !is_done {
        hold(client, reached);
        return;
    }
    let upstream = Stack::get().endpoint.trim_start_matches("http://");
    let mut server = TcpStream::connect(upstream).expect("the emulator");
    let (line, headers) = head.split_once("\r\n").expect("a request line");
    server.write_all(format!("{line}\r\nconnection: close\r\n{headers}").as_bytes()).expect("sent");
    server.write_all(&body).expect("sent");
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).expect("an answer");
    if is_fatal {
        hold(client, reached);
    } else {
        let _ = client.write_all(&answer);
    }
}

/// Says that the write has come, and keeps silent until the other side is dead.
fn hold(mut client: TcpStream, reached: &Sender<()>) {
    let _ = reached.send(());
    let _ = client.read(&mut [0]);
}

fn request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    client.read_exact(&mut body).ok()?;
    Some((head, body))
}
