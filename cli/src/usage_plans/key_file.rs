//! API keys from a file of AWS's format. (API Gateway developer guide, `api-key-file-format`.)

use document::{Place, Problem};
use identity::ApiKey;

/// The longest name of a key.
const MAX_NAME_CHARS: usize = 1024;

/// A key to be imported.
#[derive(Debug)]
pub(super) struct ImportedKey {
    pub(super) key: ApiKey,
    pub(super) name: String,
    pub(super) enabled: bool,
    /// The usage plans that it is in.
    pub(super) plans: Vec<String>,
    pub(super) place: Place,
}

/// Reads a file of keys. Of a key that stands there twice, the last counts.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn read(source: &str) -> Result<Vec<ImportedKey>, Vec<Problem>> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut lines = (1..).zip(source.lines()).filter(|(_, line)| !line.trim().is_empty());
    let (number, head) = lines.next().unwrap_or((1, ""));
    let columns: Vec<String> = fields(head).iter().map(|name| name.to_ascii_lowercase()).collect();
    let missing: Vec<_> =
        ["name", "key"].into_iter().filter(|name| !columns.iter().any(|column| column == name)).collect();
    if !missing.is_empty() {
        let message = format!("there is no column {}", missing.join(" and no column "));
        return Err(vec![Problem::new(
            Place { line: number, column: 1 },
            &message,
            "begin with a line: Name,Key,UsagePlanIds",
        )]);
    }
    let (mut keys, mut problems): (Vec<ImportedKey>, _) = (Vec::new(), Vec::new());
    for (number, line) in lines {
        match key(&columns, &fields(line), Place { line: number, column: 1 }) {
            Ok(key) => {
                // By their hashes: how long it takes to compare these tells nothing of a secret.
                let hash = key.key.hash();
                keys.retain(|other| other.key.hash() != hash);
                keys.push(key);
            }
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(keys) } else { Err(problems) }
}

fn key(columns: &[String], fields: &[String], place: Place) -> Result<ImportedKey, Vec<Problem>> {
    let field = |name: &str| {
        let at = columns.iter().position(|column| column == name);
        at.and_then(|at| fields.get(at)).map(|text| text.trim()).unwrap_or_default()
    };
    let mut problems = Vec::new();
    // The value is a secret: no message shows it.
    let key = ApiKey::parse(field("key"));
    if key.is_none() {
        problems.push(Problem::new(place, "the key has not 20 to 128 characters", "write the key as AWS exported it"));
    }
    let name = field("name").to_owned();
    if name.chars().count() > MAX_NAME_CHARS {
        problems.push(Problem::new(place, "the name has more than 1,024 characters", "shorten it"));
    }
    let enabled = match field("enabled").to_ascii_lowercase().as_str() {
        "" | "true" => true,
        "false" => false,
        _ => {
            problems.push(Problem::new(place, "Enabled is neither true nor false", "write true or false"));
            true
        }
    };
    let plans =
        field("usageplanids").split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    match key {
        Some(key) if problems.is_empty() => Ok(ImportedKey { key, name, enabled, plans, place }),
        _ => Err(problems),
    }
}

/// The fields of a line: between commas, but for those in quotes, single or double; a doubled quote is one.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quote) = (Vec::new(), String::new(), None);
    let mut letters = line.trim_end_matches('\r').chars().peekable();
    while let Some(letter) = letters.next() {
        match quote {
            Some(open) if letter == open && letters.peek() == Some(&open) => {
                field.push(letter);
                letters.next();
            }
            Some(open) if letter == open => quote = None,
            None if (letter == '"' || letter == '\'') && field.trim().is_empty() => quote = Some(letter),
            None if letter == ',' => fields.push(std::mem::take(&mut field)),
            _ => field.push(letter),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_in_any_order_and_case() {
        let file = "Enabled,Name,key,UsageplanIds,Other\r\ntrue,First,apikey1234abcdefghij0123456789,\"c7y23b, glvrsr\",x\r\n\
                    FALSE,'It''s, so',apikey1234abcdefghij0123456780,c7y23b,\n";
        let keys = read(file).unwrap();
        let shown: Vec<_> = keys.iter().map(|key| (key.name.as_str(), key.enabled, key.plans.join("+"))).collect();
        assert_eq!(shown, [("First", true, "c7y23b+glvrsr".to_owned()), ("It's, so", false, "c7y23b".to_owned())]);
    }

    #[test]
    fn of_a_key_that_stands_there_twice_the_last_counts() {
        let keys = read("Key,name\napikey1234abcdefghij0123456789,a\napikey1234abcdefghij0123456789,b\n").unwrap();
        assert_eq!(keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn every_problem_is_named_with_its_line_and_no_key_shown() {
        let problems =
            read("name,key,enabled\na,short-secret,maybe\n\nb,apikey1234abcdefghij0123456789,no\n").unwrap_err();
        let shown: Vec<_> = problems.iter().map(|p| (p.place.line, p.message.as_str())).collect();
        let neither = "Enabled is neither true nor false";
        assert_eq!(shown, [(2, "the key has not 20 to 128 characters"), (2, neither), (4, neither)]);
        assert!(read("Name,Secret\n").unwrap_err()[0].message.contains("no column key"));
    }
}
