use definition::compile;

use super::*;

fn routes() -> Vec<Route> {
    let operation =
        "{x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: 'https://one.example/'}}";
    let source = format!(
        "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a: {{get: {operation}, post: {operation}}}\n  \
         /b:c: {{get: {operation}}}\n"
    );
    compile(&source).unwrap().routes
}

fn shown(mix: &BTreeMap<String, u64>) -> String {
    mix.iter().map(|(key, requests)| format!("{key} {requests}\n")).collect()
}

#[test]
fn a_mix_is_read_from_yaml_and_from_toml() {
    for text in [
        "GET /a: 3_000_000\nGET /b:c: 7\n",
        "\"GET /a\" = 3_000_000\n\"GET /b:c\" = 7\n",
        "\u{feff}# all of it\r\n\r\n'get  /a':3000000 # hot\r\n  GET /b:c : 7",
    ] {
        assert_eq!(shown(&read(text, &routes()).unwrap()), "GET /a 3000000\nGET /b:c 7\n", "{text}");
    }
}

#[test]
fn a_wrong_line_is_refused_with_what_to_write() {
    for (line, message, remedy) in [
        ("GET /a", "this line has no number of requests", "write GET /carts/{cartId}: 3_000_000"),
        ("GET /a: many", "\"many\" is not a number of requests a month", "write a whole number"),
        ("GET /a: -1", "\"-1\" is not a number of requests a month", "write a whole number"),
        ("GET /a: +1", "\"+1\" is not a number of requests a month", "write a whole number"),
        ("GET /a: 1.5", "\"1.5\" is not a number of requests a month", "write a whole number"),
        ("GET /a:", "\"\" is not a number of requests a month", "write a whole number"),
        ("GET /a: 1_000_000_000_001", "\"1_000_000_000_001\" is not a number", "up to 1000000000000"),
        ("PUT /a: 1", "the definition has no operation \"PUT /a\"", "write GET /a or POST /a"),
        ("GET /z: 1", "the definition has no operation \"GET /z\"", "as `tollgate plan` lists them"),
        ("GET /b:c: 1", "GET /b:c stands here a second time", "write one line for each operation"),
    ] {
        let problems = read(&format!("GET /b:c: 1\n  {line}\n"), &routes()).unwrap_err();
        let [problem] = problems.as_slice() else { panic!("{line}: {problems:?}") };
        assert_eq!(problem.place, Place { line: 2, column: 3 });
        assert!(problem.message.starts_with(message), "{line}: {}", problem.message);
        assert!(problem.remedy.contains(remedy), "{line}: {}", problem.remedy);
    }
}

#[test]
fn an_even_spread_loses_no_request() {
    assert_eq!(shown(&even(1_000, &routes())), "GET /a 334\nGET /b:c 333\nPOST /a 333\n");
    assert_eq!(shown(&even(2, &routes())), "GET /a 1\nGET /b:c 0\nPOST /a 1\n");
    assert_eq!(even(1_000, &[]), BTreeMap::new());
}
