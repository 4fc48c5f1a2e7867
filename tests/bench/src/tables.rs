//! Router tables of any size, each operation with templates as large as real ones: a start must not pay for what it does
//! not use.

use std::{fmt::Write as _, fs, path::Path};

use crate::failure::{Context, Result};

/// A response template of 4 KB, which is what a mapped answer of an ordinary operation takes.
const TEMPLATE_BYTES: usize = 4096;

/// Writes `api.table` with that many operations into `folder`; `GET /health` is one of them. A managed API has room for
/// 299 beside its `$default` route.
pub(crate) fn write(folder: &Path, operations: usize) -> Result<()> {
    let filler = "x".repeat(TEMPLATE_BYTES);
    let mut source = String::from("openapi: 3.0.3\npaths:\n");
    for number in 0..operations {
        let path = if number == 0 { "/health".to_owned() } else { format!("/things{number}/{{id}}/parts/{{part}}") };
        let _ = write!(
            source,
            "  {path}:\n    get:\n      x-amazon-apigateway-integration:\n        type: mock\n        \
             requestTemplates: {{application/json: '{{\"statusCode\": 200}}'}}\n        \
             responses: {{default: {{statusCode: 200, responseTemplates: {{application/json: '{{\"status\": \"{filler}\"}}'}}}}}}\n"
        );
    }
    write_source(folder, &source)
}

/// Writes `api.table` of the definition `source` into `folder`.
pub(crate) fn write_source(folder: &Path, source: &str) -> Result<()> {
    let api = compile(source)?;
    fs::create_dir_all(folder).context(folder.display())?;
    let file = folder.join("api.table");
    fs::write(&file, definition::encode(&api).context("the table cannot be written")?).context(file.display())
}

fn compile(source: &str) -> Result<definition::Api> {
    definition::compile(source).map_err(|problems| definition::show("table", source, &problems).into())
}
