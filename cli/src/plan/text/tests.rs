use definition::compile;

use super::*;
use crate::plan::{cost::Assumptions, mix, rows};

fn text(paths: &[&str], wait_ms: u32) -> String {
    let operation = "x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: 'https://one.example/'}";
    let mut source = "openapi: 3.0.3\ninfo: {title: \"T\\e[2J\", version: '1'}\npaths:\n".to_owned();
    for path in paths {
        source.push_str(&format!("  {path}: {{get: {{x-tollgate-path: dispatched, {operation}}}}}\n"));
    }
    let api = compile(&source).unwrap();
    let assumed = Assumptions { wait_ms, ..Assumptions::default() };
    let mix = mix::even(1_234_567_890, &api.routes);
    let plan = rows::plan(&api, Prices::compiled_in().unwrap(), assumed, &mix);
    write(&plan, &Origins { file: "a.yaml".to_owned(), traffic: "evenly".to_owned(), prices: None })
}

#[test]
fn columns_are_aligned_and_a_long_path_is_not_cut() {
    let long = format!("/{}", "long".repeat(60));
    let text = text(&["/a", &long], 50);
    assert!(text.contains(&long));
    let lines: Vec<&str> = text.lines().skip(4).take(3).collect();
    let [head, first, second] = lines.as_slice() else { panic!("{text}") };
    for (title, cell) in
        [("WAY", "dispatched"), ("GUARD", "open"), ("DEARER", "from 1,379"), ("WHY", "x-tollgate-path")]
    {
        let column = head.find(title);
        assert_eq!((first.find(cell), second.find(cell)), (column, column), "{title}");
    }
    let end = head.find("USD/MILLION").unwrap() + "USD/MILLION".len();
    assert!(first[..end].ends_with(" 1.285") && second[..end].ends_with(" 1.285"), "prices are flush right");
    assert!(text.lines().all(|line| line == line.trim_end()), "no line ends with spaces");
}

#[test]
fn a_row_that_costs_more_than_a_rest_api_says_so() {
    assert!(text(&["/a"], 1_378).contains("  from 1,379 ms of wait on"));
    assert!(text(&["/a"], 1_379).contains("  YES, from 1,379 ms of wait on"));
}

#[test]
fn what_is_taken_for_granted_stands_beside_the_figures() {
    let text = text(&["/a"], 1_500);
    for said in [
        "Backend wait: 1,500 ms on average",
        "A REST API: 3.500 USD a million",
        "1,234,567,890 requests a month, evenly:",
        "bodies of up to 512 KB",
        "the free tier",
        "rounded by itself, half up",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[test]
fn a_document_cannot_move_the_cursor() {
    let text = text(&["/a"], 50);
    assert!(text.starts_with("T\\u{1b}[2J (a.yaml): 1 operation\n"), "{text}");
}

#[test]
fn numbers_are_grouped_by_threes() {
    for (number, shown) in [(0, "0"), (999, "999"), (1_000, "1,000"), (29_000, "29,000"), (1_234_567, "1,234,567")] {
        assert_eq!(grouped(number), shown);
    }
}
