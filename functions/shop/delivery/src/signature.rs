//! How a carrier shows that a callback is its own: an HMAC-SHA256 over the time, the delivery and the body.
//!
//! `x-signature: t=1769860800,v1=5257a8…`: the seconds since 1970, and in hex the HMAC of `{t}.{delivery}.{body}` with the
//! secret that both sides know. A callback that somebody else overheard is good for five minutes and for the same delivery;
//! its task has ended by then, so that it does nothing.

use ring::hmac::{self, HMAC_SHA256, Key};

/// The header.
pub const SIGNATURE: &str = "x-signature";

/// How far the carrier's clock and ours may differ, and how long a callback may be under way.
pub const TOLERANCE_S: u64 = 300;

/// The shortest secret: as many bytes as the hash has.
pub const MIN_SECRET_BYTES: usize = 32;

/// What both sides know. Not shown.
pub struct Secret(Key);

/// Why a callback is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureProblem {
    /// No header, or not one of this form.
    #[error("the callback is not signed: send x-signature: t=<seconds>,v1=<hex HMAC-SHA256 of t.delivery.body>")]
    Missing,
    /// Too long ago, or not yet.
    #[error("the signature's time is more than five minutes from now: sign when you send")]
    Stale,
    /// Of something else, or by somebody else.
    #[error("the signature is not that of this delivery and this body")]
    Wrong,
}

impl Secret {
    /// The secret of this text, if it is long enough.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() >= MIN_SECRET_BYTES).then(|| Secret(Key::new(HMAC_SHA256, text.as_bytes())))
    }
}

/// The header's value for a callback sent at `now_s`.
pub fn sign(secret: &Secret, now_s: u64, delivery: &str, body: &[u8]) -> String {
    let tag = hmac::sign(&secret.0, &signed(now_s, delivery, body));
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={now_s},v1={hex}")
}

/// Whether `header` is the signature of this callback, at `now_s`. Compared in constant time.
///
/// # Errors
/// The [`SignatureProblem`].
pub fn verify(secret: &Secret, now_s: u64, delivery: &str, body: &[u8], header: &str) -> Result<(), SignatureProblem> {
    let (time, hex) = header
        .strip_prefix("t=")
        .and_then(|rest| rest.split_once(",v1="))
        .and_then(|(time, hex)| Some((time.parse::<u64>().ok()?, hex)))
        .ok_or(SignatureProblem::Missing)?;
    let tag = bytes(hex).ok_or(SignatureProblem::Missing)?;
    if time.abs_diff(now_s) > TOLERANCE_S {
        return Err(SignatureProblem::Stale);
    }
    hmac::verify(&secret.0, &signed(time, delivery, body), &tag).map_err(|_| SignatureProblem::Wrong)
}

fn signed(time_s: u64, delivery: &str, body: &[u8]) -> Vec<u8> {
    [format!("{time_s}.{delivery}.").as_bytes(), body].concat()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    (hex.len() == 64 && hex.bytes().all(|digit| digit.is_ascii_hexdigit())).then(|| pairs.map(byte).collect())?
}

#[cfg(test)]
mod tests;
