//! A token before it is believed: its parts. (RFC 7515, section 3.1.)

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Header, decode_header};
use serde_json::{Map, Value};

use super::{Algorithm, Claims, JwtRefusal, json, key::PublicKey};

/// How long a token may be: API Gateway takes 10,240 bytes of request line and headers together.
/// (Developer guide, `http-api-quotas`.)
pub const MAX_TOKEN_BYTES: usize = 10_240;

/// The parts of a token.
pub(crate) struct Token<'t> {
    pub(crate) algorithm: Algorithm,
    pub(crate) claims: Claims,
    header: Header,
    /// What was signed: header and claims as they came.
    message: &'t str,
    /// In base64url.
    signature: &'t str,
}

impl<'t> Token<'t> {
    /// Reads a token in compact form. Nothing of it is believed yet.
    pub(crate) fn parse(text: &'t str) -> Result<Self, JwtRefusal> {
        if text.is_empty() {
            return Err(JwtRefusal::Missing);
        }
        if text.len() > MAX_TOKEN_BYTES {
            return Err(JwtRefusal::TooLong(text.len()));
        }
        let (message, signature) = text.rsplit_once('.').ok_or(JwtRefusal::Malformed("it has no three parts"))?;
        let (header, claims) = message.split_once('.').ok_or(JwtRefusal::Malformed("it has no three parts"))?;
        check_header(&object(header).ok_or(JwtRefusal::Malformed("its header is no JSON object"))?)?;
        let claims = object(claims).ok_or(JwtRefusal::Malformed("its claims are no JSON object"))?;
        let header =
            decode_header(text).map_err(|_| JwtRefusal::Malformed("its header has a field of another type"))?;
        let algorithm = Algorithm::of(header.alg).ok_or(JwtRefusal::Algorithm)?;
        if signature.is_empty() {
            return Err(JwtRefusal::Malformed("its signature is not base64url"));
        }
        Ok(Token { algorithm, claims: Claims::new(claims), header, message, signature })
    }

    /// Which of the issuer's keys is said to have signed it.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// Whether `key` signed it.
    pub(crate) fn check_signature(&self, key: &PublicKey) -> Result<(), JwtRefusal> {
        key.check(self.header.alg, self.message, self.signature)
    }
}

/// Without padding and without stray bits at its end, so that a text has one reading.
fn object(part: &str) -> Option<Map<String, Value>> {
    json::object(&URL_SAFE_NO_PAD.decode(part).ok()?)
}

/// What `jsonwebtoken` reads past: a field that is there and is null, a type, an algorithm that is no text.
fn check_header(header: &Map<String, Value>) -> Result<(), JwtRefusal> {
    if header.contains_key("crit") {
        // RFC 7515, section 4.1.11: who does not understand what it names must refuse it.
        return Err(JwtRefusal::Header("it asks for an extension"));
    }
    if ["jwk", "jku", "x5u", "x5c"].into_iter().any(|name| header.contains_key(name)) {
        return Err(JwtRefusal::Header("it brings a key of its own"));
    }
    if header.get("kid").is_some_and(|id| !id.is_string()) {
        return Err(JwtRefusal::Malformed("its key id is not a text"));
    }
    if !header.get("typ").is_none_or(is_type_of_tokens) {
        return Err(JwtRefusal::Header("it is of another type"));
    }
    let name = header.get("alg").and_then(Value::as_str);
    name.and_then(Algorithm::parse).map(|_| ()).ok_or(JwtRefusal::Algorithm)
}

/// `JWT`, or RFC 9068's `at+jwt`, with which some issuers' own types end; not `logout+jwt` or `dpop+jwt`, say, which an
/// issuer signs with the same keys for something else. (RFC 8725, section 3.11.)
fn is_type_of_tokens(value: &Value) -> bool {
    let text = value.as_str().map(str::to_ascii_lowercase);
    text.is_some_and(|text| matches!(text.as_str(), "jwt" | "application/jwt") || text.ends_with("at+jwt"))
}
