//! The document: its top, its paths and their operations.

use std::collections::BTreeSet;

use super::{
    Choices, Mood, Tree, integration, security,
    tree::{map, plain, text, texts},
    vendor,
};

/// Segments of ordinary paths. The few make paths meet.
const SEGMENTS: [&str; 10] = ["a", "b", "orders", "{id}", "{x}", "v1.2", "c_d", "size", "a-b", "{orderId}"];
/// Segments that AWS, a router or a reader may take otherwise than they are meant.
const ODD_SEGMENTS: [&str; 16] = [
    "", ".", "..", "%2e%2e", "a%2fb", "a%", "{", "}", "{}", "{a}{b}", "x{a}", "{proxy+}", "$default", "a?b", "a#b",
    "\u{7f}",
];
const METHODS: [&str; 8] =
    ["get", "post", "put", "patch", "delete", "head", "options", "x-amazon-apigateway-any-method"];

/// What the generators know of the document around them.
pub(super) struct Scene {
    pub(super) mood: Mood,
    pub(super) swagger: bool,
    /// Whether there is an integration that others refer to.
    pub(super) shared: bool,
}

/// The catch-all of an HTTP API.
const DEFAULT: &str = "/$default";

/// A definition.
pub(super) fn document(choices: &mut Choices<'_>, mood: Mood) -> Tree {
    let swagger = choices.chance(1, 4);
    let scene = Scene { mood, swagger, shared: !swagger && choices.chance(1, 4) };
    let mut root = Tree::Map(Vec::new());
    if swagger {
        root.put("swagger", text("2.0"));
    } else {
        root.put("openapi", text(choices.pick(&["3.0.3", "3.0.1", "3.1.0", "3.0", "3.1"])));
    }
    root.put("info", map([("title", text(choices.pick(&["Shop", "größe", "A: b"]))), ("version", text("1"))]));
    around(choices, &scene, &mut root);
    root.put("paths", paths(choices, &scene));
    security::declare(choices, &scene, &mut root);
    if choices.chance(1, 3) {
        schemas(choices, swagger, &mut root);
    }
    if mood != Mood::Tame {
        vendor::at_the_top(choices, &scene, &mut root);
    }
    root
}

/// What a document has beside paths.
fn around(choices: &mut Choices<'_>, scene: &Scene, root: &mut Tree) {
    if scene.swagger {
        root.put("host", text("abc.execute-api.us-east-1.amazonaws.com"));
        root.put("basePath", text(choices.pick(&["/v1", "/", "v1"])));
        root.put("schemes", texts(["https"]));
    } else if choices.chance(1, 2) {
        root.put("servers", Tree::List(vec![map([("url", text("https://abc.example/{basePath}"))])]));
    }
    if choices.chance(1, 4) {
        root.put("tags", Tree::List(vec![map([("name", text("orders"))])]));
    }
    if choices.chance(1, 6) {
        root.put("security", security::requirement(choices, scene));
    }
    if choices.chance(1, 6) {
        root.put("x-logo", map([("url", text("https://shop.example/logo.png"))]));
    }
}

fn paths(choices: &mut Choices<'_>, scene: &Scene) -> Tree {
    let mut all = Vec::new();
    let mut shapes = BTreeSet::new();
    if choices.chance(1, 8) {
        let mut operation = operation(choices, scene, DEFAULT);
        operation.put("isDefaultRoute", plain(true));
        all.push((DEFAULT.to_owned(), map([("x-amazon-apigateway-any-method", operation)])));
    }
    for _ in 0..=choices.below(7) {
        let path = path(choices, scene.mood);
        // Two paths of one shape are refused, and half of all documents would be.
        if scene.mood == Mood::Tame && !shapes.insert(shape(&path)) {
            continue;
        }
        let mut item = Tree::Map(Vec::new());
        if choices.chance(1, 3) {
            item.put("parameters", parameters(&path, scene.swagger));
        }
        let mut methods = BTreeSet::new();
        for _ in 0..=choices.below(3) {
            let method = choices.pick(&METHODS);
            if methods.insert(method) {
                item.put(method, operation(choices, scene, &path));
            }
        }
        all.push((path, item));
    }
    Tree::Map(all)
}

