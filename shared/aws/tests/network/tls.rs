//! How HTTPS backends show who they are.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws::{AwsSettings, Connection, NetworkBackends};
use bytes::Bytes;
use gateway::{Backends as _, CallProblem, HttpCall, ServiceCall, Tls};
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer};
use settings::Settings;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{backends, servers::get, services::call};

/// Who issued a server's certificate.
#[derive(Clone, Copy, Debug)]
enum Issued {
    ByItself,
    /// By itself, as an authority: what `openssl req -x509` makes.
    AsAuthority,
    ByPrivateAuthority,
    LongAgo,
    TooEarly,
}

/// A server with a certificate for these names; how many connections it had, and the names that clients asked it for.
struct TlsServer {
    address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    asked_for: Arc<Mutex<Vec<String>>>,
    /// Its certificate.
    pem: String,
}

impl TlsServer {
    async fn start(names: &[&str], issued: Issued, protocols: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (config, pem) = config(names, issued, protocols);
        let server = TlsServer { address, accepted: Arc::default(), asked_for: Arc::default(), pem };
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (accepted, asked_for) = (Arc::clone(&server.accepted), Arc::clone(&server.asked_for));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                accepted.fetch_add(1, Ordering::Relaxed);
                let (acceptor, asked_for) = (acceptor.clone(), Arc::clone(&asked_for));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let connection = stream.get_ref().1;
                    asked_for.lock().unwrap().extend(connection.server_name().map(str::to_owned));
                    let http2 = connection.alpn_protocol() == Some(b"h2");
                    let (stream, service) = (TokioIo::new(stream), service_fn(answer));
                    // A client that hangs up ends it with an error.
                    let _ = if http2 {
                        let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                        server.serve_connection(stream, service).await
                    } else {
                        hyper::server::conn::http1::Builder::new().serve_connection(stream, service).await
                    };
                });
            }
        });
        server
    }

    fn connections(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    async fn ask(&self, host: &str, insecure: bool, server_name: Option<&str>) -> Result<String, String> {
        self.ask_by(&backends(self.address), host, insecure, server_name).await
    }

    /// The protocol that it answered by.
    async fn ask_by(
        &self,
        backends: &NetworkBackends,
        host: &str,
        insecure: bool,
        server_name: Option<&str>,
    ) -> Result<String, String> {
        let tls = Tls { insecure, server_name: server_name.map(str::to_owned) };
        let call = HttpCall { tls, ..get(&format!("https://{host}:{}/", self.address.port())) };
        match backends.send(call).await {
            Ok(answer) => Ok(String::from_utf8_lossy(&answer.body).into_owned()),
            Err(CallProblem::Unreachable(why)) => Err(why),
            Err(problem) => panic!("{problem}"),
        }
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from(format!("{:?}", request.version()))))
}

fn config(names: &[&str], issued: Issued, protocols: &[&str]) -> (ServerConfig, String) {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(names).expect("names");
    match issued {
        Issued::LongAgo => params.not_after = date_time_ymd(2020, 1, 1),
        Issued::TooEarly => params.not_before = date_time_ymd(2150, 1, 1),
        Issued::AsAuthority => params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
        Issued::ByItself | Issued::ByPrivateAuthority => {}
    }
    let certificate = if let Issued::ByPrivateAuthority = issued {
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.signed_by(&key, &Issuer::new(root, KeyPair::generate().expect("a key")))
    } else {
        params.self_signed(&key)
    };
    let certificate = certificate.expect("a certificate");
    let (certificate, pem) = (certificate.der().clone(), certificate.pem());
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
    let mut config = config.with_single_cert(vec![certificate], key.into()).expect("a server");
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    (config, pem)
}

fn refused(answer: Result<String, String>, why: &str) {
    let Err(problem) = answer else { panic!("it is taken, for all that it is {why}") };
    assert!(problem.contains(why), "{problem}");
}

#[tokio::test]
async fn a_certificate_that_nobody_known_issued_is_refused_at_once() {
    for issued in [Issued::ByItself, Issued::AsAuthority, Issued::ByPrivateAuthority] {
        let server = TlsServer::start(&["127.0.0.1"], issued, &[]).await;
        refused(server.ask("127.0.0.1", false, None).await, "invalid peer certificate");
        assert_eq!(server.connections(), 1, "it is not asked for again: {issued:?}");
    }
}

