//! A stand-in for `@connections` on loopback, in a thread of its own: takes every post and answers 200 after a set time.

use std::{
    io,
    net::{Ipv4Addr, TcpListener as StdListener},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const TAKEN: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// Listens until the process ends.
pub(crate) struct Endpoint {
    port: u16,
    posts: Arc<AtomicU64>,
}

impl Endpoint {
    pub(crate) fn start(delay: Duration) -> io::Result<Self> {
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let endpoint = Endpoint { port: listener.local_addr()?.port(), posts: Arc::default() };
        let posts = Arc::clone(&endpoint.posts);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::spawn(move || runtime.block_on(accept(listener, delay, posts)));
        Ok(endpoint)
    }

    /// The stage's URL.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/live", self.port)
    }

    /// How many posts it has taken.
    pub(crate) fn posts(&self) -> u64 {
        self.posts.load(Ordering::Acquire)
    }
}

async fn accept(listener: StdListener, delay: Duration, posts: Arc<AtomicU64>) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        // A client that hangs up ends its own task alone.
        tokio::spawn(serve(stream, delay, Arc::clone(&posts)));
    }
}

async fn serve(mut stream: TcpStream, delay: Duration, posts: Arc<AtomicU64>) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(8192);
    loop {
        let Some(length) = whole_request(&buffer) else {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
            continue;
        };
        buffer.drain(..length);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        posts.fetch_add(1, Ordering::AcqRel);
        stream.write_all(TAKEN).await?;
    }
}

/// The length of the first request, if all of it is there.
fn whole_request(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(bytes.get(..head)?).ok()?;
    let lengths = text.lines().filter_map(|line| line.split_once(':'));
    let mut length =
        lengths.filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, value)| value.trim());
    let whole = head + length.next()?.parse::<usize>().ok()?;
    (bytes.len() >= whole).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_once_all_of_it_is_there() {
        let request = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcPOST";
        let whole = request.len() - 4;
        for end in 0..whole {
            assert_eq!(whole_request(&request[..end]), None, "{end}");
        }
        assert_eq!(whole_request(request), Some(whole));
    }
}
