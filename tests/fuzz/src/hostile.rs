//! Documents that are too large to keep as files beside the others in `shared/definition/tests/shapes/hostile`.

use std::fmt::Write as _;

/// What API Gateway imports at most.
const LIMIT_BYTES: usize = 6 * 1024 * 1024;

/// All of them, by name. Each is so large that what grows with the square of it, or multiplies it, takes minutes or gigabytes.
pub fn documents() -> Vec<(&'static str, String)> {
    vec![
        ("one-byte-too-many", padded(LIMIT_BYTES + 1)),
        ("as-large-as-may-be", padded(LIMIT_BYTES)),
        ("one-line", one_line(1_000_000)),
        ("one-line-of-problems", one_line_of_problems(40_000)),
        ("a-line-for-each-problem", a_line_for_each_problem(40_000)),
        ("many-repeated-keys", "a: 1\n".repeat(100_000)),
        ("many-references", many_references(70_000)),
        ("many-schemes-and-none-of-them", many_schemes_and_none_of_them(5_000, 2_000)),
        ("many-patterns", many_patterns(300)),
        ("aliases-of-a-long-text", aliases_of_a_long_text(20_000, 100_000)),
        ("aliases-of-a-long-key", aliases_of_a_long_key(20_000, 100_000)),
        ("aliases-of-problems", aliases_of_problems(1_000, 90)),
        ("many-anchors", (0..100_000).map(|number| format!("- &a{number} x\n")).collect()),
        ("many-tags", "- !Sub x\n".repeat(100_000)),
        ("many-paths", many_paths(20_000)),
        ("a-parameter-for-each-problem", a_parameter_for_each_problem(40_000)),
        ("deep-and-large", deep_and_large(90, 2_000_000)),
        ("one-line-of-yaml", one_line_of_yaml(100_000)),
        ("anchors-within-anchors", anchors_within_anchors(90, 200_000)),
        ("a-long-path", a_long_path(100_000)),
        ("a-long-key", format!("openapi: 3.0.3\npaths: {{}}\n\"{}\": 1\n", "k".repeat(1_000_000))),
        ("a-long-text", format!("openapi: \"{}\"\npaths: {{}}\n", "\\n".repeat(1_000_000))),
        ("many-lines", "\n".repeat(1_000_000) + "openapi: 3.0.3\npaths: 1\n"),
        ("many-open-braces", "{".repeat(1_000_000)),
        ("many-quotes", "'".repeat(100_001)),
        ("many-indented-lines", (0..1_000).map(|depth| " ".repeat(depth) + "- a\n").collect()),
    ]
}

/// A good definition, with a comment that makes it `bytes` long.
fn padded(bytes: usize) -> String {
    let mut document = String::from("openapi: 3.0.3\npaths: {}\n");
    while document.len() < bytes {
        let room = bytes - document.len();
        document.push_str(match room {
            1 => "\n",
            2 => "#\n",
            _ => "# padding\n".get(..room.min(10)).unwrap_or("\n"),
        });
    }
    document
}

/// JSON of about `bytes` in one line, as exports without line breaks are.
fn one_line(bytes: usize) -> String {
    let mut document = String::from("{\"openapi\": \"3.0.3\", \"paths\": {}, \"components\": {\"schemas\": {");
    let mut count = 0;
    while document.len() < bytes {
        let _ = write!(document, "\"Model{count}\": {{\"type\": \"object\", \"title\": \"größer\"}}, ");
        count += 1;
    }
    document + "\"Last\": {}}}}"
}

fn one_line_of_problems(count: usize) -> String {
    let fields: Vec<String> = (0..count).map(|field| format!("\"wrong{field}\": {field}")).collect();
    format!("{{\"openapi\": \"3.0.3\", \"paths\": {{}}, {}}}", fields.join(", "))
}

fn many_references(count: usize) -> String {
    let mut document = String::from("openapi: 3.0.3\npaths: {}\ncomponents:\n  schemas:\n");
    for number in 0..count {
        let _ = writeln!(document, "    A{number}: {{ $ref: \"#/components/schemas/A{}\" }}", count - 1 - number);
    }
    document
}

/// Few values, of which each is long: what counts values alone would let them multiply to hundreds of megabytes.
fn aliases_of_a_long_text(bytes: usize, aliases: usize) -> String {
    format!("a: &a {}\nb: [{}]\n", "x".repeat(bytes), vec!["*a"; aliases].join(", "))
}

