//! What the functions read is what the template sets.

use std::collections::BTreeSet;

use house::{environment, text};
use settings::Settings;

/// Names that Lambda sets, or that only a developer does.
const NOT_OF_THE_TEMPLATE: [&str; 9] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_CA_BUNDLE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
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
    check("cart", cart::Config::load, &["CART_TTL_DAYS"]);
    check("connect", connect::Config::load, &[]);
    check("disconnect", disconnect::Config::load, &[]);
    check("message", message::Config::load, &[]);
    check("broadcast", broadcast::Config::load, &[]);
}

#[test]
fn a_function_without_settings_names_them_all_at_once() {
    let mut settings = Settings::new(|_| None);
    let config = router::Config::load(&mut settings);
    let Err(error) = settings.finish(config) else { panic!("a router without settings") };
    assert_eq!(
        error.to_string(),
        "cannot start: AWS_ACCESS_KEY_ID is not set; AWS_SECRET_ACCESS_KEY is not set; AWS_REGION is not set; \
         API_KEYS_TABLE is not set; LAMBDA_TASK_ROOT is not set"
    );
}

#[test]
fn the_template_gives_the_managed_apis_what_they_ask_for() {
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
    for nested in ["routes.yaml", "websocket.yaml"] {
        let asked = section(&text(&format!("infra/{nested}")), "\nParameters:\n", 2);
        let given = section(&text("infra/template.yaml"), &format!("Location: {nested}\n      Parameters:\n"), 8);
        assert_eq!(asked, given, "{nested}");
    }
}
