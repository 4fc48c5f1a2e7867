//! Reads rules, and says of each that is none where and why.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{MAX_RULES, MAX_SHARDS, Right, Rule, RuleProblem, Rules};
use crate::{Shard, pattern::Pattern};

const FIELDS: [&str; 5] = ["channel", "allow", "where", "requires", "shards"];

/// Where the reader is, and what it found wrong so far.
struct Reader {
    pointer: String,
    problems: Vec<RuleProblem>,
}

pub(super) fn rules(rules: &Value) -> Result<Rules, Vec<RuleProblem>> {
    let mut reader = Reader { pointer: String::new(), problems: Vec::new() };
    let items = reader.list(rules, "the rules are", "write a list of rules");
    if items.len() > MAX_RULES {
        reader.problem(format!("there are {} rules", items.len()), format!("write at most {MAX_RULES}"));
        return Err(reader.problems);
    }
    let read = reader.each(items, Reader::rule);
    if reader.problems.is_empty() { Ok(Rules(read)) } else { Err(reader.problems) }
}

impl Reader {
    fn problem(&mut self, message: impl Into<String>, remedy: impl Into<String>) {
        let (pointer, message, remedy) = (self.pointer.clone(), message.into(), remedy.into());
        self.problems.push(RuleProblem { pointer, message, remedy });
    }

