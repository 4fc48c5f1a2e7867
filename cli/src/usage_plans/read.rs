//! Usage plans from a document: ours, or what `aws apigateway get-usage-plans` writes.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use document::{Document, Entry, Node, Place, Problem, Value, in_order};
use plans::{
    ApiStage, MAX_BURST, MAX_LIMIT, MAX_PRIORITY, PeriodType, Quota, Rate, Throttle, UsagePlan, WhenUnavailable,
};

/// What a plan may say. `productCode` and `tags` are AWS's and mean nothing here.
const OF_A_PLAN: [&str; 10] = [
    "id",
    "name",
    "description",
    "throttle",
    "quota",
    "apiStages",
    "priority",
    "whenUnavailable",
    "productCode",
    "tags",
];

/// A plan and where it stands.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) plan: UsagePlan,
    pub(super) place: Place,
}

/// Reads a document.
///
/// # Errors
/// Everything that is wrong with it, in the order of its lines.
pub(super) fn read(source: &str) -> Result<Vec<Located>, Vec<Problem>> {
    let Document { root, unresolved } = Document::parse(source)?;
    let mut reader = Reader { problems: unresolved };
    let list = ["usagePlans", "items"].iter().find_map(|key| field(&root, key)).unwrap_or(&root);
    let plans = match &list.value {
        Value::List(items) => items.iter().map(|item| reader.plan(item)).collect(),
        _ => {
            reader.problem(list.place, "there is no list of usage plans", "write usagePlans: and a list of plans");
            Vec::new()
        }
    };
    reader.twice(&plans);
    if reader.problems.is_empty() { Ok(plans) } else { Err(in_order(reader.problems)) }
}

