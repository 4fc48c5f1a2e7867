//! `securitySchemes` (`securityDefinitions` in Swagger 2.0) and `security`.

use std::collections::{BTreeMap, BTreeSet};

use identity::AuthorizerKind;

use crate::{
    Authorizer, Guard, JwtAuthorizer, RequestAuthorizer, authorizer,
    document::{Entry, Node},
    managed,
    reader::{MAX_NAMED, Reader, one_of},
    refs::Refs,
    request_authorizer,
};

/// What the document declares, by name.
#[derive(Default)]
pub(crate) struct Schemes {
    all: BTreeMap<String, Scheme>,
    /// The token authorizers that the managed gateway has.
    pub(crate) jwt_authorizers: BTreeMap<String, JwtAuthorizer>,
    /// The Lambda authorizers that the managed gateway has.
    pub(crate) request_authorizers: BTreeMap<String, RequestAuthorizer>,
    /// All authorizers, as the router asks them.
    pub(crate) authorizers: BTreeMap<String, Authorizer>,
}

#[derive(Clone, Copy, Debug)]
enum Scheme {
    ApiKey,
    Iam,
    /// An authorizer of tokens, by the scheme's name.
    Token,
    /// An authorizer that is a function, by the scheme's name.
    Lambda,
    /// Declared, and nothing that a route can be guarded with here. Who uses it is told.
    Other,
    /// Refused where it is declared.
    Refused,
}

impl Schemes {
    /// Reads them. Of stage variables, only `known` ones may be used.
    pub(crate) fn read(reader: &mut Reader, refs: Refs<'_>, known: Option<&BTreeSet<String>>) -> Self {
        let root = refs.root;
        let declared = root.get("components").and_then(|components| components.get("securitySchemes"));
        let declared = declared.or_else(|| root.get("securityDefinitions"));
        let entries = declared.map(|schemes| reader.object(schemes, "the security schemes")).unwrap_or_default();
        let mut schemes = Schemes::default();
        for Entry { key, value, .. } in entries {
            let Some(node) = refs.resolve(reader, value) else { continue };
            let scheme = schemes.read_scheme(reader, key, node, known);
            schemes.all.insert(key.clone(), scheme);
        }
        schemes
    }

