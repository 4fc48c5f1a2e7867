//! `tollgate plans` and `tollgate keys`, over the deployed stack's tables.

use std::{fs, path::PathBuf, process::Command};

use e2e::{Call, Stack};
use identity::{ApiKey, KeyStore as _};
use serde_json::Value;

/// What a command said, and whether it was content.
pub(crate) struct Said {
    done: bool,
    pub(crate) out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    /// What was said of what was done.
    pub(crate) fn done(&self) -> &str {
        assert!(self.done, "{}", self.err);
        &self.out
    }

    /// Why it was not done.
    pub(crate) fn refused(&self) -> &str {
        assert!(!self.done, "{}", self.out);
        &self.err
    }
}

/// `tollgate` with these arguments; `PLANS` and `KEYS` stand for the tables.
pub(crate) fn tollgate(arguments: &[&str]) -> Said {
    let stack = Stack::get();
    let arguments = arguments.iter().map(|argument| match *argument {
        "PLANS" => &stack.tables["usage_plans"],
        "KEYS" => &stack.tables["api_keys"],
        other => other,
    });
    let output = Command::new(&stack.tollgate)
        .args(arguments)
        .env("AWS_ENDPOINT_URL", &stack.endpoint)
        .env("AWS_REGION", &stack.region)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .output()
        .expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Said { done: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
}

/// A name that no other run has used.
fn fresh(name: &str) -> String {
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("random bytes");
    format!("{name}-{:016x}", u64::from_be_bytes(random))
}

fn file(name: &str, text: &str) -> PathBuf {
    let file = std::env::temp_dir().join(fresh(name));
    fs::write(&file, text).expect("written");
    file
}

fn apply(text: &str, more: &[&str]) -> Said {
    let file = file("plans", text);
    let path = file.to_str().expect("a path");
    let said = tollgate(&[&["plans", "apply", path, "--table", "PLANS"], more].concat());
    fs::remove_file(&file).expect("removed");
    said
}

fn listed(command: &[&str]) -> Value {
    tollgate(&[command, &["--format", "json"]].concat()).json()
}

#[test]
fn plans_are_applied_changed_shown_and_deleted() {
    let id = fresh("gold");
    let file = |limit: &str| format!("usagePlans:\n  - id: {id}\n    quota: {{ limit: {limit}, period: DAY }}\n");
    let made = format!("+ {id}\n    name: {id}\n    quota: 10 a DAY\n");
    assert_eq!(apply(&file("10"), &["--dry-run"]).done(), made);
    assert_eq!(tollgate(&["plans", "show", &id, "--table", "PLANS"]).refused(), format!("there is no plan {id}\n"));
    assert_eq!(apply(&file("10"), &[]).done(), made);
    assert_eq!(apply(&file("10"), &[]).done(), format!("= {id}\n"));
    assert_eq!(apply(&file("20"), &[]).done(), format!("~ {id}\n    quota: 10 a DAY -> 20 a DAY\n"));
    let shown = listed(&["plans", "show", &id, "--table", "PLANS"]);
    assert_eq!(
        (&shown["usagePlans"][0]["id"], &shown["usagePlans"][0]["quota"]["limit"]),
        (&id.as_str().into(), &20.into())
    );
    assert!(tollgate(&["plans", "list", "--table", "PLANS"]).done().contains(&format!("{id} ")));

    // A plan with a key stays.
    let key =
        listed(&["keys", "create", "--tenant", "acme", "--plan", &id, "--plans-table", "PLANS", "--table", "KEYS"]);
    let (key_id, delete) =
        (key["keyId"].as_str().expect("an id"), ["plans", "delete", &id, "--table", "PLANS", "--keys-table", "KEYS"]);
    let refused = tollgate(&delete);
    assert!(
        refused.refused().starts_with(&format!("the plan {id} has 1 keys, {key_id} among them")),
        "{}",
        refused.err
    );
    tollgate(&["keys", "delete", key_id, "--table", "KEYS"]).done();
    tollgate(&delete).done();
    assert!(!tollgate(&["plans", "show", &id, "--table", "PLANS"]).done);
}

#[test]
fn a_file_with_problems_changes_nothing_and_has_each_named_with_its_line() {
    let id = fresh("silver");
    let text = format!(
        "usagePlans:\n  - id: {id}\n    quota: {{ limit: 10, period: DAY }}\n  - id: other\n    \
         quota: {{ limit: many, period: YEAR }}\n    throttle: {{ rateLimit: -1, burstLimit: 2 }}\n"
    );
    let said = apply(&text, &[]);
    for line in [":5:", ":6:"] {
        assert!(said.refused().contains(line), "{}", said.err);
    }
    assert!(said.err.contains("3 problems; nothing was changed"), "{}", said.err);
    assert!(!tollgate(&["plans", "show", &id, "--table", "PLANS"]).done, "the good plan was not made either");
}

#[test]
fn a_key_lives_from_its_making_to_its_deletion_and_its_secret_is_shown_once() {
    let tenant = fresh("tenant");
    let made = listed(&[
        "keys",
        "create",
        "--tenant",
        &tenant,
        "--plan",
        "starter",
        "--plans-table",
        "PLANS",
        "--table",
        "KEYS",
    ]);
    let (secret, id) = (made["key"].as_str().expect("a key"), made["keyId"].as_str().expect("an id"));
    assert_eq!(status(secret), 200);

    let all = tollgate(&["keys", "list", "--table", "KEYS", "--format", "json"]);
    assert!(all.done().contains(id) && !all.out.contains(secret), "no secret is among what is kept");
    let one = listed(&["keys", "show", id, "--table", "KEYS"]);
    assert_eq!((&one["keys"][0]["tenant"], &one["keys"][0]["enabled"]), (&tenant.as_str().into(), &true.into()));
    assert!(tollgate(&["keys", "show", id, "--table", "KEYS"]).done().contains("enabled"));

    tollgate(&["keys", "disable", id, "--table", "KEYS"]).done();
    assert_eq!(listed(&["keys", "show", id, "--table", "KEYS"])["keys"][0]["enabled"], false);
    tollgate(&["keys", "enable", secret, "--table", "KEYS"]).done();
    assert_eq!(listed(&["keys", "show", id, "--table", "KEYS"])["keys"][0]["enabled"], true);

    let rotated = listed(&["keys", "rotate", id, "--table", "KEYS"]);
    let new = rotated["key"].as_str().expect("another key");
    assert_eq!((&rotated["keyId"], status(new)), (&id.into(), 200), "the same key, with another secret");
    assert_ne!(new, secret);
    assert_eq!(record(secret), None, "the old secret is gone");

    let held_to =
        |plan: &str| tollgate(&["keys", "plan", id, "--plan", plan, "--plans-table", "PLANS", "--table", "KEYS"]);
    let refused = held_to("there-is-none");
    assert!(refused.refused().starts_with("there is no plan there-is-none: name one of "), "{}", refused.err);
    assert!(refused.err.contains("starter"), "{}", refused.err);
    held_to("storefront").done();
    assert_eq!(listed(&["keys", "show", id, "--table", "KEYS"])["keys"][0]["planId"], "storefront");

    tollgate(&["keys", "delete", id, "--table", "KEYS"]).done();
    assert_eq!(record(new), None);
    assert_eq!(
        tollgate(&["keys", "show", id, "--table", "KEYS"]).refused(),
        "the table has no such key, or several whose time is over\n"
    );
}

#[test]
fn plans_and_keys_of_a_rest_api_are_brought_over_with_their_values() {
    let (id, secret) = (fresh("c7y23b"), fresh("apikey1234abcdefghij").replace('-', "0"));
    let plans = file(
        "usage-plans.json",
        &format!(
            r#"{{"items": [{{"id": "{id}", "name": "Gold", "apiStages": [{{"apiId": "*", "stage": "$default",
            "throttle": {{"/catalog/{{proxy+}}/GET": {{"burstLimit": 200, "rateLimit": 100.0}}}}}}],
            "throttle": {{"burstLimit": 200, "rateLimit": 100.0}}, "quota": {{"limit": 1000, "offset": 0, "period": "MONTH"}}}}]}}"#
        ),
    );
    let import = |keys: &str, more: &[&str]| {
        let keys = file("api-keys.csv", keys);
        let [from, with] = [&plans, &keys].map(|file| file.to_str().expect("a path"));
        let arguments = ["plans", "import", "--from", from, "--keys", with, "--table", "PLANS", "--keys-table", "KEYS"];
        let said = tollgate(&[&arguments, more].concat());
        fs::remove_file(&keys).expect("removed");
        said
    };
    let wrong =
        import(&format!("Name,Key,Enabled,UsagePlanIds\nAcme,{secret},true,nowhere\nAcme,short,true,{id}\n"), &[]);
    assert!(wrong.refused().contains("nothing was changed") && wrong.err.contains(":3:"), "{}", wrong.err);
    let good = format!("Name,Key,Enabled,UsagePlanIds\nAcme,{secret},true,{id}\n");
    assert!(import(&good, &["--dry-run"]).done().ends_with("1 keys would be imported\n"));
    assert_eq!(record(&secret), None);
    for _ in 0..2 {
        assert!(import(&good, &[]).done().ends_with("1 keys imported\n"));
    }
    assert_eq!(record(&secret).map(|(tenant, plan)| (tenant, plan == id)), Some(("Acme".to_owned(), true)));
    assert_eq!(status(&secret), 200, "clients go on with the keys that they have");
    fs::remove_file(&plans).expect("removed");
}

fn status(key: &str) -> u16 {
    Stack::get().call(Call::new("GET", "/catalog/products.json").header("x-api-key", key)).status
}

/// Whose key it is, and its plan.
#[tokio::main(flavor = "current_thread")]
async fn record(secret: &str) -> Option<(String, String)> {
    let hash = ApiKey::parse(secret).expect("a key").hash();
    let found = Stack::get().keys().find(&hash).await.expect("an answer");
    found.map(|record| (record.tenant, record.plan_id))
}
