//! A listener on loopback whose threads are all there before the first client comes, so that no thread is made between
//! two clock readings.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::failure::{Context, Result};

/// Listens until dropped.
pub(crate) struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    workers: usize,
}

impl Server {
    /// Gives each connection to one of `workers` threads; a client beyond that many waits until one hangs up.
    pub(crate) fn start(workers: usize, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on 127.0.0.1")?;
        let address = listener.local_addr().context("cannot read the port listened on")?;
        let server = Self { address, stop: Arc::default(), workers };
        let shared = Arc::new((listener, serve));
        for _ in 0..workers {
            let (shared, stop) = (Arc::clone(&shared), Arc::clone(&server.stop));
            let work = move || accept(&shared.0, &stop, &shared.1);
            thread::Builder::new().spawn(work).context("cannot start a thread")?;
        }
        Ok(server)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for Server {
    /// A thread blocked in `accept` ends only when somebody comes.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        for _ in 0..self.workers {
            let _ = TcpStream::connect(self.address);
        }
    }
}

fn accept(listener: &TcpListener, stop: &AtomicBool, serve: impl Fn(TcpStream)) {
    while let Ok((stream, _)) = listener.accept() {
        if stop.load(Ordering::Acquire) {
            return;
        }
        // Without this a small write waits for the peer's delayed acknowledgement: 40 ms.
        if stream.set_nodelay(true).is_ok() {
            serve(stream);
        }
    }
}
