//! Names and texts of a CloudFormation template.

use crate::{PathTemplate, Route};

/// The parameter that brings a stage variable's value: `VariableCartFunction` for `cartFunction`. CloudFormation's names have
/// letters and digits only; a capital `U` and a code keep `cart_fn` apart from `cartFn`.
pub(crate) fn parameter(variable: &str) -> String {
    let (first, rest) = variable.split_at_checked(1).unwrap_or((variable, ""));
    let first = if first.starts_with(|c: char| c.is_ascii_lowercase()) {
        first.to_ascii_uppercase()
    } else {
        format!("U{first}")
    };
    format!("Variable{}", (first + rest).replace('_', "U5F"))
}

/// `JwtMyPool` for `my-pool`, and a code for what is no letter or digit, so that no two names become one.
pub(super) fn authorizer_id(name: &str) -> String {
    coded("Jwt", name)
}

/// `RequestMyFunction` for `my-function`, likewise.
pub(super) fn request_authorizer_id(name: &str) -> String {
    coded("Request", name)
}

/// A logical id of a kind, by a name whose other characters get a code.
pub(super) fn coded(kind: &str, name: &str) -> String {
    let codes: String =
        name.chars().filter(|c| !c.is_ascii_alphanumeric()).map(|c| format!("U{:X}", u32::from(c))).collect();
    format!("{kind}{}{codes}", words(name))
}

/// `GetCartsParameter` for `GET /carts/{cartId}`. It depends on nothing else than what requests the route takes: with another
/// name for the parameter, or beside other routes, it is the same resource. A path whose words alone could be another's has
/// its checksum behind them.
pub(super) fn route_id(route: &Route) -> String {
    if route.is_default() {
        return "DefaultRoute".to_owned();
    }
    let shape = PathTemplate::parse(&route.path).map_or_else(|_| route.path.clone(), |path| path.shape());
    let named = shape.replace("{+}", GREEDY).replace("{}", PARAMETER);
    let id = words(&format!("{}{named}", route.method.to_ascii_lowercase()));
    let mut segments = shape.split('/').filter(|segment| !segment.is_empty());
    if segments.all(|segment| ["{}", "{+}"].contains(&segment) || is_plain(segment)) {
        return id;
    }
    format!("{id}{:08X}", crc32fast::hash(shape.as_bytes()))
}

const PARAMETER: &str = "parameter";
const GREEDY: &str = "greedy";

/// Whether a segment is one word, and no other path's.
fn is_plain(segment: &str) -> bool {
    let first = segment.starts_with(|c: char| c.is_ascii_lowercase());
    let rest = segment.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    first && rest && ![PARAMETER, GREEDY].contains(&segment)
}

/// `get /a/b-c` becomes `GetABC`.
fn words(text: &str) -> String {
    text.split(|c: char| !c.is_ascii_alphanumeric()).map(capitalised).collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// A YAML text that is read back as it was: JSON's strings are YAML's.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(super) fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}
