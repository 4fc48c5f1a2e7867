//! Trace context that clients send.

/// `value`, if it is a `traceparent` as W3C Trace Context writes it. Whatever else a client puts there is not logged.
pub fn traceparent(value: &str) -> Option<&str> {
    let hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let lengths: Vec<usize> = value.split('-').map(str::len).take(5).collect();
    (lengths == [2, 32, 16, 2] && value.split('-').all(hex)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_traceparent_is_one() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(traceparent(good), Some(good));
        for bad in
            ["", "secret", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "00-a-b-01", &"0-".repeat(4000)]
        {
            assert_eq!(traceparent(bad), None, "{bad:.40}");
        }
    }
}
