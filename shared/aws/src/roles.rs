//! Whose credentials a call is made with: the router's own, or those of a role that it assumes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use aws_smithy_types::{DateTime, date_time::Format};
use bytes::Bytes;
use gateway::{CallProblem, Headers, HttpAnswer, ServiceCall};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::{Instant, timeout_at};

use crate::{
    Connection,
    answer::{element, error_code},
    attempts::{deadline, repeat},
    chain,
    connection::host,
    signed,
};

/// What CloudTrail shows the calls as.
const SESSION: &str = "tollgate";

/// Credentials are renewed this long before they expire, or a tenth of their life, whichever is longer.
const BEFORE_EXPIRY: Duration = Duration::from_secs(300);

/// A definition has a handful of roles. One that makes them of stage variables may have more, but not without end.
const MAX_ROLES: usize = 64;

/// How long it may take where the caller's deadline is not known.
const ALONE_MS: u32 = 5_000;

/// How long it may take where there are credentials that will do for a while yet.
const IN_HAND: Duration = Duration::from_secs(1);

/// The credentials of the router and of its roles, each asked for once and kept until shortly before they expire. While
/// they are being asked for, others who need the same ones wait; those who need others do not.
pub(crate) struct Roles {
    connection: Connection,
    kept: Mutex<HashMap<Option<String>, Slot>>,
}

type Slot = Arc<tokio::sync::Mutex<Option<Kept>>>;

struct Kept {
    credentials: Credentials,
    /// None: they never expire.
    renew_at: Option<SystemTime>,
}

impl Roles {
    /// Asks for nothing yet.
    pub(crate) fn new(connection: Connection) -> Self {
        Roles { connection, kept: Mutex::default() }
    }

    /// The credentials of `role`, or the router's own.
    ///
    /// # Errors
    /// [`CallProblem::Refused`], with the role and the code, when STS refuses it.
    pub(crate) async fn get(&self, role: Option<&str>, deadline: Instant) -> Result<Credentials, CallProblem> {
        match role {
            None => self.kept_or(None, deadline, |deadline| self.own(deadline)).await,
            Some(role) => self.kept_or(Some(role), deadline, |deadline| self.assume(role, deadline)).await,
        }
    }

    /// What is kept, if it is fresh; else what `ask` gives until the instant that it gets.
    async fn kept_or<F>(
        &self,
        role: Option<&str>,
        deadline: Instant,
        ask: impl FnOnce(Instant) -> F,
    ) -> Result<Credentials, CallProblem>
    where
        F: Future<Output = Result<Credentials, CallProblem>>,
    {
        let slot = self.slot(role);
        let mut slot = slot.lock().await;
        let now = self.connection.now();
        let valid = slot.as_ref().filter(|kept| kept.credentials.expiry().is_none_or(|at| now < at));
        let (valid, fresh) = match valid {
            None => (None, false),
            Some(kept) => (Some(kept.credentials.clone()), kept.renew_at.is_none_or(|at| now < at)),
        };
        let asked = match &valid {
            Some(credentials) if fresh => return Ok(credentials.clone()),
            Some(_) => ask(deadline.min(Instant::now() + IN_HAND)).await,
            None => ask(deadline).await,
        };
        match (asked, valid) {
            (Ok(credentials), _) => {
                let renew_at = credentials.expiry().map(|at| renew_at(now, at));
                *slot = Some(Kept { credentials: credentials.clone(), renew_at });
                Ok(credentials)
            }
            (Err(CallProblem::Refused(why)), _) => Err(CallProblem::Refused(why)),
            (Err(_), Some(credentials)) => Ok(credentials),
            (Err(problem), None) => Err(problem),
        }
    }

    /// Keeps `expired` no longer, unless others have taken its place already.
    pub(crate) async fn forget(&self, role: &str, expired: &Credentials) {
        let slot = self.slot(Some(role));
        let mut slot = slot.lock().await;
        if slot.as_ref().is_some_and(|kept| kept.credentials.access_key_id() == expired.access_key_id()) {
            *slot = None;
        }
    }

    fn slot(&self, role: Option<&str>) -> Slot {
        let role = role.map(str::to_owned);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() > MAX_ROLES && !kept.contains_key(&role) {
            kept.clear();
        }
        Arc::clone(kept.entry(role).or_default())
    }

    async fn assume(&self, role: &str, deadline: Instant) -> Result<Credentials, CallProblem> {
        let own = self.kept_or(None, deadline, |deadline| self.own(deadline)).await?;
        let call = assume(&self.connection, role);
        let (answer, _) = repeat(deadline, || signed::send(&self.connection, &call, &own)).await;
        credentials(role, &answer?)
    }

    async fn own(&self, deadline: Instant) -> Result<Credentials, CallProblem> {
        let provider = self.connection.shared().credentials_provider();
        let provider = provider.ok_or_else(|| CallProblem::Refused("the router has no credentials".to_owned()))?;
        let loaded = timeout_at(deadline, provider.provide_credentials()).await;
        loaded.map_err(|_| CallProblem::Timeout)?.map_err(|error| {
            CallProblem::Unreachable(format!("the router's credentials could not be loaded: {}", chain(&error)))
        })
    }
}

fn renew_at(now: SystemTime, expires: SystemTime) -> SystemTime {
    let life = expires.duration_since(now).unwrap_or_default();
    expires.checked_sub(BEFORE_EXPIRY.max(life / 10)).unwrap_or(now)
}

/// `AssumeRole`. (STS API reference.)
fn assume(connection: &Connection, role: &str) -> ServiceCall {
    let role = utf8_percent_encode(role, NON_ALPHANUMERIC);
    let body = format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName={SESSION}&RoleArn={role}");
    ServiceCall {
        service: "sts".to_owned(),
        region: connection.region().to_owned(),
        host: host("sts", connection.region()),
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Headers(vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())]),
        body: Bytes::from(body),
        credentials: None,
        timeout_ms: ALONE_MS,
    }
}

fn credentials(role: &str, answer: &HttpAnswer) -> Result<Credentials, CallProblem> {
    match answer.status {
        200 => assumed(answer).ok_or_else(|| CallProblem::Unreachable(format!("STS gave no credentials for {role}"))),
        status @ 500.. => Err(CallProblem::Unreachable(format!("STS answered {status} for {role}"))),
        status => {
            let code = error_code(answer).unwrap_or_else(|| status.to_string());
            Err(CallProblem::Refused(format!("{role} cannot be assumed: {code} from STS")))
        }
    }
}

fn assumed(answer: &HttpAnswer) -> Option<Credentials> {
    let text = |name| element(&answer.body, name);
    let expires = DateTime::from_str(&text("Expiration")?, Format::DateTimeWithOffset).ok()?;
    let expires = SystemTime::try_from(expires).ok()?;
    let (id, secret, token) = (text("AccessKeyId")?, text("SecretAccessKey")?, text("SessionToken")?);
    Some(Credentials::new(id, secret, Some(token), Some(expires), "role"))
}

/// One role as the SDK's clients ask for it.
#[derive(Clone)]
pub(crate) struct RoleCredentials {
    pub(crate) roles: Arc<Roles>,
    pub(crate) role: String,
}

impl std::fmt::Debug for RoleCredentials {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "credentials of {}", self.role)
    }
}

impl ProvideCredentials for RoleCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let credentials = self.roles.get(Some(&self.role), deadline(ALONE_MS)).await;
            credentials.map_err(CredentialsError::provider_error)
        })
    }
}
