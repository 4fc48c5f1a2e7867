//! What a mapped integration does with a request and its answer: parameters, templates, integration responses.
//! (API Gateway developer guide, `rest-api-data-transformations` and `rest-api-parameter-mapping`.)

use serde::{Deserialize, Serialize};

use crate::{Text, permissions::variables_of};

/// An integration of type `aws`, `http` or `mock`: the request is mapped to the backend's, and its answer to the client's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapped {
    /// What is called.
    pub target: Target,
    /// What it is sent.
    pub request: RequestMapping,
    /// What the client gets of its answer, in the order of the document; `default` is last.
    pub responses: Vec<IntegrationResponse>,
    /// How long it may take, 50 to 29,000 ms.
    pub timeout_ms: u32,
}

/// What a mapped integration calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// `mock`: nothing. The request that would be sent says the status that is answered.
    Mock,
    /// `http`: an HTTP backend.
    Http(Server),
    /// `aws`, with the URI of a function.
    Function {
        /// The function: an ARN, with a version or alias or without, or a name.
        function: Text,
        /// The role to call it with, if it is not to be the router's.
        credentials: Option<Text>,
    },
    /// `aws`, with the URI of any other service.
    Service(Service),
}

/// An HTTP backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The URL; its `{name}`s are the integration's path parameters.
    pub url: Text,
    /// The method to call with; `None` is the client's.
    pub method: Option<String>,
    /// How it shows who it is.
    pub tls: TlsConfig,
    /// The VPC link that leads to it, if it is private.
    pub link: Option<VpcLink>,
}

/// `connectionType: VPC_LINK`: a backend in a VPC, which the managed gateway reaches through the link and a router placed in
/// the VPC by its own name. (API Gateway developer guide, `http-api-develop-integrations-private`.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcLink {
    /// `connectionId`: the link's id.
    pub connection: Text,
    /// The listener or Cloud Map service behind the link, by its ARN: `integrationTarget`, or `uri` as HTTP APIs write it.
    pub target: Option<Text>,
    /// Whether `uri` is that ARN: then there is no URL that a router could call.
    pub has_no_url: bool,
}

/// `tlsConfig`. (API Gateway developer guide, `api-gateway-swagger-extensions-integration-tls-config`.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsConfig {
    /// `insecureSkipVerification`: whether a certificate that no known authority issued is taken.
    pub insecure: bool,
    /// `serverNameToVerify`: the name that the certificate must be for, if not the URL's host.
    pub server_name: Option<String>,
}

/// An AWS service, from `arn:aws:apigateway:{region}:{subdomain.service|service}:{path|action}/{service_api}`.
/// (API Gateway API reference, `Integration`, `uri`.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// `dynamodb`, `sqs`, `states`, ….
    pub name: String,
    /// What stands before the service's name in its host, if anything does.
    pub subdomain: Option<String>,
    /// Where it is called.
    pub region: Text,
    /// What is asked of it.
    pub request: ServiceRequest,
    /// The method to call with; `None` is the client's.
    pub method: Option<String>,
    /// The role to call it with, if it is not to be the router's.
    pub credentials: Option<Text>,
}

/// What is asked of an AWS service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServiceRequest {
    /// `action/PutItem`: one of its actions by name, with the parameters that the URI adds behind `&`.
    Action {
        /// `PutItem`.
        name: String,
        /// `Bucket={bucket}`: name and value.
        parameters: Vec<(String, Text)>,
    },
    /// `path/{bucket}/{key}`: the path of its own HTTP API, without the leading `/`; with a query, perhaps.
    Path(Text),
}

/// What a backend is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestMapping {
    /// `requestParameters`.
    pub parameters: Vec<ParameterMapping>,
    /// `requestTemplates`: template text by content type in lower case, in the order of the document.
    pub templates: Vec<(String, String)>,
    /// What happens to a body that no template is for.
    pub passthrough: Passthrough,
    /// Whether the body is made text or bytes first.
    pub content_handling: Option<ContentHandling>,
}

