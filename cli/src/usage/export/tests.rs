//! Sending to a server on this machine that takes, refuses, delays, throttles and hangs up as it is told.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use aws::{AwsSettings, Connection, NetworkBackends};
use serde_json::{Value, json};
use settings::Settings;
use usage::{Hour, RecordKey, StatusClass, Totals, UsageRecord};

use super::{
    delivery::{Delivery, Patience, pause},
    event::Event,
    receiver::Receiver,
};

/// What the server does with a request.
#[derive(Clone)]
enum Does {
    Answers(u16, &'static str, &'static str),
    HangsUp,
    /// It answers nothing as long as the test lasts.
    Waits,
}

/// A request as it came: its headers in lower case, and its body.
#[derive(Clone, Debug)]
struct Came {
    headers: String,
    body: String,
}

struct Server {
    url: String,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Server {
    /// Does one thing after another, and then the last again. `refuses` are ids: a batch that has one of them is answered 400.
    fn start(script: Vec<Does>, refuses: &'static [usize]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1/events", listener.local_addr().unwrap());
        let came = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&came);
        thread::spawn(move || {
            let mut held = Vec::new();
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&mut stream) else { continue };
                let is_refused = refuses.iter().any(|id| request.body.contains(&events(50)[*id].id));
                seen.lock().unwrap().push(request);
                match &script[number.min(script.len() - 1)] {
                    _ if is_refused => answer(&mut stream, 400, "", "no such meter"),
                    Does::Answers(status, headers, body) => answer(&mut stream, *status, headers, body),
                    Does::HangsUp => {}
                    Does::Waits => held.push(stream),
                }
            }
        });
        Server { url, came }
    }

    fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }
}

fn read(stream: &mut TcpStream) -> Option<Came> {
    let mut lines = BufReader::new(stream);
    let mut headers = String::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line == "\r\n" {
            break;
        }
        headers += &line;
    }
    let lower = headers.to_lowercase();
    let length = lower.split("content-length: ").nth(1)?.lines().next()?.trim().parse().ok()?;
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some(Came { headers: lower, body: String::from_utf8(body).ok()? })
}

