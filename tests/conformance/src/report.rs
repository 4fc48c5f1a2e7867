//! The runner's report: one line for each case that fails, then the sum.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    Failure,
    files::{self, CaseFile},
    guard::within,
    run,
};

/// How long one case may take: thousands of times what it does.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What differed.
    Line,
    /// That, and behind it what the gateway's own log would say of the request.
    Why,
}

/// How many cases did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Those that hold.
    pub passed: usize,
    /// Those that do not, and folders without cases.
    pub failed: usize,
}

/// Runs the cases below `folders` in the order of their names, and writes the report to `out`.
///
/// # Errors
/// When `out` cannot be written to.
pub fn report(folders: &[PathBuf], detail: Detail, out: &mut impl Write) -> io::Result<Sum> {
    let mut sum = Sum::default();
    let mut cases = Vec::new();
    for folder in folders {
        match files::below(folder) {
            Ok(found) => cases.extend(found),
            Err(error) => {
                sum.failed += 1;
                writeln!(out, "FAIL {}: {}", folder.display(), Failure::cannot("folder", error))?;
            }
        }
    }
    cases.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    run_all(&cases, sum, out, |case| told(run_file(case), detail))
}

/// Runs `cases` with `run` and adds them to `sum`.
fn run_all(
    cases: &[CaseFile],
    mut sum: Sum,
    out: &mut impl Write,
    run: impl Fn(&CaseFile) -> Result<(), Failure>,
) -> io::Result<Sum> {
    for case in cases {
        match run(case) {
            Ok(()) => sum.passed += 1,
            Err(failure) => {
                sum.failed += 1;
                writeln!(out, "FAIL {}: {failure}", case.name)?;
            }
        }
    }
    writeln!(out, "{} passed, {} failed", sum.passed, sum.failed)?;
    Ok(sum)
}

fn run_file(case: &CaseFile) -> Result<(), Failure> {
    let (name, text) = (case.name.clone(), text(&case.path)?);
    within(PATIENCE, &case.name, move || run(&name, &text))
}

fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::cannot("file", error))
}

fn told(result: Result<(), Failure>, detail: Detail) -> Result<(), Failure> {
    match result {
        Err(failure) if detail == Detail::Why => Err(failure.with_why()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(name: &str) -> CaseFile {
        CaseFile { name: name.to_owned(), path: PathBuf::new() }
    }

    #[test]
    fn each_failed_case_is_a_line_and_then_comes_the_sum() {
        let mut out = Vec::new();
        let cases = ["a/passes", "a/differs"].map(case);
        let sum = run_all(&cases, Sum::default(), &mut out, |case| match case.name.as_str() {
            "a/differs" => Err(Failure::differs("status", 403, 404).at("exchange 1")),
            _ => Ok(()),
        });
        let lines = "FAIL a/differs: exchange 1: status: expected 403, got 404\n\
                     1 passed, 1 failed\n";
        assert_eq!((String::from_utf8(out).unwrap().as_str(), sum.unwrap()), (lines, Sum { passed: 1, failed: 1 }));
    }
}
