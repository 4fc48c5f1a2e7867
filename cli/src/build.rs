//! `tollgate build`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use definition::{Api, Doors, channel_rules, compile, encode, managed_routes, native_routes, router_policy};

use crate::check::{read, report};

/// Compile a definition into the router's table, the managed API's routes, the router's policy, the metering function's list of
/// native routes, the rules of channels and what the authorizer asks.
#[derive(Args)]
pub(crate) struct Build {
    /// The OpenAPI document, YAML or JSON.
    file: PathBuf,
    /// Where the router's table goes: `api.table` beside the router's `bootstrap`.
    #[arg(long)]
    table: Option<PathBuf>,
    /// Where the managed API's routes go.
    #[arg(long)]
    routes: Option<PathBuf>,
    /// Where the policy goes that permits the router what it calls: beside the routes.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Where the keys of native routes go: `native.routes` beside the metering function's `bootstrap`.
    #[arg(long)]
    native: Option<PathBuf>,
    /// Where the rules of WebSocket channels go: `channels.json` beside the `bootstrap` of message and of broadcast, so twice.
    #[arg(long)]
    channels: Vec<PathBuf>,
    /// Where goes what the authorizer function asks: `doors.json` beside its `bootstrap`.
    #[arg(long)]
    doors: Option<PathBuf>,
    /// Write nothing; fail when what stands there is not what would be written.
    #[arg(long)]
    check: bool,
}

impl Build {
    /// Writes what has changed, and leaves files alone that are right already.
    pub(crate) fn run(self) -> Result<(), String> {
        for (file, contents) in self.written()? {
            let same = fs::read(file).is_ok_and(|present| present == contents);
            match (same, self.check) {
                (true, _) => {}
                (false, true) => return Err(stale(file, &self.file)),
                (false, false) => write(file, &contents)?,
            }
        }
        Ok(())
    }

    /// What is asked for, and where it goes.
    fn written(&self) -> Result<Vec<(&PathBuf, Vec<u8>)>, String> {
        let api = load(&self.file)?;
        let table = encode(&api).map_err(|error| format!("the table cannot be written: {error}"))?;
        let rules = channel_rules(&api).map_err(|error| format!("the rules cannot be written: {error}"))?;
        let doors = Doors::of(&api).encode().map_err(|error| format!("the doors cannot be written: {error}"))?;
        let asked = [
            (&self.table, table),
            (&self.routes, managed_routes(&api).into_bytes()),
            (&self.policy, router_policy(&api).into_bytes()),
            (&self.native, native_routes(&api).into_bytes()),
            (&self.doors, doors.into_bytes()),
        ];
        let asked = asked.into_iter().filter_map(|(file, contents)| Some((file.as_ref()?, contents)));
        let packed = self.channels.iter().map(|file| (file, rules.clone().into_bytes()));
        Ok(asked.chain(packed).collect())
    }
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
