//! Every `x-amazon-apigateway-*` extension and every property of an integration, and what becomes of each here.
//!
//! The readers ask this list, and `docs/compatibility.md` is written from it: so the page is never ahead of the code.
//! (API Gateway developer guide, `api-gateway-swagger-extensions` and its siblings.)

use std::fmt::Write as _;

/// What becomes of an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It acts as AWS says.
    Honoured,
    /// The managed gateway does it.
    Delegated,
    /// It is refused with its line.
    Refused,
}

/// Where in a document an extension stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// At the top.
    Document,
    /// In a path.
    Path,
    /// In an operation.
    Operation,
    /// In `components`.
    Components,
    /// In a security scheme.
    SecurityScheme,
    /// In an entry of `servers`.
    Server,
    /// In an entry of `tags`.
    Tag,
    /// A property of `x-amazon-apigateway-integration`.
    Integration,
}

/// One extension, or one property of an integration, in one place.
#[derive(Clone, Copy, Debug)]
pub struct Extension {
    /// Its name; extensions without `x-amazon-apigateway-`.
    pub name: &'static str,
    /// Where it stands.
    pub home: Home,
    /// What becomes of it.
    pub fate: Fate,
    /// What that means, or why.
    pub note: &'static str,
}

const PREFIX: &str = "x-amazon-apigateway-";

use Fate::{Delegated, Honoured, Refused};
use Home::{Components, Document, Integration, Operation, Path, SecurityScheme, Server, Tag};

