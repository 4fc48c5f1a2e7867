//! Routes and the native integrations behind them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{
    authorizers::Check,
    changes,
    functions::{deployed, invocation, substituted, write_permission},
    names::{authorizer_id, list, quoted, route_id},
};
use plans::Throttle;

use crate::{
    ActionValue, ChangeTarget, HttpProxy, Integration, LambdaProxy, Part, PayloadFormat, Route, ServiceAction, VpcLink,
    Way,
};

/// A route with a throttle of its own, by its logical id.
pub(super) struct Throttled {
    pub(super) name: String,
    pub(super) key: String,
    pub(super) throttle: Throttle,
}

/// Routes and the native integrations behind them.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) resources: String,
    names: BTreeSet<String>,
    /// Routes with a throttle of their own.
    pub(super) throttled: Vec<Throttled>,
    /// Integrations by what they call.
    integrations: BTreeMap<String, String>,
    /// Functions that API Gateway has been permitted to call.
    permitted: BTreeMap<String, String>,
}

impl Writer {
    /// Writes a route, on which the managed gateway checks this.
    pub(super) fn route(&mut self, route: &Route, check: &Check<'_>) {
        let name = self.name(&route_id(route));
        let target = match &route.way {
            Way::Dispatched { .. } => "Router".to_owned(),
            Way::Native(integration) => self.integration(&name, integration),
        };
        let key = route.key();
        // The router keeps the throttles of what goes through it: exactly, and with an answer that says when to try again.
        if let (Some(throttle), Way::Native(_)) = (route.throttle, &route.way) {
            self.throttled.push(Throttled { name: name.clone(), key: key.clone(), throttle });
        }
        let _ = write!(
            self.resources,
            "\n  {name}:\n    Type: AWS::ApiGatewayV2::Route\n    Properties:\n      ApiId: !Ref Api\n      \
             RouteKey: {}\n      Target: !Sub integrations/${{{target}}}\n",
            quoted(&key)
        );
        match check {
            Check::Nothing => {}
            Check::Function { authorizer } => {
                let _ =
                    write!(self.resources, "      AuthorizationType: CUSTOM\n      AuthorizerId: !Ref {authorizer}\n");
            }
            Check::Iam => self.resources.push_str("      AuthorizationType: AWS_IAM\n"),
            Check::Token { authorizer, scopes } => {
                let id = authorizer_id(authorizer);
                let _ = write!(self.resources, "      AuthorizationType: JWT\n      AuthorizerId: !Ref {id}\n");
                if !scopes.is_empty() {
                    let _ = writeln!(self.resources, "      AuthorizationScopes: {}", list(scopes));
                }
            }
        }
    }

    /// A native integration, one for all routes that call the same; its name.
    fn integration(&mut self, route: &str, integration: &Integration) -> String {
        let shown = format!("{integration:?}");
        if let Some(name) = self.integrations.get(&shown) {
            return name.clone();
        }
        let name = self.name(&format!("{route}Integration"));
        let _ = write!(
            self.resources,
            "\n  {name}:\n    Type: AWS::ApiGatewayV2::Integration\n    Properties:\n      ApiId: !Ref Api\n"
        );
        match integration {
            Integration::Lambda(proxy) => self.function(&name, proxy),
            Integration::Http(proxy) => self.server(proxy),
            Integration::Service(action) => self.service(action),
            Integration::Mapped(_) | Integration::Faulty(_) | Integration::Aggregate(_) => {} // never native, see `way`
        }
        self.integrations.insert(shown, name.clone());
        name
    }

