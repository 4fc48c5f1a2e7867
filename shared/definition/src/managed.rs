//! What the managed HTTP API is told of the API as a whole: CORS, tags, endpoint, token authorizers.

use std::collections::BTreeMap;

use crate::{
    RequestAuthorizer,
    document::{Entry, Node},
    reader::Reader,
};

/// The part of a definition that the managed gateway carries out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Managed {
    /// `x-amazon-apigateway-cors`.
    pub cors: Option<Cors>,
    /// `x-amazon-apigateway-tag-value` of each tag, by the tag's name.
    pub tags: BTreeMap<String, String>,
    /// Whether the API answers under its custom domains only.
    pub disable_default_endpoint: bool,
    /// `ipv4` or `dualstack`, if the document says.
    pub ip_address_type: Option<&'static str>,
    /// Token authorizers by their name in the document.
    pub jwt_authorizers: BTreeMap<String, JwtAuthorizer>,
    /// Lambda authorizers by their name in the document.
    pub request_authorizers: BTreeMap<String, RequestAuthorizer>,
}

/// CORS as the managed gateway answers it. (API Gateway developer guide, `http-api-cors`.)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// Whether cookies and keys may be sent along.
    pub allow_credentials: bool,
    /// Lists, by CloudFormation's name: `AllowOrigins`, ….
    pub lists: BTreeMap<&'static str, Vec<String>>,
    /// How long a browser may keep the answer, in seconds.
    pub max_age_s: Option<u32>,
}

/// A token authorizer of the managed gateway. (API Gateway developer guide, `http-api-jwt-authorizer`.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JwtAuthorizer {
    /// Where the token stands: `$request.header.Authorization`.
    pub identity_source: String,
    /// Who issued it.
    pub issuer: String,
    /// Whom it was issued for.
    pub audience: Vec<String>,
}

const CORS_LISTS: [(&str, &str); 4] = [
    ("allowOrigins", "AllowOrigins"),
    ("allowMethods", "AllowMethods"),
    ("allowHeaders", "AllowHeaders"),
    ("exposeHeaders", "ExposeHeaders"),
];

const TAG_VALUE: &str = "x-amazon-apigateway-tag-value";

const ENDPOINT: &str = "x-amazon-apigateway-endpoint-configuration";

/// Reads what stands at the top of the document.
pub(crate) fn read(reader: &mut Reader, root: &Node) -> Managed {
    let mut managed = Managed { cors: read_cors(reader, root), tags: read_tags(reader, root), ..Managed::default() };
    let servers = root.get("servers").and_then(Node::items).unwrap_or_default();
    for endpoint in servers.iter().chain([root]).filter_map(|holder| holder.get(ENDPOINT)) {
        read_endpoint(reader, endpoint, &mut managed);
    }
    managed
}

fn read_cors(reader: &mut Reader, root: &Node) -> Option<Cors> {
    let node = root.get("x-amazon-apigateway-cors")?;
    let mut cors = Cors::default();
    for Entry { key, place, value } in reader.object(node, "x-amazon-apigateway-cors") {
        match (key.as_str(), CORS_LISTS.iter().find(|(name, _)| name == key)) {
            (_, Some((_, name))) => {
                cors.lists.insert(name, reader.texts(value, key));
            }
            ("allowCredentials", _) => cors.allow_credentials = reader.flag(value, key),
            ("maxAge", _) => cors.max_age_s = reader.number(value, key, 0, 86_400),
            _ => reader.problem(*place, format!("{key:?} is not a property of CORS"), "leave it out"),
        }
    }
    let any_origin = cors.lists.get("AllowOrigins").is_some_and(|origins| origins.iter().any(|origin| origin == "*"));
    if cors.allow_credentials && any_origin {
        let message = "credentials are not allowed together with every origin";
        reader.problem(node.place, message, "name the origins, or leave allowCredentials out");
    }
    Some(cors)
}

fn read_tags(reader: &mut Reader, root: &Node) -> BTreeMap<String, String> {
    let mut pair = |tag: &Node| {
        let value = reader.literal(tag.get(TAG_VALUE)?, TAG_VALUE)?;
        let Some(name) = tag.get("name") else {
            reader.problem(tag.place, "the tag has a value and no name", "write name: …");
            return None;
        };
        Some((reader.literal(name, "the tag's name")?.to_owned(), value.to_owned()))
    };
    let tags = root.get("tags").and_then(Node::items).unwrap_or_default().iter();
    tags.filter_map(&mut pair).collect()
}

fn read_endpoint(reader: &mut Reader, node: &Node, managed: &mut Managed) {
    for Entry { key, place, value } in reader.object(node, ENDPOINT) {
        match key.as_str() {
            "disableExecuteApiEndpoint" => managed.disable_default_endpoint = reader.flag(value, key),
            "ipAddressType" => managed.ip_address_type = reader.choice(value, key, &["ipv4", "dualstack"]),
            "types" if value.items().is_some_and(|types| types.iter().all(is_regional)) => {}
            _ => {
                let message = format!("{key} is refused: HTTP APIs are regional and public");
                reader.problem(*place, message, "leave it out");
            }
        }
    }
}

fn is_regional(kind: &Node) -> bool {
    kind.text().is_some_and(|kind| kind.eq_ignore_ascii_case("REGIONAL"))
}

/// Reads the `x-amazon-apigateway-authorizer` of a token authorizer.
pub(crate) fn read_jwt(reader: &mut Reader, node: &Node) -> Option<JwtAuthorizer> {
    for Entry { key, place, .. } in reader.object(node, "x-amazon-apigateway-authorizer") {
        if !["type", "identitySource", "jwtConfiguration"].contains(&key.as_str()) {
            let message = format!("{key} is not a property of a token authorizer");
            reader.problem(*place, message, "leave it out");
        }
    }
    let Some(configuration) = node.get("jwtConfiguration") else {
        let remedy = "write jwtConfiguration: {issuer: https://…, audience: […]}";
        reader.problem(node.place, "the token authorizer has no jwtConfiguration", remedy);
        return None;
    };
    if reader.is_unresolved(configuration) {
        return None;
    }
    let issuer = configuration.get("issuer").and_then(|issuer| reader.literal(issuer, "issuer"));
    let Some(issuer) = issuer.filter(|issuer| issuer.starts_with("https://")) else {
        let remedy = "write issuer: https://…, as the token's iss has it";
        reader.problem(configuration.place, "the token authorizer has no issuer with https", remedy);
        return None;
    };
    let audience = configuration.get("audience").map(|list| reader.texts(list, "audience")).unwrap_or_default();
    if audience.is_empty() {
        reader.problem(configuration.place, "the token authorizer has no audience", "write audience: […]");
    }
    for Entry { key, place, .. } in configuration.entries().unwrap_or_default() {
        if !["issuer", "audience"].contains(&key.as_str()) {
            reader.problem(*place, format!("{key:?} is not a property of jwtConfiguration"), "leave it out");
        }
    }
    let source = match node.get("identitySource") {
        Some(source) => reader.literal(source, "identitySource")?,
        None => "$request.header.Authorization",
    };
    Some(JwtAuthorizer { identity_source: source.to_owned(), issuer: issuer.to_owned(), audience })
}
