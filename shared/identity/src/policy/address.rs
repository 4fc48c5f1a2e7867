//! Ranges of addresses, in CIDR notation (RFC 4632, RFC 4291).

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AddressRange {
    /// The address as a number of the version's length, without the bits that do not count.
    network: u128,
    /// How many of its bits do not count.
    free: u8,
    /// The version's length in bits: 32 or 128.
    bits: u8,
}

impl AddressRange {
    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or a single address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let (number, bits) = number(address.parse().ok()?);
        let prefix = match prefix {
            Some(prefix) if prefix.bytes().all(|byte| byte.is_ascii_digit()) => prefix.parse().ok()?,
            Some(_) => return None,
            None => bits,
        };
        let free = bits.checked_sub(prefix)?;
        Some(AddressRange { network: shifted(number, free), free, bits })
    }

    /// Whether the address is one of them.
    pub(crate) fn contains(&self, address: &str) -> bool {
        // An IPv4 address that came over an IPv6 socket is still that IPv4 address.
        let address = address.parse().map(|address: IpAddr| number(address.to_canonical()));
        address.is_ok_and(|(number, bits)| bits == self.bits && shifted(number, self.free) == self.network)
    }
}

fn number(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

fn shifted(number: u128, free: u8) -> u128 {
    number.checked_shr(u32::from(free)).unwrap_or(0)
}
