//! The command line of the runner: wiring only.
//!
//! Exit status: 0 no case failed, 1 one did, 2 wrong usage.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use conformance::{Detail, report};

/// Runs the cases below folders: a line for each that fails, then the sum.
#[derive(Parser)]
#[command(name = "conformance")]
struct Arguments {
    /// Where the cases are: every `*.json` below.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Say behind each line what the gateway's own log would say of the request.
    #[arg(long)]
    why: bool,
}

fn main() -> io::Result<ExitCode> {
    let arguments = Arguments::parse();
    let detail = if arguments.why { Detail::Why } else { Detail::Line };
    let mut out = io::stdout().lock();
    let sum = report(&arguments.folders, detail, &mut out)?;
    out.flush()?;
    Ok(if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
