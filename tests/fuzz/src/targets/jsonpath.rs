//! Any path over any JSON.

use json::Document;
use mapping::{JsonPath, jsonpath::Matches};

use crate::{corpus::Seed, novelty};

/// Looks for what the path before the first NUL byte of `bytes` finds in the document behind it.
///
/// # Panics
/// When a definite path finds a list, an indefinite one finds none, or a problem has no place in the path.
pub fn jsonpath(bytes: &[u8]) {
    let (path, document) = match bytes.iter().position(|byte| *byte == 0) {
        Some(nul) => (bytes.get(..nul).unwrap_or_default(), bytes.get(nul + 1..).unwrap_or_default()),
        None => (bytes, DOCUMENT.as_bytes()),
    };
    let (text, document) = (String::from_utf8_lossy(path), String::from_utf8_lossy(document));
    let path = match JsonPath::parse(&text) {
        Ok(path) => path,
        Err(error) => {
            novelty::note(error.message);
            return assert!((1..=text.chars().count() + 1).contains(&error.column), "column {}", error.column);
        }
    };
    let document = match Document::parse(&document) {
        Ok(document) => document,
        Err(error) => return novelty::note(error.message),
    };
    match path.find_within(document.root(), VISITS) {
        Ok(Matches::Definite(found)) => {
            assert!(path.is_definite(), "an indefinite path finds one value");
            novelty::note_value("definite", usize::from(found.is_some()));
        }
        Ok(Matches::Indefinite(found)) => {
            assert!(!path.is_definite(), "a definite path finds a list");
            assert!(found.len() <= VISITS, "{} values", found.len());
            novelty::note_value("indefinite", found.len().min(64));
        }
        Err(_) => novelty::note("too many visits"),
    }
}

/// Less than a request may look at: the loop wants many inputs, not slow ones.
const VISITS: usize = 50_000;

const DOCUMENT: &str = r#"{"store":{"book":[{"t":"a","p":8.95,"g":["x","y"]},{"t":"b","p":12,"i":null,"g":[]}],"c":{"p":1}},"n":[3,1,2],"a b":{"c.d":"é"},"":0}"#;

const PATHS: [&str; 28] = [
    "$",
    "n[0]",
    "$.store.book[0].t",
    "$['store']['c'].p",
    "$.store.book[*].p",
    "$..p",
    "$..book[0,1].t",
    "$.n[-2:]",
    "$.n[0:2]",
    "$.n[:-1]",
    "$..*",
    "$.store.*",
    "$.store.book[0]['t','p']",
    "$.store.book[?(@.p < 10)]",
    "$..[?(@.p)]",
    "$.store.book[?(@.p > $.n[0] && @.t == 'b' || !@.i)].t",
    "$.store.book[?(@.t =~ /A.*/i)]",
    "$.store.book[?(@.g contains 'x')]",
    "$.store.book[?(@.g size 0)]",
    "$.store.book[?(@.g empty true)]",
    "$.store.book[?(@.t in ['a', \"b\", 1, true, null])]",
    "$.store.book[?(@.g subsetof ['x','y'])]",
    "$.n.sum()",
    "$..p.max()",
    "$.store.keys()",
    "$.concat($.store.book[0].t, 'x', 1)",
    "$.n.append(4).length()",
    "$['a b']['c.d']",
];

/// The paths, alone and with a document.
pub(super) fn seeds() -> Vec<Seed> {
    let documents = ["[[[1]]]", "{\"a\":{\"a\":{\"a\":[]}}}", "7", DOCUMENT];
    let seed = |(at, path): (usize, &&str)| {
        let document = documents.get(at % documents.len()).copied().unwrap_or_default();
        let with =
            Seed { name: format!("path {at} and a document"), bytes: format!("{path}\0{document}").into_bytes() };
        [Seed { name: format!("path {at}"), bytes: path.as_bytes().to_vec() }, with]
    };
    PATHS.iter().enumerate().flat_map(seed).collect()
}
