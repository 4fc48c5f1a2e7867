//! Functions and roles as the template names them.

use std::fmt::Write as _;

use super::names::{parameter, quoted};
use crate::{Part, Text};

/// That API Gateway may call `function` for what `source` names of the API.
pub(super) fn write_permission(template: &mut String, id: &str, function: &str, source: &str) {
    let _ = write!(
        template,
        "\n  {id}:\n    Type: AWS::Lambda::Permission\n    Properties:\n      Action: lambda:InvokeFunction\n      \
         FunctionName: !Sub {}\n      Principal: apigateway.amazonaws.com\n      \
         SourceArn: !Sub arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}/{source}\n",
        quoted(function)
    );
}

/// The URI by which API Gateway calls `function`.
pub(super) fn invocation(function: &str) -> String {
    format!(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/{function}/invocations"
    )
}

/// The text for `!Sub`, with the values that stage variables have when it is deployed.
pub(super) fn deployed(text: &Text) -> String {
    substituted(text, |variable| format!("${{{}}}", parameter(variable)))
}

/// The text for `!Sub`, with its holes as `variable` writes them.
pub(super) fn substituted(text: &Text, variable: impl Fn(&str) -> String) -> String {
    text.0
        .iter()
        .map(|part| match part {
            Part::Literal(literal) => literal.replace("${", "${!"),
            Part::StageVariable(name) => variable(name),
            Part::PathParameter(name) => format!("{{{name}}}"),
        })
        .collect()
}
