//! `securitySchemes` (`securityDefinitions` in Swagger 2.0) and `security`.

use std::collections::BTreeMap;

use crate::{
    Guard, JwtAuthorizer,
    document::{Entry, Node},
    managed,
    reader::{MAX_NAMED, Reader, one_of},
    refs::Refs,
};

/// What the document declares, by name.
pub(crate) struct Schemes(BTreeMap<String, Scheme>);

#[derive(Clone, Debug)]
enum Scheme {
    ApiKey,
    Iam,
    Jwt(JwtAuthorizer),
    /// Declared, and nothing that a route can be guarded with here. Who uses it is told.
    Other,
}

impl Schemes {
    /// Reads them.
    pub(crate) fn read(reader: &mut Reader, refs: Refs<'_>) -> Self {
        let root = refs.root;
        let declared = root.get("components").and_then(|components| components.get("securitySchemes"));
        let declared = declared.or_else(|| root.get("securityDefinitions"));
        let entries = declared.map(|schemes| reader.object(schemes, "the security schemes")).unwrap_or_default();
        let mut schemes = BTreeMap::new();
        for Entry { key, value, .. } in entries {
            let Some(node) = refs.resolve(reader, value) else { continue };
            schemes.insert(key.clone(), read_scheme(reader, key, node));
        }
        Schemes(schemes)
    }

    /// The token authorizers among them.
    pub(crate) fn jwt_authorizers(&self) -> BTreeMap<String, JwtAuthorizer> {
        let jwt = self.0.iter().filter_map(|(name, scheme)| match scheme {
            Scheme::Jwt(authorizer) => Some((name.clone(), authorizer.clone())),
            Scheme::ApiKey | Scheme::Iam | Scheme::Other => None,
        });
        jwt.collect()
    }

    /// Whom a `security` requirement lets in. `[]` asks for nothing.
    pub(crate) fn guard(&self, reader: &mut Reader, security: &Node) -> Guard {
        let Some(alternatives) = security.items() else {
            let message = format!("security is {}", security.kind());
            reader.problem(security.place, message, "write a list: [{api_key: []}]");
            return Guard::Open;
        };
        let mut guards = Vec::new();
        for alternative in alternatives {
            for Entry { key, place, value } in reader.object(alternative, "a security requirement") {
                match self.0.get(key) {
                    Some(Scheme::ApiKey) => guards.push(Guard::ApiKey),
                    Some(Scheme::Iam) => guards.push(Guard::Iam),
                    Some(Scheme::Jwt(_)) => {
                        guards.push(Guard::Jwt { authorizer: key.clone(), scopes: reader.texts(value, "the scopes") });
                    }
                    Some(Scheme::Other) => reader.problem(
                        *place,
                        format!("nothing here can guard a route with the security scheme {key:?}"),
                        "use an API key, AWS's awsSigv4, or an authorizer of type jwt",
                    ),
                    None => {
                        let message = format!("the security scheme {key:?} is not declared");
                        reader.problem(*place, message, self.remedy());
                    }
                }
            }
        }
        if alternatives.len() > 1 || guards.len() > 1 {
            let message = "more than one requirement in security is not supported";
            reader.problem(security.place, message, "write one: [{api_key: []}]");
        }
        guards.into_iter().next().unwrap_or(Guard::Open)
    }

    fn remedy(&self) -> String {
        let names: Vec<&str> = self.0.keys().map(String::as_str).take(MAX_NAMED).collect();
        match names.as_slice() {
            [] => "declare it under components.securitySchemes".to_owned(),
            names => format!("write {}, or declare it under components.securitySchemes", one_of(names)),
        }
    }
}

fn read_scheme(reader: &mut Reader, name: &str, node: &Node) -> Scheme {
    let is = |field: &str, text: &str| {
        node.get(field).and_then(Node::text).is_some_and(|value| value.eq_ignore_ascii_case(text))
    };
    if let Some(authorizer) = node.get("x-amazon-apigateway-authorizer") {
        let Some(kind) = authorizer.get("type") else {
            reader.problem(authorizer.place, "the authorizer has no type", "write type: jwt");
            return Scheme::Other;
        };
        return match reader.choice(kind, "the authorizer's type", &["jwt", "request", "token", "cognito_user_pools"]) {
            Some("jwt") => managed::read_jwt(reader, authorizer).map_or(Scheme::Other, Scheme::Jwt),
            Some(other) => {
                let message = format!("authorizers of type {other} are not supported");
                reader.problem(kind.place, message, "use an API key, or an authorizer of type jwt");
                Scheme::Other
            }
            None => Scheme::Other,
        };
    }
    if is("x-amazon-apigateway-authtype", "awsSigv4") {
        return Scheme::Iam;
    }
    if let Some(kind) = node.get("x-amazon-apigateway-authtype") {
        let text = kind.text().unwrap_or_default();
        reader.problem(kind.place, format!("the authtype {text:?} is not supported"), "write awsSigv4");
        return Scheme::Other;
    }
    if !is("type", "apiKey") {
        return Scheme::Other;
    }
    if !(is("name", "x-api-key") && is("in", "header")) {
        let message = format!("the API key of {name:?} is not in the header x-api-key, where API Gateway reads it");
        reader.problem(node.place, message, "write {type: apiKey, name: x-api-key, in: header}");
    }
    Scheme::ApiKey
}
