//! Names and texts of a CloudFormation template.

/// The parameter that brings a stage variable's value: `VariableCartFunction` for `cartFunction`. CloudFormation's names have
/// letters and digits only; a capital `U` and a code keep `cart_fn` apart from `cartFn`.
pub(super) fn parameter(variable: &str) -> String {
    let (first, rest) = variable.split_at_checked(1).unwrap_or((variable, ""));
    let first = if first.starts_with(|c: char| c.is_ascii_lowercase()) {
        first.to_ascii_uppercase()
    } else {
        format!("U{first}")
    };
    format!("Variable{}", (first + rest).replace('_', "U5F"))
}

/// `JwtMyPool` for `my-pool`, and a code for what is no letter or digit, so that no two names become one.
pub(super) fn authorizer_id(name: &str) -> String {
    let coded: String =
        name.chars().filter(|c| !c.is_ascii_alphanumeric()).map(|c| format!("U{:X}", u32::from(c))).collect();
    format!("Jwt{}{coded}", words(name))
}

/// `get /carts/{cartId}` becomes `GetCartsCartId`.
pub(super) fn words(text: &str) -> String {
    text.split(|c: char| !c.is_ascii_alphanumeric()).map(capitalised).collect()
}

pub(super) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// A YAML text that is read back as it was: JSON's strings are YAML's.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(super) fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}
