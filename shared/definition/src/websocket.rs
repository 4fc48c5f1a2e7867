//! `x-tollgate-websocket`: what a WebSocket handshake must show. `docs/websocket.md` says what it means,
//! `docs/schemas/x-tollgate-websocket.json` how it is written.

use crate::{
    Admits, Guard,
    document::{Entry, Node},
    reader::Reader,
    security::Schemes,
    tenant::Tenancy,
};

const EXTENSION: &str = "x-tollgate-websocket";
const FIELDS: [&str; 3] = ["security", "tenant", "requires"];

/// Reads what stands at the top of the document: the alternatives, one of which a handshake must meet. Without it, that is
/// an API key.
pub(crate) fn read(reader: &mut Reader, root: &Node, schemes: &Schemes, tenancy: &Tenancy) -> Vec<Admits> {
    let with_key = || vec![tenancy.clone().admits(&Guard::ApiKey)];
    let Some(node) = root.get(EXTENSION) else { return with_key() };
    for Entry { key, place, .. } in reader.object(node, EXTENSION) {
        if !FIELDS.contains(&key.as_str()) {
            let message = format!("{key:?} is not a field of {EXTENSION}");
            reader.problem(*place, message, "write security, tenant or requires");
        }
    }
    let own = Tenancy::read_named(reader, node, ("tenant", "requires"), tenancy);
    let Some(security) = node.get("security") else { return with_key() };
    let remedy = "write a list of alternatives, such as [{api_key: []}, {api_key: [], shopper: [scope]}]";
    let Some(alternatives) = security.items() else {
        if !reader.is_unresolved(security) {
            reader.problem(security.place, format!("security is {}", security.kind()), remedy);
        }
        return Vec::new();
    };
    if alternatives.is_empty() {
        reader.problem(security.place, "security asks for nothing, and a connection is somebody's", remedy);
    }
    alternatives.iter().filter_map(|alternative| read_alternative(reader, alternative, schemes, &own)).collect()
}

fn read_alternative(reader: &mut Reader, node: &Node, schemes: &Schemes, tenancy: &Tenancy) -> Option<Admits> {
    let guard = schemes.guard_of_all(reader, node)?;
    match guard.without_key() {
        Guard::ApiKey | Guard::Jwt { .. } => {}
        Guard::Open | Guard::Iam | Guard::Request { .. } | Guard::WithKey(_) => {
            let message = "a WebSocket handshake shows an API key, a token, or both, and this is something else";
            let remedy = "name the scheme of API keys, one of type jwt or cognito_user_pools, or both";
            reader.problem(node.place, message, remedy);
            return None;
        }
    }
    let admits = tenancy.clone().admits(&guard);
    if !admits.api_key && admits.tenant.is_none() {
        let message = "nothing names the tenant of who shows no API key, and a connection is a tenant's";
        reader.problem(node.place, message, "write tenant: with the claim that does, or ask for an API key as well");
    }
    Some(admits)
}

#[cfg(test)]
mod tests;