    fn function(&mut self, name: &str, proxy: &LambdaProxy) {
        let version = if proxy.payload == PayloadFormat::V2 { "2.0" } else { "1.0" };
        let invoked = substituted(&proxy.function, |variable| format!("${{!stageVariables.{variable}}}"));
        let _ = write!(
            self.resources,
            "      IntegrationType: AWS_PROXY\n      IntegrationUri: !Sub {}\n      PayloadFormatVersion: \"{version}\"\n      \
             TimeoutInMillis: {}\n",
            quoted(&invocation(&invoked)),
            proxy.timeout_ms
        );
        if let Some(role) = &proxy.credentials {
            let _ = writeln!(self.resources, "      CredentialsArn: !Sub {}", quoted(&deployed(role)));
        }
        changes::write(&mut self.resources, &proxy.changes, &[]);
        let function = deployed(&proxy.function);
        if self.permitted.contains_key(&function) {
            return;
        }
        let permission = self.name(&format!("{name}Permission"));
        write_permission(&mut self.resources, &permission, &function, "*");
        self.permitted.insert(function, permission);
    }

    fn server(&mut self, proxy: &HttpProxy) {
        if let Some(link) = &proxy.server.link {
            self.private_server(proxy, link);
            return;
        }
        let url: String = proxy
            .server
            .url
            .0
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.clone(),
                Part::StageVariable(name) => format!("${{stageVariables.{name}}}"),
                Part::PathParameter(name) => format!("{{{name}}}"),
            })
            .collect();
        let _ = write!(
            self.resources,
            "      IntegrationType: HTTP_PROXY\n      IntegrationMethod: {}\n      IntegrationUri: {}\n      \
             PayloadFormatVersion: \"1.0\"\n      TimeoutInMillis: {}\n",
            proxy.server.method.as_deref().unwrap_or("ANY"),
            quoted(&url),
            proxy.timeout_ms
        );
        changes::write(&mut self.resources, &proxy.changes, &changes::OWN_HEADERS);
    }

    /// A backend behind a VPC link: its listener, and the path of its URL where it has one.
    fn private_server(&mut self, proxy: &HttpProxy, link: &VpcLink) {
        let target = link.target.as_ref().map(deployed).unwrap_or_default();
        let _ = write!(
            self.resources,
            "      IntegrationType: HTTP_PROXY\n      IntegrationMethod: {}\n      ConnectionType: VPC_LINK\n      \
             ConnectionId: !Sub {}\n      IntegrationUri: !Sub {}\n      PayloadFormatVersion: \"1.0\"\n      \
             TimeoutInMillis: {}\n",
            proxy.server.method.as_deref().unwrap_or("ANY"),
            quoted(&deployed(&link.connection)),
            quoted(&target),
            proxy.timeout_ms
        );
        if let Some(name) = &proxy.server.tls.server_name {
            let _ = writeln!(self.resources, "      TlsConfig: {{ ServerNameToVerify: {} }}", quoted(name));
        }
        let mut changes = proxy.changes.clone();
        if !link.has_no_url && !changes.request.iter().any(|change| change.target == ChangeTarget::Path) {
            changes.request.push(changes::to_path_of(&proxy.server.url));
        }
        changes::write(&mut self.resources, &changes, &changes::OWN_HEADERS);
    }

    fn service(&mut self, action: &ServiceAction) {
        let role = action.credentials.as_ref().map(deployed).unwrap_or_default();
        let _ = write!(
            self.resources,
            "      IntegrationType: AWS_PROXY\n      IntegrationSubtype: {}\n      PayloadFormatVersion: \"1.0\"\n      \
             CredentialsArn: !Sub {}\n      TimeoutInMillis: {}\n      RequestParameters:\n",
            action.subtype,
            quoted(&role),
            action.timeout_ms
        );
        for (name, value) in &action.parameters {
            if let ActionValue::Text { written, .. } = value {
                let _ = writeln!(self.resources, "        {name}: {}", quoted(written));
            }
        }
    }

    /// A logical id of its own: where two become the same, a number is added.
    fn name(&mut self, wanted: &str) -> String {
        let wanted: String = wanted.chars().take(200).collect();
        let mut unique = wanted.clone();
        for number in 2.. {
            if !RESERVED.contains(&unique.as_str()) && self.names.insert(unique.clone()) {
                break;
            }
            unique = format!("{wanted}{number}");
        }
        unique
    }
}

/// Logical ids that are not routes.
const RESERVED: [&str; 6] =
    ["Api", "Stage", "Router", "RouterPermission", "ApiKeyAuthorizer", "ApiKeyAuthorizerPermission"];
