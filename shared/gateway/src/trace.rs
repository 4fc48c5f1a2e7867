//! The X-Ray trace that a request belongs to. (X-Ray developer guide, `xray-concepts`, tracing header.)

use crate::GatewayRequest;

/// The trace that the request came with; where it came with none, one of its own, made from its time and id.
pub(crate) fn id(request: &GatewayRequest) -> String {
    if let Some(id) = &request.trace_id {
        return id.clone();
    }
    let fold = |seed: u64| {
        // FNV-1a, whose constants these are: an id needs no secrecy, only to differ from others.
        request.request_id.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    };
    let (high, low) = (fold(0xcbf2_9ce4_8422_2325), fold(request.time_ms ^ 0x8422_2325));
    format!("Root=1-{:08x}-{high:016x}{:08x}", request.time_ms / 1000, low >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_a_trace_begins_one() {
        let request = |id: &str| GatewayRequest {
            request_id: id.to_owned(),
            time_ms: 1_700_000_000_000,
            ..GatewayRequest::default()
        };
        let made = id(&request("a"));
        assert_eq!(made.len(), "Root=1-58406520-a006649127e371903a2de979".len());
        assert!(made.starts_with("Root=1-6553f100-"), "{made}");
        assert_ne!(made, id(&request("b")));
        let own = GatewayRequest { trace_id: Some("Root=1-x".to_owned()), ..request("a") };
        assert_eq!(id(&own), "Root=1-x");
    }
}