/// All of them, in AWS's order.
pub const EXTENSIONS: [Extension; 63] = [
    extension(
        "any-method",
        Path,
        Honoured,
        "an operation for every method that the path does not name; with `isDefaultRoute` under `/$default`, for what no path takes",
    ),
    extension("api-key-source", Document, Honoured, "`HEADER`; `AUTHORIZER` by the router, which asks the authorizer"),
    extension("auth", Operation, Delegated, "`AWS_IAM`"),
    extension(
        "authorizer",
        SecurityScheme,
        Honoured,
        "`jwt`, and `request` as HTTP APIs have it, by the managed gateway where it can; by the router else, as `token`, `request` as REST APIs have it, and `cognito_user_pools`",
    ),
    extension(
        "authtype",
        SecurityScheme,
        Delegated,
        "`awsSigv4`; others are refused where no authorizer stands beside them",
    ),
    extension(
        "binary-media-types",
        Document,
        Honoured,
        "with `contentHandling` and the first `Accept` value, as REST APIs do",
    ),
    extension("cors", Document, Delegated, "set on the API"),
    extension("documentation", Document, Honoured, "it describes, and changes no request"),
    extension("endpoint-access-mode", Document, Refused, "it belongs to REST APIs and custom domains"),
    extension(
        "endpoint-configuration",
        Document,
        Delegated,
        "`disableExecuteApiEndpoint`, `ipAddressType`; the rest is refused",
    ),
    extension("endpoint-configuration", Server, Delegated, "the same"),
    extension(
        "gateway-responses",
        Document,
        Honoured,
        "all of AWS's types; what the managed gateway refuses by itself (a token, an IAM signature) it answers its own way",
    ),
    extension("importexport-version", Document, Honoured, "`1.0`, the only one there is"),
    extension("integration", Operation, Honoured, "see the properties below"),
    extension("integrations", Components, Honoured, "shared integrations, named by `$ref`"),
    extension("minimum-compression-size", Document, Refused, "compression is not supported"),
    extension("policy", Document, Honoured, "by the router; the id in a `Resource` is the new API's, or `*`"),
    extension("request-validator", Document, Honoured, "for all operations that name none"),
    extension("request-validator", Operation, Honoured, "required parameters, then the body"),
    extension("request-validators", Document, Honoured, "`validateRequestParameters`, `validateRequestBody`"),
    extension("security-policy", Document, Refused, "HTTP APIs have none: it belongs to REST APIs and custom domains"),
    extension("tag-value", Tag, Delegated, "set on the API"),
    property("cacheKeyParameters", Honoured, "they key a stage's cache, and there is none"),
    property("cacheNamespace", Honoured, "it names a cache, and there is none"),
    property(
        "connectionId",
        Delegated,
        "`http_proxy`: a private integration; a router in the VPC calls the URL by itself",
    ),
    property("connectionType", Honoured, "`INTERNET`, and `VPC_LINK` of `http` and `http_proxy`"),
    property("contentHandling", Honoured, "both ways; a proxy converts nothing, here as on AWS"),
    property(
        "credentials",
        Honoured,
        "a role to call with; without one, permission or the router's role. `arn:aws:iam::*:user/*` is refused",
    ),
    property(
        "httpMethod",
        Honoured,
        "`aws_proxy`: `POST`; `http_proxy`: what to call with, `ANY` for the client's own",
    ),
    property(
        "integrationSubtype",
        Honoured,
        "the ten of HTTP APIs, delegated where the route is native; `DynamoDB-GetItem`, `-PutItem`, `-UpdateItem`, `-DeleteItem`, `-Query`, `SNS-Publish`",
    ),
    property("integrationTarget", Delegated, "the listener behind the VPC link"),
    property("passthroughBehavior", Honoured, "a proxy passes everything on, here as on AWS"),
    property(
        "payloadFormatVersion",
        Honoured,
        "`aws_proxy`: `1.0` (also where it is absent) and `2.0`; elsewhere `1.0`",
    ),
    property(
        "requestParameters",
        Honoured,
        "REST's and HTTP APIs' manner; `aws_proxy` takes REST's and, as on AWS, does nothing with them",
    ),
    property("requestTemplates", Honoured, "`aws`, `http`, `mock`; refused on a proxy, which has none"),
    property("responseParameters", Honoured, "`aws_proxy` and `http_proxy`, in HTTP APIs' manner: by status"),
    property("responses", Honoured, "`aws`, `http`, `mock`; AWS does not read it on a proxy"),
    property("responseTransferMode", Honoured, "`BUFFERED`; `STREAM` is refused"),
    property("timeoutInMillis", Honoured, "50 to 29,000, the latter where it is absent"),
    property("tlsConfig", Honoured, "`http` and `http_proxy`"),
    property("type: aws", Honoured, "functions and any other AWS service, behind mappings"),
    property("type: aws_proxy", Honoured, "Lambda functions"),
    property("type: http", Honoured, "HTTP and HTTPS backends, behind mappings"),
    property("type: http_proxy", Honoured, "HTTP and HTTPS backends"),
    property("type: mock", Honoured, "answers without a backend"),
    property(
        "uri",
        Honoured,
        "a function's ARN, invocation ARN or name, a service's action or path, or a URL; with `${stageVariables.name}`",
    ),
    extension("*", Document, Refused, "any other name, wherever it stands"),
    ours(
        "x-tollgate-aggregate",
        Operation,
        Honoured,
        "up to ten integrations at once, joined: [aggregation](aggregation.md)",
    ),
    ours(
        "x-tollgate-channels",
        Document,
        Honoured,
        "who may do what on which WebSocket channel: [channels](websocket.md#channels-and-rights)",
    ),
    ours(
        "x-tollgate-websocket",
        Document,
        Honoured,
        "what a WebSocket handshake must show, a key, a token or both: [channels](websocket.md#connecting)",
    ),
    ours("x-tollgate-path", Document, Honoured, "`native` or `dispatched`: the way of all operations that do not say"),
    ours("x-tollgate-path", Operation, Honoured, "`native` or `dispatched`; refused where it cannot be"),
    ours(
        "x-tollgate-tenant",
        Document,
        Honoured,
        "the claim or context field that names the tenant where no API key does",
    ),
    ours("x-tollgate-tenant", Operation, Honoured, "the same for one operation"),
    ours("x-tollgate-requires", Document, Honoured, "`[feature, claim=value]`: what every caller must have"),
    ours("x-tollgate-requires", Operation, Honoured, "the same for one operation, instead; `[]` asks for nothing"),
    ours("x-tollgate-problem-details", Document, Honoured, "`true`: gateway responses are RFC 9457's problem details"),
    ours("x-tollgate-validation", Document, Honoured, "`detailed`: a 400 names the failing field and rule"),
    ours("x-tollgate-validation", Operation, Honoured, "the same, or `aws` for AWS's bare message"),
    ours(
        "x-tollgate-throttle",
        Document,
        Honoured,
        "`{rate, burst, reserved}`: the whole stage's throttle: [usage plans](usage-plans.md)",
    ),
    ours(
        "x-tollgate-throttle",
        Operation,
        Honoured,
        "`{rate, burst}`: the operation's throttle, by the managed gateway on a native route, by the router else",
    ),
    ours("x-tollgate-units", Operation, Honoured, "what a call costs of its key's quota; 1 without it"),
    ours(
        "x-tollgate-rate-limit-fields",
        Document,
        Honoured,
        "`false`: callers are not told of their plan in `RateLimit` and `RateLimit-Policy`",
    ),
];

