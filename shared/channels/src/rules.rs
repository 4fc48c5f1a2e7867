//! Who may do what on which channel.
//!
//! Rules are a JSON array; what any rule that fits allows is allowed, all else is not:
//!
//! ```json
//! [{"channel": "orders/{tenant}/*", "allow": ["subscribe", "presence"], "where": {"planId": ["gold"]}, "shards": 4}]
//! ```

mod read;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::{Channel, Principal, Shard, pattern::Pattern};

/// The most shards of a channel. Each takes an SQS message with the whole message in it.
pub const MAX_SHARDS: Shard = 256;

/// The most rules: each message looks at all of them.
pub const MAX_RULES: usize = 1_000;

/// Something that a rule can allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Right {
    /// To get a channel's messages, and to ask for its recent ones.
    Subscribe,
    /// To send to all subscribers.
    Publish,
    /// To see who is subscribed.
    Presence,
}

/// All rules of a stage. Serialized they are what [`Rules::parse`] reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rules(Vec<Rule>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Rule {
    channel: Pattern,
    allow: Vec<Right>,
    #[serde(rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    conditions: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requires: Vec<String>,
    shards: Shard,
}

/// One thing that is wrong with rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleProblem {
    /// Where, as a JSON pointer from the array (RFC 6901): `/0/shards`; the empty text is the array itself.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}

impl Rules {
    /// Rules from their JSON.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn parse(rules: &Value) -> Result<Self, Vec<RuleProblem>> {
        read::rules(rules)
    }

    /// Rules from the text that they are packed as.
    ///
    /// # Errors
    /// A sentence with everything that is wrong with it.
    pub fn decode(text: &str) -> Result<Self, String> {
        let rules = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Rules::parse(&rules).map_err(|problems| {
            let sentence =
                |problem: &RuleProblem| format!("at {:?}: {}; {}", problem.pointer, problem.message, problem.remedy);
            problems.iter().map(sentence).collect::<Vec<_>>().join("; ")
        })
    }

    /// Whether `principal` has `right` on `channel`.
    pub fn allow(&self, principal: &Principal, right: Right, channel: &Channel) -> bool {
        self.0.iter().any(|rule| rule.allow.contains(&right) && rule.fits(channel, principal))
    }

    /// The principal's attributes that a rule names, in its channel or under `where`.
    pub fn attributes(&self) -> BTreeSet<&str> {
        self.0.iter().flat_map(Rule::attributes).collect()
    }

    /// Over how many shards a channel's subscribers are spread: what the first rule that can fit it says. The same for
    /// everybody, since who publishes need not be who subscribes.
    pub fn shards(&self, channel: &Channel) -> Shard {
        self.0.iter().find(|rule| rule.channel.fits_somebody(channel)).map_or(1, |rule| rule.shards)
    }
}

impl Rule {
    fn attributes(&self) -> impl Iterator<Item = &str> {
        self.channel.attributes().chain(self.conditions.keys().map(String::as_str))
    }

    fn fits(&self, channel: &Channel, principal: &Principal) -> bool {
        let holds = |(name, values): (&String, &Vec<String>)| {
            principal.attribute(name).is_some_and(|value| values.iter().any(|wanted| wanted == value))
        };
        let has = |feature: &String| principal.features().any(|other| other == feature);
        self.channel.fits(channel, principal) && self.conditions.iter().all(holds) && self.requires.iter().all(has)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"[
        {"channel": "orders/{tenant}/*", "allow": ["subscribe", "presence"], "shards": 4},
        {"channel": "orders/{tenant}/*", "allow": ["publish"], "where": {"planId": ["gold", "silver"]}, "requires": []},
        {"channel": "news", "allow": ["subscribe"]}
    ]"#;

    fn allowed(rules: &str, attributes: &[(&str, &str)], right: Right, channel: &str) -> bool {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let principal = Principal::from_context(attributes.collect()).unwrap();
        Rules::decode(rules).unwrap().allow(&principal, right, &Channel::parse(channel).unwrap())
    }

    fn check(plan: &str, right: Right, channel: &str, expected: bool) {
        let allowed = allowed(RULES, &[("tenant", "acme"), ("planId", plan)], right, channel);
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
    fn a_shopper_hears_their_own_channel_and_staff_every_one() {
        const RULES: &str = r#"[{"channel": "orders/{tenant}/{sub}", "allow": ["subscribe"]},
            {"channel": "orders/{tenant}/*", "allow": ["subscribe"], "requires": ["staff", "orders"]}]"#;
        let check = |who: &[(&str, &str)], channel, expected| {
            let all = [&[("tenant", "acme")], who].concat();
            assert_eq!(allowed(RULES, &all, Right::Subscribe, channel), expected, "{who:?} {channel}");
        };
        check(&[("sub", "ann")], "orders/acme/ann", true);
        check(&[("sub", "ann")], "orders/acme/bob", false);
        check(&[("sub", "ann")], "orders/other/ann", false);
        check(&[], "orders/acme/ann", false);
        check(&[("features", "orders staff")], "orders/acme/ann", true);
        check(&[("features", "orders staff")], "orders/other/ann", false);
        check(&[("features", "staff")], "orders/acme/ann", false);
        check(&[("features", "staffing orders")], "orders/acme/ann", false);
        check(&[("staff", "true"), ("orders", "true")], "orders/acme/ann", false);
    }

    #[test]
    fn the_attributes_that_rules_name_are_known() {
        let rules =
            r#"[{"channel": "{tenant}/{custom:team}/*", "allow": ["publish"], "where": {"client_id": ["web"]}}]"#;
        let rules = Rules::decode(rules).unwrap();
        assert_eq!(rules.attributes(), ["client_id", "custom:team", "tenant"].into());
    }

    #[test]
    fn the_first_rule_that_can_fit_says_how_many_shards() {
        let rules = Rules::decode(RULES).unwrap();
        let shards = |channel| rules.shards(&Channel::parse(channel).unwrap());
        assert_eq!([shards("orders/other/1"), shards("news"), shards("elsewhere")], [4, 1, 1]);
    }

    #[test]
    fn rules_are_packed_as_what_is_read() {
        let rules = Rules::decode(RULES).unwrap();
        assert_eq!(Rules::decode(&serde_json::to_string(&rules).unwrap()), Ok(rules));
        assert_eq!(Rules::decode("[]"), Ok(Rules::default()));
    }

    #[test]
    fn every_problem_of_a_packed_text_is_told() {
        assert_eq!(
            Rules::decode(r#"[{"channel": "a", "allow": ["own"], "shards": 0}]"#).unwrap_err(),
            "at \"/0/allow/0\": a rule cannot allow \"own\"; write subscribe, publish or presence; \
             at \"/0/shards\": shards is 0; write a whole number from 1 to 256"
        );
        assert!(Rules::decode("[").unwrap_err().contains("line 1"));
    }
}
