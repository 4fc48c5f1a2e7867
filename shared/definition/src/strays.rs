//! Looks at every extension in the whole document, wherever it stands: none is passed over. Nor is what CloudFormation would
//! have resolved.

use crate::{
    document::{Entry, FOR_CLOUDFORMATION, Node, Value},
    extensions::{Fate, Home, find, homes},
    reader::{Reader, one_of},
};

/// Refuses every extension that is neither honoured nor delegated where it stands.
pub(crate) fn check(reader: &mut Reader, root: &Node) {
    below(reader, root, &mut Vec::new());
}

/// The same for a path that is somewhere else in the document, or in an extension that is nobody's here.
pub(crate) fn check_path(reader: &mut Reader, path: &Node) {
    below(reader, path, &mut vec!["paths", "*"]);
}

fn below<'n>(reader: &mut Reader, node: &'n Node, path: &mut Vec<&'n str>) {
    match &node.value {
        Value::Scalar { text, .. } => {
            if text.contains("{{resolve:") {
                let message = "CloudFormation's dynamic reference, {{resolve:…}}, is not resolved here";
                reader.problem(node.place, message, FOR_CLOUDFORMATION);
            }
        }
        Value::List(items) => {
            path.push("*");
            items.iter().for_each(|item| below(reader, item, path));
            path.pop();
        }
        Value::Map(_) if reader.is_unresolved(node) => {}
        Value::Map(map) => {
            for entry in &map.entries {
                if ours_or_aws(&entry.key) {
                    check_one(reader, entry, home(path));
                }
                // An operation under `x-amazon-apigateway-any-method` is a part of the document; what is in other
                // extensions is theirs, and examples are data.
                if (!entry.key.starts_with("x-") || entry.key == "x-amazon-apigateway-any-method")
                    && !is_data(&entry.key, path)
                {
                    path.push(&entry.key);
                    below(reader, &entry.value, path);
                    path.pop();
                }
            }
        }
    }
}

fn check_one(reader: &mut Reader, entry: &Entry, home: Option<Home>) {
    let Entry { key, place, .. } = entry;
    match home.and_then(|home| find(key, home)) {
        Some(extension) if extension.fate != Fate::Refused => {}
        Some(extension) => reader.problem(*place, format!("{key} is refused: {}", extension.note), "leave it out"),
        None => match homes(key).as_slice() {
            [] => reader.problem(*place, format!("{key} is not an extension that is known here"), "leave it out"),
            elsewhere => {
                let places: Vec<&str> = elsewhere.iter().map(|home| home.phrase()).collect();
                let message = format!("{key} has no meaning here");
                reader.problem(*place, message, format!("AWS has it {}: move it, or leave it out", one_of(&places)));
            }
        },
    }
}

fn ours_or_aws(key: &str) -> bool {
    key.starts_with("x-amazon-apigateway-") || key.starts_with("x-tollgate-")
}

/// Whether what stands under `key` is data. `responses: {default: …}` is not, nor is anything that is a name.
pub(crate) fn is_data(key: &str, path: &[&str]) -> bool {
    let named =
        path.last().is_some_and(|parent| ["responses", "properties", "schemas", "definitions"].contains(parent));
    !named && ["example", "examples", "default", "enum"].contains(&key)
}

fn home(path: &[&str]) -> Option<Home> {
    match path {
        [] => Some(Home::Document),
        ["paths", _] | ["components", "pathItems", _] => Some(Home::Path),
        ["paths", _, _] | ["components", "pathItems", _, _] => Some(Home::Operation),
        ["components"] => Some(Home::Components),
        ["components", "securitySchemes", _] | ["securityDefinitions", _] => Some(Home::SecurityScheme),
        ["servers", "*"] => Some(Home::Server),
        ["tags", "*"] => Some(Home::Tag),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    fn problems(source: &str) -> Vec<String> {
        let document = Document::parse(source).unwrap();
        let mut reader = Reader::default();
        check(&mut reader, &document.root);
        let shown = |p: &crate::Problem| format!("{}:{} {} | {}", p.place.line, p.place.column, p.message, p.remedy);
        reader.problems.iter().map(shown).collect()
    }

    #[test]
    fn an_extension_is_refused_wherever_it_stands() {
        let source = "x-amazon-apigateway-security-policy: {}\n\
                      info: {x-amazon-apigateway-cors: {}}\n\
                      x-amazon-apigateway-polici: {}\n\
                      paths:\n  /a:\n    get: {parameters: [{x-tollgate-cache: 1}]}\n\
                      components: {schemas: {A: {example: {x-amazon-apigateway-policy: data}}}, responses: {default: {x-tollgate-no: 1}}}\n";
        assert_eq!(
            problems(source),
            [
                "1:1 x-amazon-apigateway-security-policy is refused: HTTP APIs have none: it belongs to REST APIs and custom domains | leave it out",
                "2:8 x-amazon-apigateway-cors has no meaning here | AWS has it at the top of the document: move it, or leave it out",
                "3:1 x-amazon-apigateway-polici is not an extension that is known here | leave it out",
                "6:25 x-tollgate-cache is not an extension that is known here | leave it out",
                "7:97 x-tollgate-no is not an extension that is known here | leave it out",
            ]
        );
    }

    #[test]
    fn what_cloudformation_would_resolve_is_refused_wherever_it_stands() {
        let source = "info: {title: {Ref: AWS::StackName}}\n\
                      paths:\n  /a: {get: {summary: {'Fn::If': [a, b, c]}}}\n\
                      servers: [{url: 'https://{{resolve:ssm:host}}/'}]\n\
                      components: {schemas: {A: {properties: {Ref: {type: string}}, example: {Ref: data}}}}\n";
        let remedy = "| write the value itself, or a stage variable, ${stageVariables.name}, and give it its value in the template";
        assert_eq!(
            problems(source),
            [
                format!("1:15 CloudFormation's Ref is not resolved here {remedy}"),
                format!("3:23 CloudFormation's Fn::If is not resolved here {remedy}"),
                format!("4:17 CloudFormation's dynamic reference, {{{{resolve:…}}}}, is not resolved here {remedy}"),
            ]
        );
    }

    #[test]
    fn other_vendors_extensions_are_theirs() {
        assert_eq!(problems("x-logo: {x-amazon-apigateway-policy: 1}\n"), [""; 0]);
    }
}
