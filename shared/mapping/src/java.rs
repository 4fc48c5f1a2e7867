//! How Java prints and counts.

/// A double as `Double.toString` gives it: `1.0`, `12.5`, `1.0E10`, `1.5E-4`.
pub(crate) fn double(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 || (1e-3..1e7).contains(&value.abs()) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let scientific = format!("{value:e}");
    match scientific.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => format!("{digits}E{exponent}"),
        Some((digits, exponent)) => format!("{digits}.0E{exponent}"),
        None => scientific,
    }
}

/// How many UTF-16 units a text has: what Java's `length()` counts.
pub(crate) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// A text from one UTF-16 unit to another; none if that is beyond it. Half a character becomes U+FFFD.
pub(crate) fn substring(text: &str, from: i64, to: i64) -> Option<String> {
    let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
    if text.is_ascii() {
        return text.get(from..to).map(str::to_owned);
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    units.get(from..to).map(String::from_utf16_lossy)
}

/// The byte at a UTF-16 unit, or the text's end.
pub(crate) fn byte_of(text: &str, unit: i64) -> usize {
    let Ok(unit) = usize::try_from(unit) else {
        return 0;
    };
    if text.is_ascii() {
        return unit.min(text.len());
    }
    let mut units = 0;
    for (at, character) in text.char_indices() {
        if units >= unit {
            return at;
        }
        units += character.len_utf16();
    }
    text.len()
}

/// The UTF-16 unit at a byte.
pub(crate) fn unit_of(text: &str, byte: usize) -> usize {
    text.get(..byte).map_or(0, length)
}

/// `String.hashCode`.
pub(crate) fn hash(text: &str) -> i64 {
    i64::from(text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit))))
}

/// What `String.trim` takes away: everything up to the blank, at both ends.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|character| character <= ' ')
}
