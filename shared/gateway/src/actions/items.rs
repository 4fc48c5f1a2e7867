//! What is asked of DynamoDB. Items, keys and values are plain JSON: `{"id": "a"}`, not `{"id": {"S": "a"}}`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What the expressions of a DynamoDB action stand for. (DynamoDB developer guide, `Expressions`.)
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expressions {
    /// `ConditionExpression`.
    pub condition: Option<String>,
    /// `ExpressionAttributeNames`: `#name` and what it stands for.
    pub names: BTreeMap<String, String>,
    /// `ExpressionAttributeValues`: `:value` and what it stands for, as plain JSON.
    pub values: Map<String, Value>,
}

/// `GetItem`. (DynamoDB API reference.)
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetItem {
    /// The table's name or ARN.
    pub table: String,
    /// The item's key.
    pub key: Map<String, Value>,
    /// `ConsistentRead`.
    pub consistent: bool,
    /// `ProjectionExpression`.
    pub projection: Option<String>,
    /// `ExpressionAttributeNames` of the projection.
    pub names: BTreeMap<String, String>,
}

/// Which item a write gives back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Returned {
    /// None.
    #[default]
    Nothing,
    /// The item as it was: `ALL_OLD`.
    Old,
    /// The item as it is now: `ALL_NEW`. An update alone has it.
    New,
}

/// `PutItem`. (DynamoDB API reference.)
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PutItem {
    /// The table's name or ARN.
    pub table: String,
    /// The item.
    pub item: Map<String, Value>,
    /// The condition and what it stands for.
    pub expressions: Expressions,
    /// [`Returned::New`] counts as [`Returned::Nothing`].
    pub returned: Returned,
}

/// `UpdateItem`. (DynamoDB API reference.)
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateItem {
    /// The table's name or ARN.
    pub table: String,
    /// The item's key.
    pub key: Map<String, Value>,
    /// `UpdateExpression`.
    pub update: String,
    /// The condition, and what both expressions stand for.
    pub expressions: Expressions,
    /// Which item is given back.
    pub returned: Returned,
}

/// `DeleteItem`. (DynamoDB API reference.)
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteItem {
    /// The table's name or ARN.
    pub table: String,
    /// The item's key.
    pub key: Map<String, Value>,
    /// The condition and what it stands for.
    pub expressions: Expressions,
    /// [`Returned::New`] counts as [`Returned::Nothing`].
    pub returned: Returned,
}

/// `Query`, one page of it. (DynamoDB API reference.)
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// The table's name or ARN.
    pub table: String,
    /// `IndexName`.
    pub index: Option<String>,
    /// `KeyConditionExpression`.
    pub key_condition: String,
    /// `FilterExpression`.
    pub filter: Option<String>,
    /// `ProjectionExpression`.
    pub projection: Option<String>,
    /// `ExpressionAttributeNames`.
    pub names: BTreeMap<String, String>,
    /// `ExpressionAttributeValues`, as plain JSON.
    pub values: Map<String, Value>,
    /// `Limit`.
    pub limit: Option<u32>,
    /// The other way round: `ScanIndexForward` is false.
    pub descending: bool,
    /// `ConsistentRead`.
    pub consistent: bool,
    /// `ExclusiveStartKey`: the `lastEvaluatedKey` of the page before.
    pub start_key: Option<Map<String, Value>>,
}
