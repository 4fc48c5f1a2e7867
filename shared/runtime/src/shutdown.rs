//! The end of a sandbox, and what is done before it.
//!
//! Lambda says `SIGTERM` to a runtime only where an extension is registered, and so one is: it asks for no events, and costs
//! a request to the Runtime API at the start. (Lambda developer guide, `lambda-runtime-environment`, `runtimes-extensions-api`.)

use std::{future::Future, io, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    signal::unix::{Signal, SignalKind, signal},
    time::timeout,
};

use crate::{Error, env};

/// How long the last work may take: Lambda kills what has registered an internal extension after half a second.
pub const LAST_WORK: Duration = Duration::from_millis(450);

/// How long the extension may take to register. It is a call on the same machine.
const REGISTRATION: Duration = Duration::from_millis(500);

/// No extension of another name is in the function.
const NAME: &str = "tollgate-shutdown";

/// More than the head of any answer of the Extensions API.
const MAX_HEAD_BYTES: usize = 8 << 10;

/// What tells of the end.
pub(crate) struct Shutdown {
    terminate: Signal,
    /// The extension's connection, which waits for an event that never comes.
    extension: Option<TcpStream>,
}

impl Shutdown {
    /// Asks to be told. Where there is no Extensions API, as on a laptop, a signal tells all the same.
    ///
    /// # Errors
    /// When the system does not let the process wait for signals.
    pub(crate) async fn announce() -> Result<Self, Error> {
        let terminate = signal(SignalKind::terminate())?;
        let registered = match env("AWS_LAMBDA_RUNTIME_API") {
            Some(api) => {
                timeout(REGISTRATION, register(&api)).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            }
            None => Err(io::ErrorKind::NotFound.into()),
        };
        if let Err(error) = &registered {
            tracing::debug!(%error, "no extension is registered: Lambda will not say when the sandbox ends");
        }
        Ok(Shutdown { terminate, extension: registered.ok() })
    }

    /// What `running` gives; or, when the sandbox is about to end, nothing, after `last` was done. What is running then is
    /// given up: the client of a sandbox that ends has had its answer, or will have none.
    pub(crate) async fn or_end(
        mut self,
        running: impl Future<Output = Result<(), Error>>,
        last: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let ended = tokio::select! {
            result = running => Some(result),
            _ = self.terminate.recv() => None,
        };
        drop(self.extension);
        match ended {
            Some(result) => result,
            None => {
                let _ = timeout(LAST_WORK, last).await;
                Ok(())
            }
        }
    }
}

/// Registers for no events, and asks for the next: from then on the extension counts as started.
async fn register(api: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(api).await?;
    let body = r#"{"events":[]}"#;
    let request = format!(
        "POST /2020-01-01/extension/register HTTP/1.1\r\nHost: {api}\r\nLambda-Extension-Name: {NAME}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let answer = read_answer(&mut stream).await?;
    let id = identifier(&answer).ok_or_else(|| io::Error::other("the Extensions API registered nothing"))?;
    let request = format!(
        "GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: {api}\r\nLambda-Extension-Identifier: {id}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

/// An answer's head and body.
async fn read_answer(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= header(head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0)
        {
            return Ok(text.into_owned());
        }
        if bytes.len() > MAX_HEAD_BYTES || stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Under which the extension was registered, if it was.
fn identifier(answer: &str) -> Option<&str> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    head.starts_with("HTTP/1.1 200").then(|| header(head, "lambda-extension-identifier")).flatten()
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
}

#[cfg(test)]
mod tests;