    /// Reads what stands one step below.
    fn at<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let result = read(self);
        self.pointer.truncate(length);
        result
    }

    /// Reads each item; those that are wrong are left out.
    fn each<T>(&mut self, items: &[Value], read: impl Fn(&mut Self, &Value) -> Option<T>) -> Vec<T> {
        let numbered = items.iter().enumerate();
        numbered.filter_map(|(at, item)| self.at(&at.to_string(), |reader| read(reader, item))).collect()
    }

    fn list<'v>(&mut self, value: &'v Value, what: &str, remedy: &str) -> &'v [Value] {
        value.as_array().map_or_else(
            || {
                self.problem(format!("{what} {}", kind(value)), remedy);
                [].as_slice()
            },
            Vec::as_slice,
        )
    }

    fn rule(&mut self, written: &Value) -> Option<Rule> {
        let Some(fields) = written.as_object() else {
            self.problem(format!("a rule is {}", kind(written)), "write an object with channel and allow");
            return None;
        };
        for name in fields.keys().filter(|name| !FIELDS.contains(&name.as_str())) {
            self.at(name, |reader| {
                let remedy = "write channel, allow, where, requires or shards";
                reader.problem(format!("{name:?} is not a field of a rule"), remedy);
            });
        }
        let channel = self.field(fields, "channel", Self::channel);
        let allow = self.field(fields, "allow", Self::rights);
        let conditions = fields.get("where").map(|value| self.at("where", |reader| reader.conditions(value)));
        let requires = fields.get("requires").map(|value| self.at("requires", |reader| reader.features(value)));
        let shards = fields.get("shards").map_or(Some(1), |value| self.at("shards", |reader| reader.shards(value)));
        let (conditions, requires) = (conditions.unwrap_or_default(), requires.unwrap_or_default());
        Some(Rule { channel: channel?, allow: allow?, conditions, requires, shards: shards? })
    }

    fn field<T>(
        &mut self,
        fields: &Map<String, Value>,
        name: &str,
        read: impl FnOnce(&mut Self, &Value) -> Option<T>,
    ) -> Option<T> {
        let Some(value) = fields.get(name) else {
            self.problem(format!("the rule has no {name}"), format!("write {name}"));
            return None;
        };
        self.at(name, |reader| read(reader, value))
    }

    fn channel(&mut self, value: &Value) -> Option<Pattern> {
        let Some(text) = value.as_str() else {
            self.problem(format!("channel is {}", kind(value)), "write a text such as orders/{tenant}/*");
            return None;
        };
        Pattern::parse(text).map_err(|(message, remedy)| self.problem(message, remedy)).ok()
    }

    fn rights(&mut self, value: &Value) -> Option<Vec<Right>> {
        let remedy = "write a list of subscribe, publish and presence";
        let items = self.list(value, "allow is", remedy);
        if items.is_empty() && value.is_array() {
            self.problem("the rule allows nothing", remedy);
        }
        Some(self.each(items, Self::right))
    }

    fn right(&mut self, value: &Value) -> Option<Right> {
        match value.as_str() {
            Some("subscribe") => Some(Right::Subscribe),
            Some("publish") => Some(Right::Publish),
            Some("presence") => Some(Right::Presence),
            _ => {
                self.problem(format!("a rule cannot allow {value}"), "write subscribe, publish or presence");
                None
            }
        }
    }

    fn conditions(&mut self, value: &Value) -> BTreeMap<String, Vec<String>> {
        let Some(fields) = value.as_object() else {
            let remedy = "write an object: an attribute's name with the list of values that it may have";
            self.problem(format!("where is {}", kind(value)), remedy);
            return BTreeMap::new();
        };
        let read = |(name, values): (&String, &Value)| {
            let values = self.at(name, |reader| {
                let items = reader.list(values, &format!("where {name} is"), "write a list of texts");
                reader.each(items, Self::text)
            });
            (name.clone(), values)
        };
        fields.iter().map(read).collect()
    }

    fn features(&mut self, value: &Value) -> Vec<String> {
        let items = self.list(value, "requires is", "write a list of features, such as [staff]");
        self.each(items, Self::feature)
    }

    fn feature(&mut self, value: &Value) -> Option<String> {
        let feature = value.as_str().filter(|name| !name.is_empty() && !name.contains(['=', ' ']));
        if feature.is_none() {
            let remedy = "write a feature of API keys, such as staff; what an attribute must be stands under where";
            self.problem(format!("a rule cannot require {value}"), remedy);
        }
        feature.map(str::to_owned)
    }

    fn text(&mut self, value: &Value) -> Option<String> {
        if !value.is_string() {
            self.problem(format!("an attribute is a text and never {}", kind(value)), "write it in quotes");
        }
        value.as_str().map(str::to_owned)
    }

    fn shards(&mut self, value: &Value) -> Option<Shard> {
        let number = value.as_u64().and_then(|number| Shard::try_from(number).ok());
        let number = number.filter(|number| (1..=MAX_SHARDS).contains(number));
        if number.is_none() {
            self.problem(format!("shards is {value}"), format!("write a whole number from 1 to {MAX_SHARDS}"));
        }
        number
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(rules: Value, expected: &[&str]) {
        let problems = super::rules(&rules).err().unwrap_or_default();
        let shown = |problem: &RuleProblem| format!("{}: {} | {}", problem.pointer, problem.message, problem.remedy);
        assert_eq!(problems.iter().map(shown).collect::<Vec<_>>(), expected, "{rules}");
    }

    #[test]
    fn every_problem_has_its_place_and_remedy() {
        check(json!({}), &[": the rules are an object | write a list of rules"]);
        check(json!([]), &[]);
        check(json!([1]), &["/0: a rule is a number | write an object with channel and allow"]);
        check(
            json!([{"chanel": "a"}]),
            &[
                "/0/chanel: \"chanel\" is not a field of a rule | write channel, allow, where, requires or shards",
                "/0: the rule has no channel | write channel",
                "/0: the rule has no allow | write allow",
            ],
        );
        check(
            json!([{"channel": "a", "allow": ["publish"]}, {"channel": 1, "allow": ["own", 2], "where": [], "shards": 0}]),
            &[
                "/1/channel: channel is a number | write a text such as orders/{tenant}/*",
                "/1/allow/0: a rule cannot allow \"own\" | write subscribe, publish or presence",
                "/1/allow/1: a rule cannot allow 2 | write subscribe, publish or presence",
                "/1/where: where is a list | write an object: an attribute's name with the list of values that it may have",
                "/1/shards: shards is 0 | write a whole number from 1 to 256",
            ],
        );
        let remedy = "write a feature of API keys, such as staff; what an attribute must be stands under where";
        check(
            json!([{"channel": "a", "allow": ["publish"], "requires": "staff"}, {"channel": "a", "allow": ["publish"], "requires": ["staff", "plan=gold", 1]}]),
            &[
                "/0/requires: requires is a text | write a list of features, such as [staff]",
                &format!("/1/requires/1: a rule cannot require \"plan=gold\" | {remedy}"),
                &format!("/1/requires/2: a rule cannot require 1 | {remedy}"),
            ],
        );
        check(
            json!([{"channel": "a//b", "allow": [], "where": {"planId": "gold", "a/b": [1]}, "shards": 257}]),
            &[
                "/0/channel: \"\" is no segment | write text of A-Za-z0-9-_.:~@+, {attribute}, * or, at the end, **",
                "/0/allow: the rule allows nothing | write a list of subscribe, publish and presence",
                "/0/where/a~1b/0: an attribute is a text and never a number | write it in quotes",
                "/0/where/planId: where planId is a text | write a list of texts",
                "/0/shards: shards is 257 | write a whole number from 1 to 256",
            ],
        );
        check(
            Value::Array(vec![json!({"channel": "a", "allow": ["publish"]}); MAX_RULES + 1]),
            &[": there are 1001 rules | write at most 1000"],
        );
    }
}