const fn extension(name: &'static str, home: Home, fate: Fate, note: &'static str) -> Extension {
    Extension { name, home, fate, note }
}

const fn ours(name: &'static str, home: Home, fate: Fate, note: &'static str) -> Extension {
    Extension { name, home, fate, note }
}

const fn property(name: &'static str, fate: Fate, note: &'static str) -> Extension {
    Extension { name, home: Integration, fate, note }
}

/// What becomes of `key`, the whole name of an extension or of an integration's property, at `home`. A name that AWS has
/// elsewhere, or nowhere, is refused.
pub(crate) fn find(key: &str, home: Home) -> Option<&'static Extension> {
    let name = key.strip_prefix(PREFIX).unwrap_or(key);
    EXTENSIONS.iter().find(|extension| extension.home == home && extension.name == name)
}

/// Where AWS has `key`, if it does.
pub(crate) fn homes(key: &str) -> Vec<Home> {
    let name = key.strip_prefix(PREFIX).unwrap_or(key);
    EXTENSIONS.iter().filter(|extension| extension.name == name).map(|extension| extension.home).collect()
}

impl Home {
    /// As people say it.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Document => "at the top of the document",
            Path => "in a path",
            Operation => "in an operation",
            Components => "in components",
            SecurityScheme => "in a security scheme",
            Server => "in an entry of servers",
            Tag => "in an entry of tags",
            Integration => "in an integration",
        }
    }
}

impl Extension {
    fn is_ours(&self) -> bool {
        self.name.starts_with("x-tollgate-")
    }
}

/// The tables of `docs/compatibility.md`.
pub fn compatibility() -> String {
    let mut page = String::from(
        "# Compatibility\n\nWhat becomes of each of AWS's OpenAPI extensions. Written by `tollgate compatibility` from the \
         list that the compiler itself\nasks; `make test` fails when this page is stale. What is refused is refused with its \
         line, never dropped.\n\n| `x-amazon-apigateway-…` | where | | |\n|---|---|---|---|\n",
    );
    let row = |page: &mut String, extension: &Extension, place: &str| {
        let fate = match extension.fate {
            Honoured => "honoured",
            Delegated => "delegated to the managed gateway",
            Refused => "refused",
        };
        let _ = writeln!(page, "| `{}` |{place} {fate} | {} |", extension.name, extension.note);
    };
    let (ours, theirs): (Vec<&Extension>, Vec<&Extension>) =
        EXTENSIONS.iter().partition(|extension| extension.is_ours());
    for extension in theirs.iter().filter(|extension| extension.home != Integration) {
        row(&mut page, extension, &format!(" {} |", extension.home.phrase()));
    }
    page.push_str("\n| property of `x-amazon-apigateway-integration` | | |\n|---|---|---|\n");
    for extension in theirs.iter().filter(|extension| extension.home == Integration) {
        row(&mut page, extension, "");
    }
    page.push_str("\n| of Tollgate's own | where | | |\n|---|---|---|---|\n");
    for extension in ours {
        row(&mut page, extension, &format!(" {} |", extension.home.phrase()));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AWS's list of extensions, as its guide has it in 2026.
    const OF_THE_GUIDE: [&str; 21] = [
        "any-method",
        "api-key-source",
        "auth",
        "authorizer",
        "authtype",
        "binary-media-types",
        "cors",
        "documentation",
        "endpoint-access-mode",
        "endpoint-configuration",
        "gateway-responses",
        "importexport-version",
        "integration",
        "integrations",
        "minimum-compression-size",
        "policy",
        "request-validator",
        "request-validators",
        "security-policy",
        "tag-value",
        "*",
    ];

    #[test]
    fn every_extension_of_the_guide_has_a_fate() {
        let mut names: Vec<&str> = EXTENSIONS
            .iter()
            .filter(|extension| extension.home != Integration && !extension.is_ours())
            .map(|extension| extension.name)
            .collect();
        names.dedup();
        assert_eq!(names, OF_THE_GUIDE);
    }
}
