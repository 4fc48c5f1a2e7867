//! Mapping templates, as far as a definition knows them: text that must be a template.

use mapping::{Template, TemplateError};

use crate::{document::Node, reader::Reader};

/// Templates are at most 300 KB. (API Gateway developer guide, `limits`.)
const MAX_TEMPLATE_BYTES: usize = 300 * 1024;

/// The text of a template; exports write an empty one as `null`.
pub(crate) fn text(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = if node.is_null() { "" } else { reader.text(node, "the template")? };
    if text.len() > MAX_TEMPLATE_BYTES {
        let message = format!("the template has {} bytes, more than API Gateway's 300 KB", text.len());
        reader.problem(node.place, message, "make it shorter");
        return None;
    }
    Some(text.to_owned())
}

/// The text of a template in VTL, whose syntax is checked.
pub(crate) fn vtl(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = text(reader, node)?;
    if let Err(TemplateError { line, column, message }) = Template::parse(&text) {
        let message = format!("in line {line}, column {column} of the template: {message}");
        reader.problem(node.place, message, "mend the template; `tollgate render` shows what one makes of a request");
    }
    Some(text)
}
