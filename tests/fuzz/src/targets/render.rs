//! Any template over any body.

use std::collections::BTreeMap;

use mapping::{Body, Inputs, Limits, MAX_OUTPUT_BYTES, Overrides, Params, RenderProblem, Template};
use serde_json::{Value, json};

use super::template::{place, stands};
use crate::{
    corpus::{self, Seed},
    novelty,
};

/// Less than a request may take: the loop wants many inputs, not slow ones.
const LIMITS: Limits = Limits { steps: 100_000, allocated_bytes: 8 * 1024 * 1024 };

/// Renders the template before the first NUL byte of `bytes` over the body behind it.
///
/// # Panics
/// When the text is too long, a problem has no place in the template, rendering again gives something else, or a failed
/// rendering changes the overrides.
pub fn render(bytes: &[u8]) {
    let (source, body) = match bytes.iter().position(|byte| *byte == 0) {
        Some(nul) => (bytes.get(..nul).unwrap_or_default(), bytes.get(nul + 1..).unwrap_or_default()),
        None => (bytes, BODY.as_bytes()),
    };
    let (source, body) = (String::from_utf8_lossy(source), String::from_utf8_lossy(body).into_owned());
    let template = match Template::parse(&source) {
        Ok(template) => template,
        Err(error) => return stands(&source, &error),
    };
    let body = Body::new(body);
    let mut overrides = Overrides::default();
    let given = rendered(&template, &body, &mut overrides);
    match &given {
        Ok(text) => {
            assert!(text.len() <= MAX_OUTPUT_BYTES, "{} bytes", text.len());
            novelty::note_value("text", text.len().min(512));
        }
        Err(problem) => {
            assert_eq!(overrides, Overrides::default(), "a failed rendering leaves overrides");
            told(&source, problem);
        }
    }
    novelty::note_value("headers", overrides.request_headers().count() + overrides.response_headers().count());
    novelty::note_value("status", usize::from(overrides.response_status().unwrap_or_default()));
    let mut again = Overrides::default();
    assert_eq!(given, rendered(&template, &body, &mut again), "the same template gives two texts");
    assert_eq!(overrides, again, "the same template gives two overrides");
    // A response template goes on from what the request template has set.
    let _second = rendered(&template, &body, &mut again);
}

fn rendered(template: &Template, body: &Body, overrides: &mut Overrides) -> Result<String, RenderProblem> {
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let params = Params {
        path: pairs(&[("id", "7")]),
        querystring: pairs(&[("id", "q"), ("a b", "é\u{0}"), ("id", "r")]),
        header: pairs(&[("X-Client", "it's \"c\"/1")]),
    };
    let context: Value = json!({
        "stage": "dev", "list": [1, 2.5, null, {"a": "b"}], "authorizer": {"n": "1", "claims": {"sub": "u"}},
    });
    let stage_variables = BTreeMap::from([("colour".to_owned(), "blue".to_owned())]);
    let inputs = Inputs { body, params: &params, context: &context, stage_variables: &stage_variables };
    template.render_within(LIMITS, &inputs, overrides)
}

fn told(source: &str, problem: &RenderProblem) {
    match problem {
        RenderProblem::Body(error) => novelty::note(error.message),
        RenderProblem::Limit { line, column, what } => {
            novelty::note(what);
            place(source, *line, *column);
        }
        RenderProblem::Failed { line, column, message } => {
            novelty::note(message);
            place(source, *line, *column);
        }
    }
}

/// The body of the seeds.
const BODY: &str = r#"{"order":{"id":7,"lines":["a","b"]},"name":"Ann é😀","n":12.5,"b":true,"z":null,"lines":[{"sku":"A-1","qty":3},{"sku":"B-2","qty":1}]}"#;

