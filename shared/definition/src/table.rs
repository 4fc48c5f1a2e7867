//! The router's table: the compiled API as a file beside the function's `bootstrap`.
//!
//! A header, a checksum, the tree of routes, and each operation as bytes of its own: a start reads the tree only, and an
//! operation is decoded when its first request comes.

use std::{cell::Cell, collections::BTreeMap};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::{Api, Operation, PathTemplate, RestApi, Segment, path_template::MAX_SEGMENTS};

/// Says what the file is, and in which version of this format.
const MAGIC: &[u8; 12] = b"tollgate\0\0\0\x04";

/// Where requests go: a tree of path segments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTree {
    /// Children by their very text, sorted.
    #[serde(deserialize_with = "deeper")]
    pub statics: BTreeMap<String, RouteTree>,
    /// The child for any one segment.
    #[serde(deserialize_with = "deeper")]
    pub parameter: Option<Box<RouteTree>>,
    /// The operations that take all that is left, by method.
    pub greedy: BTreeMap<String, RouteEnd>,
    /// The operations that end here, by method.
    pub methods: BTreeMap<String, RouteEnd>,
}

thread_local! {
    /// How deep in a tree the reader is.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Reads a node's children, and refuses a tree that is deeper than any path: reading it would exhaust the stack.
fn deeper<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    let depth = DEPTH.get();
    if depth > MAX_SEGMENTS {
        return Err(D::Error::custom("the tree is deeper than any path"));
    }
    DEPTH.set(depth + 1);
    let children = T::deserialize(deserializer);
    DEPTH.set(depth);
    children
}

/// An operation at the end of a path, and what its path calls its parameters, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteEnd {
    /// The operation's place in the table.
    pub operation: u32,
    /// The names of the path's parameters. Two methods of one path may not differ in them, two paths of one shape do not
    /// exist, but `/{a}/x` and `/{b}/y` share a node: so the names stand at the end and not in the tree.
    pub parameters: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Contents<'a> {
    routes: RouteTree,
    #[serde(borrow)]
    rest_api: &'a [u8],
    #[serde(borrow)]
    operations: Vec<&'a [u8]>,
    #[serde(borrow)]
    models: Vec<&'a str>,
}

/// A table, as read from its bytes.
#[derive(Debug)]
pub struct Table<'a> {
    /// Where requests go.
    pub routes: RouteTree,
    rest_api: &'a [u8],
    operations: Vec<&'a [u8]>,
    models: Vec<&'a str>,
}

/// Why bytes are not a table.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Not written by `tollgate build`, or by another version of it.
    #[error("it is not a table of this version of Tollgate: run `tollgate build` of the same version")]
    Format,
    /// Cut off or changed since it was written.
    #[error("it is damaged: its checksum does not match; run `tollgate build` again")]
    Damaged,
}

/// The table of `api`. The same API always gives the same bytes.
///
/// # Errors
/// When the API cannot be written down, which no API that [`compile`](crate::compile) gives can cause.
pub fn encode(api: &Api) -> Result<Vec<u8>, postcard::Error> {
    let mut routes = RouteTree::default();
    let mut operations = Vec::new();
    for (index, operation) in (0u32..).zip(api.operations()) {
        if let Ok(path) = PathTemplate::parse(&operation.path) {
            insert(&mut routes, &path, &operation.method, index);
        }
        operations.push(postcard::to_allocvec(&operation)?);
    }
    let operations = operations.iter().map(Vec::as_slice).collect();
    let rest_api = postcard::to_allocvec(&api.rest_api)?;
    let models = api.models.iter().map(String::as_str).collect();
    let contents = postcard::to_allocvec(&Contents { routes, rest_api: &rest_api, operations, models })?;
    let mut bytes = MAGIC.to_vec();
    bytes.extend(crc32fast::hash(&contents).to_le_bytes());
    bytes.extend(contents);
    Ok(bytes)
}

fn insert(routes: &mut RouteTree, path: &PathTemplate, method: &str, operation: u32) {
    let end = RouteEnd { operation, parameters: path.parameters().map(str::to_owned).collect() };
    let mut node = routes;
    for segment in &path.0 {
        node = match segment {
            Segment::Static(text) => node.statics.entry(text.clone()).or_default(),
            Segment::Parameter(_) => node.parameter.get_or_insert_default(),
            Segment::Greedy(_) => {
                node.greedy.insert(method.to_owned(), end);
                return;
            }
            Segment::Rest => {
                // Paths are inserted in order: `/` before it keeps its place, `/{proxy+}` behind it takes its own.
                node.greedy.entry(method.to_owned()).or_insert(end.clone());
                node.methods.entry(method.to_owned()).or_insert(end);
                return;
            }
        };
    }
    node.methods.insert(method.to_owned(), end);
}

