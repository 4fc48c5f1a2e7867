//! How many requests a month each operation gets.
//!
//! A mix is a file with a line for each operation, which is YAML and, with `=` and quotes, TOML:
//!
//! ```text
//! GET /carts/{cartId}: 3_000_000      # YAML
//! "GET /carts/{cartId}" = 3_000_000   # TOML
//! ```

use std::collections::BTreeMap;

use definition::{Place, Problem, Route};

/// The most requests a month that an operation may get: 380,000 a second.
pub(super) const MOST_REQUESTS: u64 = 1_000_000_000_000;

const EXAMPLE: &str = "GET /carts/{cartId}: 3_000_000";

/// Reads a mix: requests a month by route key, for some or all of `routes`.
///
/// # Errors
/// Everything that is wrong with it, in the order of its lines.
pub(super) fn read(text: &str, routes: &[Route]) -> Result<BTreeMap<String, u64>, Vec<Problem>> {
    let known: Vec<String> = routes.iter().map(Route::key).collect();
    let (mut mix, mut problems) = (BTreeMap::new(), Vec::new());
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let content = without_comment(line);
        if content.is_empty() {
            continue;
        }
        let column = line.chars().take_while(|c| c.is_whitespace()).count() + 1;
        let taken = read_line(content, &known).and_then(|(key, requests)| match mix.insert(key.clone(), requests) {
            None => Ok(()),
            Some(_) => {
                Err((format!("{key} stands here a second time"), "write one line for each operation".to_owned()))
            }
        });
        if let Err((message, remedy)) = taken {
            problems.push(Problem { place: Place { line: number, column }, message, remedy });
        }
    }
    if problems.is_empty() { Ok(mix) } else { Err(problems) }
}

/// The same number of requests for each of `routes`; the first ones get what is left over.
pub(super) fn even(requests: u64, routes: &[Route]) -> BTreeMap<String, u64> {
    let count = u64::try_from(routes.len()).unwrap_or(u64::MAX);
    let (each, left) = (requests.checked_div(count).unwrap_or(0), requests.checked_rem(count).unwrap_or(0));
    let share = |number: u64| each + u64::from(number < left);
    (0..).zip(routes).map(|(number, route)| (route.key(), share(number))).collect()
}

/// The line up to its comment, which begins with a `#` at its start or after a space.
fn without_comment(line: &str) -> &str {
    let comment = line.match_indices('#').find(|(at, _)| {
        let before = line.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with(char::is_whitespace)
    });
    comment.map_or(line, |(at, _)| line.get(..at).unwrap_or_default()).trim()
}

/// A message and a remedy.
type Refusal = (String, String);

fn read_line(line: &str, known: &[String]) -> Result<(String, u64), Refusal> {
    // The last separator: a path may have a colon in it, a number has none.
    let Some((key, requests)) = line.rsplit_once([':', '=']) else {
        return Err(("this line has no number of requests".to_owned(), format!("write {EXAMPLE}")));
    };
    let requests = requests.trim();
    let number = requests.replace('_', "").parse().ok().filter(|number| *number <= MOST_REQUESTS);
    let plain = requests.chars().all(|c| c.is_ascii_digit() || c == '_');
    let Some(number) = number.filter(|_| plain) else {
        let message = format!("{requests:?} is not a number of requests a month");
        return Err((message, format!("write a whole number up to {MOST_REQUESTS}: {EXAMPLE}")));
    };
    let key = route_key(key.trim());
    if known.contains(&key) {
        return Ok((key, number));
    }
    Err((format!("the definition has no operation {key:?}"), nearest(&key, known)))
}

/// `get  /carts` as `GET /carts`, without quotes.
fn route_key(text: &str) -> String {
    let unquoted = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    let text = unquoted.unwrap_or(text);
    match text.split_once(char::is_whitespace) {
        Some((method, path)) => format!("{} {}", method.to_ascii_uppercase(), path.trim()),
        None => text.to_owned(),
    }
}

/// The operations that may have been meant: those of the same path, else all as they are listed by `tollgate plan`.
fn nearest(key: &str, known: &[String]) -> String {
    let path = |key: &str| key.split_once(' ').map(|(_, path)| path.to_owned());
    let same: Vec<&str> = known.iter().filter(|other| path(other) == path(key)).map(String::as_str).collect();
    if same.is_empty() {
        "write a method and a path as `tollgate plan` lists them without a mix".to_owned()
    } else {
        format!("write {}", same.join(" or "))
    }
}

#[cfg(test)]
mod tests;
