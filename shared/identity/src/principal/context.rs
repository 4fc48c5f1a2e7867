//! A principal on its way from the authorizer function to the router: as the context of its answer.
//! (API Gateway developer guide, `http-api-lambda-authorizer`.)

use serde_json::{Map, Value, json};

use super::{Fields, Principal, PrincipalKind, items};

/// The names of the kinds but the first, an API key's, which is not named.
const KINDS: [(PrincipalKind, &str); 3] =
    [(PrincipalKind::Jwt, "jwt"), (PrincipalKind::LambdaAuthorizer, "lambda"), (PrincipalKind::Iam, "iam")];

/// The fields of a context.
const FIELDS: [&str; 8] = ["kind", "tenant", "keyId", "planId", "subject", "features", "scopes", CLAIMS];
const CLAIMS: &str = "claims";

impl Principal {
    /// The principal as authorizer context, each field where there is one: `kind` (`jwt`, `lambda`, `iam`; none for an API
    /// key), `tenant`, `keyId`, `planId`, `subject`; `features` and `scopes` with spaces between them; `claims`, an object
    /// of texts.
    pub fn to_context(&self) -> Map<String, Value> {
        let kind = KINDS.iter().find(|(kind, _)| *kind == self.kind).map(|(_, name)| (*name).to_owned());
        let list = |list: &[String]| (!list.is_empty()).then(|| list.join(" "));
        let texts = [
            ("kind", kind),
            ("tenant", self.tenant.clone()),
            ("keyId", self.key_id.clone()),
            ("planId", self.plan_id.clone()),
            ("subject", self.subject.clone()),
            ("features", list(&self.features)),
            ("scopes", list(&self.scopes)),
        ];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::String(text?))));
        let mut context: Map<String, Value> = texts.collect();
        if !self.claims.0.is_empty() {
            context.insert(CLAIMS.to_owned(), json!(self.claims.0));
        }
        context
    }

    /// The same for a WebSocket API, whose contexts hold texts, numbers and booleans alone: of the claims, those of these
    /// names, each as a field of its own. A claim that has the name of another field is left out: nobody is given a plan, or
    /// a feature, by what an issuer lets its users write.
    /// (API Gateway developer guide, `api-gateway-lambda-authorizer-output`.)
    pub fn to_flat_context(&self, claims: &[String]) -> Map<String, Value> {
        let named = claims.iter().filter(|name| !FIELDS.contains(&name.as_str()));
        let named = named.filter_map(|name| Some((name.clone(), Value::from(self.claims.0.get(name)?.as_str()))));
        let mut context: Map<String, Value> = named.collect();
        context.extend(self.to_context().into_iter().filter(|(name, _)| name != CLAIMS));
        context
    }

    /// The principal that a context names. Without a `kind` it is an API key's, and has tenant, key and plan: whoever puts
    /// an authorizer of their own in front of the router may write these three. Nothing, if it names nobody.
    pub fn from_context(context: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| context.get(name).and_then(Value::as_str).map(str::to_owned);
        let kind = match text("kind") {
            None => PrincipalKind::ApiKey,
            Some(named) => KINDS.into_iter().find(|(_, name)| *name == named)?.0,
        };
        let list = |name: &str| {
            let text = context.get(name).and_then(Value::as_str).unwrap_or_default();
            items(text).map(str::to_owned).collect()
        };
        let claims = context.get(CLAIMS).and_then(Value::as_object).into_iter().flatten();
        let claims = claims.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
        let principal = Principal {
            kind,
            tenant: text("tenant"),
            key_id: text("keyId"),
            plan_id: text("planId"),
            subject: text("subject"),
            features: list("features"),
            scopes: list("scopes"),
            claims: Fields(claims),
        };
        let Principal { tenant, key_id, plan_id, .. } = &principal;
        let whole = tenant.is_some() && key_id.is_some() && plan_id.is_some();
        (whole || kind != PrincipalKind::ApiKey).then_some(principal)
    }
}
