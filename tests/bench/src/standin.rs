//! The stand-in for AWS: one endpoint on loopback for every service a function calls, over plain HTTP or TLS.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::aws::Canned;
use crate::failure::{Context, Result};
use crate::http::{Connection, response};
use crate::server::Server;

/// More than the functions that live at once keep open.
const CONNECTIONS: usize = 32;

/// How a function speaks with the stand-in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Transport {
    /// What remains when TLS is taken away: nearly the function's own work.
    Plain,
    /// As on AWS: certificates loaded, one handshake in each cold start.
    Tls,
}

/// A running stand-in.
pub(crate) struct Standin {
    pub(crate) transport: Transport,
    server: Server,
    desk: Arc<Desk>,
    ca_bundle: Option<PathBuf>,
}

struct Desk {
    canned: Canned,
    served: AtomicUsize,
    refused: Mutex<Vec<String>>,
}

impl Standin {
    /// Starts one; its certificate authority is written into `scratch`.
    pub(crate) fn start(transport: Transport, scratch: &Path) -> Result<Self> {
        let desk =
            Arc::new(Desk { canned: Canned::load()?, served: AtomicUsize::default(), refused: Mutex::default() });
        let at_desk = Arc::clone(&desk);
        let (server, ca_bundle) = match transport {
            Transport::Plain => (Server::start(CONNECTIONS, move |stream| at_desk.serve(stream))?, None),
            Transport::Tls => {
                let (tls, ca_pem) = self_signed()?;
                let ca_bundle = scratch.join("ca.pem");
                fs::write(&ca_bundle, ca_pem).context(format_args!("cannot write {}", ca_bundle.display()))?;
                (Server::start(CONNECTIONS, move |stream| at_desk.serve_tls(&tls, stream))?, Some(ca_bundle))
            }
        };
        Ok(Self { transport, server, desk, ca_bundle })
    }

    /// The settings that send a function here.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let port = self.server.port();
        let url = match self.transport {
            Transport::Plain => format!("http://127.0.0.1:{port}"),
            Transport::Tls => format!("https://localhost:{port}"),
        };
        let bundle = self.ca_bundle.iter().map(|path| ("AWS_CA_BUNDLE".to_owned(), path.display().to_string()));
        bundle.chain([("AWS_ENDPOINT_URL".to_owned(), url)]).collect()
    }

    /// How many calls have been given what they asked for.
    pub(crate) fn served(&self) -> usize {
        self.desk.served.load(Ordering::Acquire)
    }

    /// What could not be answered since the last time.
    pub(crate) fn take_refused(&self) -> Option<String> {
        let mut refused = self.desk.lock();
        (!refused.is_empty()).then(|| std::mem::take(&mut *refused).join("; "))
    }
}

impl Desk {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends when the client hangs up or is killed, however far it had come.
    fn serve(&self, stream: impl Read + Write) {
        let mut connection = Connection::new(stream);
        while let Ok(Some(request)) = connection.next_request() {
            let bytes = match self.canned.answer(&request) {
                Ok(answer) => {
                    self.served.fetch_add(usize::from(answer.served), Ordering::AcqRel);
                    answer.response
                }
                Err(error) => {
                    self.lock().push(error.to_string());
                    response("400 Bad Request", &[], b"{}")
                }
            };
            if connection.send(&bytes).is_err() {
                return;
            }
        }
    }

    fn serve_tls(&self, config: &Arc<ServerConfig>, stream: TcpStream) {
        match ServerConnection::new(Arc::clone(config)) {
            Ok(session) => self.serve(StreamOwned::new(session, stream)),
            Err(error) => self.lock().push(format!("TLS: {error}")),
        }
    }
}

/// A certificate for loopback and the authority that signed it, both made for this run.
///
/// P-256 and a chain of two, where AWS sends RSA and a chain of three. Checking them costs about the same: two P-256
/// signatures take 130 µs, three of RSA 80.
fn self_signed() -> Result<(Arc<ServerConfig>, String)> {
    let ca_key = KeyPair::generate().context("cannot make a key")?;
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let ca_pem = ca.self_signed(&ca_key).context("cannot sign the authority")?.pem();

    let key = KeyPair::generate().context("cannot make a key")?;
    let mut leaf = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).context("bad name")?;
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let certificate = leaf.signed_by(&key, &Issuer::new(ca, ca_key)).context("cannot sign the certificate")?;

    let private = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .context("TLS versions")?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .context("TLS certificate")?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((Arc::new(config), ca_pem))
}
