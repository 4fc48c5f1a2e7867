//! The `tollgate` command line: wiring only. Each command is a module.
//!
//! Exit status: 0 done, 1 refused or failed, 2 wrong usage or a file that cannot be read.

mod build;
mod check;
mod invoice;
mod keys;
mod plan;
mod render;
mod usage;
mod usage_plans;

use std::{io::Write as _, process::ExitCode};

use clap::{Parser, Subcommand};

/// An API gateway in your own AWS account, from the OpenAPI document you already have.
#[derive(Parser)]
#[command(name = "tollgate", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check definitions and name every problem with its line.
    Check(check::Check),
    /// Say what becomes of each of AWS's extensions: the page docs/compatibility.md.
    Compatibility,
    /// Compile a definition into the router's table and the managed API's routes.
    Build(build::Build),
    /// Say which way each operation takes and what it costs.
    Plan(plan::Command),
    /// Show what a mapping template makes of an event.
    Render(render::Render),
    /// Make, list, disable, enable, expire, rotate and delete API keys.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Apply, list and delete usage plans, and bring them over from API Gateway.
    #[command(subcommand)]
    Plans(usage_plans::UsagePlans),
    /// Report usage; verify, reconcile and export it.
    Usage(usage::Usage),
    /// Price a tenant's month.
    Invoice(invoice::Command),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Check(check) => return check.run(),
        Command::Compatibility => {
            out(&definition::compatibility());
            Ok(())
        }
        Command::Build(build) => build.run(),
        Command::Plan(plan) => return plan.run(),
        Command::Render(render) => return render.run(),
        Command::Keys(keys) => keys.run().await,
        Command::Plans(plans) => plans.run().await,
        Command::Usage(usage) => usage.run().await,
        Command::Invoice(invoice) => invoice.run().await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            tell(&message);
            ExitCode::FAILURE
        }
    }
}

/// Writes a command's answer. Whoever reads it may have seen enough and hung up: that is not a failure.
fn out(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Writes what is wrong or beside the answer, and ends its last line. There may be nobody to read this either.
fn tell(text: &str) {
    let text = text.trim_end();
    if !text.is_empty() {
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}
