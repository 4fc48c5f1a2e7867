//! `tollgate render` as people run it.
#![allow(clippy::unwrap_used, reason = "what panics here fails a test")]

use std::{fs, path::PathBuf, process::Command};

/// Renders `template` with `arguments`: exit status, standard output, standard error.
fn render(name: &str, template: &str, arguments: &[&str]) -> (i32, String, String) {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.vtl"));
    fs::write(&file, template).unwrap();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    let output = command.current_dir(root).arg("render").arg(&file).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&*file.to_string_lossy(), "t.vtl");
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const CREATE: [&str; 2] = ["--event", "events/cart/create-cart.json"];

#[test]
fn a_template_is_rendered_over_an_event() {
    let template =
        "#set($context.responseOverride.status = 418)$input.path('$.currency') from $context.identity.sourceIp";
    let (status, stdout, stderr) = render("rendered", template, &CREATE);
    assert_eq!((status, stdout.as_str(), stderr.as_str()), (0, "EUR from 192.0.2.1", "response status 418\n"));
}

#[test]
fn path_parameters_are_the_events() {
    let (status, stdout, _) =
        render("path", "$input.params('cartId')", &["--event", "events/cart/read-cart-payload-1.json"]);
    assert_eq!((status, stdout.as_str()), (0, "7f3a9c0e5d1b4826a1c4e8f09b2d6357"));
}

#[test]
fn a_responses_template_reads_the_backends_answer() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("answer.json");
    fs::write(&file, r#"{"n": [1, 2]}"#).unwrap();
    let arguments = [&CREATE[..], &["--response", file.to_str().unwrap()]].concat();
    let (status, stdout, _) = render("response", "$input.json('$.n')", &arguments);
    assert_eq!((status, stdout.as_str()), (0, "[1,2]"));
}

#[test]
fn a_failure_names_its_line_and_what_is_at_fault() {
    for (name, template, event, place, what) in [
        ("syntax", "a\n  #foreach($x on [1])", "create-cart", "t.vtl:2:17: ", "in is expected here"),
        ("limit", "\n#foreach($x in [1..2000])$x#end", "create-cart", "t.vtl:2:1: ", "more than 1,000 times"),
        ("value", "$input.path('$.currency').substring(1,900)", "create-cart", "t.vtl:1:1: ", "a text of length 3"),
        ("body", "$input.json('$')", "create-cart-bad-json", "(the body):2:15: ", "  \"currency\": EUR"),
    ] {
        let event = format!("events/cart/{event}.json");
        let (status, stdout, stderr) = render(name, template, &["--event", &event]);
        assert_eq!((status, stdout.as_str()), (1, ""), "{name}: {stderr}");
        assert!(stderr.contains(place) && stderr.contains(what), "{name}: {stderr}");
    }
}

#[test]
fn what_is_no_event_is_refused_with_the_file() {
    for (event, what) in [
        ("README.md", "it is not JSON"),
        ("nowhere.json", "cannot be read"),
        ("events/router/no-http-event.json", "it has no"),
    ] {
        let (status, _, stderr) = render("event", "x", &["--event", event]);
        assert_eq!(status, 2, "{event}: {stderr}");
        assert!(stderr.starts_with(event) && stderr.contains(what), "{event}: {stderr}");
    }
}
