//! The router's policy is the least that will do: each statement is missed by its operations, and by no other.

use std::collections::BTreeSet;

use e2e::Stack;
use serde_json::{Value, json};

use super::{
    dispatched::{PERMISSIONS, call},
    encoded, form, fresh, json_of, request, send,
};

/// An operation, and the action that it needs. Those with a mapping answer a refusal of the service with 500.
struct Probe {
    action: &'static str,
    method: &'static str,
    path: String,
    body: Value,
}

fn probes() -> Vec<Probe> {
    let execution = "arn:aws:states:us-east-1:000000000000:execution:machine:none";
    let (quantity, add, said) = (json!({"quantity": 1}), json!({"add": 1}), json!({"text": "hello"}));
    let none = Value::Null;
    [
        ("dynamodb:PutItem", "PUT", "/shelves/probe/items/one", &quantity),
        ("dynamodb:PutItem", "PUT", "/plain/probe/one", &quantity),
        ("dynamodb:GetItem", "GET", "/shelves/probe/items/one", &none),
        ("dynamodb:GetItem", "GET", "/plain/probe/one", &none),
        ("dynamodb:UpdateItem", "PATCH", "/shelves/probe/items/one", &add),
        ("dynamodb:UpdateItem", "PATCH", "/plain/probe/one", &add),
        ("dynamodb:Query", "GET", "/shelves/probe/items", &none),
        ("dynamodb:Query", "GET", "/plain/probe", &none),
        ("dynamodb:DeleteItem", "DELETE", "/shelves/probe/items/one", &none),
        ("dynamodb:DeleteItem", "DELETE", "/plain/probe/one", &none),
        ("sqs:SendMessage", "POST", "/messages/query", &said),
        ("sqs:SendMessage", "POST", "/messages/json", &said),
        ("sqs:SendMessage", "POST", "/messages", &said),
        ("sqs:ReceiveMessage", "GET", "/messages", &none),
        ("sqs:DeleteMessage", "DELETE", "/messages?receipt=none", &none),
        ("sqs:PurgeQueue", "DELETE", "/messages/all", &none),
        ("sns:Publish", "POST", "/notices/mapped?text=hello", &said),
        ("sns:Publish", "POST", "/notices", &said),
        ("states:StartExecution", "POST", "/executions/mapped", &none),
        ("states:StartExecution", "POST", "/executions", &said),
        ("states:StartSyncExecution", "POST", "/executions/mapped/sync", &said),
        ("states:StartSyncExecution", "POST", "/executions/sync", &said),
        ("states:StopExecution", "DELETE", &format!("/executions?execution={execution}"), &none),
        ("kinesis:PutRecord", "POST", "/records/mapped", &said),
        ("kinesis:PutRecord", "POST", "/records", &json!({"data": "AP8H"})),
        ("events:PutEvents", "POST", "/events/mapped", &said),
        ("events:PutEvents", "POST", "/events", &said),
        ("s3:PutObject", "PUT", "/files/probe", &said),
        ("s3:GetObject", "GET", "/files/probe", &none),
        ("sts:AssumeRole", "GET", "/borrowed/probe/one", &none),
    ]
    .map(|(action, method, path, body)| Probe { action, method, path: path.to_owned(), body: body.clone() })
    .into()
}

/// Whether the operation was refused by IAM; and what the client got.
fn refused(probe: &Probe) -> (bool, String) {
    let answer = call(probe.method, &probe.path, &probe.body);
    let said = answer.text();
    let denied = answer.status == 500 || said.contains("AccessDenied") || said.contains("not authorized");
    (denied, format!("{} {}: {} {said}", probe.method, probe.path, answer.status))
}

/// One policy of the router's role.
struct Policy {
    arn: String,
    /// The one that is in force.
    version: String,
    document: Value,
}

/// The texts of all elements of that name in an XML answer of IAM.
async fn iam(parameters: &str, element: &str) -> Vec<String> {
    let answer = form("iam", &format!("{parameters}&Version=2010-05-08")).await;
    let xml = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, 200, "{parameters}: {xml}");
    let open = format!("<{element}>");
    xml.split(&open).skip(1).map(|rest| rest.split('<').next().unwrap_or_default().to_owned()).collect()
}