/// Templates of every kind.
const TEMPLATES: [&str; 24] = [
    "$input.json('$') $input.path('$.order').lines[1] ${input.body} $!{nothing.x}",
    "#set($r = $input.path('$'))#foreach($l in $r.lines){\"s\":\"$l.sku\"}#if($foreach.hasNext),#end#end",
    "#if($a == $null && !$b || 1 <= 2.5)x#elseif(not true)y#{else}z#end",
    "#set($m = {'a': 1, 'b': [1, 2, 'x']})$m.put('c', $m.b)#set($m.b[0] = $m)$m.keySet() $m.size()",
    "#set($l = [1..5])$l.add(6) $l.remove(0) $l.subList(1, 2) $l.contains(3) $l.addAll($l) $l",
    "#define($d)<$x>#end#set($x = 1)$d #macro(m $a $b)$a$b#m($b, 'q')#end #@m(1 2)body#end",
    "#set($s = \"a$input.params('id')b\")$s.replaceAll('(a)(.)', '$2$1').split('b')[0].substring(1) $s.length()",
    "$util.escapeJavaScript($input.params('X-Client')) $util.urlEncode($input.body) $util.urlDecode('%C3%A9+')",
    "$util.base64Encode($input.body) $util.base64Decode('YQ==') $util.parseJson('{\"a\":[1,{\"b\":2}]}').a[1].b",
    "#set($context.requestOverride.header.h = ['a', 1])#set($context.responseOverride.status = 404)$context.keySet()",
    "$context.responseOverride.header.put('x', $context.requestOverride)#set($context[\"responseOverride\"].x = {})",
    "#[[ raw $x ]]# ## comment\n#* block *# \\$x \\\\$x \\#if $ # #fff $[ ${",
    "$input.path('$..sku') $input.json('$.lines[?(@.qty > 1 && @.sku =~ /A.*/)]') $input.path('$.lines[-1:]')",
    "#set($Integer = 0)$Integer.parseInt('12') $Integer.max(1, 2) #set($d = 7.5)$d.intValue() $d",
    "#foreach($e in $input.path('$.order').entrySet())$e.key=$e.value#break#end #stop never",
    "#set($x = (1 + 2) * 3 / 4 % 5 - -6)$x #set($y = 1 / 0)$y #set($z = 'a' + 1)$z",
    "$input.params().header.get('x-client') $stageVariables['colour'] $context.list $context.authorizer.claims",
    "#set($s = 'x')#foreach($i in [1..20])#set($s = \"$s$s\")#end$s.length()",
    "#set($l = [1])$l.add($l)$l #set($m = {})#set($m.m = $m)$m",
    "#set($f = '%s-%05d-%.2f')$f.format($f, 'a', 42, 1.5) $f.join(',', ['a', 'b'])",
    "#set($i = $input.path('$.lines').iterator())$i.next() #foreach($r in $i)$r#end $i.hasNext()",
    "#set($t = $input.path('$.name'))$t.charAt(4) $t.indexOf('é') $t.substring(4, 5) $t.toUpperCase() $t.hashCode()",
    "#set($r = $input.path('$'))$r.lines.remove(0) $r.order.put('id', $r.lines) $input.json('$.order') $r",
    "#foreach($a in [1..900])#foreach($b in [900..1])$foreach.parent.index#if($b == $a)$velocityCount#end#end#end",
];

/// The templates, each over the body and alone.
pub(super) fn seeds() -> Vec<Seed> {
    let bodies = [BODY, "", "[1, [2, {\"a\": \"b\"}]]", "\"text\"", "no json"];
    let mut seeds = corpus::templates();
    for (at, template) in TEMPLATES.iter().enumerate() {
        let body = bodies.get(at % bodies.len()).copied().unwrap_or_default();
        seeds.push(Seed { name: format!("template {at}"), bytes: template.as_bytes().to_vec() });
        seeds.push(Seed {
            name: format!("template {at} over a body"),
            bytes: format!("{template}\0{body}").into_bytes(),
        });
    }
    seeds
}

/// The templates alone.
pub(super) fn template_seeds() -> Vec<Seed> {
    seeds().into_iter().filter(|seed| !seed.bytes.contains(&0)).collect()
}
