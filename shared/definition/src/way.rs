//! Which way an operation takes: straight from the managed gateway to its backend, or through the router.
//!
//! The cheapest way that does what the operation declares: the managed gateway alone costs a third of what the router and
//! the wait for its backend cost. See `docs/cost.md`.

use crate::{
    ActionValue, ChangeOperation, ChangeTarget, Destination, Guard, HttpProxy, Integration, LambdaProxy, Limits,
    Operation, PathTemplate, Piece, RestApi, Route, Source, Target, TlsConfig, Validation, Way, document::Node,
    reader::Reader, routes::asked::is_asked, text::Part,
};

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

/// The authorizer function could refuse a native request only with a 403, and its answer is kept for a while: nobody would
/// count. Who asks for the native way all the same has the key identify its tenant, and no plan hold it.
const KEYS_ARE_COUNTED: &str = "HTTP APIs have no usage plans, which hold an API key's calls";

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
pub(crate) fn choose(wish: Wish, guard: &Guard, operation: Operation, rest_api: &RestApi) -> Result<Way, String> {
    if is_listener(&operation.integration) {
        let needed = needs_router(wish, guard, &operation, rest_api);
        let asked = (wish == Wish::Dispatched).then(|| format!("{EXTENSION} asks for it"));
        if let Some(because) = needed.or(asked) {
            return Err(format!(
                "the router has no URL to call a listener with, and the operation needs it: {because}"
            ));
        }
    }
    let because = match (wish, needs_router(wish, guard, &operation, rest_api)) {
        (Wish::Native, Some(because)) => return Err(because),
        (Wish::None, None) if operation.admits.api_key => KEYS_ARE_COUNTED.to_owned(),
        (Wish::Native | Wish::None, None) => return Ok(Way::Native(operation.integration)),
        (Wish::None | Wish::Dispatched, Some(because)) => because,
        (Wish::Dispatched, None) => format!("{EXTENSION} asks for it"),
    };
    Ok(Way::Dispatched { operation, because })
}

/// A native route with parameters catches what API Gateway does not read as its more guarded neighbour: `/admin/1/` is
/// `/{proxy+}` to an HTTP API and `/admin/{id}` to a REST API. Such a route goes through the router, which reads both the
/// same way and keeps the guard.
///
/// Gives what cannot be kept: a listener behind a VPC link is called by the managed gateway alone.
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
            let otherwise = other.guard != route.guard || other.admits != route.admits;
            let is_guarded = other.guard != Guard::Open && otherwise;
            let methods_meet =
                [&route.method, &other.method].contains(&&"ANY".to_owned()) || route.method == other.method;
            // Of two methods of one path, API Gateway takes the one that is asked for.
            let overlaps = |other: &PathTemplate| path.shape() != other.shape() && path.overlaps(other);
            is_guarded && methods_meet && other_path.as_ref().is_some_and(overlaps)
        });
        if let Some((neighbour, _)) = stricter {
            let because = format!("its path overlaps {}, which is guarded otherwise", neighbour.key());
            if is_listener(integration) {
                lost.push(format!("{} calls a listener, for which a router has no URL, and {because}", route.key()));
                continue;
            }
            let operation = Operation {
                path: route.path.clone(),
                method: route.method.clone(),
                admits: route.admits.clone(),
                limits: Limits { throttle: route.throttle, units: None },
                validation: Validation::default(),
                integration: integration.clone(),
            };
            route.way = Way::Dispatched { operation, because };
        }
    }
    lost
}

/// Whether it is, or calls, a private backend that only its ARN names.
fn is_listener(integration: &Integration) -> bool {
    match integration {
        Integration::Http(proxy) => proxy.server.link.as_ref().is_some_and(|link| link.has_no_url),
        Integration::Aggregate(aggregate) => aggregate.parts.iter().any(|part| is_listener(&part.integration)),
        _ => false,
    }
}

