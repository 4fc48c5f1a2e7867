//! Whose calls a resource policy's statement speaks of. (IAM user guide, `reference_policies_elements_principal`.)

use serde::{Deserialize, Serialize};

/// A principal as a statement names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Caller {
    /// `*`: everybody, known or not.
    Everybody,
    /// An account's number: each of its principals.
    Account(String),
    /// A user's, role's or session's ARN, a service's name, a federation's.
    Named(String),
}

impl Caller {
    /// Reads one of the values of `"AWS"`.
    pub(crate) fn of_aws(text: &str) -> Self {
        if text == "*" {
            return Caller::Everybody;
        }
        let root = text.strip_suffix(":root").and_then(account_of);
        match root.or_else(|| is_account(text).then_some(text)) {
            Some(account) => Caller::Account(account.to_owned()),
            None => Caller::Named(text.to_owned()),
        }
    }

    /// Whether `principal`, an ARN or nobody known, is meant.
    pub(crate) fn matches(&self, principal: Option<&str>) -> bool {
        match (self, principal) {
            (Caller::Everybody, _) => true,
            (_, None) => false,
            (Caller::Account(account), Some(principal)) => account_of(principal) == Some(account),
            (Caller::Named(name), Some(principal)) => name == principal || is_session_of(principal, name),
        }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The account in an ARN.
fn account_of(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').nth(3).filter(|account| is_account(account))
}

/// Whether `session` (`arn:aws:sts::1:assumed-role/Role/name`) is one of the role (`arn:aws:iam::1:role/path/Role`).
fn is_session_of(session: &str, role: &str) -> bool {
    let named = |arn: &str| arn.split(':').nth(2).is_some_and(|service| service == "iam");
    let role_name =
        named(role).then(|| role.split_once(":role/")).flatten().and_then(|(_, path)| path.split('/').next_back());
    let of_session = session.split_once(":assumed-role/").and_then(|(_, name)| name.split('/').next());
    role_name.is_some()
        && role_name == of_session
        && account_of(role).is_some()
        && account_of(role) == account_of(session)
}
