//! Where in a sandbox's state an answer belongs, and by what names the store knows it.

use std::{collections::HashMap, sync::Arc};

use super::account::Account;
use crate::{Period, quota::QuotaLease, throttle::TokenLease};

/// Whose a question is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A key's quota in a period, under a plan.
    Quota(Box<str>, Arc<str>, Period),
    /// A key's bucket, under a plan.
    Tokens(Box<str>, Arc<str>, Arc<str>),
    /// A stage's bucket, as seen by callers of one priority.
    Stage(Arc<str>, u64),
}

/// What stands there.
pub(super) enum Found<'h> {
    Quota(&'h mut QuotaLease),
    Tokens(&'h mut TokenLease),
}

impl Place {
    pub(super) fn find<'h>(
        &self,
        keys: &'h mut HashMap<Box<str>, Vec<Account>>,
        stages: &'h mut [TokenLease],
    ) -> Option<Found<'h>> {
        let (Place::Quota(key, plan, _) | Place::Tokens(key, plan, _)) = self else {
            let Place::Stage(bucket, reserved) = self else { return None };
            let lease = stages.iter_mut().find(|lease| lease.bucket() == bucket && lease.reserved() == *reserved);
            return lease.map(Found::Tokens);
        };
        let account = keys.get_mut(key)?.iter_mut().find(|account| account.is_of(plan))?;
        match self {
            Place::Quota(_, _, period) => account.quota_of(*period).map(Found::Quota),
            Place::Tokens(_, _, bucket) => account.tokens_of(bucket).map(Found::Tokens),
            Place::Stage(..) => None,
        }
    }
}

/// The name of an item: its parts with `#` between. None of them but the last, a path, can hold a `#` where it matters.
pub(super) fn name(parts: &[&str]) -> Arc<str> {
    parts.join("#").into()
}

/// Whether a name is made of these parts; makes nothing.
pub(super) fn is_named(name: &str, parts: &[&str]) -> bool {
    let mut rest = Some(name);
    for (number, part) in parts.iter().enumerate() {
        let after = if number == 0 { rest } else { rest.and_then(|rest| rest.strip_prefix('#')) };
        rest = after.and_then(|rest| rest.strip_prefix(part));
    }
    rest == Some("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_by_its_parts() {
        let parts = ["plan", "gold", "key-1"];
        assert!(is_named(&name(&parts), &parts));
        for other in [
            &["plan", "gold"][..],
            &["plan", "gold", "key-10"],
            &["plan", "gol", "dkey-1"],
            &["plan", "gold", "key-1", ""],
        ] {
            assert!(!is_named(&name(&parts), other), "{other:?}");
        }
    }
}
