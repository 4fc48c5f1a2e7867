//! `$context.requestOverride` and `$context.responseOverride`.

use super::{BODY, render_over};
use crate::Overrides;

/// What a template sets, with its text.
fn set(template: &str) -> (String, Overrides) {
    let mut overrides = Overrides::default();
    (render_over(BODY, template, &mut overrides).unwrap(), overrides)
}

fn listed<'a>(pairs: impl Iterator<Item = (&'a str, String)>) -> String {
    pairs.map(|(name, value)| format!("{name}={value};")).collect()
}

#[test]
fn all_three_ways_set_an_entry() {
    let (text, overrides) = set("#set($n = 'foo')#set($context.requestOverride.querystring[$n] = 'bar')\
         $context.requestOverride.querystring.put('put', 'b')\
         #set($context['requestOverride'].querystring['nested'] = 'n')$context.requestOverride.querystring.foo");
    assert_eq!(text, "bar");
    assert_eq!(listed(overrides.request_querystring()), "foo=bar;nested=n;put=b;");
}

#[test]
fn values_become_texts_and_lists_are_joined() {
    let (_, overrides) = set("#set($context.requestOverride.header.many = ['a', 1, true])\
         #set($context.requestOverride.header.X-One = 2.5)#set($context.requestOverride.path.id = $input.path('$.order.id'))\
         #set($context.responseOverride.header.h = $input.path('$.order.lines'))");
    assert_eq!(listed(overrides.request_headers()), "X-One=2.5;many=a,1,true;");
    assert_eq!(listed(overrides.request_path()), "id=7;");
    assert_eq!(listed(overrides.response_headers()), "h=a,b;");
}

#[test]
fn a_status_is_a_number_or_its_text() {
    for (value, expected) in [("444", Some(444)), ("'201'", Some(201)), ("'abc'", None), ("99", None), ("700000", None)]
    {
        let (_, overrides) = set(&format!("#set($context.responseOverride.status = {value})"));
        assert_eq!(overrides.response_status(), expected, "{value}");
    }
}

#[test]
fn the_next_template_sees_them_and_changes_them() {
    let (_, mut overrides) = set("#set($context.responseOverride.status = 444)\
         #set($context.responseOverride.header.foo = 'bar')#set($context.responseOverride.custom = 'kept')");
    let template = "$context.responseOverride.status $context.responseOverride.header.foo $context.responseOverride.custom\
         #set($context.responseOverride.header.foo = 'new')#set($context.responseOverride.header.x = 'y')";
    assert_eq!(render_over(BODY, template, &mut overrides).unwrap(), "444 bar kept");
    assert_eq!(listed(overrides.response_headers()), "foo=new;x=y;");
    assert_eq!(overrides.response_status(), Some(444));
}

#[test]
fn they_stay_as_they_were_where_rendering_fails() {
    let mut overrides = Overrides::default();
    let template = "#set($context.responseOverride.status = 444)$input.path('$.lines').get(9)";
    assert!(render_over(BODY, template, &mut overrides).is_err());
    assert_eq!(overrides, Overrides::default());
}

#[test]
fn context_takes_values_beside_them() {
    let (text, overrides) =
        set("#set($context.mine = 'x')$context.mine $context.stage $context.keySet().contains('mine')");
    assert_eq!(text, "x dev true");
    assert_eq!(overrides.request_headers().count() + overrides.response_headers().count(), 0);
}

#[test]
fn those_values_are_printed_in_the_same_order_each_time() {
    let names: Vec<String> = (10..30).map(|number| format!("own{number}")).collect();
    let template: String = names.iter().rev().map(|name| format!("#set($context.{name} = 1)")).collect();
    let (text, _) = set(&format!("{template}$context.keySet()"));
    assert!(text.ends_with(&format!("{}]", names.join(", "))), "{text}");
}

#[test]
fn an_override_is_set_once_in_a_template() {
    for twice in [
        "#set($context.requestOverride.header.h = 'a')\n#set($context.requestOverride.header.h = 'b')",
        "$context.requestOverride.path.put('id', 1)\n#set($context.requestOverride.path['id'] = 2)",
        "#set($context.responseOverride.status = 201)\n#set($context.responseOverride.status = 202)",
    ] {
        let given = render_over(BODY, twice, &mut Overrides::default());
        assert!(matches!(given, Err(crate::RenderProblem::Failed { line: 2, .. })), "{twice}: {given:?}");
    }
    let (_, overrides) = set("#set($context.requestOverride.header.none = $input.params('none'))");
    assert_eq!(listed(overrides.request_headers()), "none=;");
}
