//! `tollgate plan`: which way each operation takes, and what it costs.

mod cost;
mod json;
mod mix;
mod money;
mod prices;
mod rows;
mod text;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, ValueEnum};
use definition::{Api, Problem, compile};

use self::{
    cost::{Assumptions, LONGEST_WAIT_MS},
    mix::MOST_REQUESTS,
    money::Share,
    prices::Prices,
    text::Origins,
};
use crate::check::{read, report};

/// Say which way each operation takes and what it costs.
#[derive(Args)]
pub(crate) struct Command {
    /// The OpenAPI document, YAML or JSON.
    file: PathBuf,
    /// How long a backend takes to answer on average, in milliseconds.
    #[arg(long, default_value_t = 50, value_name = "MS",
          value_parser = clap::value_parser!(u32).range(..=i64::from(LONGEST_WAIT_MS)))]
    wait: u32,
    /// The share of the authorizer's answers that API Gateway has kept from an earlier request, 0 to 1.
    #[arg(long, default_value = "0", value_name = "SHARE", value_parser = Share::parse)]
    authorizer_cache_hits: Share,
    /// How many requests a month the operations get together, the same number each.
    #[arg(long, default_value_t = 1_000_000, value_name = "N", conflicts_with = "mix",
          value_parser = clap::value_parser!(u64).range(..=MOST_REQUESTS))]
    requests: u64,
    /// How many requests a month each operation gets: lines such as `GET /carts/{cartId}: 3_000_000`.
    #[arg(long, value_name = "FILE")]
    mix: Option<PathBuf>,
    /// Other prices than those compiled in: lines such as `rest_api_usd_per_million = 2.80`.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// How the plan is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Why there is no plan.
enum Failure {
    /// A file cannot be read.
    Unreadable(String),
    /// What stands in a file is refused.
    Refused(String),
}

impl Command {
    /// Prints the plan. 0: done; 1: the definition, the prices or the mix have problems; 2: a file could not be read.
    pub(crate) fn run(self) -> ExitCode {
        let (message, status) = match self.answer() {
            Ok(answer) => {
                crate::out(&answer);
                return ExitCode::SUCCESS;
            }
            Err(Failure::Refused(message)) => (message, 1),
            Err(Failure::Unreadable(message)) => (message, 2),
        };
        crate::tell(&message);
        ExitCode::from(status)
    }

    fn answer(&self) -> Result<String, Failure> {
        let source = read(&self.file).map_err(Failure::Unreadable)?;
        let api = compile(&source).map_err(|problems| refused(&self.file, &source, &problems))?;
        let assumed = Assumptions { wait_ms: self.wait, cache_hits: self.authorizer_cache_hits };
        let (mix, traffic) = self.traffic(&api)?;
        let plan = rows::plan(&api, self.load_prices()?, assumed, &mix);
        let name = |file: &PathBuf| file.display().to_string();
        let origins = Origins { file: name(&self.file), traffic, prices: self.prices.as_ref().map(name) };
        match self.format {
            Format::Text => Ok(text::write(&plan, &origins)),
            Format::Json => json::write(&plan, &origins.file).map_err(|error| Failure::Refused(error.to_string())),
        }
    }

    /// Requests a month by route key, and the words for where they come from.
    fn traffic(&self, api: &Api) -> Result<(BTreeMap<String, u64>, String), Failure> {
        let Some(file) = &self.mix else {
            return Ok((mix::even(self.requests, &api.routes), "spread evenly over the operations".to_owned()));
        };
        let source = read(file).map_err(Failure::Unreadable)?;
        let mix = mix::read(&source, &api.routes).map_err(|problems| refused(file, &source, &problems))?;
        let absent = match api.routes.len().saturating_sub(mix.len()) {
            0 => String::new(),
            1 => ", in which 1 operation is absent and gets none".to_owned(),
            count => format!(", in which {count} operations are absent and get none"),
        };
        Ok((mix, format!("as in {}{absent}", file.display())))
    }

    fn load_prices(&self) -> Result<Prices, Failure> {
        let compiled_in = Path::new("cli/prices.toml");
        let mut prices = Prices::compiled_in().map_err(|problems| refused(compiled_in, "", &problems))?;
        if let Some(file) = &self.prices {
            let source = read(file).map_err(Failure::Unreadable)?;
            let done = prices.override_with(&source, &file.display().to_string());
            done.map_err(|problems| refused(file, &source, &problems))?;
        }
        Ok(prices)
    }
}

fn refused(file: &Path, source: &str, problems: &[Problem]) -> Failure {
    Failure::Refused(report(file, source, problems))
}
