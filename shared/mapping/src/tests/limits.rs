//! Limits: each is an error with a place.

use std::time::{Duration, Instant};

use super::{render, render_over};
use crate::{MAX_NESTING, MAX_TEMPLATE_BYTES, Overrides, RenderProblem, Template};

/// The template passes the limit that says so, at this line, and soon.
#[track_caller]
fn check_limit(template: &str, line: usize, reason: &str) {
    let begin = Instant::now();
    match render(template) {
        Err(RenderProblem::Limit { line: at, what, .. }) => {
            assert!(what.contains(reason), "{what}");
            assert_eq!(at, line, "{what}");
        }
        given => panic!("{:?}", given.map(|text| text.len())),
    }
    assert!(begin.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_template_of_300_kb_is_taken_and_a_longer_one_refused() {
    assert!(Template::parse(&"x".repeat(MAX_TEMPLATE_BYTES)).is_ok());
    let error = Template::parse(&"x".repeat(MAX_TEMPLATE_BYTES + 1)).unwrap_err();
    assert!(error.message.contains("300 KB"), "{error}");
}

#[test]
fn a_loop_goes_round_1000_times() {
    assert_eq!(render("#foreach($i in [1..1000])x#end").map(|text| text.len()), Ok(1000));
    check_limit("\n#foreach($i in [1..1001])x#end", 2, "1,000 times");
    check_limit("#set($r = [1..100002])", 1, "100,000 numbers");
}

#[test]
fn loops_within_loops_end() {
    let nested = "#set($l = [1..1000])#foreach($a in $l)#foreach($b in $l)$a$b.c#end#end#foreach($a in $l)#foreach($b in $l)#foreach($c in $l)$c.d#end#end#end";
    check_limit(nested, 1, "too many steps");
}

#[test]
fn a_text_has_10_mb_at_most() {
    check_limit("#set($s = 'xxxxxxxxxx')#foreach($i in [1..30])#set($s = $s + $s)#end$s", 1, "10 MB");
    check_limit("#set($s = 'xxxxxxxxxx')#foreach($i in [1..30])#set($s = \"$s$s\")#end$s", 1, "10 MB");
    check_limit("#set($s = 'xxxxxxxxxx')#foreach($i in [1..30])#set($s = $s.replace('x', $s))#end$s", 1, "10 MB");
    check_limit("#set($s = 'xxxxxxxxxx')#foreach($i in [1..30])#set($s = $s.replaceAll('x', $s))#end$s", 1, "10 MB");
    check_limit("#set($l = [1])#foreach($i in [1..40])#set($l = [$l, $l])#end$l", 1, "10 MB");
    check_limit(
        "#set($x = 'xxxxxxxxxxxxxxxxxxxx')#foreach($i in [1..1000])#foreach($j in [1..1000])$x#end#end",
        1,
        "10 MB",
    );
}

#[test]
fn memory_is_bounded() {
    check_limit("#set($l = [])#foreach($i in [1..1000])#set($t = $l.addAll([1..50000]))#end", 1, "128 MB");
    let lists = "#foreach($i in [1..1000])#foreach($j in [1..1000])#set($l = [1, 2, 3, 4, 5, 6, 7, 8])#end#end";
    check_limit(lists, 1, "128 MB");
}

#[test]
fn values_that_contain_themselves_end() {
    check_limit("#set($l = [1])#set($t = $l.add($l))\n$l", 2, "nested too deep");
    check_limit("#set($m = {})#set($m.m = $m)\n$m.toString()", 2, "nested too deep");
    check_limit("#set($m = {})#set($m.m = $m)#set($context.requestOverride.header.x = $m)", 1, "nested too deep");
    check_limit("#set($m = {})#set($m.m = $m)#if($m == [1])#end", 1, "nested too deep");
    let nested = "#set($l = [])#foreach($i in [1..1000])#foreach($j in [1..1000])#set($l = [$l])#end#end";
    assert_eq!(render(nested).as_deref(), Ok(""));
}

#[test]
fn recursion_ends() {
    check_limit("#macro(m)#m()#end#m()", 1, "nested more than 160 deep");
    check_limit("#define($d)$d#end$d", 1, "nested more than 160 deep");
    check_limit("#define($d)#if(\"$d\" == 'x')#end#end$d", 1, "nested more than 160 deep");
}

#[test]
fn nesting_is_refused_where_it_is_too_deep() {
    let table = [
        "#if(true)".repeat(MAX_NESTING + 1),
        format!("#set($x = {}", "(".repeat(100_000)),
        format!("#set($x = {}", "[".repeat(100_000)),
        format!("#set($x = {}", "{1:".repeat(90_000)),
        format!("#if({}", "!".repeat(100_000)),
        format!("$x{}", ".a($x".repeat(50_000)),
        format!("$x{}", "[$x".repeat(90_000)),
    ];
    for template in table {
        let error = Template::parse(&template).unwrap_err();
        assert!(error.message.contains("nested more than 64"), "{error}");
    }
}

#[test]
fn flat_templates_of_any_length_are_taken() {
    let sum = format!("#set($x = 1{})$x", " + 1".repeat(70_000));
    assert_eq!(render(&sum).as_deref(), Ok("70001"));
    let choices = format!("#if(false)a{}#end", "#elseif(false)b".repeat(20_000));
    assert_eq!(render(&choices).as_deref(), Ok(""));
    let chain = format!("#set($x = 'a')$x{}", ".trim()".repeat(40_000));
    assert_eq!(render(&chain).as_deref(), Ok("a"));
    for character in ["$", "\\", "#", "\"", "$x ", "\\$x"] {
        let text = character.repeat(MAX_TEMPLATE_BYTES / character.len());
        let begin = Instant::now();
        let _any = Template::parse(&text);
        assert!(begin.elapsed() < Duration::from_secs(5), "{character}");
    }
}

#[test]
fn regular_expressions_end() {
    let body = format!("{{\"t\":\"{}\"}}", "a".repeat(5_000));
    let template = "$input.path('$.t').matches('(a|aa|aaa)+\\1b')";
    let begin = Instant::now();
    match render_over(&body, template, &mut Overrides::default()) {
        Err(RenderProblem::Limit { what, .. }) => assert!(what.contains("regular expression"), "{what}"),
        given => panic!("{given:?}"),
    }
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn the_deepest_template_fits_a_small_stack() {
    let parts = ["#if(true)".repeat(60), "#end".repeat(60)];
    let deep = format!("#macro(m){}#m(){}#end#m()", parts[0], parts[1]);
    let nested = format!("#set($x = {}1{})", "(".repeat(60), ")".repeat(60));
    let body = format!("{}{}", "[".repeat(512), "]".repeat(512));
    let run = move || {
        assert!(render(&deep).is_err());
        assert_eq!(render(&nested).as_deref(), Ok(""));
        let printed =
            render_over(&body, "#set($a = $input.path('$'))#set($x = $a.add(1))$a", &mut Overrides::default());
        assert_eq!(printed.map(|text| text.len()), Ok(1026));
    };
    let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).unwrap();
    thread.join().unwrap();
}