/// `passthroughBehavior`: what happens to a request body that no template is for.
/// (API Gateway developer guide, `integration-passthrough-behaviors`.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Passthrough {
    /// It goes on as it is.
    #[default]
    WhenNoMatch,
    /// It goes on as it is where there is no template at all; else 415.
    WhenNoTemplates,
    /// 415.
    Never,
}

/// `contentHandling`. (API Gateway developer guide, `api-gateway-payload-encodings-workflow`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentHandling {
    /// Bytes become base64.
    ConvertToText,
    /// Base64 becomes bytes.
    ConvertToBinary,
}

/// `integration.request.{where}.{name}: {source}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterMapping {
    /// Where the value goes.
    pub to: Destination,
    /// Where it comes from.
    pub from: Source,
}

/// A parameter of the request to the backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// A header.
    Header(String),
    /// A name in the query.
    Query(String),
    /// A `{name}` of the URI.
    Path(String),
}

/// Where a mapped value comes from. (API Gateway developer guide, `rest-api-parameter-mapping-sources`.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// `'text'`.
    Static(String),
    /// The last value of a header, of the request in a request mapping, of the backend's answer in a response mapping.
    Header(String),
    /// All values of a header, joined by commas.
    HeaderValues(String),
    /// The last value of a name in the query.
    Query(String),
    /// All values of a name in the query.
    QueryValues(String),
    /// A path parameter of the route.
    Path(String),
    /// The body, or what a JSONPath finds in it.
    Body(Option<String>),
    /// `$context.{name}`.
    Context(String),
    /// A stage variable.
    StageVariable(String),
}

/// One entry of `responses`. (API Gateway developer guide, `api-gateway-swagger-extensions-integration-response`.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationResponse {
    /// The regular expression that the status, or a function's `errorMessage`, must match as a whole; `None` is `default`.
    pub pattern: Option<String>,
    /// The status that the client gets.
    pub status: u16,
    /// `responseParameters`: the client's headers.
    pub headers: Vec<(String, Source)>,
    /// `responseTemplates`: template text by content type in lower case, in the order of the document.
    pub templates: Vec<(String, String)>,
    /// Whether the body is made text or bytes first.
    pub content_handling: Option<ContentHandling>,
}

/// What an HTTP API's parameter mapping changes on the way there and back.
/// (API Gateway developer guide, `http-api-parameter-mapping`.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// `requestParameters`, in the order of the document.
    pub request: Vec<Change>,
    /// `responseParameters`: by the backend's status.
    pub responses: Vec<(u16, Vec<Change>)>,
}

/// `append:header.x`, `overwrite:path`, `remove:querystring.y`, ….
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What is changed.
    pub target: ChangeTarget,
    /// How.
    pub operation: ChangeOperation,
    /// The value as the document writes it: what the managed gateway is told.
    pub written: String,
    /// The value in its pieces; none where it is removed.
    pub value: Vec<Piece>,
}

/// How a parameter is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeOperation {
    /// A value is added to those that are there.
    Append,
    /// The values that are there are replaced.
    Overwrite,
    /// The values that are there are taken away.
    Remove,
}

/// What an HTTP API's parameter mapping can change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeTarget {
    /// A header.
    Header(String),
    /// A name in the query.
    Query(String),
    /// The path.
    Path,
    /// The status, of a response.
    StatusCode,
}

/// A piece of a changed value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// Itself.
    Literal(String),
    /// A value.
    Value(Source),
    /// `$request.path`: the whole path, without the stage.
    RequestPath,
}

/// A parameter of a service action, as `requestParameters` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActionValue {
    /// Text with values in it: `$request.body.message`, `${stageVariables.table}`.
    Text {
        /// As the document writes it: what the managed gateway is told.
        written: String,
        /// In its pieces. One value alone keeps its JSON type; among text it is text.
        pieces: Vec<Piece>,
    },
    /// A number, boolean or null, as JSON.
    Fixed(String),
    /// An object, in the document's order. Only Tollgate's own subtypes take them.
    Object(Vec<(String, ActionValue)>),
    /// A list.
    List(Vec<ActionValue>),
}

