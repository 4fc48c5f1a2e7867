//! `x-tollgate-throttle` and `x-tollgate-units`: how much may be called, and what a call costs.

use plans::{MAX_BURST, MAX_PRIORITY, MAX_RATE, Rate, StageThrottle, Throttle};

use crate::{
    Admits, Limits,
    document::{Entry, Node},
    reader::Reader,
};

const THROTTLE: &str = "x-tollgate-throttle";
const UNITS: &str = "x-tollgate-units";

/// What one call may cost: a quota of AWS's own has nine digits at most.
const MAX_UNITS: u32 = 1_000_000;

/// The throttle of the whole stage, from the top of the document.
pub(crate) fn of_stage(reader: &mut Reader, root: &Node) -> Option<StageThrottle> {
    let node = root.get(THROTTLE)?;
    let throttle = throttle(reader, node, &["rate", "burst", "reserved"]);
    let reserved = node.get("reserved").map(|reserved| shares(reader, reserved)).unwrap_or_default();
    throttle.map(|throttle| StageThrottle { throttle, reserved })
}

/// The limits of an operation that admits those.
pub(crate) fn of_operation(reader: &mut Reader, operation: &Node, admits: &Admits) -> Limits {
    let units = operation.get(UNITS);
    if let Some(node) = units.filter(|_| !admits.api_key) {
        let message =
            format!("{UNITS} is what a call costs of an API key's quota, and the operation asks for no API key");
        reader.problem(node.place, message, "write security: with the API key's scheme, or leave it out");
    }
    Limits {
        throttle: operation.get(THROTTLE).and_then(|node| throttle(reader, node, &["rate", "burst"])),
        units: units.and_then(|node| reader.number(node, UNITS, 0, MAX_UNITS)),
    }
}

fn throttle(reader: &mut Reader, node: &Node, known: &[&str]) -> Option<Throttle> {
    for entry in reader.object(node, THROTTLE).iter().filter(|entry| !known.contains(&&*entry.key)) {
        reader.problem(entry.place, format!("{:?} is not a property of a throttle", entry.key), "leave it out");
    }
    node.entries()?;
    let rate = field(reader, node, "rate").and_then(|value| rate(reader, value));
    let burst = field(reader, node, "burst");
    let most = u32::try_from(MAX_BURST).unwrap_or(u32::MAX);
    let burst = burst.and_then(|value| reader.number(value, "burst", 1, most));
    Some(Throttle { rate_limit: rate?, burst_limit: burst?.into() })
}

fn field<'n>(reader: &mut Reader, node: &'n Node, name: &str) -> Option<&'n Node> {
    let value = node.get(name);
    if value.is_none() {
        let message = format!("{THROTTLE} has no {name}");
        reader.problem(node.place, message, "write {rate: 10, burst: 20}, in requests a second and requests at once");
    }
    value
}

fn rate(reader: &mut Reader, node: &Node) -> Option<Rate> {
    let text = reader.text(node, "rate")?;
    let rate = text.parse().ok().and_then(Rate::parse).filter(|rate| rate.milli > 0);
    if rate.is_none() {
        let remedy = format!("write a number from 0.001 to {MAX_RATE}, in requests a second");
        reader.problem(node.place, format!("rate is {text:?}"), remedy);
    }
    rate
}

/// `{5: 40}`: forty hundredths of the burst are for plans of priority 5 and above.
fn shares(reader: &mut Reader, node: &Node) -> Vec<(u8, u8)> {
    let mut shares = Vec::new();
    for Entry { key, place, value } in reader.object(node, "reserved") {
        let priority = key.parse().ok().filter(|priority| (1..=MAX_PRIORITY).contains(priority));
        if priority.is_none() {
            let remedy = format!("write a priority from 1 to {MAX_PRIORITY}");
            reader.problem(*place, format!("{key:?} is not a priority that something can be kept for"), remedy);
        }
        let percent = reader.number(value, "a reserved share", 1, 99).and_then(|percent| u8::try_from(percent).ok());
        shares.extend(priority.zip(percent));
    }
    let total: u32 = shares.iter().map(|(_, percent)| u32::from(*percent)).sum();
    if total > 99 {
        let message = format!("{total} hundredths of the burst are reserved, and none is left for plans of priority 0");
        reader.problem(node.place, message, "keep less than 100 in all");
    }
    shares
}

#[cfg(test)]
mod tests;
