//! The request's path: cut into segments, each decoded once, nothing normalised.

use percent_encoding::percent_decode_str;

/// A path that is safe to route on: what it says cannot be read in two ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath {
    /// The decoded segments. Slashes at the start count as one; empty segments within are kept (recorded).
    pub segments: Vec<String>,
    /// Whether the path ends in `/`.
    pub trailing_slash: bool,
}

/// Why a path is not routed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathProblem {
    /// Not `/…`.
    #[error("the path does not start with '/'")]
    NoSlash,
    /// A `%` without two hex digits behind it.
    #[error("the path has a '%' without two hexadecimal digits")]
    Escape,
    /// Bytes that are no text.
    #[error("the path is not UTF-8")]
    Encoding,
    /// `.` or `..`, however it is written: a backend might resolve what the router did not. `..;x` is one as well: servlet
    /// containers take off what follows a `;` before they resolve. (RFC 3986, section 3.3;
    /// Jakarta Servlet 6.0, URI path canonicalization.)
    #[error("the path has a '.' or '..' segment")]
    Dots,
    /// `\`, encoded or not: some servers take it for a slash.
    #[error("the path has a '\\'")]
    Backslash,
    /// `%2f`: a slash that is not one.
    #[error("the path has an encoded '/'")]
    EncodedSlash,
    /// An ASCII control character.
    #[error("the path has a control character")]
    Control,
}

impl RequestPath {
    /// Reads a raw path, without the query.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, PathProblem> {
        if !raw.starts_with('/') {
            return Err(PathProblem::NoSlash);
        }
        let relative = raw.trim_start_matches('/');
        let trimmed = relative.strip_suffix('/');
        let segments = trimmed.unwrap_or(relative).split('/').map(segment).collect::<Result<Vec<_>, _>>()?;
        let root = relative.is_empty();
        Ok(RequestPath { segments: if root { Vec::new() } else { segments }, trailing_slash: trimmed.is_some() })
    }
}

fn segment(raw: &str) -> Result<String, PathProblem> {
    let escaped = raw.split('%').skip(1);
    for digits in escaped.map(|rest| rest.as_bytes().first_chunk::<2>()) {
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(PathProblem::Escape);
        }
    }
    let decoded = percent_decode_str(raw).decode_utf8().map_err(|_| PathProblem::Encoding)?.into_owned();
    let without_parameters = decoded.split(';').next().unwrap_or_default();
    if without_parameters == "." || without_parameters == ".." {
        return Err(PathProblem::Dots);
    }
    if decoded.contains('\\') {
        return Err(PathProblem::Backslash);
    }
    if decoded.contains('/') {
        return Err(PathProblem::EncodedSlash);
    }
    if decoded.chars().any(|c| c.is_ascii_control()) {
        return Err(PathProblem::Control);
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, segments: &[&str]) {
        assert_eq!(RequestPath::parse(raw).unwrap().segments, segments, "{raw}");
    }

    #[test]
    fn each_segment_is_decoded_once() {
        check("/", &[]);
        check("/carts/42", &["carts", "42"]);
        check("/a%20b/%C3%A4", &["a b", "ä"]);
        check("/a%252Fb", &["a%2Fb"]);
        check("//a", &["a"]);
        check("/a//b", &["a", "", "b"]);
        check("/a/", &["a"]);
        check("/...", &["..."]);
        check("/a;v=1/b..;c", &["a;v=1", "b..;c"]);
    }

    #[test]
    fn a_path_that_could_be_read_in_two_ways_is_refused() {
        for (raw, problem) in [
            ("", PathProblem::NoSlash),
            ("a", PathProblem::NoSlash),
            ("/a/../b", PathProblem::Dots),
            ("/a/.", PathProblem::Dots),
            ("/%2e%2e/b", PathProblem::Dots),
            ("/%2E./b", PathProblem::Dots),
            ("/a/..;/b", PathProblem::Dots),
            ("/a/..;x=1", PathProblem::Dots),
            ("/%2e%2e%3Bx/b", PathProblem::Dots),
            ("/.;/b", PathProblem::Dots),
            ("/a\\..\\b", PathProblem::Backslash),
            ("/..%5cb", PathProblem::Backslash),
            ("/a%5C", PathProblem::Backslash),
            ("/a%2fb", PathProblem::EncodedSlash),
            ("/a%2Fb", PathProblem::EncodedSlash),
            ("/a%", PathProblem::Escape),
            ("/a%4", PathProblem::Escape),
            ("/a%zz", PathProblem::Escape),
            ("/%ff", PathProblem::Encoding),
            ("/a%00", PathProblem::Control),
            ("/a%0d%0ab", PathProblem::Control),
        ] {
            assert_eq!(RequestPath::parse(raw), Err(problem), "{raw}");
        }
    }
}
