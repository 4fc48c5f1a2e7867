//! Changes of bytes and of lines.

use std::ops::Range;

use super::MAX_BYTES;
use crate::random::Random;

/// Numbers at which something begins or ends.
const NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "1",
    "49",
    "50",
    "29000",
    "29001",
    "99",
    "100",
    "599",
    "600",
    "65536",
    "4294967296",
    "18446744073709551616",
    "1e9",
    "0.5",
];

/// Changes `input` in one way.
pub(super) fn change(random: &mut Random, input: &mut Vec<u8>, corpus: &[Vec<u8>], words: &[&str]) {
    let here = range(random, input.len());
    match random.below(15) {
        0 => flip(random, input),
        1 => set(random, input),
        2 => drop(input.drain(here)),
        3 => insert(input, here.start, &[random.byte()]),
        4 | 5 => word(random, input, words),
        6 => copy(random, input, here),
        7 => splice(random, input, corpus),
        8 => number(random, input),
        9 => lines(random, input, |lines, here, _| drop(lines.remove(here))),
        10 => {
            lines(random, input, |lines, here, there| lines.insert(there, lines.get(here).cloned().unwrap_or_default()))
        }
        11 => lines(random, input, |lines, here, there| lines.swap(here, there)),
        12 => indent(random, input),
        13 if random.one_in(30) => repeat(random, input, here),
        13 => drop(input.drain(here.start..)),
        _ => swap_byte(random, input),
    }
}

/// A part of what is `length` long, mostly a short one.
fn range(random: &mut Random, length: usize) -> Range<usize> {
    let start = random.below(length + 1);
    let longest = if random.one_in(4) { length } else { 16 };
    let end = (start + random.below(longest + 1)).min(length);
    start..end
}

fn insert(input: &mut Vec<u8>, at: usize, new: &[u8]) {
    let at = at.min(input.len());
    input.splice(at..at, new.iter().copied());
}

fn flip(random: &mut Random, input: &mut [u8]) {
    let (at, bit) = (random.below(input.len()), random.below(8));
    if let Some(byte) = input.get_mut(at) {
        *byte ^= 1 << bit;
    }
}

fn set(random: &mut Random, input: &mut [u8]) {
    let (at, new) = (random.below(input.len()), random.byte());
    if let Some(byte) = input.get_mut(at) {
        *byte = new;
    }
}

/// One byte of meaning for another.
fn swap_byte(random: &mut Random, input: &mut [u8]) {
    let at = random.below(input.len());
    if let (Some(byte), Some(new)) = (input.get_mut(at), random.pick(b"{}[]\"':,#&*!|>-? \t\r\n\\/%$\0\x7f\xff")) {
        *byte = *new;
    }
}

fn word(random: &mut Random, input: &mut Vec<u8>, words: &[&str]) {
    let Some(word) = random.pick(words) else { return };
    let at = random.below(input.len() + 1);
    if random.one_in(2) {
        return insert(input, at, word.as_bytes());
    }
    // In the place of another word.
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    let end = input.iter().skip(at).position(|byte| !is_word(byte)).map_or(input.len(), |length| at + length);
    let start = input.iter().take(at).rposition(|byte| !is_word(byte)).map_or(0, |before| before + 1);
    input.splice(start..end, word.bytes());
}

fn copy(random: &mut Random, input: &mut Vec<u8>, from: Range<usize>) {
    let part = input.get(from).unwrap_or_default().to_vec();
    let at = random.below(input.len() + 1);
    insert(input, at, &part);
}

fn splice(random: &mut Random, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
    let Some(other) = random.pick(corpus) else { return };
    let part = other.get(range(random, other.len())).unwrap_or_default();
    let at = range(random, input.len());
    input.splice(at, part.iter().copied());
}

fn number(random: &mut Random, input: &mut Vec<u8>) {
    let from = random.below(input.len() + 1);
    let Some(start) = input.iter().skip(from).position(u8::is_ascii_digit).map(|offset| from + offset) else { return };
    let end =
        input.iter().skip(start).position(|byte| !byte.is_ascii_digit()).map_or(input.len(), |length| start + length);
    let new = random.pick(&NUMBERS).copied().unwrap_or_default();
    input.splice(start..end, new.bytes());
}

fn lines(random: &mut Random, input: &mut Vec<u8>, change: impl FnOnce(&mut Vec<Vec<u8>>, usize, usize)) {
    let mut lines: Vec<Vec<u8>> = input.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return;
    }
    let (here, there) = (random.below(lines.len()), random.below(lines.len()));
    change(&mut lines, here, there);
    *input = lines.concat();
}

fn indent(random: &mut Random, input: &mut Vec<u8>) {
    let deeper = random.one_in(2);
    lines(random, input, |lines, here, _| {
        let Some(line) = lines.get_mut(here) else { return };
        if deeper {
            insert(line, 0, b"  ");
        } else {
            let spaces = line.iter().take(2).take_while(|byte| **byte == b' ').count();
            line.drain(..spaces);
        }
    });
}

/// Many times the same: what takes time or room for each of them is found so.
fn repeat(random: &mut Random, input: &mut Vec<u8>, part: Range<usize>) {
    let at = part.end;
    let part = input.get(part).unwrap_or_default().to_vec();
    let times = MAX_BYTES.saturating_sub(input.len()) / part.len().max(1);
    let times = if random.one_in(2) { times } else { random.below(times + 1).min(1000) };
    insert(input, at, &part.repeat(times));
}
