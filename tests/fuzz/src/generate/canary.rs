//! Something in a definition that nobody knows: it must not be passed over, wherever it stands.

use super::{
    Choices, Tree,
    tree::{plain, text},
};

/// What was put into a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canary {
    /// A field that nobody knows: it is refused by this name.
    Name(&'static str),
    /// An odd value of this property of an integration: it is refused, or the API is another.
    Value(&'static str),
}

/// Names that may stand nowhere.
const EXTENSIONS: [&str; 2] = ["x-amazon-apigateway-canary", "x-tollgate-canary"];
/// A name that may stand nowhere where AWS or `OpenAPI` say which fields there are.
const FIELD: &str = "canary";
/// Properties of integrations that say what an operation does. The others say nothing to a proxy, here as on AWS.
const PROPERTIES: [&str; 7] =
    ["type", "uri", "httpMethod", "payloadFormatVersion", "timeoutInMillis", "requestTemplates", "requestParameters"];

type Entries = Vec<(String, Tree)>;

/// Where in a definition a map stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the top.
    Top,
    /// All paths.
    Paths,
    /// One path.
    Path,
    /// One operation.
    Operation,
    /// Its integration.
    Integration,
    /// Anywhere else.
    Part,
}

impl Place {
    /// Where the value of `key` stands; what is in other extensions is theirs.
    fn below(self, key: &str) -> Option<Place> {
        match (self, key) {
            (Place::Integration, _) => None,
            (_, "x-amazon-apigateway-integration") => Some(Place::Integration),
            (Place::Top, "paths") => Some(Place::Paths),
            (Place::Paths, _) => Some(Place::Path),
            (Place::Path, "x-amazon-apigateway-any-method") => Some(Place::Operation),
            (_, key) if key.starts_with("x-") => None,
            (Place::Path, "parameters") => Some(Place::Part),
            (Place::Path, _) => Some(Place::Operation),
            _ => Some(Place::Part),
        }
    }
}

/// Puts it into one of the maps of `tree`; `None` when nothing was to be put there.
pub(super) fn plant(choices: &mut Choices<'_>, tree: &mut Tree) -> Option<Canary> {
    let place = choices.below(256) * 256 + choices.below(256);
    let mut left = place % count(tree, Place::Top).max(1);
    let mut planted = None;
    visit(tree, Place::Top, &mut left, &mut |entries, place| planted = put(choices, entries, place));
    planted
}

fn put(choices: &mut Choices<'_>, entries: &mut Entries, place: Place) -> Option<Canary> {
    if place == Place::Integration && choices.chance(1, 2) {
        let wanted = choices.pick(&PROPERTIES);
        let (_, value) = entries.iter_mut().find(|(key, _)| key == wanted)?;
        *value = text("odd");
        return Some(Canary::Value(wanted));
    }
    let closed = matches!(place, Place::Top | Place::Path | Place::Operation | Place::Integration);
    let name = if closed && choices.chance(1, 2) { FIELD } else { choices.pick(&EXTENSIONS) };
    entries.push((name.to_owned(), if choices.chance(1, 2) { plain(1) } else { text("a") }));
    Some(Canary::Name(name))
}

/// How many maps there are to choose from.
fn count(tree: &Tree, place: Place) -> usize {
    match tree {
        Tree::Plain(_) | Tree::Text(_) => 0,
        Tree::List(items) => items.iter().map(|item| count(item, Place::Part)).sum(),
        Tree::Map(entries) => {
            let below = |(key, value): &(String, Tree)| place.below(key).map_or(0, |place| count(value, place));
            1 + entries.iter().map(below).sum::<usize>()
        }
    }
}

/// Goes to the map that is `left` maps away; true when it has been there.
fn visit(tree: &mut Tree, place: Place, left: &mut usize, put: &mut dyn FnMut(&mut Entries, Place)) -> bool {
    match tree {
        Tree::Plain(_) | Tree::Text(_) => false,
        Tree::List(items) => items.iter_mut().any(|item| visit(item, Place::Part, left, put)),
        Tree::Map(entries) if *left == 0 => {
            put(entries, place);
            true
        }
        Tree::Map(entries) => {
            *left -= 1;
            let mut below = entries.iter_mut().filter_map(|(key, value)| place.below(key).map(|place| (value, place)));
            below.any(|(value, place)| visit(value, place, left, put))
        }
    }
}
