//! Changes of JSON that leave it JSON.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// `input` with one value changed; `None` when it is not JSON. What is behind a NUL byte is left alone.
pub(super) fn change(random: &mut Random, input: &[u8]) -> Option<Vec<u8>> {
    let end = input.iter().position(|byte| *byte == 0).unwrap_or(input.len());
    let (json, rest) = input.split_at_checked(end)?;
    let mut value: Value = serde_json::from_slice(json).ok()?;
    let mut left = random.below(size(&value));
    visit(&mut value, &mut left, &mut |value| change_one(random, value));
    let mut changed = serde_json::to_vec_pretty(&value).ok()?;
    changed.extend(rest);
    Some(changed)
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(entries) => 1 + entries.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// Goes to the value that is `left` steps away; true when it has been there.
fn visit(value: &mut Value, left: &mut usize, change: &mut dyn FnMut(&mut Value)) -> bool {
    if *left == 0 {
        change(value);
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| visit(item, left, change)),
        Value::Object(entries) => entries.values_mut().any(|entry| visit(entry, left, change)),
        _ => false,
    }
}

fn change_one(random: &mut Random, value: &mut Value) {
    match value {
        Value::Object(entries) if random.one_in(2) => change_object(random, entries),
        Value::Array(items) if random.one_in(2) => match items.first().cloned() {
            Some(first) if random.one_in(2) => items.push(first),
            _ => drop(items.pop()),
        },
        Value::String(text) if !random.one_in(3) => change_text(random, text),
        other => *other = new(random),
    }
}

fn change_object(random: &mut Random, entries: &mut Map<String, Value>) {
    let names: Vec<String> = entries.keys().cloned().collect();
    let Some(name) = random.pick(&names) else {
        entries.insert("new".to_owned(), new(random));
        return;
    };
    match random.below(3) {
        0 => drop(entries.remove(name)),
        1 => {
            let moved = entries.remove(name).unwrap_or_default();
            let other = if random.one_in(2) { name.to_ascii_uppercase() } else { format!("{name}x") };
            entries.insert(other, moved);
        }
        _ => {
            let other = random.pick(&names).and_then(|other| entries.get(other)).cloned().unwrap_or_default();
            entries.insert(name.clone(), other);
        }
    }
}

fn change_text(random: &mut Random, text: &mut String) {
    const PARTS: [&str; 20] = [
        "/",
        "//",
        "/..",
        "/.",
        "%2f",
        "%",
        "%00",
        "%c3%28",
        "\0",
        "\n",
        "\r\n",
        "é",
        "😀",
        "{proxy+}",
        "${stageVariables.host}",
        ",",
        ";",
        "=",
        "&",
        " ",
    ];
    let letters: Vec<char> = text.chars().collect();
    let (before, after) = letters.split_at(random.below(letters.len() + 1));
    let (before, after): (String, String) = (before.iter().collect(), after.iter().collect());
    *text = match random.below(6) {
        0 => before,
        1 => after,
        2 => text.repeat(1 + random.below(8)).chars().take(10_000).collect(),
        _ => before + random.pick(&PARTS).copied().unwrap_or_default() + &after,
    };
}

fn new(random: &mut Random) -> Value {
    match random.below(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(1e300),
        5 => json!(""),
        6 => json!([]),
        7 => json!({}),
        8 => json!("/"),
        9 => json!(["a", null]),
        10 => json!({"a": ["b", {"c": null}]}),
        _ => json!("a".repeat(random.below(5000))),
    }
}
