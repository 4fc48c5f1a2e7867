//! Paths as the definition writes them: `/carts/{cartId}`, `/files/{proxy+}`.

use serde::{Deserialize, Serialize};

/// How many segments a path may have: far beyond any API, far below what would exhaust the stack that walks it.
pub(crate) const MAX_SEGMENTS: usize = 100;

/// How long a path may be, for every problem of its operations names it.
const MAX_PATH_BYTES: usize = 2_000;

/// The catch-all of an HTTP API as its exports write it; SAM writes it without the slash.
/// (API Gateway developer guide, `api-gateway-swagger-extensions-any-method`.)
pub(crate) const DEFAULT_ROUTE: &str = "/$default";

/// A path's segments, in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PathTemplate(pub Vec<Segment>);

/// One segment of a path. Ordered as they win over each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Segment {
    /// This very text.
    Static(String),
    /// `{name}`: one segment, whatever it is.
    Parameter(String),
    /// `{name+}`: all that is left, at least one segment.
    Greedy(String),
    /// `$default`, which is a path by itself: whatever no other path takes.
    Rest,
}

impl PathTemplate {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it and what to write instead.
    pub fn parse(path: &str) -> Result<Self, (String, String)> {
        if path.len() > MAX_PATH_BYTES {
            let message = format!("the path has more than {MAX_PATH_BYTES} bytes");
            return Err((message, "write a shorter path".to_owned()));
        }
        if path.strip_prefix('/').unwrap_or(path) == "$default" {
            return Ok(PathTemplate(vec![Segment::Rest]));
        }
        let Some(relative) = path.strip_prefix('/') else {
            return Err((format!("the path {path:?} does not start with '/'"), format!("write /{path}")));
        };
        if relative.is_empty() {
            return Ok(PathTemplate(Vec::new()));
        }
        if relative.split('/').count() > MAX_SEGMENTS {
            let message = format!("the path has more than {MAX_SEGMENTS} segments");
            return Err((message, "write a shorter path".to_owned()));
        }
        let segments = relative.split('/').map(|text| segment(path, text)).collect::<Result<Vec<_>, _>>()?;
        let greedy = segments.iter().position(|segment| matches!(segment, Segment::Greedy(_)));
        if greedy.is_some_and(|at| at + 1 < segments.len()) {
            let message = format!("the greedy parameter of {path:?} is not the last segment");
            return Err((message, "move {proxy+} to the end of the path".to_owned()));
        }
        let mut names: Vec<&str> = segments.iter().filter_map(Segment::parameter).collect();
        names.sort_unstable();
        if let Some(name) = names.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first()) {
            let message = format!("the path {path:?} has two parameters named {name:?}");
            return Err((message, "give each path parameter a name of its own".to_owned()));
        }
        Ok(PathTemplate(segments))
    }

    /// The names of its parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(Segment::parameter)
    }

    /// Whether it is the route `$default`.
    pub fn is_default(&self) -> bool {
        matches!(self.0.as_slice(), [Segment::Rest])
    }

    /// Whether requests that are written differently could be read as this path.
    pub fn is_open(&self) -> bool {
        self.is_default() || self.parameters().next().is_some()
    }

    /// Whether a request for `other` could be read as this path. The route `$default` takes what another path should have
    /// taken, and nobody takes what is left to it.
    pub fn overlaps(&self, other: &PathTemplate) -> bool {
        if self.is_default() || other.is_default() {
            return self.is_default();
        }
        for (own, theirs) in self.0.iter().zip(&other.0) {
            match (own, theirs) {
                (Segment::Greedy(_), _) | (_, Segment::Greedy(_)) => return true,
                (Segment::Static(own), Segment::Static(theirs)) if own != theirs => return false,
                _ => {}
            }
        }
        self.0.len() == other.0.len()
    }

    /// The same path with nameless parameters: two paths that are equal here match the same requests.
    pub fn shape(&self) -> String {
        let mut shape = String::new();
        for segment in &self.0 {
            shape.push('/');
            shape.push_str(match segment {
                Segment::Static(text) => text,
                Segment::Parameter(_) => "{}",
                Segment::Greedy(_) => "{+}",
                Segment::Rest => "$default",
            });
        }
        shape
    }
}

