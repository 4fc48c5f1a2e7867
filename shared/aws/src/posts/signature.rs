//! Signature Version 4 of a post: one shape of request, so that little is left to do for each.
//! (IAM user guide, `reference_sigv-create-signed-request`.)

use std::{
    fmt::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_credential_types::Credentials;
use channels::ConnectionId;
use hmac::{Hmac, KeyInit as _, Mac as _};
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
    day: Option<Day>,
}

/// What is the same for every signature of a second or a day.
struct Day {
    second: u64,
    /// `20260131T120000Z`.
    stamp: String,
    /// `20260131/us-east-1/execute-api/aws4_request`.
    scope: String,
    key: HmacSha256,
}

impl Signer {
    pub(super) fn new(credentials: Credentials, region: String) -> Self {
        Signer { credentials, region, day: None }
    }

    /// Whether the credentials hold until then.
    pub(super) fn lasts_until(&self, then: SystemTime) -> bool {
        self.credentials.expiry().is_none_or(|expiry| expiry > then)
    }

    /// The headers that sign a POST of a body with that hash.
    pub(super) fn sign(&mut self, now: SystemTime, host: &str, path: &str, hash: &str) -> Vec<(&'static str, String)> {
        let second = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let day = match self.day.take().filter(|day| day.second == second) {
            Some(day) => day,
            None => Day::of(second, &self.region, self.credentials.secret_access_key()),
        };
        let token = self.credentials.session_token();
        let request = canonical(host, path, hash, &day.stamp, token);
        let to_sign = format!("AWS4-HMAC-SHA256\n{}\n{}\n{}", day.stamp, day.scope, hex_sha256(request.as_bytes()));
        let mut mac = day.key.clone();
        mac.update(to_sign.as_bytes());
        let names = if token.is_some() { "host;x-amz-date;x-amz-security-token" } else { "host;x-amz-date" };
        let (id, scope) = (self.credentials.access_key_id(), &day.scope);
        let signature = hex(&mac.finalize().into_bytes());
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
        let token = token.map(|token| ("x-amz-security-token", token.to_owned()));
        let headers = [("x-amz-date", day.stamp.clone()), ("authorization", authorization)];
        self.day = Some(day);
        headers.into_iter().chain(token).collect()
    }
}

impl Day {
    fn of(second: u64, region: &str, secret: &str) -> Self {
        let at = i64::try_from(second).ok().and_then(|second| OffsetDateTime::from_unix_timestamp(second).ok());
        let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let date = format!("{:04}{:02}{:02}", at.year(), u8::from(at.month()), at.day());
        let stamp = format!("{date}T{:02}{:02}{:02}Z", at.hour(), at.minute(), at.second());
        let chained = [date.as_str(), region, "execute-api", "aws4_request"];
        let key = chained.iter().fold(keyed(format!("AWS4{secret}").as_bytes()), |mut mac, part| {
            mac.update(part.as_bytes());
            keyed(&mac.finalize().into_bytes())
        });
        Day { second, stamp, scope: format!("{date}/{region}/execute-api/aws4_request"), key }
    }
}

/// The path of a connection: its id is encoded, so that `=` is `%3D`.
pub(super) fn path(stage_path: &str, id: &ConnectionId) -> String {
    format!("{stage_path}/@connections/{}", utf8_percent_encode(id.as_str(), RESERVED))
}

fn canonical(host: &str, path: &str, hash: &str, stamp: &str, token: Option<&str>) -> String {
    let path = utf8_percent_encode(path, RESERVED_IN_PATH);
    match token {
        None => format!("POST\n{path}\n\nhost:{host}\nx-amz-date:{stamp}\n\nhost;x-amz-date\n{hash}"),
        Some(token) => format!(
            "POST\n{path}\n\nhost:{host}\nx-amz-date:{stamp}\nx-amz-security-token:{token}\n\n\
             host;x-amz-date;x-amz-security-token\n{hash}"
        ),
    }
}

/// A key of any length makes an HMAC.
fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).unwrap_or_else(|_| HmacSha256::new(&Default::default()))
}

pub(super) fn hex_sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