impl ActionValue {
    /// The sources of all values in it.
    pub fn sources(&self) -> Vec<&Source> {
        match self {
            ActionValue::Text { pieces, .. } => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Value(source) => Some(source),
                    Piece::Literal(_) | Piece::RequestPath => None,
                })
                .collect(),
            ActionValue::Fixed(_) => Vec::new(),
            ActionValue::Object(entries) => entries.iter().flat_map(|(_, value)| value.sources()).collect(),
            ActionValue::List(items) => items.iter().flat_map(ActionValue::sources).collect(),
        }
    }
}

impl Changes {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.request.is_empty() && self.responses.is_empty()
    }

    /// The sources of all values.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        let responses = self.responses.iter().flat_map(|(_, changes)| changes);
        self.request.iter().chain(responses).flat_map(|change| &change.value).filter_map(|piece| match piece {
            Piece::Value(source) => Some(source),
            Piece::Literal(_) | Piece::RequestPath => None,
        })
    }
}

impl Change {
    /// Its key in `requestParameters`: `append:header.x`.
    pub fn key(&self) -> String {
        let operation = match self.operation {
            ChangeOperation::Append => "append",
            ChangeOperation::Overwrite => "overwrite",
            ChangeOperation::Remove => "remove",
        };
        match &self.target {
            ChangeTarget::Header(name) => format!("{operation}:header.{name}"),
            ChangeTarget::Query(name) => format!("{operation}:querystring.{name}"),
            ChangeTarget::Path => format!("{operation}:path"),
            ChangeTarget::StatusCode => format!("{operation}:statuscode"),
        }
    }

    /// Its value as the document writes it; a removal is written as `''`.
    pub fn written_or_nothing(&self) -> &str {
        if self.operation == ChangeOperation::Remove { "''" } else { &self.written }
    }
}

impl Mapped {
    /// The stage variables that its URI, credentials and parameters use; see also [`Mapped::template_variables`].
    pub fn stage_variables(&self) -> Vec<&str> {
        let sources = self.request.parameters.iter().map(|mapping| &mapping.from);
        let sources = sources.chain(self.responses.iter().flat_map(|response| &response.headers).map(|(_, from)| from));
        let mut names: Vec<&str> = sources.filter_map(Source::stage_variable).collect();
        for text in self.target.texts() {
            names.extend(text.stage_variables());
        }
        names
    }

    /// The stage variables that its templates refer to.
    pub fn template_variables(&self) -> impl Iterator<Item = &str> {
        let responses = self.responses.iter().flat_map(|response| &response.templates);
        self.request.templates.iter().chain(responses).flat_map(|(_, text)| variables_of(text))
    }
}

impl Target {
    /// Its texts with holes.
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            Target::Mock => Vec::new(),
            Target::Http(server) => server.texts(),
            Target::Function { function, credentials } => [function].into_iter().chain(credentials).collect(),
            Target::Service(service) => {
                let mut texts: Vec<&Text> = [&service.region].into_iter().chain(&service.credentials).collect();
                match &service.request {
                    ServiceRequest::Action { parameters, .. } => {
                        texts.extend(parameters.iter().map(|(_, value)| value))
                    }
                    ServiceRequest::Path(path) => texts.push(path),
                }
                texts
            }
        }
    }
}

impl Server {
    /// Its texts with holes.
    pub fn texts(&self) -> Vec<&Text> {
        let link = self.link.iter().flat_map(|link| [&link.connection].into_iter().chain(&link.target));
        [&self.url].into_iter().chain(link).collect()
    }
}

impl Source {
    /// The stage variable that it is, if it is one.
    pub fn stage_variable(&self) -> Option<&str> {
        if let Source::StageVariable(name) = self { Some(name) } else { None }
    }
}
