//! Connections: open sockets, how many there may be, and which shard of a channel each belongs to.

use std::{collections::BTreeMap, fmt};

use crate::{Channel, Principal};

/// How long a connection is kept: API Gateway ends it after two hours, and ten minutes more let the last `$disconnect`,
/// retried broadcast or clock that is off pass.
/// (API Gateway developer guide, `apigateway-execution-service-websocket-limits-table`.)
pub const LIFETIME_S: u64 = 2 * 60 * 60 + 10 * 60;

/// API Gateway's id of an open socket, such as `L0SM9cOFvHcCIhw=`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(String);

impl ConnectionId {
    /// An id of at most 128 bytes of what base64 has. AWS documents no form; a text that could leave its place in a URL or in
    /// a key is none.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=+/".contains(&byte);
        ((1..=128).contains(&text.len()) && text.bytes().all(plain)).then(|| ConnectionId(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part of a channel's subscribers: one job posts to one shard.
pub type Shard = u16;

/// One open socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// API Gateway's id.
    pub id: ConnectionId,
    /// Who is on the other end.
    pub principal: Principal,
    /// The WebSocket API's id.
    pub api_id: String,
    /// Its stage.
    pub stage: String,
    /// When it was opened, in seconds since 1970.
    pub connected_at_s: u64,
    /// What it is subscribed to, and under which shard it stands there.
    pub subscriptions: BTreeMap<Channel, Shard>,
}

impl Connection {
    /// When nothing of it is kept any longer, in seconds since 1970.
    pub fn expires_at_s(&self) -> u64 {
        self.connected_at_s.saturating_add(LIFETIME_S)
    }

    /// Whose caps it counts against: its tenant's, and its key's if it has one.
    pub fn holders(&self) -> Vec<Holder> {
        let key = self.principal.key_id().map(|key| Holder::Key(key.to_owned()));
        [Some(Holder::Tenant(self.principal.tenant().to_owned())), key].into_iter().flatten().collect()
    }
}

/// Somebody whose open connections are counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A tenant.
    Tenant(String),
    /// An API key, by its public id.
    Key(String),
}

impl Holder {
    /// The cap that holds for it.
    pub fn cap(&self, caps: &Caps) -> u32 {
        match self {
            Holder::Tenant(_) => caps.per_tenant,
            Holder::Key(_) => caps.per_key,
        }
    }
}

/// How many connections may be open at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// For one tenant.
    pub per_tenant: u32,
    /// For one API key.
    pub per_key: u32,
}

/// The shard of a connection in a channel of `shards` shards. FNV-1a over the id: ids are random already, so any hash that
/// takes in every byte spreads them evenly.
pub fn shard_of(id: &ConnectionId, shards: Shard) -> Shard {
    let hash = id
        .as_str()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    // The low bits of FNV-1a depend on few bits of the input.
    let folded = hash ^ (hash >> 32);
    u16::try_from(folded % u64::from(shards.max(1))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_its_place() {
        assert!(ConnectionId::parse("L0SM9cOFvHcCIhw=").is_some());
        for bad in ["", "a b", "a\0", "a#b", "a?b", "a%2f", "é", &"x".repeat(129)] {
            assert_eq!(ConnectionId::parse(bad), None, "{bad:.20?}");
        }
    }

    #[test]
    fn shards_are_filled_evenly() {
        const SHARDS: u16 = 16;
        let mut filled = [0u32; SHARDS as usize];
        for number in 0..16_000u32 {
            let id = ConnectionId::parse(&format!("L{number:08x}FvHcCIhw=")).unwrap();
            filled[usize::from(shard_of(&id, SHARDS))] += 1;
        }
        assert!(filled.iter().all(|count| (850..1150).contains(count)), "{filled:?}");
    }
}
