//! What really goes over a socket: who signed what, what is tried again, and each way in which a backend can fail.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what panics here fails a test"
)]

mod actions;
mod functions;
mod items;
mod roles;
mod server;
mod servers;
mod services;
mod signature;
mod tls;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws::{AwsSettings, Connection, NetworkBackends};
use aws_smithy_async::time::TimeSource;
use settings::Settings;

/// What the router's own requests are signed with.
pub(crate) const SECRET: &str = "own-secret";

/// A clock that stands still until it is moved.
#[derive(Clone, Debug)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    /// 2026-01-31T12:00:00Z.
    pub(crate) fn new() -> Self {
        Clock(Arc::new(AtomicU64::new(1_769_860_800)))
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

/// Backends whose AWS is at `endpoint`.
pub(crate) fn backends(endpoint: SocketAddr) -> NetworkBackends {
    backends_by(endpoint, Clock::new())
}

pub(crate) fn backends_by(endpoint: SocketAddr, clock: Clock) -> NetworkBackends {
    let mut settings = Settings::new(|name| {
        Some(match name {
            "AWS_REGION" => "eu-north-1".to_owned(),
            "AWS_ACCESS_KEY_ID" => "OWN".to_owned(),
            "AWS_SECRET_ACCESS_KEY" => SECRET.to_owned(),
            "AWS_ENDPOINT_URL" => format!("http://{endpoint}"),
            _ => return None,
        })
    });
    let aws = AwsSettings::load(&mut settings);
    let connection = Connection::new(&settings.finish(aws).expect("settings")).expect("a connection");
    NetworkBackends::new(&connection.with_clock(clock))
}
