//! Who may do what on which channel.
//!
//! Rules are a JSON array; what any rule that fits allows is allowed, all else is not:
//!
//! ```json
//! [{"channel": "orders/{tenant}/*", "allow": ["subscribe", "presence"], "where": {"planId": ["gold"]}, "shards": 4}]
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use settings::Settings;

use crate::{Channel, Principal, Shard, pattern::Pattern};

/// The most shards of a channel. Each takes an SQS message with the whole message in it.
pub const MAX_SHARDS: Shard = 256;

/// Something that a rule can allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Right {
    /// To get a channel's messages, and to ask for its recent ones.
    Subscribe,
    /// To send to all subscribers.
    Publish,
    /// To see who is subscribed.
    Presence,
}

/// All rules of a stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    channel: Pattern,
    allow: Vec<Right>,
    conditions: BTreeMap<String, Vec<String>>,
    shards: Shard,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    channel: String,
    allow: Vec<Right>,
    #[serde(default, rename = "where")]
    conditions: BTreeMap<String, Vec<String>>,
    #[serde(default = "one")]
    shards: Shard,
}

fn one() -> Shard {
    1
}

impl Rules {
    /// Rules from their JSON.
    ///
    /// # Errors
    /// All problems, a sentence each, with the rule's number from 1.
    pub fn parse(json: &str) -> Result<Self, Vec<String>> {
        let written: Vec<Written> = serde_json::from_str(json).map_err(|error| vec![error.to_string()])?;
        let mut problems = Vec::new();
        let mut rules = Vec::new();
        for (at, written) in written.into_iter().enumerate() {
            match Rule::of(written) {
                Ok(rule) => rules.push(rule),
                Err(why) => problems.push(format!("rule {}: {why}", at + 1)),
            }
        }
        if problems.is_empty() { Ok(Rules(rules)) } else { Err(problems) }
    }

    /// Rules from the setting `CHANNELS`; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        let text = settings.text("CHANNELS");
        Rules::parse(if text.is_empty() { "[]" } else { &text }).unwrap_or_else(|problems| {
            problems.into_iter().for_each(|problem| settings.problem(format!("CHANNELS: {problem}")));
            Rules::default()
        })
    }

    /// Whether `principal` has `right` on `channel`.
    pub fn allow(&self, principal: &Principal, right: Right, channel: &Channel) -> bool {
        self.0.iter().any(|rule| rule.allow.contains(&right) && rule.fits(channel, principal))
    }

    /// Over how many shards a channel's subscribers are spread: what the first rule that can fit it says. The same for
    /// everybody, since who publishes need not be who subscribes.
    pub fn shards(&self, channel: &Channel) -> Shard {
        self.0.iter().find(|rule| rule.channel.fits_somebody(channel)).map_or(1, |rule| rule.shards)
    }
}

impl Rule {
    fn of(written: Written) -> Result<Self, String> {
        let channel = Pattern::parse(&written.channel)?;
        if !(1..=MAX_SHARDS).contains(&written.shards) {
            return Err(format!("shards is {}; write a number from 1 to {MAX_SHARDS}", written.shards));
        }
        Ok(Rule { channel, allow: written.allow, conditions: written.conditions, shards: written.shards })
    }

    fn fits(&self, channel: &Channel, principal: &Principal) -> bool {
        let holds = |(name, values): (&String, &Vec<String>)| {
            principal.attribute(name).is_some_and(|value| values.iter().any(|wanted| wanted == value))
        };
        self.channel.fits(channel, principal) && self.conditions.iter().all(holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"[
        {"channel": "orders/{tenant}/*", "allow": ["subscribe", "presence"], "shards": 4},
        {"channel": "orders/{tenant}/*", "allow": ["publish"], "where": {"planId": ["gold", "silver"]}},
        {"channel": "news", "allow": ["subscribe"]}
    ]"#;

    fn check(plan: &str, right: Right, channel: &str, expected: bool) {
        let attributes =
            [("tenant", "acme"), ("planId", plan)].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let principal = Principal::from_context(attributes.into()).unwrap();
        let rules = Rules::parse(RULES).unwrap();
        let allowed = rules.allow(&principal, right, &Channel::parse(channel).unwrap());
        assert_eq!(allowed, expected, "{plan} {right:?} {channel}");
    }

    #[test]
    fn what_no_rule_allows_is_not_allowed() {
        check("free", Right::Subscribe, "orders/acme/1", true);
        check("free", Right::Publish, "orders/acme/1", false);
        check("gold", Right::Publish, "orders/acme/1", true);
        check("gold", Right::Publish, "orders/other/1", false);
        check("gold", Right::Publish, "news", false);
        check("gold", Right::Subscribe, "elsewhere", false);
    }

    #[test]
    fn the_first_rule_that_can_fit_says_how_many_shards() {
        let rules = Rules::parse(RULES).unwrap();
        let shards = |channel| rules.shards(&Channel::parse(channel).unwrap());
        assert_eq!([shards("orders/other/1"), shards("news"), shards("elsewhere")], [4, 1, 1]);
    }

    #[test]
    fn every_problem_is_reported_with_its_rule() {
        let bad = r#"[{"channel": "a//b", "allow": []}, {"channel": "a", "allow": ["publish"], "shards": 0}]"#;
        let problems = Rules::parse(bad).unwrap_err();
        assert_eq!(problems.len(), 2);
        assert!(problems[0].starts_with("rule 1: \"\" is no segment"), "{problems:?}");
        assert_eq!(problems[1], "rule 2: shards is 0; write a number from 1 to 256");
        assert!(Rules::parse(r#"[{"channel": "a", "allow": ["own"]}]"#).unwrap_err()[0].contains("own"));
        assert!(Rules::parse(r#"[{"chanel": "a", "allow": []}]"#).unwrap_err()[0].contains("chanel"));
    }
}
