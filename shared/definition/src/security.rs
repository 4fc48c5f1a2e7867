//! `securitySchemes` (`securityDefinitions` in Swagger 2.0) and `security`.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Guard, JwtAuthorizer, RequestAuthorizer,
    document::{Entry, Node},
    managed,
    reader::{MAX_NAMED, Reader, one_of},
    refs::Refs,
    request_authorizer,
};

/// What the document declares, by name.
pub(crate) struct Schemes(BTreeMap<String, Scheme>);

#[derive(Clone, Debug)]
enum Scheme {
    ApiKey,
    Iam,
    Jwt(JwtAuthorizer),
    Request(RequestAuthorizer),
    /// Declared, and nothing that a route can be guarded with here. Who uses it is told.
    Other,
}

impl Schemes {
    /// Reads them. Of stage variables, only `known` ones may be used.
    pub(crate) fn read(reader: &mut Reader, refs: Refs<'_>, known: Option<&BTreeSet<String>>) -> Self {
        let root = refs.root;
        let declared = root.get("components").and_then(|components| components.get("securitySchemes"));
        let declared = declared.or_else(|| root.get("securityDefinitions"));
        let entries = declared.map(|schemes| reader.object(schemes, "the security schemes")).unwrap_or_default();
        let mut schemes = BTreeMap::new();
        for Entry { key, value, .. } in entries {
            let Some(node) = refs.resolve(reader, value) else { continue };
            schemes.insert(key.clone(), read_scheme(reader, key, node, known));
        }
        Schemes(schemes)
    }

    /// The token authorizers among them.
    pub(crate) fn jwt_authorizers(&self) -> BTreeMap<String, JwtAuthorizer> {
        let jwt = self.0.iter().filter_map(|(name, scheme)| match scheme {
            Scheme::Jwt(authorizer) => Some((name.clone(), authorizer.clone())),
            _ => None,
        });
        jwt.collect()
    }

    /// The Lambda authorizers among them.
    pub(crate) fn request_authorizers(&self) -> BTreeMap<String, RequestAuthorizer> {
        let request = self.0.iter().filter_map(|(name, scheme)| match scheme {
            Scheme::Request(authorizer) => Some((name.clone(), authorizer.clone())),
            _ => None,
        });
        request.collect()
    }

    /// Whom a `security` requirement lets in. `[]` and `[{}]` ask for nothing.
    ///
    /// Where there are several requirements, OpenAPI asks for any of them, and REST APIs, whose exports write an API key and an
    /// authorizer so, for all: as the two are not one, such a list is refused.
    pub(crate) fn guard(&self, reader: &mut Reader, security: &Node) -> Guard {
        let Some(alternatives) = security.items() else {
            let message = format!("security is {}", security.kind());
            reader.problem(security.place, message, "write a list: [{api_key: []}]");
            return Guard::Open;
        };
        let mut guards: Vec<(&str, Guard)> = Vec::new();
        let mut optional = false;
        for alternative in alternatives {
            let requirements = reader.object(alternative, "a security requirement");
            optional |= requirements.is_empty();
            for requirement in requirements {
                let guard = self.guard_of(reader, requirement);
                guards.extend(
                    guard
                        .filter(|guard| !guards.iter().any(|(_, other)| other == guard))
                        .map(|guard| (requirement.key.as_str(), guard)),
                );
            }
        }
        let names: Vec<&str> = guards.iter().map(|(name, _)| *name).take(MAX_NAMED).collect();
        match guards.as_slice() {
            [_, _, ..] => {
                let message = format!("security names {}, and a route here has one guard", names.join(" and "));
                reader.problem(security.place, message, "name the one that is to be asked");
            }
            [_] if optional => {
                let message = format!("{{}} beside {} makes it optional, which API Gateway has not", names.concat());
                reader.problem(security.place, message, "leave one of them out");
            }
            _ => {}
        }
        guards.into_iter().next().map_or(Guard::Open, |(_, guard)| guard)
    }

    fn guard_of(&self, reader: &mut Reader, requirement: &Entry) -> Option<Guard> {
        let Entry { key, place, value } = requirement;
        match self.0.get(key) {
            Some(Scheme::ApiKey) => Some(Guard::ApiKey),
            Some(Scheme::Iam) => Some(Guard::Iam),
            Some(Scheme::Jwt(_)) => {
                Some(Guard::Jwt { authorizer: key.clone(), scopes: reader.texts(value, "the scopes") })
            }
            Some(Scheme::Request(_)) => Some(Guard::Request { authorizer: key.clone() }),
            Some(Scheme::Other) => {
                let message = format!("nothing here can guard a route with the security scheme {key:?}");
                reader.problem(
                    *place,
                    message,
                    "use an API key, AWS's awsSigv4, or an authorizer of type jwt or request",
                );
                None
            }
            None => {
                reader.problem(*place, format!("the security scheme {key:?} is not declared"), self.remedy());
                None
            }
        }
    }

    fn remedy(&self) -> String {
        let names: Vec<&str> = self.0.keys().map(String::as_str).take(MAX_NAMED).collect();
        match names.as_slice() {
            [] => "declare it under components.securitySchemes".to_owned(),
            names => format!("write {}, or declare it under components.securitySchemes", one_of(names)),
        }
    }
}

fn read_scheme(reader: &mut Reader, name: &str, node: &Node, known: Option<&BTreeSet<String>>) -> Scheme {
    let is = |field: &str, text: &str| {
        node.get(field).and_then(Node::text).is_some_and(|value| value.eq_ignore_ascii_case(text))
    };
    if let Some(authorizer) = node.get("x-amazon-apigateway-authorizer") {
        return read_authorizer(reader, authorizer, known);
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

fn read_authorizer(reader: &mut Reader, authorizer: &Node, known: Option<&BTreeSet<String>>) -> Scheme {
    let Some(kind) = authorizer.get("type") else {
        reader.problem(authorizer.place, "the authorizer has no type", "write type: jwt, or type: request");
        return Scheme::Other;
    };
    let remedy = match reader.choice(kind, "the authorizer's type", &["jwt", "request", "token", "cognito_user_pools"])
    {
        Some("jwt") => return managed::read_jwt(reader, authorizer).map_or(Scheme::Other, Scheme::Jwt),
        Some("request") => {
            return request_authorizer::read(reader, authorizer, known).map_or(Scheme::Other, Scheme::Request);
        }
        Some("token") => {
            "write type: request with authorizerPayloadFormatVersion: \"1.0\" and identitySource: $request.header.NAME; its \
             function then gets the header in an event of that type"
        }
        Some(_) => {
            "write type: jwt with jwtConfiguration: {issuer: https://cognito-idp.REGION.amazonaws.com/POOL, audience: [CLIENT]}"
        }
        None => return Scheme::Other,
    };
    let message =
        format!("authorizers of type {} are not supported", kind.text().unwrap_or_default().to_ascii_lowercase());
    reader.problem(kind.place, message, remedy);
    Scheme::Other
}
