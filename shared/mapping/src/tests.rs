//! What templates give, in tables.

mod language;
mod limits;
mod methods;
mod overrides;
mod whitespace;

use std::collections::BTreeMap;

use serde_json::json;

use crate::{Body, Inputs, Overrides, Params, RenderProblem, Template};

/// The body of most tests.
const BODY: &str = r#"{"order":{"id":7,"lines":["a","b"]},"name":"Ann","n":12.5,"b":true,"nothing":null,"empty":"",
"lines":[{"sku":"A-1","qty":3},{"sku":"B-2","qty":1},{"sku":"C-3","qty":8}]}"#;

/// Renders a template over a body.
fn render_over(body: &str, template: &str, overrides: &mut Overrides) -> Result<String, RenderProblem> {
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let params = Params {
        path: pairs(&[("id", "p7")]),
        querystring: pairs(&[("id", "q"), ("page", "2"), ("twice", "1"), ("twice", "2")]),
        header: pairs(&[("id", "h"), ("X-Client", "cli")]),
    };
    let context = json!({
        "stage": "dev", "requestTimeEpoch": 1700000000123_i64, "identity": {"sourceIp": "203.0.113.10"},
        "authorizer": {"plan": "gold", "claims": {"sub": "u-1"}},
    });
    let stage_variables = BTreeMap::from([("colour".to_owned(), "blue".to_owned())]);
    let body = Body::new(body.to_owned());
    let inputs = Inputs { body: &body, params: &params, context: &context, stage_variables: &stage_variables };
    let template = Template::parse(template).unwrap_or_else(|error| panic!("{template}: {error}"));
    template.render(&inputs, overrides)
}

fn render(template: &str) -> Result<String, RenderProblem> {
    render_over(BODY, template, &mut Overrides::default())
}

/// Each template gives the text beside it.
#[track_caller]
fn check(table: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (template, expected) in table {
        let given = render(template);
        if given.as_deref() != Ok(*expected) {
            wrong.push(format!("{template}\n  gives   {given:?}\n  not     {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each template is refused: at this place, for this reason.
#[track_caller]
fn check_refused(table: &[(&str, usize, usize, &str)]) {
    let mut wrong = Vec::new();
    for (template, line, column, reason) in table {
        let error = Template::parse(template).expect_err(template);
        if (error.line, error.column) != (*line, *column) || !error.message.contains(reason) {
            wrong.push(format!("{template}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_template_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Template>();
    shared::<Body>();
}

#[test]
fn a_body_that_is_no_json_is_a_problem_of_its_own_and_only_if_it_is_read() {
    let given = |template| render_over("{\"name\":", template, &mut Overrides::default());
    assert_eq!(given("$input.body").as_deref(), Ok("{\"name\":"));
    for template in ["$input.path('$')", "$input.json('$.a')", "#if($input.path('$.a'))#end"] {
        assert!(matches!(given(template), Err(RenderProblem::Body(_))), "{template}");
    }
}

#[test]
fn an_empty_body_is_an_empty_object() {
    let given = |template| render_over("", template, &mut Overrides::default()).unwrap();
    assert_eq!(given("$input.body $input.json('$')"), "{} {}");
    assert_eq!(given("[$input.path('$')][$input.path('$.a')]"), "[][]");
    assert_eq!(given("$util.base64Encode($input.body)"), "e30=");
}
