//! What the stand-in answers: DynamoDB, Lambda's Invoke and SQS's SendMessage, from the items in `canned.json`.
//!
//! It answers at once and sits on loopback. So the figures hold what a function spends on asking AWS, not what AWS takes.

use serde_json::{Map, Value, json};

use crate::failure::{Context, Result};
use crate::http::{Request, response};

const DYNAMODB: &str = "DynamoDB_20120810.";

/// The canned items and answers.
pub(crate) struct Canned {
    /// One item a table, in DynamoDB's JSON.
    tables: Map<String, Value>,
    /// What every invoked function answers.
    invoke: Vec<u8>,
}

/// One answer of the stand-in.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) response: Vec<u8>,
    /// It gave what was asked for: not a miss, and not what a client may send to open its connection early.
    pub(crate) served: bool,
}

impl Canned {
    pub(crate) fn load() -> Result<Self> {
        let mut canned: Value = serde_json::from_str(include_str!("canned.json")).context("canned.json")?;
        let Some(Value::Object(tables)) = canned.get_mut("tables").map(Value::take) else {
            return Err("canned.json has no tables".into());
        };
        Ok(Self { tables, invoke: canned.get("invoke").unwrap_or(&Value::Null).to_string().into_bytes() })
    }

    /// The answer, or why AWS would not have given one: then a function asks what it should not, and the run is void.
    pub(crate) fn answer(&self, request: &Request) -> Result<Answer> {
        match request.header("x-amz-target") {
            Some("AmazonSQS.SendMessage") => {
                let headers = [("content-type", "application/x-amz-json-1.0"), REQUEST_ID];
                return Ok(Answer { response: response("200 OK", &headers, b"{\"MessageId\": \"1\"}"), served: true });
            }
            Some(target) => return self.dynamodb(target, &request.body),
            None => {}
        }
        let function = request.path().strip_prefix("/2015-03-31/functions/");
        if request.method() == "POST" && function.is_some_and(|name| name.ends_with("/invocations")) {
            serde_json::from_slice::<Value>(&request.body).context("Invoke with a payload that is no JSON")?;
            let headers = [("content-type", "application/json"), ("x-amz-executed-version", "$LATEST"), REQUEST_ID];
            return Ok(Answer { response: response("200 OK", &headers, &self.invoke), served: true });
        }
        if matches!(request.method(), "GET" | "HEAD") && request.path() == "/" {
            // What the real endpoint says to a bare connection, which a function may make at init.
            let body: &[u8] =
                if request.method() == "GET" { b"healthy: dynamodb.us-east-1.amazonaws.com " } else { b"" };
            return Ok(Answer { response: response("200 OK", &[REQUEST_ID], body), served: false });
        }
        Err(format!("the stand-in was asked {} {}", request.method(), request.path()).into())
    }

    fn dynamodb(&self, target: &str, body: &[u8]) -> Result<Answer> {
        let asked: Value = serde_json::from_slice(body).context(target)?;
        let table = asked.get("TableName").and_then(Value::as_str).unwrap_or_default();
        let Some(item) = self.tables.get(table) else {
            return Err(format!("{target} of table {table:?}, which canned.json does not have").into());
        };
        let returned = match asked.get("ReturnValues").and_then(Value::as_str) {
            None | Some("NONE") => json!({}),
            Some(_) => json!({ "Attributes": item }),
        };
        let (answer, served) = match target.strip_prefix(DYNAMODB) {
            Some("GetItem") if has_key(item, &asked) => (json!({ "Item": item }), true),
            Some("GetItem") => (json!({}), false),
            Some("Query") => (json!({ "Items": [item], "Count": 1, "ScannedCount": 1 }), true),
            Some("PutItem" | "UpdateItem" | "DeleteItem") => (returned, true),
            _ => return Err(format!("the stand-in does not know {target}").into()),
        };
        let headers = [("content-type", "application/x-amz-json-1.0"), REQUEST_ID];
        Ok(Answer { response: response("200 OK", &headers, answer.to_string().as_bytes()), served })
    }
}

const REQUEST_ID: (&str, &str) = ("x-amzn-requestid", "0a6f5c2e-2f4d-4d6c-9f0e-5b1d3c7a8e90");

/// Whether the item is the one whose key was asked for.
fn has_key(item: &Value, asked: &Value) -> bool {
    let key = asked.get("Key").and_then(Value::as_object);
    key.is_some_and(|key| !key.is_empty() && key.iter().all(|(name, value)| item.get(name) == Some(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dynamodb(operation: &str, body: &Value) -> Result<(String, bool)> {
        let target = format!("{DYNAMODB}{operation}");
        let answer = Canned::load().unwrap().dynamodb(&target, body.to_string().as_bytes())?;
        let text = String::from_utf8(answer.response).unwrap();
        Ok((text.split("\r\n\r\n").nth(1).unwrap().to_owned(), answer.served))
    }

    #[test]
    fn only_the_item_asked_for_is_served() {
        let canned = Canned::load().unwrap();
        let hash = canned.tables["api-keys"]["keyHash"].clone();
        let (found, served) =
            dynamodb("GetItem", &json!({ "TableName": "api-keys", "Key": { "keyHash": hash } })).unwrap();
        assert!(served && found.contains("\"tenant\":{\"S\":\"demo\"}"), "{found}");

        let other = json!({ "TableName": "api-keys", "Key": { "keyHash": { "S": "00" } } });
        assert_eq!(dynamodb("GetItem", &other).unwrap(), ("{}".to_owned(), false));
    }

    #[test]
    fn what_it_cannot_answer_voids_the_run() {
        let unknown = dynamodb("GetItem", &json!({ "TableName": "others" })).unwrap_err().to_string();
        assert!(unknown.contains("others"), "{unknown}");
        let unknown = dynamodb("Scan", &json!({ "TableName": "carts" })).unwrap_err().to_string();
        assert!(unknown.contains("Scan"), "{unknown}");
    }
}
