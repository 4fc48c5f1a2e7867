//! As much HTTP/1.1 as the benchmark's servers need, over anything that reads and writes: plain sockets and TLS.
//!
//! Hand-written, because what stands between two clock readings must be small and known: one read, one write, no task
//! switch.

use std::io::{self, Error, ErrorKind, Read, Write};

/// One kept-alive connection, seen from the server.
pub(crate) struct Connection<S> {
    stream: S,
    /// What has been read and not yet taken.
    buffer: Vec<u8>,
}

/// One request: its head as text, its body as bytes.
pub(crate) struct Request {
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn method(&self) -> &str {
        self.head.split(' ').next().unwrap_or_default()
    }

    /// The request target as it was sent.
    pub(crate) fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

impl<S: Read + Write> Connection<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::with_capacity(4096) }
    }

    /// The next whole request, or `None` when the peer has hung up between two.
    pub(crate) fn next_request(&mut self) -> io::Result<Option<Request>> {
        let Some(head) = self.take_head()? else { return Ok(None) };
        let chunked = header(&head, "transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
        let body = if chunked {
            self.take_chunks()?
        } else {
            let length = header(&head, "content-length").unwrap_or("0");
            self.take(length.parse().map_err(|_| malformed("content-length", length))?)?
        };
        Ok(Some(Request { head, body }))
    }

    /// Writes a response made by [`response`] in one piece.
    pub(crate) fn send(&mut self, response: &[u8]) -> io::Result<()> {
        self.stream.write_all(response)?;
        self.stream.flush()
    }

    fn take_head(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                let head = self.take(end + 4)?;
                return String::from_utf8(head).map(Some).map_err(|error| Error::new(ErrorKind::InvalidData, error));
            }
            if !self.fill()? {
                return if self.buffer.is_empty() { Ok(None) } else { Err(ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    /// The body of `Transfer-Encoding: chunked`, trailers dropped.
    fn take_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.take_line()?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(digits, 16).map_err(|_| malformed("chunk size", digits))?;
            if size == 0 {
                while !self.take_line()?.is_empty() {}
                return Ok(body);
            }
            body.append(&mut self.take(size)?);
            self.take_line()?;
        }
    }

    fn take_line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n") {
                let line = self.take(end + 2)?;
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if !self.fill()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn take(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < count {
            if !self.fill()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let rest = self.buffer.split_off(count);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    /// Reads what there is; false at the end of the stream.
    fn fill(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 16 * 1024];
        let count = self.stream.read(&mut chunk)?;
        self.buffer.extend_from_slice(chunk.get(..count).unwrap_or_default());
        Ok(count > 0)
    }
}

/// A whole response in one buffer, so that it goes out in one write.
pub(crate) fn response(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    let mut response = head.into_bytes();
    response.extend_from_slice(body);
    response
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

fn malformed(what: &str, text: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("malformed {what} {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// A peer that sends its bytes a few at a time.
    struct Trickle(VecDeque<Vec<u8>>);

    impl Read for Trickle {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let Some(piece) = self.0.pop_front() else { return Ok(0) };
            into[..piece.len()].copy_from_slice(&piece);
            Ok(piece.len())
        }
    }

    impl Write for Trickle {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn connection(text: &str, step: usize) -> Connection<Trickle> {
        Connection::new(Trickle(text.as_bytes().chunks(step).map(<[u8]>::to_vec).collect()))
    }

    #[test]
    fn requests_are_the_same_however_they_arrive() {
        let text = "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\none\
                    POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\ntw\r\n1\r\no\r\n0\r\nt: 1\r\n\r\n\
                    GET /c HTTP/1.1\r\n\r\n";
        for step in [1, 2, 7, 4096] {
            let mut peer = connection(text, step);
            let seen: Vec<String> = std::iter::from_fn(|| peer.next_request().unwrap())
                .map(|r| format!("{} {} {}", r.method(), r.path(), String::from_utf8_lossy(&r.body)))
                .collect();
            assert_eq!(seen, ["POST /a one", "POST /b two", "GET /c "], "in steps of {step}");
        }
    }

    #[test]
    fn a_request_cut_short_is_an_error_and_not_an_end() {
        let cut = connection("POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\non", 9).next_request().map(|_| ());
        assert_eq!(cut.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_response_carries_its_length() {
        let bytes = response("200 OK", &[("x", "y")], b"hi");
        assert_eq!(bytes, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx: y\r\n\r\nhi");
    }
}