/// The same for keys, which are no values.
fn aliases_of_a_long_key(bytes: usize, aliases: usize) -> String {
    format!("a: &a {{ {}: x }}\nb: [{}]\n", "k".repeat(bytes), vec!["*a"; aliases].join(", "))
}

/// An operation with many wrong fields, in many paths.
fn aliases_of_problems(fields: usize, paths: usize) -> String {
    let fields: Vec<String> = (0..fields).map(|field| format!("wrong{field}: {field}")).collect();
    let mut document = format!("openapi: 3.0.3\npaths:\n  /a: &a {{ get: {{ {} }} }}\n", fields.join(", "));
    for number in 0..paths {
        let _ = writeln!(document, "  /a{number}: *a");
    }
    document
}

/// Far more operations than an API may have; each is compared with no other.
fn many_paths(count: usize) -> String {
    let mut document = String::from("openapi: 3.0.3\npaths:\n");
    for number in 0..count {
        let _ = writeln!(
            document,
            "  /a{number}/{{id}}: {{ get: {{ x-amazon-apigateway-integration: {{ type: aws_proxy, uri: '${{stageVariables.f}}' }} }} }}"
        );
    }
    document
}

/// Each problem names the path.
fn a_parameter_for_each_problem(count: usize) -> String {
    let parameters: Vec<String> = (0..count).map(|number| format!("{{ name: p{number}, in: path }}")).collect();
    let path = "a".repeat(1_000_000);
    format!("openapi: 3.0.3\npaths:\n  ? /{path}\n  : {{ parameters: [{}] }}\n", parameters.join(", "))
}

/// JSON that a reader which looks through a value once for each level around it reads ninety times.
fn deep_and_large(depth: usize, bytes: usize) -> String {
    let text = "x".repeat(bytes);
    format!("{{\"a\": {}\"{text}\"{}}}", "[".repeat(depth), "]".repeat(depth))
}

fn one_line_of_yaml(count: usize) -> String {
    let fields: Vec<String> = (0..count).map(|field| format!("x-{field}: größer")).collect();
    format!("{{openapi: 3.0.3, paths: {{}}, {}}}", fields.join(", "))
}

/// Each anchor names all that is in it, so that keeping a copy for each of them costs depth times size.
fn anchors_within_anchors(depth: usize, values: usize) -> String {
    let open: String = (0..depth).map(|level| format!("&a{level} [")).collect();
    format!("{open}{}{}", vec!["x"; values].join(", "), "]".repeat(depth))
}

fn a_long_path(segments: usize) -> String {
    let path = "/a".repeat(segments);
    format!(
        "{{\"openapi\": \"3.0.3\", \"paths\": {{\"{path}\": {{\"get\": {{\"x-amazon-apigateway-integration\": \
         {{\"type\": \"mock\", \"requestTemplates\": {{\"application/json\": \"{{\\\"statusCode\\\": 200}}\"}}, \
         \"responses\": {{\"default\": {{\"statusCode\": 200}}}}}}}}}}}}}}"
    )
}

fn a_line_for_each_problem(count: usize) -> String {
    let mut document = String::from("openapi: 3.0.3\npaths:\n");
    for number in 0..count {
        let _ = writeln!(document, "  p{number}: {{}}");
    }
    document
}

/// Each requirement names a scheme that nobody declared; a remedy that names all that are declared is long.
fn many_schemes_and_none_of_them(schemes: usize, asked: usize) -> String {
    let schemes: Vec<String> = (0..schemes).map(|number| format!("s{number}: {{ type: http }}")).collect();
    let asked: Vec<String> = (0..asked).map(|number| format!("x{number}: []")).collect();
    let (schemes, asked) = (schemes.join(", "), asked.join(", "));
    format!(
        "openapi: 3.0.3\ncomponents: {{ securitySchemes: {{ {schemes} }} }}\npaths:\n  /a:\n    get:\n      \
         security: [{{ {asked} }}]\n"
    )
}

/// Patterns whose automata are as large as a pattern's may be.
fn many_patterns(count: usize) -> String {
    let mut document = String::from(
        "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      x-amazon-apigateway-integration:\n        type: mock\n        \
         requestTemplates: { application/json: \"{statusCode: 200}\" }\n        responses:\n",
    );
    for number in 0..count {
        let _ = writeln!(document, "          '((((a{{1,100}}){{1,100}}){{1,50}}){number})': {{ statusCode: 200 }}");
    }
    document
}