/// What stands under `key`, unless that is nothing.
fn field<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.get(key).filter(|value| !value.is_null())
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn problem(&mut self, place: Place, message: &str, remedy: &str) {
        self.problems.push(Problem::new(place, message, remedy));
    }

    fn plan(&mut self, node: &Node) -> Located {
        self.known(node, "a usage plan", &OF_A_PLAN);
        let id = self.text(node, "id").unwrap_or_default();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if id.is_empty() || id.len() > 64 || !id.bytes().all(fits) {
            let place = field(node, "id").map_or(node.place, |id| id.place);
            self.problem(place, &format!("a plan's id is {id:?}"), "write id: and 1 to 64 letters, digits, - or _");
        }
        let plan = UsagePlan {
            name: self.text(node, "name").unwrap_or_else(|| id.clone()),
            description: self.text(node, "description").unwrap_or_default(),
            throttle: field(node, "throttle").and_then(|throttle| self.throttle(throttle)),
            quota: field(node, "quota").and_then(|quota| self.quota(quota)),
            api_stages: self.list(node, "apiStages").iter().filter_map(|stage| self.stage(stage)).collect(),
            priority: self.number(node, "priority", 0, MAX_PRIORITY).unwrap_or(0),
            when_unavailable: self.choice(
                node,
                "whenUnavailable",
                &[("admit", WhenUnavailable::Admit), ("refuse", WhenUnavailable::Refuse)],
            ),
            shards: None,
            created_at_s: 0,
            id,
        };
        Located { plan, place: node.place }
    }

    fn throttle(&mut self, node: &Node) -> Option<Throttle> {
        self.known(node, "a throttle", &["rateLimit", "burstLimit"]);
        let rate = self.required(node, "rateLimit", "write rateLimit: and requests a second")?;
        let rate_limit = self.scalar(rate).and_then(|text| text.parse().ok()).and_then(Rate::parse);
        if rate_limit.is_none() {
            self.problem(rate.place, "rateLimit is no rate", "write requests a second, from 0 to 1000000");
        }
        self.required(node, "burstLimit", "write burstLimit: and how many requests may come at once")?;
        let burst_limit = self.number(node, "burstLimit", 0, MAX_BURST)?;
        Some(Throttle { rate_limit: rate_limit?, burst_limit })
    }

    fn quota(&mut self, node: &Node) -> Option<Quota> {
        self.known(node, "a quota", &["limit", "offset", "period"]);
        self.required(node, "limit", "write limit: and the requests of a period")?;
        let limit = self.number(node, "limit", 0, MAX_LIMIT);
        let offset = self.number(node, "offset", 0, MAX_LIMIT).unwrap_or(0);
        self.required(node, "period", "write period: and DAY, WEEK or MONTH")?;
        let periods = [("DAY", PeriodType::Day), ("WEEK", PeriodType::Week), ("MONTH", PeriodType::Month)];
        let period = self.choice(node, "period", &periods)?;
        Some(Quota { limit: limit?, offset, period })
    }

    fn stage(&mut self, node: &Node) -> Option<ApiStage> {
        self.known(node, "an API stage", &["apiId", "stage", "throttle"]);
        let mut throttles = BTreeMap::new();
        if let Some(methods) = field(node, "throttle").and_then(Node::entries) {
            for Entry { key, place, value } in methods {
                let method = key.rsplit_once('/').map_or("", |(_, method)| method);
                if !key.starts_with('/') || method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
                    self.problem(*place, &format!("{key:?} is no method"), "write /path/METHOD: /pets/GET");
                }
                throttles.extend(self.throttle(value).map(|throttle| (key.clone(), throttle)));
            }
        }
        self.required(node, "apiId", "write apiId: and the API's id, or *")?;
        self.required(node, "stage", "write stage: and the stage's name, or *")?;
        Some(ApiStage { api_id: self.text(node, "apiId")?, stage: self.text(node, "stage")?, throttle: throttles })
    }

    /// Refuses what is not known: a misspelt limit would be none.
    fn known(&mut self, node: &Node, what: &str, names: &[&str]) {
        let Some(entries) = node.entries() else {
            return self.problem(node.place, &format!("{what} is no object"), &format!("write {}", names.join(", ")));
        };
        for Entry { key, place, .. } in entries {
            if !names.contains(&key.as_str()) {
                self.problem(*place, &format!("{what} has no {key}"), &format!("write one of {}", names.join(", ")));
            }
        }
    }

    fn required<'n>(&mut self, node: &'n Node, key: &str, remedy: &str) -> Option<&'n Node> {
        let value = field(node, key);
        if value.is_none() {
            self.problem(node.place, &format!("{key} is missing"), remedy);
        }
        value
    }

    fn scalar<'n>(&self, node: &'n Node) -> Option<&'n str> {
        if let Value::Scalar { text, .. } = &node.value { Some(text) } else { None }
    }

    fn text(&mut self, node: &Node, key: &str) -> Option<String> {
        let value = field(node, key)?;
        let text = self.scalar(value).map(str::to_owned);
        if text.is_none() {
            self.problem(value.place, &format!("{key} is no text"), "write a text here");
        }
        text
    }

    fn list<'n>(&mut self, node: &'n Node, key: &str) -> &'n [Node] {
        match field(node, key).map(|value| (&value.value, value.place)) {
            Some((Value::List(items), _)) => items,
            Some((_, place)) => {
                self.problem(place, &format!("{key} is no list"), "write a list here");
                &[]
            }
            None => &[],
        }
    }

    fn number<N: FromStr + PartialOrd + Display>(&mut self, node: &Node, key: &str, low: N, high: N) -> Option<N> {
        let value = field(node, key)?;
        let number =
            self.scalar(value).and_then(|text| text.parse().ok()).filter(|number| (&low..=&high).contains(&number));
        if number.is_none() {
            let remedy = format!("write a whole number from {low} to {high}");
            self.problem(value.place, &format!("{key} is no such number"), &remedy);
        }
        number
    }

    fn choice<T: Copy>(&mut self, node: &Node, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let value = field(node, key)?;
        let text = self.scalar(value).unwrap_or_default();
        let choice = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
        if choice.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(value.place, &format!("{key} is {text:?}"), &format!("write one of {}", names.join(", ")));
        }
        choice
    }

    fn twice(&mut self, plans: &[Located]) {
        for (place, plan) in plans.iter().enumerate() {
            if plans.iter().take(place).any(|other| other.plan.id == plan.plan.id) {
                let message = format!("the plan {} stands here a second time", plan.plan.id);
                self.problem(plan.place, &message, "keep one of them");
            }
        }
    }
}

#[cfg(test)]
mod tests;
