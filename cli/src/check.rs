//! `tollgate check`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, ValueEnum};
use definition::{Lines, MAX_SHOWN, Options, Problem, compile_with, show};
use serde_json::{Value, json};

/// Check definitions and name every problem with its line.
#[derive(Args)]
pub(crate) struct Check {
    /// OpenAPI documents, YAML or JSON.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The stage's variables, `cartFunction,catalogUrl`: a definition that uses another is refused.
    #[arg(long, value_delimiter = ',')]
    variables: Option<Vec<String>>,
    /// How problems are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Check {
    /// Checks all files. 0: all is well; 1: a definition has problems; 2: a file could not be read.
    pub(crate) fn run(self) -> ExitCode {
        let stage_variables = self.variables.map(BTreeSet::from_iter);
        let options = Options { stage_variables, as_aws_imports: false };
        let (mut found, mut worst) = (Vec::new(), 0);
        for file in &self.files {
            match read(file) {
                Ok(source) => {
                    let Err(problems) = compile_with(&source, &options) else { continue };
                    if self.format == Format::Text {
                        crate::tell(&report(file, &source, &problems));
                    }
                    let lines = Lines::of(&source);
                    found.extend(problems.iter().map(|problem| as_json(file, &lines, problem)));
                    worst = worst.max(1);
                }
                Err(message) => {
                    crate::tell(&message);
                    worst = 2;
                }
            }
        }
        if self.format == Format::Json {
            crate::out(&format!("{:#}\n", Value::from(found)));
        }
        ExitCode::from(worst)
    }
}

/// The text of a definition.
pub(crate) fn read(file: &Path) -> Result<String, String> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let text = String::from_utf8(bytes);
    text.map_err(|error| format!("{}: byte {} is not UTF-8", file.display(), error.utf8_error().valid_up_to()))
}

/// A definition's problems, as people read them.
pub(crate) fn report(file: &Path, source: &str, problems: &[Problem]) -> String {
    let count = match problems.len() {
        1 => "1 problem".to_owned(),
        count if count > MAX_SHOWN => format!("{count} problems, of which the first {MAX_SHOWN} are shown"),
        count => format!("{count} problems"),
    };
    format!("{}{count}", show(&file.display().to_string(), source, problems))
}

/// How long a line may be that is written down for each of its problems.
const MAX_LINE_BYTES: usize = 1000;

/// The same, as machines read them. Of a very long line, what is around the problem.
fn as_json(file: &Path, lines: &Lines<'_>, problem: &Problem) -> Value {
    let whole = lines.line(problem.place.line).filter(|line| line.len() <= MAX_LINE_BYTES).map(str::to_owned);
    let text = whole.or_else(|| lines.around(problem.place).map(|(around, _)| around));
    json!({
        "file": file.display().to_string(),
        "line": problem.place.line,
        "column": problem.place.column,
        "text": text.unwrap_or_default(),
        "message": problem.message,
        "remedy": problem.remedy,
    })
}
