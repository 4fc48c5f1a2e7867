//! From an OpenAPI document to an [`Api`]: OpenAPI 3.0 and 3.1, and Swagger 2.0.

use std::collections::BTreeSet;

use crate::{
    Api, Document, Guard, Problem, RestApi, channel_rules,
    document::{Entry, Node, in_order},
    managed,
    models::Models,
    paths::{self, Surroundings},
    reader::{Reader, one_of},
    refs::Refs,
    rest_api,
    security::Schemes,
    strays,
    tenant::Tenancy,
    validation::Validators,
    way::{self, Wish},
    websocket,
};

const ROOT_FIELDS_3: [&str; 10] = [
    "openapi",
    "info",
    "servers",
    "paths",
    "components",
    "security",
    "tags",
    "externalDocs",
    // 3.1
    "webhooks",
    "jsonSchemaDialect",
];
const ROOT_FIELDS_2: [&str; 15] = [
    "swagger",
    "info",
    "host",
    "basePath",
    "schemes",
    "consumes",
    "produces",
    "paths",
    "definitions",
    "parameters",
    "responses",
    "securityDefinitions",
    "security",
    "tags",
    "externalDocs",
];

/// Authorizers of one HTTP API, which cannot be raised. (API Gateway developer guide, `http-api-quotas`.)
const MAX_AUTHORIZERS: usize = 10;

/// What a definition is checked against beside itself.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The names of the stage's variables: with them, a definition that uses another is refused.
    pub stage_variables: Option<BTreeSet<String>>,
    /// Whether to take what AWS takes at import and answers with a 500 whenever it is called, such as a mapping of a
    /// reserved header. Such an operation becomes [`Integration::Faulty`](crate::Integration); else it is a problem.
    pub as_aws_imports: bool,
}

/// Checks and compiles a document.
///
/// # Errors
/// Every problem of the document, in the order of its lines.
pub fn compile(source: &str) -> Result<Api, Vec<Problem>> {
    compile_with(source, &Options::default())
}

/// The same, checked against more than itself.
///
/// # Errors
/// Every problem of the document, in the order of its lines.
pub fn compile_with(source: &str, options: &Options) -> Result<Api, Vec<Problem>> {
    let Document { root, unresolved } = Document::parse(source)?;
    let mut reader = Reader::default();
    reader.problems = unresolved;
    reader.as_aws = options.as_aws_imports;
    let api = read_api(&mut reader, &root, options);
    let problems = in_order(reader.problems);
    if problems.is_empty() { Ok(api) } else { Err(problems) }
}

fn read_api(reader: &mut Reader, root: &Node, options: &Options) -> Api {
    if root.entries().is_none() {
        let message = format!("the document is {}", root.kind());
        reader.problem(root.place, message, "give an OpenAPI document, in YAML or JSON");
        return Api::default();
    }
    if is_cloudformation(root) {
        let remedy = "give what stands under DefinitionBody, or Body, as a file of its own";
        reader.problem(root.place, "this is a template of CloudFormation, not a definition", remedy);
        return Api::default();
    }
    let known = read_version(reader, root);
    for entry in reader.object(root, "the document") {
        refuse_unknown(reader, entry, &entry.key, known, "the document");
    }
    read_root_extensions(reader, root);
    strays::check(reader, root);
    let refs = Refs { root };
    refs.check(reader);
    let schemes = Schemes::read(reader, refs, options.stage_variables.as_ref());
    let guard = root.get("security").map_or(Guard::Open, |node| schemes.guard(reader, node));
    let wish = way::wish(reader, root, Wish::None);
    let mut managed = managed::read(reader, root);
    managed.jwt_authorizers.clone_from(&schemes.jwt_authorizers);
    managed.request_authorizers.clone_from(&schemes.request_authorizers);
    let rest_api = RestApi { authorizers: schemes.authorizers.clone(), ..rest_api::read(reader, root) };
    let tenancy = Tenancy::read(reader, root, &Tenancy::default());
    let validators = Validators::read(reader, root);
    let around = Surroundings {
        refs,
        schemes,
        guard,
        tenancy,
        wish,
        validators,
        rest_api,
        stage_variables: options.stage_variables.clone(),
    };
    let mut models = Models::default();
    let mut routes = match root.get("paths") {
        Some(paths) => paths::read(reader, paths, &around, &mut models),
        None => {
            reader.problem(root.place, "the document has no paths", "write paths: and at least one path");
            Vec::new()
        }
    };
    routes.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    let title = root.get("info").and_then(|info| info.get("title")).and_then(Node::text).unwrap_or("API");
    let api = Api {
        title: title.to_owned(),
        routes,
        managed,
        rest_api: around.rest_api.clone(),
        models: models.into_texts(),
        channels: channel_rules::read(reader, root),
        websocket: websocket::read(reader, root, &around.schemes, &around.tenancy),
    };
    check_authorizers(reader, root, &api);
    api
}

/// That the managed gateway takes as many authorizers. Those of the authorizer function are one for an API key alone, and one
/// for each set of credentials that native routes ask for.
fn check_authorizers(reader: &mut Reader, root: &Node, api: &Api) {
    let (managed, ours) = (&api.managed, api.function_authorizers());
    if managed.jwt_authorizers.len() + managed.request_authorizers.len() + ours > MAX_AUTHORIZERS {
        let message = format!("more than the {MAX_AUTHORIZERS} authorizers of an HTTP API");
        let remedy = match ours {
            1 => "declare fewer authorizers; one is the API key's".to_owned(),
            ours => format!("declare fewer authorizers; {ours} are the authorizer function's"),
        };
        reader.problem(root.place, message, remedy);
    }
}

/// Whether it is a template that may have a definition in it.
fn is_cloudformation(root: &Node) -> bool {
    let version = root.get("openapi").or_else(|| root.get("swagger"));
    version.is_none() && (root.get("Resources").is_some() || root.get("AWSTemplateFormatVersion").is_some())
}

/// Which version it is, and so which fields it may have.
fn read_version(reader: &mut Reader, root: &Node) -> &'static [&'static str] {
    let remedy = "write openapi: 3.0.3";
    let Some(version) = root.get("openapi").or_else(|| root.get("swagger")) else {
        reader.problem(root.place, "the document does not say which OpenAPI it is", remedy);
        return &ROOT_FIELDS_3;
    };
    let text = version.text().unwrap_or_default();
    if root.get("openapi").is_some() {
        if !["3.0", "3.1"].iter().any(|known| text == *known || text.starts_with(&format!("{known}."))) {
            reader.problem(version.place, format!("OpenAPI {text} is not supported"), remedy);
        }
        return &ROOT_FIELDS_3;
    }
    if text != "2.0" {
        reader.problem(version.place, format!("Swagger {text} is not supported"), "write swagger: \"2.0\"");
    }
    &ROOT_FIELDS_2
}

/// The values of those that stand at the top and are honoured.
fn read_root_extensions(reader: &mut Reader, root: &Node) {
    let name = "x-amazon-apigateway-importexport-version";
    if let Some(value) = root.get(name) {
        reader.choice(value, name, &["1.0"]);
    }
}

/// Accepts what OpenAPI has in this place, and extensions: those of AWS and ours are looked at in [`strays`].
pub(crate) fn refuse_unknown(reader: &mut Reader, entry: &Entry, key: &str, known: &[&str], what: &str) {
    if !known.contains(&key) && !key.starts_with("x-") {
        reader.problem(entry.place, format!("{key:?} is not a field of {what}"), format!("write {}", one_of(known)));
    }
}

#[cfg(test)]
mod tests;
