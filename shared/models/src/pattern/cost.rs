//! Which patterns take time with the square of a text's length, or worse.
//!
//! Most are searched in one pass. Those that look around or refer back are tried at place after place, and each trial may
//! go through the rest of the text; where they repeat something, it does.

/// Whether a search may take more than a pass over the text and one for each look-ahead.
pub(super) fn is_costly(characters: &[char]) -> bool {
    let rest = behind_leading(characters).unwrap_or(characters);
    has_hard(rest) && signs(characters).any(|(_, sign)| matches!(sign, '*' | '+' | '{'))
}

/// What follows `^` and the look-aheads behind it, as in `^(?=.*[A-Z])(?!.*admin).{8,}$`: these are tried once.
fn behind_leading(characters: &[char]) -> Option<&[char]> {
    let mut rest = characters.strip_prefix(&['^'])?;
    while let ['(', '?', '=' | '!', ..] = rest {
        let end = group_end(rest)?;
        if has_hard(rest.get(3..end)?) {
            return None;
        }
        rest = rest.get(end + 1..)?;
        if let ['*' | '+' | '?' | '{', ..] = rest {
            return None;
        }
    }
    if has_alternatives(rest) { None } else { Some(rest) }
}

/// Where the group that `characters` begin with ends.
fn group_end(characters: &[char]) -> Option<usize> {
    let mut open = 0usize;
    for (at, sign) in signs(characters) {
        match sign {
            '(' => open += 1,
            ')' => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether there is a `|` outside all groups.
fn has_alternatives(characters: &[char]) -> bool {
    let mut open = 0i64;
    signs(characters).any(|(_, sign)| {
        open += i64::from(sign == '(') - i64::from(sign == ')');
        sign == '|' && open == 0
    })
}

/// Whether something looks around or refers back.
fn has_hard(characters: &[char]) -> bool {
    let mut escaped = false;
    let escape = characters.iter().any(|character| {
        let hard = escaped && matches!(character, 'b' | 'B' | 'k' | '1'..='9');
        escaped = *character == '\\' && !escaped;
        hard
    });
    let looks =
        |at: usize| matches!(characters.get(at..), Some(['(', '?', '=' | '!', ..] | ['(', '?', '<', '=' | '!', ..]));
    escape || signs(characters).any(|(at, _)| looks(at))
}

/// The characters that are neither escaped nor in a class, with their places.
fn signs(characters: &[char]) -> impl Iterator<Item = (usize, char)> {
    let (mut escaped, mut in_class) = (false, false);
    characters.iter().copied().enumerate().filter(move |(_, character)| {
        let plain = !escaped && !in_class;
        match character {
            _ if escaped => {}
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        escaped = *character == '\\' && !escaped;
        plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_around_at_every_place_is_costly() {
        let check = |pattern: &str, expected: bool| {
            assert_eq!(is_costly(&pattern.chars().collect::<Vec<_>>()), expected, "{pattern}");
        };
        check("^[a-z]+(-[a-z]+)*$", false);
        check("^(?!.*admin)[a-z]+$", false);
        check("^(?=.*[A-Z])(?=.*\\d).{8,}$", false);
        check("\\bword\\b", false);
        check("(?<=a)b", false);
        check("[(?=]+", false);
        check("\\(?=a+", false);
        check("a(?!.*a)b", true);
        check("^((?!bad).)*$", true);
        check("^(?=a(?!b))+c", true);
        check("^(?=.*a)b|(?=.*c)d", true);
        check("(a+)\\1", true);
        check("\\b.*z", true);
        check("(?<q>a+)\\k<q>", true);
    }
}
