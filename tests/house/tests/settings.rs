//! What the functions read is what the template sets.

use std::collections::{BTreeMap, BTreeSet};

use house::{environment, text};
use settings::Settings;

/// Names that Lambda sets, or that only a developer does.
const NOT_OF_THE_TEMPLATE: [&str; 10] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_CA_BUNDLE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_TASK_ROOT",
    // Optional, and absent until someone puts a custom domain or a load balancer in front.
    "BASE_PATH",
];

fn check<C>(binary: &str, load: impl FnOnce(&mut Settings<'_>) -> C, optional: &[&str]) {
    let mut settings = Settings::new(|_| None);
    load(&mut settings);
    let read: BTreeSet<String> = settings.asked().iter().map(|name| (*name).to_owned()).collect();
    let set: BTreeSet<String> = environment(&text("infra/template.yaml"), binary).into_iter().collect();
    let unset: Vec<_> = read.difference(&set).map(String::as_str).collect();
    let unset: Vec<_> =
        unset.into_iter().filter(|name| !NOT_OF_THE_TEMPLATE.contains(name) && !optional.contains(name)).collect();
    assert!(unset.is_empty(), "{binary} reads {unset:?}, which the template does not set");
    let unread: Vec<_> = set.difference(&read).collect();
    assert!(unread.is_empty(), "the template sets {unread:?}, which {binary} does not read");
}

#[test]
fn the_template_sets_what_the_functions_read() {
    check("router", router::Config::load, &[]);
    check("authorizer", authorizer::Config::load, &[]);
    check("metering", metering::Config::load, &[]);
    check("statement", statement::Config::load, &[]);
    check("cart", cart::Config::load, &["CART_TTL_DAYS"]);
    check("delivery", delivery::Config::load, &[]);
    check("connect", connect::Config::load, &[]);
    check("disconnect", disconnect::Config::load, &[]);
    check("message", message::Config::load, &[]);
    check("broadcast", broadcast::Config::load, &[]);
}

/// Those without which a function does not start.
fn needed<C>(load: impl FnOnce(&mut Settings<'_>) -> C) -> Vec<String> {
    let mut settings = Settings::new(|_| None);
    let config = load(&mut settings);
    let Err(error) = settings.finish(config) else { return Vec::new() };
    let problems = error.to_string();
    let names = problems.trim_start_matches("cannot start: ").split("; ");
    names.filter_map(|problem| problem.strip_suffix(" is not set")).map(str::to_owned).collect()
}

#[test]
fn the_benchmark_sets_what_the_functions_that_it_measures_need() {
    let subjects = text("tests/bench/src/subjects.rs");
    let needed = [needed(router::Config::load), needed(authorizer::Config::load), needed(cart::Config::load)];
    assert!(needed.iter().all(|names| names.len() > 3), "{needed:?}");
    let names = needed.iter().flatten().filter(|name| !NOT_OF_THE_TEMPLATE.contains(&name.as_str()));
    let unset: Vec<_> = names.filter(|name| !subjects.contains(&format!("\"{name}\""))).collect();
    assert!(unset.is_empty(), "tests/bench/src/subjects.rs does not set {unset:?}");
}

#[test]
fn a_function_without_settings_names_them_all_at_once() {
    let mut settings = Settings::new(|_| None);
    let config = router::Config::load(&mut settings);
    let Err(error) = settings.finish(config) else { panic!("a router without settings") };
    assert_eq!(
        error.to_string(),
        "cannot start: AWS_ACCESS_KEY_ID is not set; AWS_SECRET_ACCESS_KEY is not set; AWS_REGION is not set; \
         API_KEYS_TABLE is not set; USAGE_PLANS_TABLE is not set; COUNTERS_TABLE is not set; LAMBDA_TASK_ROOT is not set"
    );
}

#[test]
fn the_template_gives_the_managed_apis_and_the_policy_what_they_ask_for() {
    let section = |text: &str, from: &str, indent: usize| -> BTreeSet<String> {
        let after = text.split(from).nth(1).expect("the section").to_owned();
        let own = " ".repeat(indent);
        let lines = after.lines().take_while(|line| line.starts_with(&own)).map(str::to_owned).collect::<Vec<_>>();
        let names = lines
            .iter()
            .filter(|line| !line[indent..].starts_with(' '))
            .filter_map(|line| line.trim().split(':').next());
        names.map(str::to_owned).collect()
    };
    for nested in ["routes.yaml", "router-policy.yaml", "websocket.yaml"] {
        let asked = section(&text(&format!("infra/{nested}")), "\nParameters:\n", 2);
        let location = format!("Location: {nested}\n      Parameters:\n");
        assert_eq!(asked, section(&text("infra/template.yaml"), &location, 8), "{nested}");
    }
}

/// `name: value` lines below `from`, indented by `indent`.
fn pairs(text: &str, from: &str, indent: usize) -> BTreeMap<String, String> {
    let after = text.split(from).nth(1).expect("the section");
    let own = " ".repeat(indent);
    let lines = after.lines().take_while(|line| line.starts_with(&own));
    lines.filter_map(|line| line.trim().split_once(": ")).map(|(name, value)| (name.into(), value.into())).collect()
}

/// `${Cart.Arn}` for `!GetAtt Cart.Arn`.
fn substituted(value: &str) -> String {
    let name = value.strip_prefix("!GetAtt ").or_else(|| value.strip_prefix("!Ref ")).expect("a reference");
    format!("${{{name}}}")
}

#[test]
fn a_stage_variable_has_the_same_value_whichever_door_a_request_comes_by() {
    let template = text("infra/template.yaml");
    let given = pairs(&template, "Location: routes.yaml\n      Parameters:\n", 8);
    let of_the_stage = pairs(&text("infra/routes.yaml"), "      StageVariables:\n", 8);
    let stage: BTreeMap<&str, String> = of_the_stage
        .iter()
        .map(|(name, parameter)| (name.as_str(), substituted(&given[parameter.strip_prefix("!Ref ").unwrap()])))
        .collect();
    let set: Vec<BTreeMap<&str, String>> = template.split("STAGE_VARIABLES: !Sub '").skip(1).map(variables).collect();
    let [router, authorizer] = set.as_slice() else { panic!("the router's setting and the authorizer's, not {set:?}") };
    assert_eq!(stage, *router);
    let doors = definition::Doors::of(&definition::compile(&text("infra/api.yaml")).expect("the sample"));
    let named = doors.tokens.values().flat_map(definition::TokenAuthorizer::stage_variables);
    let asked: BTreeMap<&str, String> = named.map(|name| (name, stage[name].clone())).collect();
    assert_eq!(asked, *authorizer);
}

/// The variables in a text that begins with them: `{"name":"value"}'`.
fn variables(text: &str) -> BTreeMap<&str, String> {
    let object = text.split('\'').next().and_then(|object| object.strip_prefix('{')?.strip_suffix('}'));
    let pairs = object.expect("an object").split(',').map(|pair| pair.split_once(':').expect("a pair"));
    pairs.map(|(name, value)| (name.trim_matches('"'), value.trim_matches('"').to_owned())).collect()
}

#[test]
fn what_goes_into_a_stage_variable_may_stand_in_one() {
    // API Gateway's API reference, `CreateStage`: `stageVariables`.
    let allowed = "[A-Za-z0-9._~:/?#&=,-]";
    let template = text("infra/template.yaml");
    let given = pairs(&template, "Location: routes.yaml\n      Parameters:\n", 8);
    let declared = template.split("\nResources:\n").next().expect("the parameters");
    let is_parameter = |name: &&str| declared.contains(&format!("\n  {name}:\n"));
    let variables = given.iter().filter(|(name, _)| name.starts_with("Variable"));
    let references = variables.filter_map(|(_, value)| value.strip_prefix("!Ref "));
    let parameters: Vec<&str> = references.filter(is_parameter).collect();
    assert!(!parameters.is_empty());
    for parameter in parameters {
        let pattern = &pairs(&template, &format!("\n  {parameter}:\n"), 4)["AllowedPattern"];
        // Its last character is one of the same, but for the slash.
        let last = allowed.replace('/', "");
        assert_eq!(*pattern, format!("https?://{allowed}*{last}"), "{parameter}");
    }
}
