//! Whose statement it is.

use gateway::GatewayRequest;
use serde_json::Value;

/// Who the gateway says is calling. (`docs/architecture.md`, "Identity at the backend".)
pub(crate) struct Caller<'r> {
    pub(crate) tenant: &'r str,
    /// The API key's public id, or that of the tenant's subscription.
    pub(crate) key: Option<&'r str>,
    /// The plans that it is in, a space between two.
    pub(crate) plan_ids: &'r str,
    features: &'r str,
    pub(crate) api_id: &'r str,
    pub(crate) stage: &'r str,
}

/// Begins the id of what is no key but a tenant's subscription. (`docs/security.md`, "What an operation may ask for".)
const SUBSCRIPTION: &str = "tenant:";

impl<'r> Caller<'r> {
    /// The caller of a request; nobody where no tenant is named.
    pub(crate) fn of(request: &'r GatewayRequest) -> Option<Self> {
        let named = request.authorizer.get("lambda")?;
        let text = |name: &str| named.get(name).and_then(Value::as_str);
        Some(Caller {
            tenant: text("tenant")?,
            key: text("keyId"),
            plan_ids: text("planId").unwrap_or_default(),
            features: text("features").unwrap_or_default(),
            api_id: &request.api.api_id,
            stage: &request.stage.name,
        })
    }

    /// Whether its key unlocks a feature.
    pub(crate) fn has(&self, feature: &str) -> bool {
        self.features.split(' ').any(|own| own == feature)
    }

    /// The API key whose use is its own. Who showed a token and no key is its whole tenant.
    pub(crate) fn own_key(&self) -> Option<&'r str> {
        self.key.filter(|key| !key.starts_with(SUBSCRIPTION))
    }
}
