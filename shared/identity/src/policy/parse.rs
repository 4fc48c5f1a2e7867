//! From a policy document to a [`Policy`]. (IAM user guide, `reference_policies_grammar`.)

mod conditions;

use serde_json::{Map, Value};

use super::{
    Policy, PolicyProblem,
    caller::Caller,
    pattern::{Pattern, Syntax},
    resource::ResourcePattern,
    statement::{Effect, Selection, Statement},
};

/// Whose policy it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An API's: it names callers.
    OfResource,
    /// A caller's: it does not.
    OfCaller,
}

/// Checks `document` and compiles it.
pub(super) fn policy(document: &Value, kind: Kind) -> Result<Policy, Vec<PolicyProblem>> {
    let mut reader = Reader { problems: Vec::new(), kind, variables: false };
    let statements = reader.policy(document);
    if reader.problems.is_empty() { Ok(Policy { statements }) } else { Err(reader.problems) }
}

/// What is read with: it notes problems and goes on.
struct Reader {
    problems: Vec<PolicyProblem>,
    kind: Kind,
    /// Whether `${…}` is a variable: the policy has version 2012-10-17.
    variables: bool,
}

impl Reader {
    fn problem(&mut self, pointer: &str, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(PolicyProblem {
            pointer: pointer.to_owned(),
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    fn policy(&mut self, document: &Value) -> Vec<Statement> {
        let Some(fields) = self.object(document, "", "the policy") else { return Vec::new() };
        self.only(fields, "", &["Version", "Id", "Statement"]);
        self.version(fields.get("Version"));
        match fields.get("Statement") {
            Some(Value::Array(statements)) if statements.is_empty() => {
                self.problem("/Statement", "the policy has no statement", "write one, or leave the policy out");
                Vec::new()
            }
            Some(Value::Array(statements)) => {
                let read = |(at, statement)| self.statement(statement, &format!("/Statement/{at}"));
                statements.iter().enumerate().filter_map(read).collect()
            }
            Some(statement) => self.statement(statement, "/Statement").into_iter().collect(),
            None => {
                self.problem("", "the policy has no Statement", "write Statement: [{Effect, Action, Resource}]");
                Vec::new()
            }
        }
    }

    fn version(&mut self, version: Option<&Value>) {
        match version.map(Value::as_str) {
            None | Some(Some("2008-10-17")) => {}
            Some(Some("2012-10-17")) => self.variables = true,
            Some(_) => self.problem("/Version", "the policy has an unknown version", "write \"2012-10-17\""),
        }
    }

    fn statement(&mut self, statement: &Value, at: &str) -> Option<Statement> {
        let fields = self.object(statement, at, "the statement")?;
        let known = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource"];
        self.only(fields, at, &[&known[..], &["Condition"]].concat());
        let effect = self.effect(fields, at);
        let callers = self.callers(fields, at, effect);
        let actions = self.selection(fields, at, "Action", Reader::action);
        let resources = self.selection(fields, at, "Resource", Reader::resource);
        let conditions = match fields.get("Condition") {
            Some(condition) => self.conditions(condition, &format!("{at}/Condition")),
            None => Vec::new(),
        };
        Some(Statement { effect: effect?, callers, actions: actions?, resources: resources?, conditions })
    }

    fn effect(&mut self, fields: &Map<String, Value>, at: &str) -> Option<Effect> {
        match fields.get("Effect").map(Value::as_str) {
            Some(Some("Allow")) => Some(Effect::Allow),
            Some(Some("Deny")) => Some(Effect::Deny),
            Some(_) => {
                self.problem(&format!("{at}/Effect"), "the effect is neither Allow nor Deny", "write Allow or Deny");
                None
            }
            None => {
                self.problem(at, "the statement has no Effect", "write Effect: Allow or Effect: Deny");
                None
            }
        }
    }

    /// `Action` or `NotAction`, `Resource` or `NotResource`: one of the two, a text or a list of them.
    fn selection<T>(
        &mut self,
        fields: &Map<String, Value>,
        at: &str,
        name: &str,
        read: fn(&mut Reader, &str, &str) -> Option<T>,
    ) -> Option<Selection<T>> {
        let not = format!("Not{name}");
        let (field, value) = match (fields.get(name), fields.get(&not)) {
            (Some(value), None) => (name, value),
            (None, Some(value)) => (not.as_str(), value),
            (Some(_), Some(_)) => {
                self.problem(at, format!("the statement has both {name} and {not}"), "keep one of them");
                return None;
            }
            (None, None) => {
                self.problem(at, format!("the statement has no {name}"), format!("write {name}"));
                return None;
            }
        };
        let texts = self.texts(value, &format!("{at}/{field}"), name);
        let read: Vec<T> = texts.into_iter().filter_map(|(at, text)| read(self, &text, &at)).collect();
        Some(if field == name { Selection::These(read) } else { Selection::AllBut(read) })
    }

    fn action(&mut self, text: &str, at: &str) -> Option<Pattern> {
        let service = text.split_once(':').map(|(service, _)| service);
        if text != "*" && service.is_none_or(str::is_empty) {
            let message = format!("the action {text:?} names no service");
            self.problem(at, message, "write execute-api:Invoke");
            return None;
        }
        let of_apis = |service: &str| service.eq_ignore_ascii_case("execute-api") || service.contains(['*', '?']);
        if self.kind == Kind::OfResource && service.is_some_and(|service| !of_apis(service)) {
            self.problem(at, format!("the action {text:?} is not one of an API"), "write execute-api:Invoke");
            return None;
        }
        let syntax = Syntax { wildcards: true, variables: false };
        Pattern::parse(text, syntax).map_err(|problem| self.problem(at, problem, "write execute-api:Invoke")).ok()
    }

    fn resource(&mut self, text: &str, at: &str) -> Option<ResourcePattern> {
        let read = ResourcePattern::parse(text, self.variables);
        read.map_err(|(message, remedy)| self.problem(at, message, remedy)).ok()
    }

    fn callers(&mut self, fields: &Map<String, Value>, at: &str, effect: Option<Effect>) -> Option<Selection<Caller>> {
        let (named, others) = (fields.get("Principal"), fields.get("NotPrincipal"));
        match (self.kind, named, others) {
            (Kind::OfCaller, None, None) => None,
            (Kind::OfCaller, ..) => {
                self.problem(at, "a policy of the caller names principals", "leave Principal out");
                None
            }
            (Kind::OfResource, Some(named), None) => {
                Some(Selection::These(self.principals(named, &format!("{at}/Principal"))))
            }
            (Kind::OfResource, None, Some(others)) => {
                if effect == Some(Effect::Allow) {
                    let message = "NotPrincipal with Allow would let in everybody else, known or not";
                    self.problem(&format!("{at}/NotPrincipal"), message, "name with Principal who may call");
                }
                Some(Selection::AllBut(self.principals(others, &format!("{at}/NotPrincipal"))))
            }
            (Kind::OfResource, ..) => {
                let message = "the statement has not exactly one of Principal and NotPrincipal";
                self.problem(at, message, "write Principal: \"*\" for everybody");
                None
            }
        }
    }

    fn principals(&mut self, value: &Value, at: &str) -> Vec<Caller> {
        match value {
            Value::String(everybody) if everybody == "*" => vec![Caller::Everybody],
            Value::Object(kinds) if !kinds.is_empty() => {
                let mut callers = Vec::new();
                for (kind, value) in kinds {
                    let at = pointer(at, kind);
                    if !["AWS", "Service", "Federated", "CanonicalUser"].contains(&kind.as_str()) {
                        self.problem(&at, format!("{kind:?} is no kind of principal"), "write AWS");
                    }
                    for (_, text) in self.texts(value, &at, "principal") {
                        callers.push(if kind == "AWS" { Caller::of_aws(&text) } else { Caller::Named(text) });
                    }
                }
                callers
            }
            _ => {
                self.problem(at, "this is no principal", "write \"*\", or {\"AWS\": \"123456789012\"}");
                Vec::new()
            }
        }
    }

    /// One text or several, each with its place.
    fn texts(&mut self, value: &Value, at: &str, what: &str) -> Vec<(String, String)> {
        let several: Vec<(String, &Value)> = match value {
            Value::Array(values) => values.iter().enumerate().map(|(n, value)| (format!("{at}/{n}"), value)).collect(),
            one => vec![(at.to_owned(), one)],
        };
        if several.is_empty() {
            self.problem(at, format!("the list of {what} is empty"), "write one at least");
        }
        let mut texts = Vec::new();
        for (at, value) in several {
            match value.as_str() {
                Some(text) => texts.push((at, text.to_owned())),
                None => self.problem(&at, format!("the {what} is not a text"), "write a text, or a list of texts"),
            }
        }
        texts
    }

    fn object<'v>(&mut self, value: &'v Value, at: &str, what: &str) -> Option<&'v Map<String, Value>> {
        let object = value.as_object();
        if object.is_none() {
            self.problem(at, format!("{what} is not an object"), "write {…}");
        }
        object
    }

    fn only(&mut self, fields: &Map<String, Value>, at: &str, known: &[&str]) {
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            let similar = known.iter().find(|known| known.eq_ignore_ascii_case(name));
            let remedy =
                similar.map_or_else(|| format!("one of {}", known.join(", ")), |similar| (*similar).to_owned());
            self.problem(&pointer(at, name), format!("policies have no {name:?}"), format!("write {remedy}"));
        }
    }
}

/// The JSON pointer to a field (RFC 6901).
fn pointer(at: &str, field: &str) -> String {
    format!("{at}/{}", field.replace('~', "~0").replace('/', "~1"))
}
