//! Which part waits for which: circles, and the way that takes longest.

use super::AggregatePart;

/// The parts of a circle in their order, the first once more at the end, if there is one.
pub(super) fn circle(parts: &[AggregatePart]) -> Option<Vec<usize>> {
    // Parts that wait for nothing, or for such parts only, are in no circle; of the others each waits for another.
    let mut settled = vec![false; parts.len()];
    let is_settled = |settled: &[bool], place: &usize| settled.get(*place).copied().unwrap_or(true);
    for _ in parts {
        for (place, part) in parts.iter().enumerate() {
            let all = part.after.iter().all(|other| is_settled(&settled, other));
            if let Some(slot) = settled.get_mut(place) {
                *slot |= all;
            }
        }
    }
    let mut way = vec![settled.iter().position(|settled| !settled)?];
    loop {
        let part = parts.get(*way.last()?)?;
        let next = *part.after.iter().find(|other| !is_settled(&settled, other))?;
        let before = way.iter().position(|place| *place == next);
        way.push(next);
        if let Some(start) = before {
            return Some(way.split_off(start));
        }
    }
}

/// The way of parts that wait for each other on which `weight` adds up to the most, and what it adds up to.
pub(super) fn longest(parts: &[AggregatePart], weight: impl Fn(&AggregatePart) -> u32) -> (u32, Vec<usize>) {
    let mut best: Vec<(u32, Option<usize>)> = parts.iter().map(|part| (weight(part), None)).collect();
    // Without circles no way is longer than there are parts.
    for _ in parts {
        for (place, part) in parts.iter().enumerate() {
            let before = part.after.iter().filter_map(|other| Some((best.get(*other)?.0, *other))).max();
            if let (Some((weight_before, other)), Some(slot)) = (before, best.get_mut(place)) {
                *slot = (weight(part).saturating_add(weight_before), Some(other));
            }
        }
    }
    let last = (0..parts.len()).max_by_key(|place| best.get(*place).map(|(weight, _)| *weight));
    let steps = std::iter::successors(last, |place| best.get(*place).and_then(|(_, before)| *before));
    let mut way: Vec<usize> = steps.take(parts.len()).collect();
    way.reverse();
    (last.and_then(|last| best.get(last)).map_or(0, |(weight, _)| *weight), way)
}
