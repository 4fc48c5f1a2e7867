//! Permissions as a CloudFormation template.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{Permission, Permissions, names};

const HEAD: &str = r#"# Written by `tollgate build` from the definition; do not edit. `make test` fails when it is stale.
AWSTemplateFormatVersion: "2010-09-09"
Description: What the operations of the definition need of the router's role

Parameters:
  RouterRole:
    Type: String
"#;

/// A template has a resource, even where nothing is called.
const NOTHING: &str = "  Nothing:
    Type: AWS::CloudFormation::WaitConditionHandle

Outputs:
  RouterRole:
    Value: !Ref RouterRole
";

/// A managed policy has 6,144 characters at most, spaces not counted. (IAM user guide, `reference_iam-quotas`.)
const MAX_CHARACTERS: usize = 6_144;
/// What is reserved of them for the document around the statements.
const AROUND: usize = 100;
/// What a statement has around its action and resource, as JSON.
const STATEMENT: usize = 50;
/// What `${…}` may become at most: a state machine's ARN is the longest that a definition names.
const HOLE: usize = 256;

/// Operations that a comment names before it only counts.
const MAX_NAMED: usize = 5;

pub(super) fn template(permissions: &Permissions) -> String {
    let mut template = HEAD.to_owned();
    let variables: BTreeSet<&str> =
        permissions.keys().flat_map(|permission| &permission.resource.variables).map(String::as_str).collect();
    for variable in variables {
        let _ = writeln!(template, "  {}:\n    Type: String", names::parameter(variable));
    }
    template.push_str("\nResources:\n");
    if permissions.is_empty() {
        template.push_str(NOTHING);
    }
    for (number, policy) in policies(permissions).into_iter().enumerate() {
        write_policy(&mut template, number, &policy);
    }
    template
}

type Entry<'p> = (&'p Permission, &'p BTreeSet<String>);

/// As many policies as are needed for each to be short enough.
fn policies(permissions: &BTreeMap<Permission, BTreeSet<String>>) -> Vec<Vec<Entry<'_>>> {
    let mut policies: Vec<Vec<Entry<'_>>> = Vec::new();
    let mut left = 0;
    for entry in permissions {
        let size = characters(entry.0);
        match policies.last_mut().filter(|_| size <= left) {
            Some(policy) => policy.push(entry),
            None => {
                policies.push(vec![entry]);
                left = MAX_CHARACTERS - AROUND;
            }
        }
        left = left.saturating_sub(size);
    }
    policies
}

fn characters(permission: &Permission) -> usize {
    let resource = &permission.resource.yaml;
    STATEMENT + permission.action.len() + resource.len() + HOLE * resource.matches("${Variable").count()
}

fn write_policy(template: &mut String, number: usize, policy: &[Entry<'_>]) {
    let name = if number == 0 { String::new() } else { (number + 1).to_string() };
    let gap = if number == 0 { "" } else { "\n" };
    let _ = write!(
        template,
        "{gap}  Policy{name}:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      Roles: [!Ref RouterRole]\n      \
         PolicyDocument:\n        Version: \"2012-10-17\"\n        Statement:\n"
    );
    for (Permission { action, resource }, operations) in policy {
        let _ = writeln!(template, "          # {}", named(operations));
        if resource.is_open {
            template.push_str("          # As wide as this because the definition leaves it to the request.\n");
        }
        let _ = writeln!(
            template,
            "          - Effect: Allow\n            Action: {}\n            Resource: {}",
            scalar(action),
            resource.yaml
        );
    }
}

/// Plain where that is safe.
fn scalar(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || ":-*".contains(c));
    if plain { text.to_owned() } else { names::quoted(text) }
}

/// `GET /carts/{cartId}, POST /carts`, on one line.
fn named(operations: &BTreeSet<String>) -> String {
    let shown: Vec<String> = operations.iter().take(MAX_NAMED).map(|key| key.replace(char::is_control, " ")).collect();
    let more = operations.len().saturating_sub(MAX_NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    shown.join(", ") + &more
}
