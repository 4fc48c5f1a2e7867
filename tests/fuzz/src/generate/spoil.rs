//! What people and tools get wrong: misspelt names, wrong types, things that are missing or there twice.

use super::{
    Choices, Tree,
    tree::{map, plain, text},
};

/// Spoils a few places of `tree`.
pub(super) fn spoil(choices: &mut Choices<'_>, tree: &mut Tree) {
    for _ in 0..=choices.below(4) {
        let places = count(tree);
        let place = choices.below(256) * 256 + choices.below(256);
        let mut left = place % places.max(1);
        spoil_at(choices, tree, &mut left);
    }
}

fn count(tree: &Tree) -> usize {
    match tree {
        Tree::Plain(_) | Tree::Text(_) => 1,
        Tree::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Tree::Map(entries) => 1 + entries.iter().map(|(_, value)| count(value)).sum::<usize>(),
    }
}

/// Walks to the place that is `left` steps away; true when it has been there.
fn spoil_at(choices: &mut Choices<'_>, tree: &mut Tree, left: &mut usize) -> bool {
    if *left == 0 {
        spoil_one(choices, tree);
        return true;
    }
    *left -= 1;
    match tree {
        Tree::Plain(_) | Tree::Text(_) => false,
        Tree::List(items) => items.iter_mut().any(|item| spoil_at(choices, item, left)),
        Tree::Map(entries) => entries.iter_mut().any(|(_, value)| spoil_at(choices, value, left)),
    }
}

fn spoil_one(choices: &mut Choices<'_>, tree: &mut Tree) {
    match (choices.below(4), &mut *tree) {
        (0, Tree::Map(entries)) if !entries.is_empty() => {
            let place = choices.below(entries.len());
            if let Some((key, _)) = entries.get_mut(place) {
                *key = misspelt(choices, key);
            }
        }
        (1, Tree::Map(entries)) if !entries.is_empty() => {
            entries.remove(choices.below(entries.len()));
        }
        (2, Tree::Map(entries)) if !entries.is_empty() => {
            let twice = entries.get(choices.below(entries.len())).cloned();
            entries.extend(twice);
        }
        (3, Tree::Map(entries)) => {
            let key = choices.pick(&[
                "$ref",
                "x-amazon-apigateway-policy",
                "x-tollgate-cache",
                "x-other",
                "<<",
                "",
                "get",
                "type",
            ]);
            entries.push((key.to_owned(), wrong(choices)));
        }
        (0 | 1, Tree::Text(inner)) => *inner = misspelt(choices, inner),
        _ => *tree = wrong(choices),
    }
}

/// A value that is seldom what was expected.
fn wrong(choices: &mut Choices<'_>) -> Tree {
    match choices.below(12) {
        0 => plain("null"),
        1 => plain(choices.pick(&["0", "-1", "1e400", "99999999999999999999", "0.5", "28999", "true", "false"])),
        2 => text(""),
        3 => Tree::List(Vec::new()),
        4 => Tree::Map(Vec::new()),
        5 => Tree::List(vec![plain("null"), text("a"), Tree::Map(Vec::new())]),
        6 => map([(
            "$ref",
            text(choices.pick(&[
                "#",
                "#/",
                "#/paths",
                "#/nowhere",
                "other.yaml#/a",
                "https://example.com/a",
                "#/components/securitySchemes/api_key",
            ])),
        )]),
        7 => map([("Fn::Sub", text("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:orders"))]),
        8 => text(choices.pick(&[
            "${",
            "${stageVariables.}",
            "{",
            "$",
            "#set($a",
            "'",
            "\u{0}",
            "\u{feff}",
            "..",
            "[a-",
            "(",
            "\\",
        ])),
        9 => text("x".repeat(1 << choices.below(14))),
        10 => (0..choices.below(120)).fold(plain(1), |inner, _| Tree::List(vec![inner])),
        _ => text(choices.text()),
    }
}

fn misspelt(choices: &mut Choices<'_>, word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let place = choices.below(letters.len().max(1));
    let (before, after) = letters.split_at(place.min(letters.len()));
    let (before, after): (String, String) = (before.iter().collect(), after.iter().collect());
    match choices.below(6) {
        0 => before + after.get(after.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default(),
        1 => format!("{before}{}{after}", choices.text()),
        2 => word.to_ascii_uppercase(),
        3 => format!("{word} "),
        4 => format!("{word}s"),
        _ => choices.text(),
    }
}
