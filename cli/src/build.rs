//! `tollgate build`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use definition::{Api, Doors, channel_rules, compile, encode, managed_routes, native_routes, router_policy};

use crate::check::{read, report};

/// Compile a definition into the managed API's routes, the router's policy, and what each function reads of it.
#[derive(Args)]
pub(crate) struct Build {
    /// The OpenAPI document, YAML or JSON.
    file: PathBuf,
    /// The folder of the built functions, `target/lambda`: what a function reads is packed beside its `bootstrap`.
    #[arg(long, value_name = "DIR")]
    functions: Option<PathBuf>,
    /// Where the router's table goes besides: for a router that is built elsewhere.
    #[arg(long)]
    table: Option<PathBuf>,
    /// Where the managed API's routes go.
    #[arg(long)]
    routes: Option<PathBuf>,
    /// Where the policy goes that permits the router what it calls: beside the routes.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Write nothing; fail when what stands there is not what would be written.
    #[arg(long)]
    check: bool,
}

impl Build {
    /// Writes what has changed, and leaves files alone that are right already.
    pub(crate) fn run(self) -> Result<(), String> {
        for (file, contents) in self.written()? {
            let same = fs::read(&file).is_ok_and(|present| present == contents);
            match (same, self.check) {
                (true, _) => {}
                (false, true) => return Err(stale(&file, &self.file)),
                (false, false) => write(&file, &contents)?,
            }
        }
        Ok(())
    }

    /// What is asked for, and where it goes.
    fn written(&self) -> Result<Vec<(PathBuf, Vec<u8>)>, String> {
        let api = load(&self.file)?;
        let (routes, policy) = (self.routes.clone(), self.policy.clone());
        let mut written = Vec::new();
        if let Some(table) = &self.table {
            written.push((table.clone(), encoded(&api)?));
        }
        written.extend(routes.map(|file| (file, managed_routes(&api).into_bytes())));
        written.extend(policy.map(|file| (file, router_policy(&api).into_bytes())));
        if let Some(functions) = &self.functions {
            written.extend(packed(&api)?.map(|(place, contents)| (functions.join(place), contents)));
        }
        Ok(written)
    }
}

/// What functions read of the definition, and where below the folder of functions they look for it.
fn packed(api: &Api) -> Result<[(&'static str, Vec<u8>); 5], String> {
    let rules = channel_rules(api).map_err(|error| format!("the rules cannot be written: {error}"))?.into_bytes();
    let doors = Doors::of(api).encode().map_err(|error| format!("the doors cannot be written: {error}"))?;
    Ok([
        ("router/api.table", encoded(api)?),
        ("metering/native.routes", native_routes(api).into_bytes()),
        ("authorizer/doors.json", doors.into_bytes()),
        ("message/channels.json", rules.clone()),
        ("broadcast/channels.json", rules),
    ])
}

fn encoded(api: &Api) -> Result<Vec<u8>, String> {
    encode(api).map_err(|error| format!("the table cannot be written: {error}"))
}

fn load(file: &Path) -> Result<Api, String> {
    let source = read(file)?;
    compile(&source).map_err(|problems| report(file, &source, &problems))
}

fn stale(file: &Path, definition: &Path) -> String {
    let (file, definition) = (file.display(), definition.display());
    format!("{file} is not what {definition} gives: run `tollgate build {definition}` and commit the result")
}

/// Writes beside the file and renames, so that nobody reads half of it.
fn write(file: &Path, contents: &[u8]) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, contents).map_err(failed)?;
    fs::rename(&beside, file).map_err(failed)
}