/// One request a connection: so each is one step of the script.
fn answer(stream: &mut TcpStream, status: u16, headers: &str, body: &str) {
    let length = body.len();
    let text = format!("HTTP/1.1 {status} S\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
    let _ = stream.write_all(text.as_bytes());
}

fn records(count: u32) -> Vec<UsageRecord> {
    let record = |number: u32| {
        let mut totals = Totals { requests: 1, units: 1 + u64::from(number), ..Totals::default() };
        totals.latency.add(1_000);
        let [tenant, key, plan, stage] = ["acme", "key-1", "gold", "$default"].map(str::to_owned);
        let route = format!("GET /{number}");
        let key = RecordKey { tenant, key, plan, stage, route, class: StatusClass(2), hour: Hour(498_648 + number) };
        UsageRecord { key, totals }
    };
    (0..count).map(record).collect()
}

fn events(count: u32) -> Vec<Event> {
    Event::cloud_events(&records(count)).unwrap()
}

fn backends(endpoint: &str) -> NetworkBackends {
    let mut settings = Settings::new(|name| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some(endpoint.to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        _ => None,
    });
    let aws = AwsSettings::load(&mut settings);
    NetworkBackends::new(&Connection::new(&settings.finish(aws).unwrap()).unwrap())
}

fn patience() -> Patience {
    let (first_pause, longest_pause) = (Duration::from_millis(1), Duration::from_secs(5));
    Patience { attempts: 4, first_pause, longest_pause, timeout_ms: 300 }
}

/// What is told of an export, and how it ends.
async fn sent(receiver: Receiver, endpoint: &str, events: Vec<Event>) -> (Vec<String>, Result<(), String>) {
    let backends = backends(endpoint);
    let mut delivery = Delivery::new(receiver, &backends, patience());
    delivery.send(events).await;
    let (told, lines) = mpsc::channel();
    let ended = delivery.end(|line| told.send(line.to_owned()).unwrap());
    drop(told);
    (lines.iter().collect(), ended)
}

async fn to_open_meter(server: &Server, count: u32) -> (Vec<String>, Result<(), String>) {
    let receiver = Receiver::open_meter(&server.url, Some("s3cr3t".to_owned())).unwrap();
    sent(receiver, &server.url, events(count)).await
}

const TAKEN: Does = Does::Answers(204, "", "");

#[tokio::test]
async fn whatever_may_pass_is_tried_again_and_is_the_same_event() {
    for trouble in [
        Does::Answers(429, "", "slow down"),
        Does::Answers(500, "", ""),
        Does::Answers(503, "retry-after: 0\r\n", ""),
        Does::HangsUp,
        Does::Waits,
    ] {
        let server = Server::start(vec![trouble.clone(), trouble, TAKEN], &[]);
        let (told, ended) = to_open_meter(&server, 2).await;
        assert_eq!(
            (told, ended),
            (vec!["2 events were taken, 0 refused, 0 not sent (requests: 3)".to_owned()], Ok(()))
        );
        let came = server.came();
        assert!(came.iter().all(|request| request.body == came[0].body), "{came:?}");
        assert!(came[0].headers.contains("content-type: application/cloudevents-batch+json\r\n"));
        assert!(came[0].headers.contains("authorization: bearer s3cr3t\r\n"));
    }
}

#[tokio::test]
async fn batches_are_as_large_as_the_receiver_takes() {
    let server = Server::start(vec![TAKEN], &[]);
    let (told, _) = to_open_meter(&server, 250).await;
    assert_eq!(told, ["250 events were taken, 0 refused, 0 not sent (requests: 3)"]);
    let count = |request: &Came| serde_json::from_str::<Vec<Value>>(&request.body).unwrap().len();
    assert_eq!(server.came().iter().map(count).collect::<Vec<_>>(), [100, 100, 50]);
}

#[tokio::test]
async fn the_events_that_are_refused_are_named_and_the_others_are_taken() {
    let server = Server::start(vec![TAKEN], &[7, 31]);
    let (told, ended) = to_open_meter(&server, 50).await;
    assert!(told[0].starts_with("48 events were taken, 2 refused, 0 not sent"), "{told:?}");
    let named = |place: usize| format!("refused: {}: 400: no such meter", events(50)[place].id);
    assert_eq!(told[1..], [named(7), named(31)]);
    assert_eq!(ended, Err("2 events were refused: mend what stands above and export again".to_owned()));
}

#[tokio::test]
async fn it_gives_up_where_the_receiver_does_and_says_what_was_not_sent() {
    let server = Server::start(vec![TAKEN, Does::Answers(503, "", "down")], &[]);
    let (told, ended) = to_open_meter(&server, 250).await;
    assert_eq!(told, ["100 events were taken, 0 refused, 150 not sent (requests: 5)"]);
    assert!(ended.is_err_and(|why| why.starts_with("503: down (4 attempts). Export again")));
    // The secret is wrong: neither is tried again, and it is not shown though the receiver shows it.
    let server = Server::start(vec![Does::Answers(401, "", "no such key: s3cr3t\u{1b}[2J")], &[]);
    let (told, ended) = to_open_meter(&server, 2).await;
    assert_eq!(told, ["0 events were taken, 0 refused, 2 not sent (requests: 1)"]);
    assert!(ended.is_err_and(|why| why.starts_with("401: no such key: …[2J. Export")));
    // It asks for more time than there is patience.
    let server = Server::start(vec![Does::Answers(429, "retry-after: 3600\r\n", "")], &[]);
    assert_eq!(to_open_meter(&server, 2).await.0, ["0 events were taken, 0 refused, 2 not sent (requests: 1)"]);
}

#[tokio::test]
async fn a_receiver_that_asks_to_be_left_alone_is_left_alone() {
    let server = Server::start(vec![Does::Answers(429, "retry-after: 1\r\n", ""), TAKEN], &[]);
    let began = Instant::now();
    assert_eq!(to_open_meter(&server, 1).await.1, Ok(()));
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
}

#[test]
fn pauses_double_and_differ_and_are_never_shorter_than_asked() {
    let patience =
        Patience { first_pause: Duration::from_secs(1), longest_pause: Duration::from_secs(60), ..patience() };
    let own = |attempt, random| pause(&patience, attempt, None, random).unwrap().as_millis();
    assert_eq!([own(1, 0.0), own(1, 1.0), own(3, 0.0), own(3, 1.0), own(40, 1.0)], [500, 1_000, 2_000, 4_000, 60_000]);
    let asked = |seconds| pause(&patience, 1, Some(Duration::from_secs(seconds)), 0.0);
    assert_eq!([asked(0), asked(7), asked(61)], [Some(Duration::from_millis(500)), Some(Duration::from_secs(7)), None]);
}

#[tokio::test]
async fn stripe_gets_a_form_for_each_event_under_a_key_that_a_repeat_has_too() {
    let duplicate = Does::Answers(400, "", r#"{"error": {"code": "duplicate_meter_event"}}"#);
    let script =
        vec![Does::HangsUp, Does::Answers(200, "", "{}"), duplicate, Does::Answers(400, "", "no such customer")];
    let server = Server::start(script, &[]);
    let receiver = Receiver::stripe(&server.url, Some("sk_test".to_owned())).unwrap();
    let (told, ended) = sent(receiver, &server.url, Event::of_stripe(&records(3), "api units", "cus_1").unwrap()).await;
    let ids: Vec<String> = records(3).iter().map(|record| record.key.id()).collect();
    assert_eq!(told[0], "2 events were taken, 1 refused, 0 not sent (requests: 4)");
    assert_eq!(
        (told[1].as_str(), ended.is_err()),
        (format!("refused: {}: 400: no such customer", ids[2]).as_str(), true)
    );
    let came = server.came();
    for (request, id) in came.iter().zip([&ids[0], &ids[0], &ids[1], &ids[2]]) {
        assert!(request.headers.contains(&format!("idempotency-key: {id}\r\n")), "{request:?}");
        assert!(request.body.contains(&format!("identifier={id}&")), "{request:?}");
    }
    assert!(came[0].body.starts_with("event_name=api%20units&"));
    assert!(came[0].body.ends_with("&payload[stripe_customer_id]=cus%5F1&payload[value]=1"), "{}", came[0].body);
}

#[tokio::test]
async fn aws_marketplace_is_sent_what_it_did_not_process_again_and_nothing_else() {
    let records = Event::of_marketplace(&records(3), "units", "123456789012").unwrap();
    let result = |place: usize, status: &str| json!({"UsageRecord": records[place].body, "Status": status});
    let first = json!({"Results": [result(2, "CustomerNotSubscribed"), result(0, "Success")],
        "UnprocessedRecords": [records[1].body]});
    let second = json!({"Results": [result(1, "Success")], "UnprocessedRecords": []});
    let [first, second] = [first, second].map(|answer| Does::Answers(200, "", answer.to_string().leak()));
    let throttled = Does::Answers(400, "", r#"{"__type": "ThrottlingException"}"#);
    // The client beneath tries it three times by itself.
    let server = Server::start(vec![throttled.clone(), throttled.clone(), throttled, first, second], &[]);
    let receiver = Receiver::marketplace("aws", "prod-1".to_owned(), "us-east-1".to_owned()).unwrap();
    let (told, ended) = sent(receiver, server.url.trim_end_matches("/v1/events"), records.clone()).await;
    assert_eq!(told[0], "2 events were taken, 1 refused, 0 not sent (requests: 3)");
    assert_eq!(told[1], format!("refused: {}: CustomerNotSubscribed", records[2].id));
    assert!(ended.is_err());
    let last = server.came().pop().unwrap();
    let sent: Value = serde_json::from_str(&last.body).unwrap();
    assert_eq!(sent, json!({"ProductCode": "prod-1", "UsageRecords": [records[1].body]}));
    assert!(last.headers.contains("x-amz-target: awsmpmeteringservice.batchmeterusage\r\n"));
    assert!(last.headers.contains("/us-east-1/aws-marketplace/aws4_request"), "{}", last.headers);
}

#[test]
fn a_secret_goes_to_https_or_to_this_machine_and_must_fit_into_a_header() {
    let check = |to: &str, token: &str| Receiver::open_meter(to, Some(token.to_owned())).map(|_| ());
    for good in ["https://openmeter.cloud/api/v1/events", "http://localhost:8888/api/v1/events", "http://127.0.0.1"] {
        assert_eq!(check(good, "t"), Ok(()), "{good}");
    }
    for bad in ["http://example.com", "http://localhost.example.com", "https://", "ftp://a", ""] {
        assert_eq!(check(bad, "t"), Err(format!("{bad:?} is no https URL: write --send-to https://…")));
    }
    assert!(
        check("https://a", "a\nb")
            .is_err_and(|why| why.starts_with("TOLLGATE_EXPORT_TOKEN holds") && !why.contains("a\n"))
    );
    assert!(Receiver::stripe("https://a", None).is_err_and(|why| why.ends_with("put it into TOLLGATE_EXPORT_TOKEN")));
    assert!(Receiver::marketplace("https://a", "p".to_owned(), "r".to_owned()).is_err());
}

#[test]
fn each_event_has_an_id_of_its_own_and_always_the_same() {
    let ids: BTreeSet<String> = events(50).into_iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), 50);
    assert_eq!(events(50), events(50));
}
