//! Signature Version 4 of a post: one shape of request, so that little is left to do for each.
//! (IAM user guide, `reference_sigv-create-signed-request`.)

use std::time::{SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use channels::ConnectionId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

type HmacSha256 = Hmac<Sha256>;

/// All but what RFC 3986 leaves unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The same but for slashes: a path that is encoded once more, as every service but S3 signs it.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// Signs for `execute-api` with one set of credentials.
pub(super) struct Signer {
    credentials: Credentials,
    region: String,
    host: String,
    moment: Option<Moment>,
}

/// What is the same for every signature of a second.
struct Moment {
    second: u64,
    /// What goes with it as headers.
    fixed: Vec<(HeaderName, HeaderValue)>,
    /// The canonical request from behind the path up to the body's hash.
    canonical: String,
    /// The header up to the signature itself.
    authorization: String,
    /// The day's key over the string to sign, up to the request's hash.
    begun: HmacSha256,
}

impl Signer {
    /// Signs requests to `host`.
    pub(super) fn new(credentials: Credentials, region: String, host: String) -> Self {
        Signer { credentials, region, host, moment: None }
    }

    /// Whether the credentials hold until then.
    pub(super) fn lasts_until(&self, then: SystemTime) -> bool {
        self.credentials.expiry().is_none_or(|expiry| expiry > then)
    }

    /// The headers that sign a POST of a body with that hash; nothing when the credentials hold what no header can.
    pub(super) fn sign(&mut self, now: SystemTime, path: &str, hash: &str) -> Option<HeaderMap> {
        let second = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let moment = match self.moment.take().filter(|moment| moment.second == second) {
            Some(moment) => moment,
            None => Moment::of(second, &self.region, &self.host, &self.credentials)?,
        };
        let mut request = Sha256::new_with_prefix("POST\n");
        utf8_percent_encode(path, RESERVED_IN_PATH).for_each(|part| request.update(part));
        request.update(&moment.canonical);
        request.update(hash);
        let mut mac = moment.begun.clone();
        mac.update(hex(&request.finalize()).as_bytes());
        let mut authorization = String::with_capacity(moment.authorization.len() + 64);
        authorization.push_str(&moment.authorization);
        push_hex(&mut authorization, &mac.finalize().into_bytes());
        let mut headers = HeaderMap::with_capacity(moment.fixed.len() + 1);
        headers.extend(moment.fixed.iter().cloned());
        headers.insert(header::AUTHORIZATION, HeaderValue::try_from(authorization).ok()?);
        self.moment = Some(moment);
        Some(headers)
    }
}

impl Moment {
    fn of(second: u64, region: &str, host: &str, credentials: &Credentials) -> Option<Self> {
        let at = i64::try_from(second).ok().and_then(|second| OffsetDateTime::from_unix_timestamp(second).ok())?;
        let date = format!("{:04}{:02}{:02}", at.year(), u8::from(at.month()), at.day());
        let stamp = format!("{date}T{:02}{:02}{:02}Z", at.hour(), at.minute(), at.second());
        let secret = format!("AWS4{}", credentials.secret_access_key());
        let chained = [date.as_str(), region, "execute-api", "aws4_request"];
        let key = chained.iter().fold(keyed(secret.as_bytes()), |mut mac, part| {
            mac.update(part.as_bytes());
            keyed(&mac.finalize().into_bytes())
        });
        let scope = format!("{date}/{region}/execute-api/aws4_request");
        let dated = (HeaderName::from_static("x-amz-date"), stamp.as_str());
        let token = credentials.session_token().map(|token| (HeaderName::from_static("x-amz-security-token"), token));
        let fixed = [Some(dated), token].into_iter().flatten();
        let fixed = fixed.map(|(name, value)| Some((name, HeaderValue::from_str(value).ok()?)));
        let fixed: Vec<_> = fixed.collect::<Option<_>>()?;
        let token = credentials.session_token();
        let names = if token.is_some() { "host;x-amz-date;x-amz-security-token" } else { "host;x-amz-date" };
        let token = token.map(|token| format!("x-amz-security-token:{token}\n")).unwrap_or_default();
        let canonical = format!("\n\nhost:{host}\nx-amz-date:{stamp}\n{token}\n{names}\n");
        let id = credentials.access_key_id();
        let authorization = format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature=");
        let begun = key.chain_update(format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n"));
        Some(Moment { second, fixed, canonical, authorization, begun })
    }
}

/// The path of a connection: its id is encoded, so that `=` is `%3D`.
pub(super) fn path(stage_path: &str, id: &ConnectionId) -> String {
    const BELOW: &str = "/@connections/";
    // Room for an id of the usual length and for what is encoded in it.
    let mut path = String::with_capacity(stage_path.len() + BELOW.len() + id.as_str().len() + 8);
    path.push_str(stage_path);
    path.push_str(BELOW);
    path.extend(utf8_percent_encode(id.as_str(), RESERVED));
    path
}

/// A key of any length makes an HMAC.
fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).unwrap_or_else(|_| HmacSha256::new(&Default::default()))
}

pub(super) fn hex_sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(&mut text, bytes);
    text
}

/// Digit by digit: the formatting machinery takes longer than the hash.
fn push_hex(text: &mut String, bytes: &[u8]) {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    text.extend(digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)));
}

#[cfg(test)]
mod tests;
