use serde_json::{Map, Value, json};

use super::*;

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn of_token(claims: Value) -> Principal {
    Principal::of_token(&Claims::new(object(claims)))
}

fn of_key(features: &[&str]) -> Principal {
    Principal::of_key(KeyRecord {
        key_id: "key-1".to_owned(),
        tenant: "acme".to_owned(),
        plan_id: "starter".to_owned(),
        enabled: true,
        expires_at_ms: None,
        features: features.iter().map(|feature| (*feature).to_owned()).collect(),
    })
}

#[test]
fn a_token_is_the_same_principal_at_both_doors() {
    let own = of_token(
        json!({"sub": "ann", "scope": "a b", "exp": 1_785_542_399, "paid": true, "roles": ["x", "y"], "none": null}),
    );
    let managed = Principal::of_managed_token(&object(json!({
        "claims": {"sub": "ann", "scope": "a b", "exp": "1785542399", "paid": "true", "roles": "[x y]"}, "scopes": null,
    })));
    assert_eq!(own, managed);
    assert_eq!((own.kind, own.subject.as_deref(), own.tenant), (PrincipalKind::Jwt, Some("ann"), None));
    let listed = of_token(json!({"scp": ["a", "b"]}));
    assert_eq!(listed, Principal::of_managed_token(&object(json!({"claims": {"scp": "[a b]"}}))));
}

#[test]
fn a_principal_is_the_same_behind_the_authorizer_function() {
    let token = of_token(json!({"sub": "ann", "scope": "a b", "org": "acme"}));
    let with_tenant = TenantRule::parse("org").unwrap().apply(token).unwrap();
    let iam = Principal::of_managed_iam(&object(json!({"userArn": "arn:aws:iam::1:user/x", "principalOrgId": null})));
    for principal in [of_key(&["reports", "export"]), with_tenant, iam] {
        assert_eq!(Principal::from_context(&principal.to_context()), Some(principal));
    }
    let key = Value::Object(of_key(&["reports", "export"]).to_context());
    let expected = json!({"tenant": "acme", "keyId": "key-1", "planId": "starter", "features": "reports export"});
    assert_eq!(key, expected);
}

#[test]
fn a_context_of_somebody_elses_making_is_no_principal() {
    for context in
        [json!({}), json!({"tenant": "acme", "keyId": "k"}), json!({"kind": "king"}), json!({"kind": ["jwt"]})]
    {
        assert_eq!(Principal::from_context(&object(context)), None);
    }
}

#[test]
fn the_rule_names_the_tenant_and_moves_no_key() {
    let rule = TenantRule::parse("custom:tenant").unwrap();
    let tenant = |principal: Principal| rule.apply(principal).ok().and_then(|principal| principal.tenant);
    for (claim, expected) in [
        (json!("acme"), Some("acme")),
        (json!(7), Some("7")),
        (json!(""), None),
        (json!(null), None),
        (json!("a\r\nx-tollgate-tenant: b"), None),
        (json!("x".repeat(257)), None),
    ] {
        assert_eq!(tenant(of_token(json!({"custom:tenant": claim}))).as_deref(), expected, "{claim}");
    }
    let mut keyed = of_key(&[]);
    keyed.claims.0.insert("custom:tenant".to_owned(), "other".to_owned());
    assert_eq!(tenant(keyed).as_deref(), Some("acme"));
    for wrong in ["", " ", " org", "org "] {
        assert!(TenantRule::parse(wrong).is_err_and(|(message, _)| message.contains("is not the name")), "{wrong}");
    }
}

#[test]
fn what_an_operation_requires_is_a_feature_or_a_claim() {
    let token =
        of_token(json!({"plan": "gold", "paid": false, "roles": ["a", "b c"], "trial": true, "empty": [], "level": 3}));
    for (requirement, principal, met) in [
        ("reports", of_key(&["reports"]), true),
        ("reports", of_key(&["report"]), false),
        ("reports=yes", of_key(&["reports"]), false),
        ("plan", token.clone(), true),
        ("plan=gold", token.clone(), true),
        ("plan=gol", token.clone(), false),
        ("paid", token.clone(), false),
        ("paid=false", token.clone(), true),
        ("trial", token.clone(), true),
        ("roles=a", token.clone(), true),
        ("roles=d", token.clone(), false),
        ("empty", token.clone(), false),
        ("level=3", token.clone(), true),
        ("other", token.clone(), false),
    ] {
        let all = [Requirement::parse(requirement).unwrap()];
        let unmet = Requirement::unmet(&all, &principal).map(Requirement::name);
        assert_eq!(unmet.is_none(), met, "{requirement}");
    }
    for wrong in ["", "=a", "a=", " a", "a = b"] {
        assert!(Requirement::parse(wrong).is_err_and(|(message, _)| message.contains("is neither")), "{wrong}");
    }
}

#[test]
fn the_debug_form_hides_what_claims_say() {
    let shown = format!("{:?}", of_token(json!({"nickname": "secret"})));
    assert!(shown.contains("nickname") && !shown.contains("secret"), "{shown}");
}
