//! What the compiler promises of any text.

use std::time::Duration;

use definition::{Api, Document, MAX_SHOWN, Problem, compile, show};
use rustix::time::{ClockId, clock_gettime};

use crate::novelty;

/// How much of a processor's time one text may take: far more than any needs, far less than one that is read in time that
/// grows with the square of its length. What other processes take meanwhile does not count.
fn patience(bytes: usize) -> Duration {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    Duration::from_secs(10) + Duration::from_micros(20) * bytes
}

/// What this thread has taken so far.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Compiles `source`; what it compiled to, or why it did not.
///
/// # Panics
/// When a promise is broken.
pub(super) fn compiled(source: &str) -> Result<Api, Vec<Problem>> {
    let started = processor_time();
    let parsed = Document::parse(source);
    let first = compile(source);
    let again = compile(source);
    assert!(first == again, "compiling the same text twice gave two results: {first:?} and {again:?}");
    let shown = first.as_ref().err().map(|problems| show("definition", source, problems));
    let took = processor_time().saturating_sub(started);
    assert!(took < patience(source.len()), "{} bytes took {took:?}", source.len());

    if let Err(problems) = &parsed {
        problems_are_useful(source, problems);
        assert_eq!(first.as_ref().err(), Some(problems), "what cannot be read is not compiled, for the same reasons");
    }
    match &first {
        Ok(_) => novelty::note("compiled"),
        Err(problems) => {
            problems_are_useful(source, problems);
            let in_order = problems.windows(2).all(|pair| matches!(pair, [a, b] if a.place <= b.place));
            assert!(in_order || parsed.is_err(), "problems are not in the order of their lines: {problems:?}");
            let shown = shown.unwrap_or_default();
            for Problem { message, remedy, .. } in problems.iter().take(MAX_SHOWN) {
                assert!(shown.contains(message) && shown.contains(remedy), "{message:?} is not shown");
            }
        }
    }
    first
}

fn problems_are_useful(source: &str, problems: &[Problem]) {
    assert!(!problems.is_empty(), "refused without a problem");
    let source = source.strip_prefix('\u{feff}').unwrap_or(source).replace("\r\n", "\n");
    // YAML ends lines with a carriage return as well.
    let lines: Vec<&str> = source.split(['\n', '\r']).collect();
    for problem in problems {
        let Problem { place, message, remedy } = problem;
        assert!(!message.trim().is_empty(), "a problem without a message: {problem:?}");
        assert!(!remedy.trim().is_empty(), "a problem without a remedy: {problem:?}");
        for text in [message, remedy] {
            // Whoever reads them line by line, or in a terminal, must not read what the document puts there.
            assert!(!text.contains(char::is_control), "a control character or a line's end in a problem: {problem:?}");
        }
        let line = place.line.checked_sub(1).and_then(|line| lines.get(line));
        assert!(line.is_some(), "line {} of {}: {problem:?}", place.line, lines.len());
        // Columns count characters, and bytes in very long lines; one behind the last is where something is missing.
        let last = line.map_or(0, |line| line.len()) + 1;
        assert!((1..=last).contains(&place.column), "column {} of {last}: {problem:?}", place.column);
        novelty::note(message);
    }
}