fn path(choices: &mut Choices<'_>, mood: Mood) -> String {
    let mut path = String::new();
    let mut names = BTreeSet::new();
    for _ in 0..choices.below(5) {
        let odd = mood != Mood::Tame && choices.chance(1, 12);
        let segment = if odd { choices.pick(&ODD_SEGMENTS) } else { choices.pick(&SEGMENTS) };
        // One path may not have two parameters of one name.
        let segment = if segment.starts_with('{') && !names.insert(segment) { "c" } else { segment };
        path.push('/');
        path.push_str(segment);
    }
    if choices.chance(1, 4) {
        path.push_str(choices.pick(&["/{proxy+}", "/{rest+}"]));
    }
    if mood != Mood::Tame && choices.chance(1, 40) {
        // Deeper than any tree of paths that anybody drew.
        path.push_str(&"/deep".repeat(1 << choices.below(12)));
    }
    if path.is_empty() { "/".to_owned() } else { path }
}

/// The path with nameless parameters.
fn shape(path: &str) -> String {
    let nameless = path.split('/').map(|segment| match (segment.starts_with('{'), segment.ends_with("+}")) {
        (true, true) => "{+}",
        (true, false) => "{}",
        (false, _) => segment,
    });
    nameless.collect::<Vec<_>>().join("/")
}

/// The names of a path's parameters.
pub(super) fn names(path: &str) -> Vec<&str> {
    let inner = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    inner.map(|name| name.trim_end_matches('+')).collect()
}

fn parameters(path: &str, swagger: bool) -> Tree {
    let parameter = |name: &str| {
        let mut parameter = map([("name", text(name)), ("in", text("path")), ("required", plain(true))]);
        if swagger {
            parameter.put("type", text("string"));
        } else {
            parameter.put("schema", map([("type", text("string"))]));
        }
        parameter
    };
    Tree::List(names(path).into_iter().map(parameter).collect())
}

fn operation(choices: &mut Choices<'_>, scene: &Scene, path: &str) -> Tree {
    let mut operation = Tree::Map(Vec::new());
    if choices.chance(1, 4) {
        operation.put("operationId", text(choices.pick(&["readOrder", "größe", "x"])));
    }
    if choices.chance(1, 4) {
        operation
            .put("responses", map([(choices.pick(&["200", "default"]), map([("description", text("200 response"))]))]));
    }
    if choices.chance(1, 3) {
        operation.put("security", security::requirement(choices, scene));
    }
    if scene.mood != Mood::Tame {
        vendor::in_an_operation(choices, scene, &mut operation);
    }
    // Not always the last field.
    if scene.mood != Mood::Tame && choices.chance(1, 6) {
        operation.put("x-tollgate-aggregate", integration::aggregate(choices, scene, path));
    } else {
        operation.put("x-amazon-apigateway-integration", integration::integration(choices, scene, path));
    }
    if choices.chance(1, 5) {
        operation.put("deprecated", plain(true));
    }
    operation
}

fn schemas(choices: &mut Choices<'_>, swagger: bool, root: &mut Tree) {
    let place = if swagger { "#/definitions/" } else { "#/components/schemas/" };
    let mut all = Vec::new();
    for name in ["Order", "Item", "Error"].into_iter().take(1 + choices.below(3)) {
        let other = format!("{place}{}", choices.pick(&["Order", name]));
        let schema = map([
            ("type", text("object")),
            ("required", texts(["id"])),
            ("properties", map([("id", map([("type", text("string"))])), ("next", map([("$ref", text(other))]))])),
        ]);
        all.push((name.to_owned(), schema));
    }
    if swagger {
        root.put("definitions", Tree::Map(all));
    } else if let Tree::Map(entries) = root {
        let components = entries.iter_mut().find(|(key, _)| key == "components");
        match components {
            Some((_, components)) => components.put("schemas", Tree::Map(all)),
            None => root.put("components", Tree::Map(vec![("schemas".to_owned(), Tree::Map(all))])),
        }
    }
}
