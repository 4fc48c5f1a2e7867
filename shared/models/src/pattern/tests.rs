use super::*;

fn check(pattern: &str, found: &[&str], not_found: &[&str]) {
    let compiled = Pattern::compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    found.iter().for_each(|text| assert_eq!(compiled.is_in(text), Ok(true), "{pattern} {text:?}"));
    not_found.iter().for_each(|text| assert_eq!(compiled.is_in(text), Ok(false), "{pattern} {text:?}"));
}

#[test]
fn a_pattern_is_found_anywhere_unless_it_is_anchored() {
    check("b", &["abc"], &["ac", ""]);
    check("^b$", &["b"], &["abc", "b\n", "\nb"]);
    check("^[^@]+@[^@]+$", &["a@b.example"], &["nobody", "a@b@c"]);
    check("", &["", "a"], &[]);
    check("a|^$", &["", "xa"], &["b"]);
}

#[test]
fn classes_are_those_of_ecma_262() {
    check("^\\d+$", &["0123456789"], &["٣", "a"]);
    check("^\\w+$", &["aZ_9"], &["é", "-"]);
    check("^\\W$", &["é", " "], &["a", "_"]);
    check("^\\s+$", &[" \t\n\r\u{a0}\u{feff}\u{2028}"], &["a", "\u{200b}"]);
    check("^.$", &["é", "😀", "\u{85}"], &["\n", "\r", "\u{2028}", "ab"]);
    check("^[\\s\\S]$", &["\n", "a", "😀"], &["", "ab"]);
    check("^[^]$", &["\n", "a"], &[""]);
    check("[]", &[], &["", "a", "]"]);
    check("^[\\D]$", &["a"], &["1"]);
    check("^[^\\D]$", &["1"], &["a"]);
    check("^[[a&&b]+$", &["[a&b"], &["c", "]"]);
    check("^[a-c~~d-]+$", &["abc~d-"], &["f"]);
    check("^[-+.]$", &["-", "+", "."], &["a"]);
    check("^[+.-]$", &["-", "+", "."], &["/"]);
    check("^[\\w-.]$", &["a", "-", "."], &["/"]);
    check("^[\\b]$", &["\u{8}"], &["b"]);
    check("^[\\]\\\\^]$", &["]", "\\", "^"], &["["]);
    check("^[a-z0-9]+(?:-[a-z0-9]+)*$", &["a-b1"], &["a-", "A"]);
}

#[test]
fn escapes_are_those_of_ecma_262() {
    check("^\\u00e9\\x41\\n\\t\\v\\f\\r\\0\\cA$", &["éA\n\t\u{b}\u{c}\r\0\u{1}"], &["é"]);
    check("^\\ud83d\\ude00$", &["😀"], &["a"]);
    check("^\\u{1F600}$", &["😀"], &["u"]);
    check("^[\\ud83d\\ude00-\\ud83d\\ude4f]$", &["😀"], &["a"]);
    check("[\\ud800-\\udfff]", &[], &["a", "😀"]);
    check("^[\\u0000-\\uffff]*$", &["aé\u{ffff}"], &["😀"]);
    check("^\\/\\-\\@\\_\\\"\\'\\ \\#\\%\\&\\,\\:\\;\\<\\=\\>\\`\\~\\!$", &["/-@_\"' #%&,:;<=>`~!"], &[""]);
    check("^\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\\\$", &[".*+?()[]{}|^$\\"], &[""]);
    check("^a\\$b$", &["a$b"], &["a", "ab"]);
    check("\\bcat\\b", &["a cat.", "cat"], &["concat", "cats"]);
    check("a\\Bb", &["ab"], &["a b"]);
    check("^é#x y$", &["é#x y"], &[]);
}

#[test]
fn braces_that_repeat_nothing_are_characters() {
    check("^a{2}$", &["aa"], &["a", "aaa"]);
    check("^a{2,}$", &["aa", "aaa"], &["a"]);
    check("^a{1,2}?$", &["a", "aa"], &["aaa"]);
    check("^{a}$", &["{a}"], &["a"]);
    check("^a{,2}$", &["a{,2}"], &["aa"]);
    check("^\\{[^}]+}$", &["{x}"], &["{}"]);
    check("]", &["]"], &["["]);
}

#[test]
fn groups_look_and_refer() {
    check("^(?!.*admin)[a-z]+$", &["user"], &["theadmin"]);
    check("^(?=.*[A-Z])(?=.*\\d).{8,}$", &["Passw0rdX"], &["password"]);
    check("(?<=a)b", &["ab"], &["cb"]);
    check("(?<!a)b", &["cb"], &["ab"]);
    check("^(['\"]).*\\1$", &["'a'", "\"a\""], &["'a\""]);
    check("^(?<q>a)\\k<q>$", &["aa"], &["a"]);
}

#[test]
fn what_is_no_pattern_is_refused() {
    let bad = [
        "(", ")", "[a", "a**", "a{2}{3}", "a*+", "*", "(?i)a", "(?>a)", "\\", "[b-a]", "[d--e]", "\\2(a)", "(?<a",
        "\\p{L}", "\\c1",
    ];
    for pattern in bad {
        assert!(Pattern::compile(pattern).is_err(), "{pattern}");
    }
    assert!(Pattern::compile("((a{1000}){1000}){1000}").is_err());
    assert!(Pattern::compile(&"(".repeat(5000)).is_err());
    assert!(Pattern::compile(&("(".repeat(4000) + &")".repeat(4000))).is_err());
    assert!(Pattern::compile(&"a".repeat(MAX_SOURCE + 1)).is_err());
}

#[test]
fn a_search_without_end_is_given_up() {
    let pattern = Pattern::compile("^(?=(a+)+$)b").unwrap();
    assert_eq!(pattern.is_in("b"), Ok(false));
    let hard = Pattern::compile("^(a|a)*\\1b$").unwrap();
    assert_eq!(hard.is_in(&"a".repeat(1000)), Err(TooComplex));
}
