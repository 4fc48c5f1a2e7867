//! Java's methods, and `$util`.

use super::{check, render};
use crate::RenderProblem;

/// Each expression prints the text beside it.
#[track_caller]
fn check_values(table: &[(&str, &str)]) {
    for (expression, expected) in table {
        check(&[(
            &format!(
                "#set($s = 'Hello World')#set($u = 'aé😀b')#set($i = 7)#set($d = 2.5)#set($t = true)#set($l = ['b', 'a', 'b'])#set($m = {{'k': 1, 'z': 'v'}}){expression}"
            ),
            expected,
        )]);
    }
}

#[test]
fn strings() {
    check_values(&[
        ("$s.length() $u.length() $s.isEmpty()", "11 5 false"),
        ("$s.toUpperCase() $s.toLowerCase()", "HELLO WORLD hello world"),
        ("$s.substring(6) $s.substring(0, 5) $u.substring(1, 2) $u.substring(4)", "World Hello é b"),
        (
            "$s.indexOf('o') $s.indexOf('o', 5) $s.lastIndexOf('o') $s.lastIndexOf('o', 6) $s.indexOf('x') $u.indexOf('b')",
            "4 7 7 4 -1 4",
        ),
        ("$s.contains('lo W') $s.startsWith('He') $s.endsWith('x') $s.startsWith('W', 6)", "true true false true"),
        ("$s.equals('Hello World') $s.equalsIgnoreCase('HELLO WORLD') $s.equals(7)", "true true false"),
        ("$s.replace('l', 'L') $s.replace('World', '')", "HeLLo WorLd Hello "),
        (
            "$s.replaceAll('[aeiou]', '_') $s.replaceFirst('l+', 'L') $s.replaceAll('(\\w+) (\\w+)', '$2 $1')",
            "H_ll_ W_rld HeLo World World Hello",
        ),
        (
            "$s.replaceAll('(?<first>H)', '${first}!') $s.replaceAll('o(?= )', '0') $s.replaceAll('o', '\\$')",
            "H!ello World Hell0 World Hell$ W$rld",
        ),
        ("$s.matches('Hello.*') $s.matches('Hello') $s.matches('(?i)hello world')", "true false true"),
        ("$s.split(' ')[1] $s.split('o').size() $s.split('').size() $s.split(' ', 2)[0]", "World 3 11 Hello"),
        ("#set($c = 'a,b,,')#foreach($p in $c.split(','))$p;#end $c.split(',', -1).size()", "a;b; 4"),
        ("#set($p = ' x ')[$p.trim()][$p.concat('y')]", "[x][ x y]"),
        ("$s.charAt(4) $s.compareTo('Hello') $s.compareTo('Jello') $s.hashCode()", "o 6 -2 -862545276"),
        (
            "$s.format('%s-%05d-%.2f|%-4s|%4s', 'a', 42, 1.5, 'b', 'c') $s.join('+', $l) $s.valueOf(5)",
            "a-00042-1.50|b   |   c b+a+b 5",
        ),
        ("$s.toString().toString() $s.empty", "Hello World false"),
        ("$s.replaceAll('\\s+', '').replaceAll('\\p{Upper}', '.')", ".ello.orld"),
        ("#set($q = \"a\\'b\")$q.replaceAll(\"\\\\'\", \"'\")", "a'b"),
    ]);
}

#[test]
fn numbers_and_booleans() {
    check_values(&[
        ("$i.toString().length() $i.intValue() $d.intValue() $i.doubleValue() $d.toString()", "1 7 2 7.0 2.5"),
        (
            "$i.parseInt('12') $i.valueOf('13') $i.parseLong('-4') $d.parseDouble('1.50') $i.parseInt('ff', 16)",
            "12 13 -4 1.5 255",
        ),
        ("$i.compareTo(8) $i.equals(7) $i.equals('7') $i.max(3, 9) $i.min(3, 9) $i.hashCode()", "-1 true false 9 3 7"),
        ("$i.toHexString(255) $i.toBinaryString(5) $i.toString(35, 36)", "ff 101 z"),
        ("$t.toString() $t.equals(true) $t.booleanValue() $t.parseBoolean('TRUE')", "true true true true"),
    ]);
}

