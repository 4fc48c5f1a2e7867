//! Router tables of any size, each operation with templates and a model as large as real ones: a start must not pay for
//! what it does not use.

use std::{fmt::Write as _, fs, path::Path};

use crate::failure::{Context, Result};

/// A response template of 4 KB, which is what a mapped answer of an ordinary operation takes.
const TEMPLATE_BYTES: usize = 4096;

/// Fields of a model, as many as an ordinary order has.
const FIELDS: usize = 30;

/// Writes `api.table` with that many operations into `folder`; `GET /health` is one of them. A managed API has room for
/// 299 beside its `$default` route.
pub(crate) fn write(folder: &Path, operations: usize) -> Result<()> {
    let mut source = String::from(
        "openapi: 3.0.3\nx-amazon-apigateway-request-validators: {body: {validateRequestBody: true}}\npaths:\n",
    );
    source.push_str(
        "  /health:\n    get:\n      x-amazon-apigateway-integration:\n        type: mock\n        \
         requestTemplates: {application/json: '{\"statusCode\": 200}'}\n        \
         responses: {default: {statusCode: 200, responseTemplates: {application/json: '{\"status\": \"ok\"}'}}}\n",
    );
    for number in 1..operations {
        operation(&mut source, number);
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

/// An operation with a model of its own and templates that look into the body.
fn operation(source: &mut String, number: usize) {
    let fields: Vec<String> =
        (0..FIELDS).map(|field| format!("field{field}: {{type: string, maxLength: {}}}", number + field)).collect();
    let line = "#foreach($line in $input.path('$.lines')){\"sku\": \"$line.sku\", \"n\": $line.quantity}#if($foreach.hasNext),#end#end\n              ";
    let template = line.repeat(TEMPLATE_BYTES / line.len());
    let _ = write!(
        source,
        "  /things{number}/{{id}}/parts/{{part}}:\n    post:\n      x-amazon-apigateway-request-validator: body\n      \
         requestBody: {{content: {{application/json: {{schema: {{type: object, properties: {{{}}}}}}}}}}}\n      \
         x-amazon-apigateway-integration:\n        type: http\n        httpMethod: POST\n        \
         uri: https://backend.example/things/{{id}}\n        requestTemplates:\n          application/json: |\n              {template}\n        \
         responses:\n          default:\n            statusCode: 200\n            responseTemplates:\n              application/json: '{{}}'\n",
        fields.join(", ")
    );
}

/// Writes the `api.table` of one operation, `GET /health`, that asks for an API key and answers by itself.
pub(crate) fn write_keyed(folder: &Path) -> Result<()> {
    write_source(
        folder,
        "openapi: 3.0.3\ncomponents: {securitySchemes: {api_key: {type: apiKey, name: x-api-key, in: header}}}\npaths:\n  \
         /health:\n    get:\n      security: [{api_key: []}]\n      x-amazon-apigateway-integration:\n        type: mock\n        \
         requestTemplates: {application/json: '{\"statusCode\": 200}'}\n        \
         responses: {default: {statusCode: 200, responseTemplates: {application/json: '{\"status\": \"ok\"}'}}}\n",
    )
}

fn compile(source: &str) -> Result<definition::Api> {
    definition::compile(source).map_err(|problems| definition::show("table", source, &problems).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_has_a_model_and_templates_of_its_own() {
        let folder = std::env::temp_dir().join(format!("tollgate-tables-{}", std::process::id()));
        write(&folder, 10).unwrap();
        let bytes = fs::read(folder.join("api.table")).unwrap();
        let table = definition::Table::decode(&bytes).unwrap();
        assert_eq!((table.len(), table.models().len()), (10, 9));
        assert!(bytes.len() > 9 * TEMPLATE_BYTES);
        fs::remove_dir_all(folder).unwrap();
    }
}