impl<'a> Table<'a> {
    /// Reads a table.
    ///
    /// # Errors
    /// When `bytes` are not one.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, TableError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(TableError::Format)?;
        let (checksum, contents) = rest.split_first_chunk::<4>().ok_or(TableError::Damaged)?;
        if crc32fast::hash(contents) != u32::from_le_bytes(*checksum) {
            return Err(TableError::Damaged);
        }
        let contents: Contents<'a> = postcard::from_bytes(contents).map_err(|_| TableError::Damaged)?;
        let Contents { routes, rest_api, operations, models } = contents;
        Ok(Table { routes, rest_api, operations, models })
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Decodes what the router keeps for all operations.
    ///
    /// # Errors
    /// When its bytes are not that.
    pub fn rest_api(&self) -> Result<RestApi, TableError> {
        postcard::from_bytes(self.rest_api).map_err(|_| TableError::Damaged)
    }

    /// The models that operations name by their place, each as JSON text.
    pub fn models(&self) -> &[&'a str] {
        &self.models
    }

    /// Decodes the operation at `index`.
    ///
    /// # Errors
    /// When there is none, or its bytes are not an operation.
    pub fn operation(&self, index: u32) -> Result<Operation, TableError> {
        let bytes = usize::try_from(index).ok().and_then(|index| self.operations.get(index));
        let bytes = bytes.ok_or(TableError::Damaged)?;
        postcard::from_bytes(bytes).map_err(|_| TableError::Damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Guard, Integration, Limits, Mapped, RequestMapping, Route, Target, Validation, Way};

    fn api() -> Api {
        let request = RequestMapping::default();
        let mock = Mapped { target: Target::Mock, request, responses: Vec::new(), timeout_ms: 50 };
        let route = |method: &str, path: &str| {
            let (path, method) = (path.to_owned(), method.to_owned());
            let integration = Integration::Mapped(mock.clone());
            let validation = Validation::default();
            let operation = Operation {
                path: path.clone(),
                method: method.clone(),
                admits: Guard::ApiKey.admits(),
                limits: Limits { throttle: None, units: Some(3) },
                validation,
                integration,
            };
            let way = Way::Dispatched { operation, because: String::new() };
            Route { path, method, guard: Guard::ApiKey, admits: Guard::ApiKey.admits(), way, throttle: None }
        };
        let routes = vec![route("GET", "/a/{x}"), route("ANY", "/a/{proxy+}"), route("PUT", "/")];
        let models = vec!["{}".to_owned(), r#"{"type":"object"}"#.to_owned()];
        let rest_api = RestApi { binary_media_types: vec!["*/*".to_owned()], ..RestApi::default() };
        Api { title: "t".to_owned(), routes, rest_api, models, ..Api::default() }
    }

    #[test]
    fn a_table_gives_back_what_went_in() {
        let bytes = encode(&api()).unwrap();
        let table = Table::decode(&bytes).unwrap();
        let operations: Vec<Operation> = (0..3).map(|index| table.operation(index).unwrap()).collect();
        assert_eq!((table.len(), operations), (3, api().operations().collect()));
        assert_eq!(table.rest_api().unwrap(), api().rest_api);
        assert_eq!(table.models(), ["{}", r#"{"type":"object"}"#]);
        assert_eq!(table.routes.methods["PUT"].operation, 2);
        assert_eq!(table.routes.statics["a"].greedy["ANY"].parameters, ["proxy"]);
    }

    #[test]
    fn the_same_api_gives_the_same_bytes() {
        assert_eq!(encode(&api()), encode(&api()));
    }

    #[test]
    fn a_damaged_table_is_refused() {
        let bytes = encode(&api()).unwrap();
        assert_eq!(Table::decode(b"{}").unwrap_err(), TableError::Format);
        assert_eq!(Table::decode(&bytes[..20]).unwrap_err(), TableError::Damaged);
        for at in 12..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(Table::decode(&changed).unwrap_err(), TableError::Damaged);
        }
    }
}