#[tokio::test]
async fn an_insecure_call_takes_a_certificate_that_anybody_issued() {
    for issued in [Issued::ByItself, Issued::AsAuthority, Issued::ByPrivateAuthority] {
        let server = TlsServer::start(&["127.0.0.1"], issued, &[]).await;
        assert_eq!(server.ask("127.0.0.1", true, None).await, Ok("HTTP/1.1".to_owned()), "{issued:?}");
    }
}

#[tokio::test]
async fn an_insecure_call_still_checks_the_name_and_the_dates() {
    let server = TlsServer::start(&["elsewhere.example"], Issued::ByItself, &[]).await;
    refused(server.ask("127.0.0.1", true, None).await, "not valid for name");
    let server = TlsServer::start(&["127.0.0.1"], Issued::LongAgo, &[]).await;
    refused(server.ask("127.0.0.1", true, None).await, "Expired");
    let server = TlsServer::start(&["127.0.0.1"], Issued::TooEarly, &[]).await;
    refused(server.ask("127.0.0.1", true, None).await, "NotValidYet");
}

#[tokio::test]
async fn a_server_name_is_what_is_asked_for_and_checked() {
    let server = TlsServer::start(&["backend.internal"], Issued::ByItself, &[]).await;
    let taken = server.ask("127.0.0.1", true, Some("backend.internal")).await;
    assert_eq!(taken, Ok("HTTP/1.1".to_owned()));
    assert_eq!(*server.asked_for.lock().unwrap(), ["backend.internal"]);
    refused(server.ask("127.0.0.1", true, Some("other.internal")).await, "not valid for name");
    refused(server.ask("127.0.0.1", false, Some("backend.internal")).await, "UnknownIssuer");
    refused(server.ask("127.0.0.1", true, Some("no name!")).await, "serverNameToVerify \"no name!\" is no host name");
}

#[tokio::test]
async fn a_connection_that_was_not_checked_serves_only_those_who_want_no_check() {
    let server = TlsServer::start(&["127.0.0.1"], Issued::ByItself, &[]).await;
    let backends = backends(server.address);
    for (insecure, taken, connections) in [(true, true, 1), (true, true, 1), (false, false, 2), (true, true, 2)] {
        assert_eq!(server.ask_by(&backends, "127.0.0.1", insecure, None).await.is_ok(), taken);
        assert_eq!(server.connections(), connections);
    }
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_takes_it() {
    for (protocols, spoken) in [(&["h2", "http/1.1"][..], "HTTP/2.0"), (&["http/1.1"][..], "HTTP/1.1")] {
        let server = TlsServer::start(&["127.0.0.1"], Issued::ByItself, protocols).await;
        assert_eq!(server.ask("127.0.0.1", true, None).await, Ok(spoken.to_owned()));
    }
}

/// AWS by the roots in a file of that text.
fn aws_by(roots: &str) -> Result<Connection, String> {
    let mut random = [0; 8];
    ring::default_provider().secure_random.fill(&mut random).expect("random bytes");
    let file = std::env::temp_dir().join(format!("roots-{:016x}.pem", u64::from_be_bytes(random)));
    std::fs::write(&file, roots).expect("written");
    let mut settings = Settings::new(|name| match name {
        "AWS_REGION" => Some("eu-north-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        "AWS_CA_BUNDLE" => Some(file.display().to_string()),
        _ => None,
    });
    let aws = AwsSettings::load(&mut settings);
    let connection = Connection::new(&settings.finish(aws).expect("settings"));
    std::fs::remove_file(&file).expect("removed");
    connection
}

#[tokio::test]
async fn aws_is_called_by_its_host_over_tls_and_by_its_own_roots_alone() {
    let server = TlsServer::start(&["localhost"], Issued::ByItself, &[]).await;
    let other = TlsServer::start(&["localhost"], Issued::ByItself, &[]).await;
    let host = format!("localhost:{}", server.address.port());
    for (roots, taken) in [(&server.pem, true), (&other.pem, false)] {
        let backends = NetworkBackends::new(&aws_by(roots).expect("a connection"));
        let answer = backends.call(ServiceCall { host: host.clone(), ..call("sqs") }).await;
        assert_eq!(answer.is_ok_and(|answer| answer.status == 200), taken);
    }
    assert_eq!(server.connections(), 2, "a certificate that was refused is not asked for again");
}

#[test]
fn a_bundle_that_holds_no_certificates_stops_the_start() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (roots, why) in
        [("", "holds no certificate"), ("no PEM", "holds no certificate"), (broken, "holds what is no certificate")]
    {
        let Err(problem) = aws_by(roots) else { panic!("{roots:?} is taken") };
        assert!(problem.starts_with("AWS_CA_BUNDLE=") && problem.contains(why), "{problem}");
    }
}