    /// Whom a `security` requirement lets in. `[]` and `[{}]` ask for nothing.
    ///
    /// Where there are several requirements, OpenAPI asks for any of them, and REST APIs, whose exports write an API key and an
    /// authorizer so, for all. All is what is done here with an API key and one thing more: nobody gets in who would not by
    /// the other reading. Any other list is refused.
    pub(crate) fn guard(&self, reader: &mut Reader, security: &Node) -> Guard {
        let Some(alternatives) = security.items() else {
            let message = format!("security is {}", security.kind());
            reader.problem(security.place, message, "write a list: [{api_key: []}]");
            return Guard::Open;
        };
        let mut guards: Vec<(&str, Guard)> = Vec::new();
        let mut optional = false;
        for alternative in alternatives {
            optional |= self.gather(reader, alternative, &mut guards) == 0;
        }
        let names: Vec<&str> = guards.iter().map(|(name, _)| *name).take(MAX_NAMED).collect();
        if !optional && let Some(guard) = with_key(&guards) {
            return guard;
        }
        match guards.as_slice() {
            [_, _, ..] => {
                let message = format!(
                    "security names {}, and a route here has one guard, and an API key perhaps",
                    names.join(" and ")
                );
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

    /// The guard that asks for all that one requirement names; nothing where that cannot be, which is told, or where it names
    /// what is none.
    pub(crate) fn guard_of_all(&self, reader: &mut Reader, requirement: &Node) -> Option<Guard> {
        let mut guards = Vec::new();
        let named = self.gather(reader, requirement, &mut guards);
        if let Some(guard) = with_key(&guards) {
            return Some(guard);
        }
        if guards.len() > 1 {
            let names: Vec<&str> = guards.iter().map(|(name, _)| *name).take(MAX_NAMED).collect();
            let message = format!("the alternative asks for {}", all_of(&names));
            reader.problem(requirement.place, message, "name one thing, or an API key and one thing more");
            return None;
        }
        match guards.pop() {
            None if named == 0 => Some(Guard::Open),
            guard => guard.map(|(_, guard)| guard),
        }
    }

    /// Adds the guards that a requirement names to `guards`, each once; how many it names, right or wrong.
    fn gather<'n>(&self, reader: &mut Reader, requirement: &'n Node, guards: &mut Vec<(&'n str, Guard)>) -> usize {
        let requirements = reader.object(requirement, "a security requirement");
        for requirement in requirements {
            let guard = self.guard_of(reader, requirement);
            let new = guard.filter(|guard| !guards.iter().any(|(_, other)| other == guard));
            guards.extend(new.map(|guard| (requirement.key.as_str(), guard)));
        }
        requirements.len()
    }

    fn guard_of(&self, reader: &mut Reader, requirement: &Entry) -> Option<Guard> {
        let Entry { key, place, value } = requirement;
        match self.all.get(key) {
            Some(Scheme::ApiKey) => Some(Guard::ApiKey),
            Some(Scheme::Iam) => Some(Guard::Iam),
            Some(Scheme::Token) => {
                Some(Guard::Jwt { authorizer: key.clone(), scopes: reader.texts(value, "the scopes") })
            }
            Some(Scheme::Lambda) => Some(Guard::Request { authorizer: key.clone() }),
            Some(Scheme::Refused) => None,
            Some(Scheme::Other) => {
                let message = format!("nothing here can guard a route with the security scheme {key:?}");
                reader.problem(*place, message, "use an API key, AWS's awsSigv4, or an x-amazon-apigateway-authorizer");
                None
            }
            None => {
                reader.problem(*place, format!("the security scheme {key:?} is not declared"), self.remedy());
                None
            }
        }
    }

    fn remedy(&self) -> String {
        let names: Vec<&str> = self.all.keys().map(String::as_str).take(MAX_NAMED).collect();
        match names.as_slice() {
            [] => "declare it under components.securitySchemes".to_owned(),
            names => format!("write {}, or declare it under components.securitySchemes", one_of(names)),
        }
    }

    fn read_scheme(
        &mut self,
        reader: &mut Reader,
        name: &str,
        node: &Node,
        known: Option<&BTreeSet<String>>,
    ) -> Scheme {
        let is = |field: &str, text: &str| {
            node.get(field).and_then(Node::text).is_some_and(|value| value.eq_ignore_ascii_case(text))
        };
        if let Some(authorizer) = node.get("x-amazon-apigateway-authorizer") {
            return match self.read_authorizer(reader, name, (authorizer, node), known) {
                Some(read) => {
                    let scheme = if matches!(read, Authorizer::Token(_)) { Scheme::Token } else { Scheme::Lambda };
                    self.authorizers.insert(name.to_owned(), read);
                    scheme
                }
                None => Scheme::Refused,
            };
        }
        if is("x-amazon-apigateway-authtype", "awsSigv4") {
            return Scheme::Iam;
        }
        if let Some(kind) = node.get("x-amazon-apigateway-authtype") {
            let text = kind.text().unwrap_or_default();
            reader.problem(kind.place, format!("the authtype {text:?} is not supported"), "write awsSigv4");
            return Scheme::Refused;
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

    /// Reads the authorizer of a scheme, and notes what the managed gateway is told of it.
    fn read_authorizer(
        &mut self,
        reader: &mut Reader,
        name: &str,
        (node, scheme): (&Node, &Node),
        known: Option<&BTreeSet<String>>,
    ) -> Option<Authorizer> {
        let Some(kind) = node.get("type") else {
            reader.problem(node.place, "the authorizer has no type", "write type: jwt, or type: request");
            return None;
        };
        match reader.choice(kind, "the authorizer's type", &["jwt", "request", "token", "cognito_user_pools"])? {
            "jwt" => {
                let jwt = managed::read_jwt(reader, node)?;
                let read = Authorizer::of_jwt(reader, node, &jwt);
                self.jwt_authorizers.insert(name.to_owned(), jwt);
                read
            }
            "request" if request_authorizer::is_of_http_api(node) => {
                let request = request_authorizer::read(reader, node, known)?;
                let read = request.dispatched();
                self.request_authorizers.insert(name.to_owned(), request);
                Some(read)
            }
            "request" => request_authorizer::read_rest(reader, (node, scheme), AuthorizerKind::Request, known),
            "token" => request_authorizer::read_rest(reader, (node, scheme), AuthorizerKind::Token, known),
            _ => authorizer::read_user_pools(reader, node, scheme, known),
        }
    }
}

/// `a, b and c`.
fn all_of(names: &[&str]) -> String {
    match names {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        names => names.concat(),
    }
}

/// An API key and one thing more, both of which are asked for.
fn with_key(guards: &[(&str, Guard)]) -> Option<Guard> {
    let other = match guards {
        [(_, Guard::ApiKey), (_, other)] | [(_, other), (_, Guard::ApiKey)] => other,
        _ => return None,
    };
    Some(Guard::WithKey(Box::new(other.clone())))
}
