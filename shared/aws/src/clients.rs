//! The SDK's clients, one for each region and role that is called, made when the first call needs it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{IdentityCache, Region, retry::RetryConfig};

use crate::{account::Account, roles::RoleCredentials};

/// As many as there are roles ([`crate::roles`]): a definition needs a handful.
const MAX_CLIENTS: usize = 64;

/// Where and as whom a service is called; none is the router's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    pub(crate) region: Option<String>,
    pub(crate) role: Option<String>,
}

/// The clients of one service. Those that are not made cost nothing; all share one HTTP client.
pub(crate) struct Clients<C> {
    made: Mutex<HashMap<Target, C>>,
}

impl<C> Default for Clients<C> {
    fn default() -> Self {
        Clients { made: Mutex::default() }
    }
}

impl<C: Clone> Clients<C> {
    /// The client for `target`; `make` makes it of what [`config`] gives.
    pub(crate) fn get(&self, target: &Target, account: &Account, make: impl FnOnce(&SdkConfig) -> C) -> C {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get(target) {
            return client.clone();
        }
        if made.len() >= MAX_CLIENTS {
            made.clear();
        }
        let client = make(&config(target, account));
        made.insert(target.clone(), client.clone());
        client
    }
}

/// Without the SDK's own retries: they repeat what may have been carried out.
fn config(target: &Target, account: &Account) -> SdkConfig {
    let mut config = account.connection.shared().to_builder().retry_config(RetryConfig::disabled());
    if let Some(region) = &target.region {
        config = config.region(Region::new(region.clone()));
    }
    if let Some(role) = &target.role {
        let credentials = RoleCredentials { roles: account.roles.clone(), role: role.clone() };
        // They are kept in `Roles`, where they can be forgotten.
        config = config
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .identity_cache(IdentityCache::no_cache());
    }
    config.build()
}
