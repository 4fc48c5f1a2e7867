//! What a template reads: the body, the request's parameters, `$context` and the stage's variables.

use std::{collections::BTreeMap, fmt, sync::OnceLock};

use json::{Document, ParseError};

/// Everything that one rendering reads.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// What `$input.body`, `$input.json()` and `$input.path()` read.
    pub body: &'a Body,
    /// What `$input.params()` reads.
    pub params: &'a Params,
    /// `$context`, an object. What stands under `requestOverride` and `responseOverride` comes from
    /// [`crate::Overrides`] instead.
    pub context: &'a serde_json::Value,
    /// `$stageVariables`.
    pub stage_variables: &'a BTreeMap<String, String>,
}

/// The request's parameters, decoded. Of a name that is there several times, the last value is read, as a REST API does.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// Path parameters.
    pub path: Vec<(String, String)>,
    /// Query parameters.
    pub querystring: Vec<(String, String)>,
    /// Headers. They are found by their exact name, else without regard to case, for HTTP APIs lower-case them.
    pub header: Vec<(String, String)>,
}

/// A body, read as JSON at most once, and only if a template asks for it.
pub struct Body {
    text: String,
    json: OnceLock<Result<Document, ParseError>>,
}

impl Body {
    /// A body of this text.
    pub fn new(text: String) -> Self {
        Self { text, json: OnceLock::new() }
    }

    /// The text as it came.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The body as JSON; an empty one is `{}`, which is what `$input.body` gives for it on AWS.
    ///
    /// # Errors
    /// The first place at which the text is not JSON.
    pub fn json(&self) -> Result<&Document, &ParseError> {
        self.json.get_or_init(|| Document::parse(self.text_or_object())).as_ref()
    }

    /// The text, or `{}` if there is none.
    pub(crate) fn text_or_object(&self) -> &str {
        if self.text.is_empty() { "{}" } else { &self.text }
    }
}

/// Says how long it is, not what is in it: bodies do not belong into logs.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.text.len())
    }
}
