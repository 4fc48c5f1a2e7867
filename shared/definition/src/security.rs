//! `securitySchemes` (`securityDefinitions` in Swagger 2.0) and `security`.

use std::collections::BTreeMap;

use crate::{
    document::{Entry, Node},
    reader::{Reader, one_of},
    refs::Refs,
};

/// What the document declares, by name: whether it is the API key.
pub(crate) struct Schemes(BTreeMap<String, bool>);

impl Schemes {
    /// Reads them.
    pub(crate) fn read(reader: &mut Reader, refs: Refs<'_>) -> Self {
        let root = refs.root;
        let declared = root.get("components").and_then(|components| components.get("securitySchemes"));
        let declared = declared.or_else(|| root.get("securityDefinitions"));
        let entries = declared.map(|schemes| reader.object(schemes, "the security schemes")).unwrap_or_default();
        let mut schemes = BTreeMap::new();
        for Entry { key, place, value } in entries {
            let Some(scheme) = refs.resolve(reader, value) else { continue };
            let is = |field: &str, text: &str| {
                scheme.get(field).and_then(Node::text).is_some_and(|value| value.eq_ignore_ascii_case(text))
            };
            // An authorizer of the user's own is declared as an API key in some header too; its extension tells.
            let own = scheme.entries().unwrap_or_default().iter().any(|field| field.key.starts_with("x-amazon-"));
            let api_key = is("type", "apiKey") && !own;
            if api_key && !(is("name", "x-api-key") && is("in", "header")) {
                let message =
                    format!("the API key of {key:?} is not in the header x-api-key, where API Gateway reads it");
                reader.problem(*place, message, "write {type: apiKey, name: x-api-key, in: header}");
            }
            schemes.insert(key.clone(), api_key);
        }
        Schemes(schemes)
    }

    /// Whether a `security` requirement asks for an API key. `[]` asks for nothing.
    pub(crate) fn api_key_required(&self, reader: &mut Reader, security: &Node) -> bool {
        let Some(alternatives) = security.items() else {
            let message = format!("security is {}", security.kind());
            reader.problem(security.place, message, "write a list: [{api_key: []}]");
            return false;
        };
        if alternatives.len() > 1 {
            let message = "alternatives in security are not supported";
            reader.problem(security.place, message, "write one requirement: [{api_key: []}]");
        }
        let mut required = false;
        for alternative in alternatives {
            for Entry { key, place, .. } in reader.object(alternative, "a security requirement") {
                match self.0.get(key) {
                    Some(true) => required = true,
                    Some(false) => reader.problem(
                        *place,
                        format!("the security scheme {key:?} is not an API key; other schemes are not supported"),
                        "write api_key, and its scheme {type: apiKey, name: x-api-key, in: header}",
                    ),
                    None => {
                        let message = format!("the security scheme {key:?} is not declared");
                        reader.problem(*place, message, self.remedy());
                    }
                }
            }
        }
        required
    }

    fn remedy(&self) -> String {
        let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        match names.as_slice() {
            [] => "declare it under components.securitySchemes".to_owned(),
            names => format!("write {}, or declare it under components.securitySchemes", one_of(names)),
        }
    }
}
