//! Signature Version 4 of a post: one shape of request, so that little is left to do for each.
//! (IAM user guide, `reference_sigv-create-signed-request`.)

use std::time::{SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use channels::ConnectionId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderName, HeaderValue, header};
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
    /// `20260131T120000Z`.
    stamp: String,
    /// What goes with it as headers.
    fixed: Vec<(HeaderName, HeaderValue)>,
    /// The canonical request from behind the path up to the body's hash.
    canonical: String,
    /// `20260131/us-east-1/execute-api/aws4_request`.
    scope: String,
    /// The header up to the signature itself.
    authorization: String,
    key: HmacSha256,
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
    pub(super) fn sign(&mut self, now: SystemTime, path: &str, hash: &str) -> Option<Vec<(HeaderName, HeaderValue)>> {
        let second = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let moment = match self.moment.take().filter(|moment| moment.second == second) {
            Some(moment) => moment,
            None => Moment::of(second, &self.region, &self.host, &self.credentials)?,
        };
        let path = utf8_percent_encode(path, RESERVED_IN_PATH);
        let request = hex_sha256(format!("POST\n{path}{}{hash}", moment.canonical).as_bytes());
        let to_sign = format!("AWS4-HMAC-SHA256\n{}\n{}\n{request}", moment.stamp, moment.scope);
        let mut mac = moment.key.clone();
        mac.update(to_sign.as_bytes());
        let signature = hex(&mac.finalize().into_bytes());
        let authorization = HeaderValue::try_from([moment.authorization.as_str(), &signature].concat()).ok()?;
        let headers = moment.fixed.iter().cloned().chain([(header::AUTHORIZATION, authorization)]).collect();
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
        Some(Moment { second, stamp, fixed, canonical, scope, authorization, key })
    }
}

/// The path of a connection: its id is encoded, so that `=` is `%3D`.
pub(super) fn path(stage_path: &str, id: &ConnectionId) -> String {
    format!("{stage_path}/@connections/{}", utf8_percent_encode(id.as_str(), RESERVED))
}

/// A key of any length makes an HMAC.
fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).unwrap_or_else(|_| HmacSha256::new(&Default::default()))
}

pub(super) fn hex_sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Digit by digit: the formatting machinery takes longer than the hash.
fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

#[cfg(test)]
mod tests;