/// What the managed gateway cannot do of an operation. (API Gateway developer guide, `http-api-develop-integrations`.)
fn needs_router(wish: Wish, guard: &Guard, operation: &Operation, rest_api: &RestApi) -> Option<String> {
    let because = if !operation.validation.is_empty() {
        "HTTP APIs do not validate requests"
    } else if rest_api.policy.is_some() {
        "HTTP APIs have no resource policy"
    } else if rest_api.throttle.is_some() {
        "only the router counts what goes to the whole stage"
    } else if operation.limits.units.is_some() {
        "HTTP APIs count no units"
    } else if let Some(because) = guard_needs_router(wish, guard, operation, rest_api) {
        because
    } else if !rest_api.gateway_responses.is_empty() || rest_api.problem_details {
        "HTTP APIs have no gateway responses of the user's own"
    } else {
        return match &operation.integration {
            Integration::Service(action) if !action.native => Some(format!("HTTP APIs have no {}", action.subtype)),
            Integration::Service(action)
                if action.parameters.values().any(|value| !matches!(value, ActionValue::Text { .. })) =>
            {
                Some(format!("HTTP APIs take nothing but text as a parameter of {}", action.subtype))
            }
            Integration::Service(action) if action.credentials.is_none() => {
                Some(format!("HTTP APIs call {} with credentials only", action.subtype))
            }
            Integration::Service(_) => None,
            Integration::Faulty(_) => Some("it answers 500".to_owned()),
            Integration::Aggregate(_) => Some("HTTP APIs do not aggregate".to_owned()),
            Integration::Mapped(mapped) => {
                Some(format!("HTTP APIs have no integration of type {}", kind(&mapped.target)))
            }
            Integration::Lambda(proxy) => function_needs_router(proxy, rest_api),
            Integration::Http(proxy) => server_needs_router(is_asked(guard, &operation.admits, rest_api), proxy),
        };
    };
    Some(because.to_owned())
}

/// What of who is calling the managed gateway cannot find out. Who asks for the native way has the authorizer function find
/// out what it can: then no plan holds the caller, and a backend finds a token's claims where the function's answer is, and
/// not where those of a token authorizer are.
fn guard_needs_router(wish: Wish, guard: &Guard, operation: &Operation, rest_api: &RestApi) -> Option<&'static str> {
    if wish == Wish::Native && is_asked(guard, &operation.admits, rest_api) {
        return None;
    }
    if let Guard::WithKey(_) = guard {
        return Some("HTTP APIs do not ask for an API key beside something else");
    }
    if operation.admits.tenant.is_some() || !operation.admits.requires.is_empty() {
        return Some("HTTP APIs know no tenants");
    }
    guard.authorizer().and_then(|name| rest_api.authorizers.get(name)?.needs_router())
}

fn kind(target: &Target) -> &'static str {
    match target {
        Target::Mock => "mock",
        Target::Http(_) => "http",
        Target::Function { .. } | Target::Service(_) => "aws",
    }
}

fn function_needs_router(proxy: &LambdaProxy, rest_api: &RestApi) -> Option<String> {
    if !rest_api.binary_media_types.is_empty() && !proxy.decodes_base64 {
        return Some("HTTP APIs do not look at binary media types".to_owned());
    }
    if !proxy.parameters.is_empty() {
        return Some("HTTP APIs do not map how a function is invoked".to_owned());
    }
    match proxy.function.0.as_slice() {
        [Part::StageVariable(_)] => None,
        [Part::Literal(arn), ..] if arn.starts_with("arn:") => None,
        _ => Some("the function is named without its ARN".to_owned()),
    }
}

fn server_needs_router(function_is_asked: bool, proxy: &HttpProxy) -> Option<String> {
    if function_is_asked && !tells_who_called(proxy) {
        // A client could send `x_tollgate_tenant`, which many servers read as the same name; only the router folds them.
        return Some("only the router tells an HTTP backend who called".to_owned());
    }
    if let Some(link) = &proxy.server.link {
        // A native route names the listener, which a URL does not tell.
        return link.target.is_none().then(|| "HTTP APIs reach private backends by their listener's ARN".to_owned());
    }
    if let Some(Part::StageVariable(_)) = proxy.server.url.0.first() {
        return Some("HTTP APIs take a stage variable in a URL only behind http:// or https://".to_owned());
    }
    if proxy.server.tls != TlsConfig::default() {
        return Some("HTTP APIs have tlsConfig for private integrations only".to_owned());
    }
    proxy.parameters.iter().find_map(|mapping| match (&mapping.to, &mapping.from) {
        (Destination::Path(own), Source::Path(route)) if own == route => None,
        (Destination::Path(own), Source::Path(route)) => {
            Some(format!("the path parameter {route} is called {own} in the URL"))
        }
        _ => Some("HTTP APIs map parameters otherwise than REST APIs".to_owned()),
    })
}

/// Whether the integration itself tells its backend who called, in a header that takes the place of the client's:
/// `overwrite:header.x-tenant: $context.authorizer.tenant`.
fn tells_who_called(proxy: &HttpProxy) -> bool {
    proxy.changes.request.iter().any(|change| match change.value.as_slice() {
        [Piece::Value(Source::Context(name))] => {
            let is_header = matches!(change.target, ChangeTarget::Header(_));
            is_header && change.operation == ChangeOperation::Overwrite && name.starts_with("authorizer.")
        }
        _ => false,
    })
}
