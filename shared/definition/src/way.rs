//! Which way an operation takes: straight from the managed gateway to its backend, or through the router.
//!
//! The cheapest way that does what the operation declares: the managed gateway alone costs a third of what the router and
//! the wait for its backend cost. See `docs/cost.md`.

use crate::{Guard, Integration, Operation, PathTemplate, Route, Way, document::Node, reader::Reader, text::Part};

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
    if let Integration::Service(_) = integration {
        // The managed gateway alone calls these, whatever the whole document asks for.
        return Ok(Way::Native(integration));
    }
    let because = match (wish, needs_router(guard, &integration)) {
        (Wish::Native, Some(because)) => return Err(because),
        (Wish::Native | Wish::None, None) => return Ok(Way::Native(integration)),
        (Wish::None | Wish::Dispatched, Some(because)) => because,
        (Wish::Dispatched, None) => format!("{EXTENSION} asks for it"),
    };
    Ok(dispatched(guard, path, method, integration, because))
}

fn dispatched(guard: &Guard, path: &str, method: &str, integration: Integration, because: String) -> Way {
    let (path, method) = (path.to_owned(), method.to_owned());
    Way::Dispatched { operation: Operation { path, method, admits: guard.admits(), integration }, because }
}

/// A native route with parameters catches what API Gateway does not read as its more guarded neighbour: `/admin/1/` is
/// `/{proxy+}` to an HTTP API and `/admin/{id}` to a REST API. Such a route goes through the router, which reads both the
/// same way and keeps the guard.
///
/// Gives what cannot be kept: AWS services are called by the managed gateway alone.
pub(crate) fn keep_guards(routes: &mut [Route]) -> Vec<String> {
    let mut lost = Vec::new();
    let guarded: Vec<(Route, Option<PathTemplate>)> =
        routes.iter().map(|route| (route.clone(), PathTemplate::parse(&route.path).ok())).collect();
    for route in routes {
        let Way::Native(integration) = &route.way else { continue };
        let Some(path) = PathTemplate::parse(&route.path).ok().filter(PathTemplate::is_open) else {
            continue;
        };
        let stricter = guarded.iter().find(|(other, other_path)| {
            let is_guarded = other.guard != Guard::Open && other.guard != route.guard;
            let methods_meet =
                [&route.method, &other.method].contains(&&"ANY".to_owned()) || route.method == other.method;
            // Of two methods of one path, API Gateway takes the one that is asked for.
            let overlaps = |other: &PathTemplate| path.shape() != other.shape() && path.overlaps(other);
            is_guarded && methods_meet && other_path.as_ref().is_some_and(overlaps)
        });
        if let Some((neighbour, _)) = stricter {
            let because = format!("its path overlaps {}, which is guarded otherwise", neighbour.key());
            if let Integration::Service(action) = integration {
                lost.push(format!(
                    "{} calls {}, which the router does not, and {because}",
                    route.key(),
                    action.subtype
                ));
                continue;
            }
            route.way = dispatched(&route.guard, &route.path, &route.method, integration.clone(), because);
        }
    }
    lost
}

/// What the managed gateway cannot do of an integration. (API Gateway developer guide, `http-api-develop-integrations`.)
fn needs_router(guard: &Guard, integration: &Integration) -> Option<String> {
    match integration {
        Integration::Service(_) => None,
        Integration::Mock(_) => Some("HTTP APIs have no mock integration".to_owned()),
        Integration::Lambda(proxy) => match proxy.function.0.as_slice() {
            [Part::StageVariable(_)] => None,
            [Part::Literal(arn), ..] if arn.starts_with("arn:") => None,
            _ => Some("the function is named without its ARN".to_owned()),
        },
        Integration::Http(_) if *guard == Guard::ApiKey => {
            // A client could send `x_tollgate_tenant`, which many servers read as the same name; only the router folds them.
            Some("only the router tells an HTTP backend who called".to_owned())
        }
        Integration::Http(proxy) => {
            if let Some(Part::StageVariable(_)) = proxy.url.0.first() {
                return Some("HTTP APIs take a stage variable in a URL only behind http:// or https://".to_owned());
            }
            let renamed = proxy.path_parameters.iter().find(|(own, route)| own != route);
            renamed.map(|(own, route)| format!("the path parameter {route} is called {own} in the URL"))
        }
    }
}
