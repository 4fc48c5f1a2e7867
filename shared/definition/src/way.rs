//! Which way an operation takes: straight from the managed gateway to its backend, or through the router.
//!
//! The cheapest way that does what the operation declares: the managed gateway alone costs a third of what the router and
//! the wait for its backend cost. See `docs/cost.md`.

use crate::{Admits, Guard, Integration, Operation, Way, document::Node, reader::Reader, text::Part};

/// `x-tollgate-path`: what the document asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing: the compiler decides.
    None,
    /// To go through the router.
    Dispatched,
    /// Not to go through the router.
    Native,
}

pub(crate) const EXTENSION: &str = "x-tollgate-path";

/// Reads the wish of a document or an operation; what the operation says wins.
pub(crate) fn wish(reader: &mut Reader, node: &Node, otherwise: Wish) -> Wish {
    let Some(value) = node.get(EXTENSION) else { return otherwise };
    match reader.choice(value, EXTENSION, &["native", "dispatched"]) {
        Some("native") => Wish::Native,
        Some("dispatched") => Wish::Dispatched,
        _ => otherwise,
    }
}

/// Decides.
///
/// # Errors
/// Why an operation that is to be native cannot be.
pub(crate) fn choose(
    wish: Wish,
    guard: &Guard,
    path: &str,
    method: &str,
    integration: Integration,
) -> Result<Way, String> {
    let because = match (wish, needs_router(&integration)) {
        (Wish::Native, Some(because)) => return Err(because),
        (Wish::Native | Wish::None, None) => return Ok(Way::Native(integration)),
        (Wish::None, Some(because)) => because,
        (Wish::Dispatched, _) => format!("{EXTENSION} asks for it"),
    };
    let admits = match guard {
        Guard::Open => Admits::Everybody,
        Guard::ApiKey => Admits::ApiKey,
        Guard::Iam | Guard::Jwt { .. } => Admits::Managed,
    };
    let operation = Operation { path: path.to_owned(), method: method.to_owned(), admits, integration };
    Ok(Way::Dispatched { operation, because })
}

/// What the managed gateway cannot do of an integration. (API Gateway developer guide, `http-api-develop-integrations`.)
fn needs_router(integration: &Integration) -> Option<String> {
    match integration {
        Integration::Mock(_) => Some("HTTP APIs have no mock integration".to_owned()),
        Integration::Lambda(proxy) => match proxy.function.0.as_slice() {
            [Part::StageVariable(_)] => None,
            [Part::Literal(arn), ..] if arn.starts_with("arn:") => None,
            _ => Some("the function is named without its ARN".to_owned()),
        },
        Integration::Http(proxy) => {
            if let Some(Part::StageVariable(_)) = proxy.url.0.first() {
                return Some("HTTP APIs take a stage variable in a URL only behind http:// or https://".to_owned());
            }
            let renamed = proxy.path_parameters.iter().find(|(own, route)| own != route);
            renamed.map(|(own, route)| format!("the path parameter {route} is called {own} in the URL"))
        }
    }
}