/// The policies of `router-policy.yaml`; AWS's own, for logs, are left alone.
async fn policies() -> Vec<Policy> {
    let role = &Stack::get().services().outputs["RouterRole"];
    let mut found = Vec::new();
    for arn in iam(&format!("Action=ListAttachedRolePolicies&RoleName={role}"), "PolicyArn").await {
        if arn.contains(":aws:policy/") {
            continue;
        }
        let named = format!("PolicyArn={}", encoded(&arn));
        let version = iam(&format!("Action=GetPolicy&{named}"), "DefaultVersionId").await.remove(0);
        let document = iam(&format!("Action=GetPolicyVersion&{named}&VersionId={version}"), "Document").await.remove(0);
        let document = serde_json::from_str(&decoded(&document)).expect("JSON");
        found.push(Policy { arn, version, document });
    }
    found
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.replace("&quot;", "\"").replace("&amp;", "&").into_bytes().into_iter();
    while let Some(byte) = rest.next() {
        let hex = if byte == b'%' { rest.next().zip(rest.next()) } else { None };
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(hex.and_then(|(high, low)| Some(digit(high)? * 16 + digit(low)?)).unwrap_or(byte));
    }
    String::from_utf8(bytes).expect("text")
}

impl Policy {
    /// Whether a statement of it permits `action`.
    fn permits(&self, action: &str) -> bool {
        self.actions().contains(action)
    }

    fn actions(&self) -> BTreeSet<String> {
        let statements = self.document["Statement"].as_array().expect("statements");
        statements.iter().map(|statement| statement["Action"].as_str().expect("one action").to_owned()).collect()
    }

    /// Takes away what permits `action`.
    async fn without(&mut self, action: &str) {
        let mut document = self.document.clone();
        document["Statement"].as_array_mut().expect("statements").retain(|statement| statement["Action"] != action);
        self.set(&document).await;
    }

    async fn restore(&mut self) {
        let document = self.document.clone();
        self.set(&document).await;
    }

    /// A policy has five versions at most, so the one before goes.
    async fn set(&mut self, document: &Value) {
        let (arn, document) = (encoded(&self.arn), encoded(&document.to_string()));
        let create = format!("Action=CreatePolicyVersion&PolicyArn={arn}&SetAsDefault=true&PolicyDocument={document}");
        let before = std::mem::replace(&mut self.version, iam(&create, "VersionId").await.remove(0));
        iam(&format!("Action=DeletePolicyVersion&PolicyArn={arn}&VersionId={before}"), "RequestId").await;
    }
}

/// Makes the router start anew, as a change of its environment does: what it keeps of roles is forgotten.
async fn restart() {
    let function = &Stack::get().services().outputs["RouterFunction"];
    let path = format!("/2015-03-31/functions/{function}/configuration");
    let headers = [("content-type", "application/json")];
    let mut environment = json_of(&send(request("lambda", "GET", &path, &headers, "")).await)["Environment"].take();
    environment["Variables"]["STARTED"] = json!(fresh("started"));
    let body = json!({"Environment": environment}).to_string();
    json_of(&send(request("lambda", "PUT", &path, &headers, body)).await);
}

#[tokio::test(flavor = "current_thread")]
async fn every_statement_is_missed_by_its_operations_and_by_no_other() {
    let _alone = PERMISSIONS.write().await;
    let (probes, mut policies) = (probes(), policies().await);
    let permitted: BTreeSet<String> = policies.iter().flat_map(Policy::actions).collect();
    let needed: BTreeSet<String> = probes.iter().map(|probe| probe.action.to_owned()).collect();
    assert_eq!(permitted, needed, "each statement has a probe, and each probe a statement");
    let mut wrong = Vec::new();
    for action in &permitted {
        for policy in policies.iter_mut().filter(|policy| policy.permits(action)) {
            policy.without(action).await;
        }
        restart().await;
        for probe in &probes {
            let (denied, said) = refused(probe);
            if denied != (probe.action == action) {
                wrong.push(format!("without {action}: {said}"));
            }
        }
        for policy in policies.iter_mut().filter(|policy| policy.permits(action)) {
            policy.restore().await;
        }
    }
    restart().await;
    wrong.extend(
        probes.iter().map(refused).filter(|(denied, _)| *denied).map(|(_, said)| format!("at the end: {said}")),
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}
