//! Text with holes: `https://${stageVariables.host}/carts/{cartId}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A URI or name, cut at its holes once, when the definition is compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text(pub Vec<Part>);

/// A piece of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// Itself.
    Literal(String),
    /// `${stageVariables.name}`.
    StageVariable(String),
    /// `{name}`: a path parameter of the integration.
    PathParameter(String),
}

/// What a hole could not be filled with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// The stage has no such variable.
    #[error("the stage variable {0} is not set")]
    StageVariable(String),
    /// The route has no such path parameter.
    #[error("the path parameter {0} has no value")]
    PathParameter(String),
}

impl Text {
    /// Cuts `source` at `${stageVariables.…}` and, where `path_parameters` are allowed, at `{name}`.
    ///
    /// # Errors
    /// A sentence that names the hole that is neither.
    pub fn parse(source: &str, path_parameters: bool) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some(open) = rest.find('{') {
            let (before, from) = rest.split_at(open);
            let close = from.find('}').ok_or_else(|| format!("{source:?} opens a '{{' that it does not close"))?;
            let name = from.get(1..close).unwrap_or_default();
            let literal = match before.strip_suffix('$') {
                Some(literal) => {
                    parts.push(Part::Literal(literal.to_owned()));
                    parts.push(Part::StageVariable(stage_variable(name)?));
                    None
                }
                None => Some(before),
            };
            if let Some(literal) = literal {
                if !path_parameters {
                    return Err(format!("{{{name}}} is not a stage variable"));
                }
                parts.push(Part::Literal(literal.to_owned()));
                parts.push(Part::PathParameter(name.trim_end_matches('+').to_owned()));
            }
            rest = from.get(close + 1..).unwrap_or_default();
        }
        parts.push(Part::Literal(rest.to_owned()));
        parts.retain(|part| !matches!(part, Part::Literal(text) if text.is_empty()));
        Ok(Text(parts))
    }

    /// The text with its holes filled: stage variables as they are, path parameters through `parameter`.
    ///
    /// # Errors
    /// The first hole that has no value.
    pub fn fill(
        &self,
        stage_variables: &BTreeMap<String, String>,
        mut parameter: impl FnMut(&str) -> Option<String>,
    ) -> Result<String, Unresolved> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(text) => filled.push_str(text),
                Part::StageVariable(name) => {
                    let value = stage_variables.get(name).ok_or_else(|| Unresolved::StageVariable(name.clone()))?;
                    filled.push_str(value);
                }
                Part::PathParameter(name) => {
                    filled.push_str(&parameter(name).ok_or_else(|| Unresolved::PathParameter(name.clone()))?);
                }
            }
        }
        Ok(filled)
    }

    /// How many path parameters stand before the first `mark` of its literal text; `None` if it has no such mark.
    pub fn parts_before(&self, mark: char) -> Option<usize> {
        let marked = self.0.iter().position(|part| matches!(part, Part::Literal(text) if text.contains(mark)))?;
        let before = self.0.iter().take(marked);
        Some(before.filter(|part| matches!(part, Part::PathParameter(_))).count())
    }

    /// Whether a path parameter could change which host is called: one stands before the path begins.
    pub fn host_depends_on_path(&self) -> bool {
        let mut shown = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(text) => shown.push_str(text),
                Part::StageVariable(_) if shown.is_empty() => shown.push_str("http://x"),
                Part::StageVariable(_) => shown.push('x'),
                Part::PathParameter(_) => {
                    let authority = shown.split_once("://").map_or(shown.as_str(), |(_, rest)| rest);
                    return !authority.contains(['/', '?']);
                }
            }
        }
        false
    }

    /// The stage variables it has holes for.
    pub fn stage_variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::StageVariable(name) => Some(name.as_str()),
            Part::Literal(_) | Part::PathParameter(_) => None,
        })
    }

    /// The path parameters it has holes for.
    pub fn path_parameters(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::PathParameter(name) => Some(name.as_str()),
            Part::Literal(_) | Part::StageVariable(_) => None,
        })
    }
}

/// The name in `stageVariables.name`: letters, digits and underscores, as AWS allows.
fn stage_variable(hole: &str) -> Result<String, String> {
    let name = hole.strip_prefix("stageVariables.").unwrap_or_default();
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { Ok(name.to_owned()) } else { Err(format!("${{{hole}}} is not a stage variable")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(source: &str) -> Result<String, Unresolved> {
        let variables = BTreeMap::from([("host".to_owned(), "one.example".to_owned())]);
        let text = Text::parse(source, true).unwrap();
        text.fill(&variables, |name| (name == "id").then(|| "42".to_owned()))
    }

    #[test]
    fn holes_are_filled_where_they_stand() {
        assert_eq!(fill("https://${stageVariables.host}/a/{id}/b").unwrap(), "https://one.example/a/42/b");
        assert_eq!(fill("https://plain.example/").unwrap(), "https://plain.example/");
    }

    #[test]
    fn a_hole_without_a_value_is_named() {
        assert_eq!(fill("${stageVariables.port}"), Err(Unresolved::StageVariable("port".to_owned())));
        assert_eq!(fill("/{name}"), Err(Unresolved::PathParameter("name".to_owned())));
    }

    #[test]
    fn a_client_does_not_choose_the_host() {
        for (source, depends) in [
            ("https://a.example/{x}", false),
            ("https://a.example?x={x}", false),
            ("${stageVariables.base}/{x}", false),
            ("https://${stageVariables.host}/{x}", false),
            ("https://a.example{x}", true),
            ("https://{x}.example/", true),
            ("${stageVariables.base}{x}", true),
            ("https://${stageVariables.host}{x}", true),
        ] {
            assert_eq!(Text::parse(source, true).unwrap().host_depends_on_path(), depends, "{source}");
        }
    }

    #[test]
    fn a_malformed_hole_is_refused() {
        for (source, sentence) in [
            ("${AWS::Region}", "${AWS::Region} is not a stage variable"),
            ("${stageVariables.}", "${stageVariables.} is not a stage variable"),
            ("arn:{x}", "{x} is not a stage variable"),
            ("a{b", "\"a{b\" opens a '{' that it does not close"),
        ] {
            assert_eq!(Text::parse(source, false), Err(sentence.to_owned()));
        }
    }
}
