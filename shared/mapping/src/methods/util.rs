//! `$util` (`api-gateway-mapping-template-reference`).

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use json::{Document, Kind, Node};

use crate::{
    render::{Rendered, Renderer},
    value::{Text, Value},
};

/// Java's decoder takes texts with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl<'a> Renderer<'a> {
    pub(super) fn util_method(&mut self, name: &str, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        let [argument] = arguments else {
            return Ok(Value::Null);
        };
        if matches!(argument, Value::Null) {
            return Ok(Value::Null);
        }
        let text = self.text_of(argument)?;
        match name {
            "escapeJavaScript" => self.made_text(escape_javascript(&text)),
            "urlEncode" => self.made_text(url_encode(&text)),
            "urlDecode" => {
                let decoded = url_decode(&text);
                match decoded {
                    Some(decoded) => self.made_text(decoded),
                    None => Err(self.failed("$util.urlDecode: a % is not followed by two hexadecimal digits")),
                }
            }
            "base64Encode" => self.made_text(STANDARD.encode(text.as_bytes())),
            "base64Decode" => match LENIENT.decode(text.trim()) {
                Ok(bytes) => self.made_text(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) => Err(self.failed(format!("$util.base64Decode: {error}"))),
            },
            "parseJson" => self.parse_json(&text),
            _ => Ok(Value::Null),
        }
    }

    fn parse_json(&mut self, text: &Text<'a>) -> Rendered<Value<'a>> {
        self.heap.charge(text.len() * 4);
        self.spend(text.len() / 8)?;
        match Document::parse(text) {
            Ok(document) => Ok(self.copied(document.root())),
            Err(error) => Err(self.failed(format!("$util.parseJson: {error}"))),
        }
    }

    /// A copy of a value in another document. Documents are no deeper than [`json::MAX_DEPTH`].
    fn copied(&mut self, node: Node<'_>) -> Value<'a> {
        match node.kind() {
            Kind::Array => {
                let items: Vec<_> = node.items().map(|item| self.copied(item)).collect();
                self.heap.list(items, true)
            }
            Kind::Object => {
                let entries: Vec<_> =
                    node.entries().map(|(key, value)| (key.into_owned().into(), self.copied(value))).collect();
                self.heap.map(entries)
            }
            _ => match Value::of_node(node) {
                Value::Text(text) => Value::text(text.to_string()),
                Value::Bool(value) => Value::Bool(value),
                Value::Integer(value) => Value::Integer(value),
                Value::Double(value) => Value::Double(value),
                _ => Value::Null,
            },
        }
    }
}

/// As Commons Lang's `escapeJavaScript`: quotes of both kinds, backslashes, slashes and control characters get a backslash,
/// what is not ASCII becomes `\uXXXX`.
fn escape_javascript(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\'' | '"' | '\\' | '/' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='\u{7e}' => out.push(character),
            character => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _into_a_string = write!(out, "\\u{unit:04X}");
                }
            }
        }
    }
    out
}

/// As Java's `URLEncoder` with UTF-8: a form's encoding, in which a blank is `+`.
fn url_encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            byte => {
                let _into_a_string = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// As Java's `URLDecoder` with UTF-8; none where that throws.
fn url_decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}