#[test]
fn lists() {
    check_values(&[
        (
            "$l.size() $l.isEmpty() $l.get(1) $l[0] $l.contains('a') $l.indexOf('b') $l.lastIndexOf('b') $l.indexOf('x')",
            "3 false a b true 0 2 -1",
        ),
        ("$l.add('c') $l", "true [b, a, b, c]"),
        ("$l.add(0, 'z')$l $l.set(0, 'y') $l.remove(0) $l.remove('b') $l", "[z, b, a, b] z y true [a, b]"),
        (
            "$l.addAll(['q', 'r']) $l.removeAll(['b']) $l $l.retainAll(['q'])$l $l.clear()$l",
            "true true [a, q, r] true[q] []",
        ),
        (
            "$l.subList(1, 3).size() $l.containsAll(['a', 'b']) $l.equals(['b', 'a', 'b']) $l.toString()",
            "2 true true [b, a, b]",
        ),
        ("$l.isEmpty() $l.empty $l.iterator().next()", "false false b"),
    ]);
}

#[test]
fn maps() {
    check_values(&[
        (
            "$m.size() $m.isEmpty() $m.get('k') $m.k $m.containsKey('z') $m.containsKey('y') $m.containsValue('v')",
            "2 false 1 1 true false true",
        ),
        ("[$m.put('n', 2)] $m.put('k', 9) $m.remove('z') $m", "[] 1 v {k=9, n=2}"),
        ("$m.keySet() $m.values() $m.entrySet() $m.keySet().size()", "[k, z] [1, v] [k=1, z=v] 2"),
        (
            "$m.getOrDefault('y', 'd') $m.putIfAbsent('k', 5) $m.putAll({'a': 1})$m $m.clear()$m",
            "d 1 {k=1, z=v, a=1} {}",
        ),
        ("#foreach($e in $m.entrySet())$e.setValue('n')#end$m", "1v{k=n, z=n}"),
    ]);
}

#[test]
fn values_of_the_body_are_live() {
    check(&[
        (
            "#set($r = $input.path('$'))$r.put('new', 1)$r.order.put('id', 8)$r.order.id $r.new $input.path('$').order.id",
            "78 1 8",
        ),
        (
            "#set($a = $input.path('$.lines'))#set($x = $a[0].put('qty', 9))#set($x = $a.remove(1))$a",
            "[{\"sku\":\"A-1\",\"qty\":9},{\"sku\":\"C-3\",\"qty\":8}]",
        ),
        ("#foreach($l in $input.path('$.lines'))#set($l.total = $l.qty * 2)#end$input.path('$.lines')[2].total", "16"),
    ]);
}

#[test]
fn util() {
    check(&[
        ("$util.escapeJavaScript(\"it's \"\"x\"\" a/b é\")", "it\\'s \\\"x\\\" a\\/b \\u00E9"),
        ("$util.escapeJavaScript('a\n\t\\b')", "a\\n\\t\\\\b"),
        ("$util.urlEncode('a b&c=é~*') $util.urlDecode('a+b%26c%C3%A9')", "a+b%26c%3D%C3%A9%7E* a b&cé"),
        ("$util.base64Encode('naïve') $util.base64Decode('bmHDr3Zl') $util.base64Decode('YQ')", "bmHDr3Zl naïve a"),
        (
            "$util.parseJson('[1, 2.50, \"x\", true, null]') $util.parseJson('\"s\"').length()",
            "[1,2.5,\"x\",true,null] 1",
        ),
        ("$util.escapeJavaScript($input.json('$.order'))", "{\\\"id\\\":7,\\\"lines\\\":[\\\"a\\\",\\\"b\\\"]}"),
        ("[$util.escapeJavaScript($nothing)][$util.urlEncode($input.params('none'))]", "[][]"),
    ]);
}

#[test]
fn where_java_throws_rendering_fails_with_a_place() {
    let table = [
        ("a\n $input.path('$.name').substring(9)", 2, 2),
        ("$input.path('$.lines').get(3)", 1, 1),
        ("#set($i = 0)$i.parseInt('x')", 1, 13),
        ("$util.parseJson('{')", 1, 1),
        ("$util.base64Decode('%')", 1, 1),
        ("$util.urlDecode('%4')", 1, 1),
        ("$input.path('$.[')", 1, 1),
        ("$input.path('$.name').replaceAll('(', '')", 1, 1),
        ("$input.path('$.name').replaceAll('(n)', '$2')", 1, 1),
    ];
    for (template, line, column) in table {
        match render(template) {
            Err(RenderProblem::Failed { line: l, column: c, .. }) => assert_eq!((l, c), (line, column), "{template}"),
            given => panic!("{template}: {given:?}"),
        }
    }
}