impl Segment {
    /// The name, if it is a parameter.
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Segment::Static(_) | Segment::Rest => None,
            Segment::Parameter(name) | Segment::Greedy(name) => Some(name),
        }
    }
}

fn segment(path: &str, text: &str) -> Result<Segment, (String, String)> {
    let braces = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let Some(name) = braces else {
        return if text.is_empty() || text.contains(['{', '}']) {
            let message = format!("the segment {text:?} of the path {path:?} is neither text nor one parameter");
            Err((message, "write /text, /{name} or, at the end, /{name+}; no '//' and no '/' at the end".to_owned()))
        } else if text == "."
            || text == ".."
            || !text.chars().all(|c| c.is_ascii_alphanumeric() || "._~-:@!$&'()+,;=".contains(c))
        {
            let message = format!("no request can have the segment {text:?} of the path {path:?}");
            Err((
                message,
                "write it as requests have it after decoding: letters, digits and ._~-:@!$&'()+,;=".to_owned(),
            ))
        } else {
            Ok(Segment::Static(text.to_owned()))
        };
    };
    let (name, greedy) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-:$".contains(c));
    if !plain {
        let message = format!("{text:?} in the path {path:?} is not a parameter's name");
        return Err((message, "name it with letters, digits, '_', '-', '.', ':' or '$'".to_owned()));
    }
    Ok(if greedy { Segment::Greedy(name.to_owned()) } else { Segment::Parameter(name.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_into_segments() {
        let template = PathTemplate::parse("/shops/{shop}/files/{path+}").unwrap();
        assert_eq!(template.shape(), "/shops/{}/files/{+}");
        assert_eq!(template.parameters().collect::<Vec<_>>(), ["shop", "path"]);
        assert_eq!(PathTemplate::parse("/").unwrap().0, []);
    }

    #[test]
    fn two_paths_overlap_where_one_request_could_be_either() {
        let overlap = |a: &str, b: &str| PathTemplate::parse(a).unwrap().overlaps(&PathTemplate::parse(b).unwrap());
        assert!(overlap("/{proxy+}", "/admin/{id}") && overlap("/a/{x}", "/a/b") && overlap("/a/{x}", "/a/{p+}"));
        assert!(!overlap("/a/{x}", "/b/{x}") && !overlap("/a/{x}", "/a/b/c"));
    }

    #[test]
    fn the_default_route_is_no_path_of_requests() {
        let default = PathTemplate::parse("/$default").unwrap();
        assert!(default.is_default() && default.is_open() && default.shape() == "/$default");
        assert_eq!(PathTemplate::parse("$default"), Ok(default.clone()));
        assert!(!PathTemplate::parse("/a/$default").unwrap().is_default());
        let guarded = PathTemplate::parse("/admin").unwrap();
        assert!(default.overlaps(&guarded) && !guarded.overlaps(&default));
    }

    #[test]
    fn a_malformed_path_is_refused_with_a_remedy() {
        for (path, message) in [
            ("carts", "the path \"carts\" does not start with '/'"),
            ("/a//b", "the segment \"\" of the path \"/a//b\" is neither text nor one parameter"),
            ("/a/", "the segment \"\" of the path \"/a/\" is neither text nor one parameter"),
            ("/a/x{b}", "the segment \"x{b}\" of the path \"/a/x{b}\" is neither text nor one parameter"),
            ("/{p+}/b", "the greedy parameter of \"/{p+}/b\" is not the last segment"),
            ("/%41", "no request can have the segment \"%41\" of the path \"/%41\""),
            ("/a/..", "no request can have the segment \"..\" of the path \"/a/..\""),
            ("/{}", "\"{}\" in the path \"/{}\" is not a parameter's name"),
            ("/{a}/{a}", "the path \"/{a}/{a}\" has two parameters named \"a\""),
        ] {
            assert_eq!(PathTemplate::parse(path).unwrap_err().0, message);
        }
    }
}
