//! References, directives, expressions, texts.

use super::{check, check_refused};

#[test]
fn references_go_step_by_step() {
    check(&[
        ("$input.path('$').order.lines[1]", "b"),
        ("$input.path('$')['order']['id']", "7"),
        ("$input.path('$.lines')[0].sku $input.path('$.lines')[-1].sku", "A-1 C-3"),
        ("${input.path('$.name')}x $!{input.path('$.name')}y", "Annx Anny"),
        ("#set($m = {'k': {'l': [5]}})$m.k.l[0] $m['k'].get('l').get(0)", "5 5"),
        ("#set($k = 'name')$input.path('$')[$k] $input.path('$').get($k)", "Ann Ann"),
        ("$input.path('$').get(\"na${input.path('$.missing')}me\")", "Ann"),
        ("$input.params('id') $input.params('page') $input.params('twice') $input.params('x-client')", "p7 2 2 cli"),
        (
            "$context.identity.sourceIp $context.authorizer.claims.sub [$context.authorizer.claims]",
            "203.0.113.10 u-1 []",
        ),
        ("$context.requestTimeEpoch", "1700000000123"),
        ("$stageVariables.get('colour') ${stageVariables['colour']}s", "blue blues"),
    ]);
}

#[test]
fn what_is_not_there_prints_nothing() {
    check(&[
        (
            "[$a][$!a][${a}][$a.b.c][$a.b('x')][$a[0]][$input.path('$.nothing')][$input.path('$.order').x]",
            "[][][][][][][][]",
        ),
        ("[$input.path('$.name').noSuchMethod()][$input.path('$').class][$input.path('$.name').class.name]", "[][][]"),
        ("[$input.path('$.name').getClass().forName('x')][$input.nothing][$util.nothing('a')]", "[][][]"),
        ("[$input.path('$.order.lines')[9]][$input.path('$.order.lines')['x']][$input.body.x]", "[][][]"),
        ("[$input.params('none')][$input.params().header.none][$context.none.x][$stageVariables.none]", "[][][][]"),
        ("$input.json('$.missing') $input.json('$.nothing') $input.json('$.missing[*]')", "\"\" null []"),
    ]);
}

#[test]
fn nothing_equals_nothing_and_the_empty_text() {
    check(&[
        ("#if($a == $null)1#end#if($a == '')2#end#if($input.path('$.empty') == $null)3#end#if($a != 'x')4#end", "1234"),
        ("#if($input.params('none') == '')1#end#if($input.params('none'))2#end#if(!$input.params('none'))3#end", "13"),
        ("#if($a == 0)1#end#if($a == false)2#end#if($input.path('$.missing') == [])3#end", ""),
        ("$input.params('none').length() $input.params('none').isEmpty()", "0 true"),
    ]);
}

#[test]
fn dollars_that_begin_no_reference_are_text() {
    check(&[
        ("$ $5 $$ $! ${ $[ $.x $- costs $", "$ $5 $$ $! ${ $[ $.x $- costs $"),
        ("#set($x = 1)$$x $x. $x.$x $x-y ${x}-y $x[0]", "$1 1. 1.1  1-y "),
        ("#set($x = 1)\\$x \\\\$x \\\\\\$x \\$nope \\x \\", "$x \\1 \\$x \\$nope \\x \\"),
        ("\\#set($x = 1) \\#if \\\\#if(true)y#end \\#nope", "#set( = 1) #if \\y \\#nope"),
        ("#nope # #1 #fff #{nope} a#b", "#nope # #1 #fff #{nope} a#b"),
    ]);
}

#[test]
fn comments_and_text_blocks() {
    check(&[
        ("a## b\nc", "ac"),
        ("a#* b\n $x *#c#** d *#e", "ace"),
        ("#[[ $x #if(true) ## ]]#y", " $x #if(true) ## y"),
        ("a ##\r\nb", "a b"),
        ("#literal()$x #if(true)a#end#end!", "$x #if(true)a#end!"),
    ]);
}

#[test]
fn set_reaches_into_maps_and_lists() {
    check(&[
        ("#set($m = {})#set($m.a = 1)#set($m['b'] = 2)#set($m.get('a').x = 3)$m", "{a=1, b=2}"),
        ("#set($l = [1, 2])#set($l[0] = 9)#set($l[-1] = 8)#set($l[7] = 1)$l", "[9, 8]"),
        (
            "#set($r = $input.path('$'))#set($r.order.id = 8)#set($r.order.lines[0] = 'z')$r.order",
            "{id=8, lines=[\"z\",\"b\"]}",
        ),
        (
            "#set($r = $input.path('$'))#set($r.order.id = 8)$input.path('$.order.id') $input.json('$.order')",
            "7 {\"id\":8,\"lines\":[\"a\",\"b\"]}",
        ),
        ("#set($x = 1)#set($x = $nothing)[$x]#set($m = {})#set($m.k = $nothing)$m", "[]{k=}"),
        ("#set( $x=1 )$x#set ($y = 2)$y#{set}($z = 3)$z", "123"),
    ]);
}

#[test]
fn conditions() {
    check(&[
        ("#if(false)a#elseif(true)b#else c#end", "b"),
        ("#if(false)a#{elseif}(false)b#{else}c#{end}d", "cd"),
        ("#if( $input.path('$.b') )t#end#if($input.path('$.lines'))l#end#if($input.path('$.empty'))e#end", "tle"),
        ("#if(0)z#end#if(!$x)n#end#if(not $x)m#end#if(! true)x#end", "znm"),
        ("#if(1 < 2 and 2 <= 2 && !(1 > 2) or false)y#end#if(1 lt 2)a#end#if(2 ge 3)b#end#if(1 ne 2)c#end", "yac"),
        (
            "#if('a' == \"a\")1#end#if('1' == 1)2#end#if(1 == 1.0)3#end#if('a' < 'b')4#end#if(true == 'true')5#end",
            "1235",
        ),
        ("#set($b = 1 == 1)#set($c = $b && $x)$b $c", "true false"),
        ("#if($input.path('$.order') == {'id': 7})1#end#if([1,2] == [1,2])2#end", "2"),
        ("#if (true) yes #end", " yes "),
    ]);
}

#[test]
fn arithmetic_is_javas() {
    let table = [
        ("7 / 2", "3"),
        ("-7 / 2", "-3"),
        ("7 % 3", "1"),
        ("7.0 / 2", "3.5"),
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 2 - 3", "5"),
        ("1 / 0", ""),
        ("1 % 0", ""),
        ("'a' + 1", "a1"),
        ("1 + 'a' + 2", "1a2"),
        ("1 + 2 + 'a'", "3a"),
        ("9223372036854775807 + 1", "9.223372036854776E18"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("1.0", "1.0"),
        ("1e3", "1000.0"),
        ("12345678.5", "1.23456785E7"),
        ("0.0001", "1.0E-4"),
        ("$nothing + 1", ""),
        ("-5", "-5"),
        ("3 -1", "2"),
        ("2 * -3", "-6"),
        (".5", "0.5"),
        ("'a' - 1", ""),
        ("'a' + $nothing", "a"),
    ];
    for (expression, expected) in table {
        check(&[(&format!("#set($x = {expression})$x"), expected)]);
    }
}

#[test]
fn loops() {
    check(&[
        (
            "#foreach($x in ['a', 'b'])$foreach.index$foreach.count$foreach.first$foreach.last$foreach.hasNext$x;#end",
            "01truefalsetruea;12falsetruefalseb;",
        ),
        (
            "#foreach($x in [1..3])#foreach($y in [1, 2])$foreach.parent.index$foreach.index #end#end",
            "00 01 10 11 20 21 ",
        ),
        ("#foreach($x in [3..1])$x#end#foreach($x in [-1..1])$x#end#foreach($x in [2..2])$x#end", "321-1012"),
        ("#foreach($x in [1..5])#if($x == 3)#break#end$x#end!", "12!"),
        ("#foreach($x in [1..5])$x#if($x == 2)#stop#end#end!", "12"),
        ("#foreach($x in {'a': 1, 'b': 2})$x#end#foreach($x in $nothing)$x#end#foreach($x in 'text')$x#end", "12"),
        ("#set($x = 'o')#foreach($x in [1])$x#end$x$foreach.index", "1o"),
        (
            "#foreach($e in $input.path('$.order').entrySet())$e.key=$e.value;$e.getKey()=$e.getValue();#end",
            "id=7;id=7;lines=[\"a\",\"b\"];lines=[\"a\",\"b\"];",
        ),
        ("#foreach($x in ['a','b'])$velocityCount$velocityHasNext #end", "1true 2false "),
        ("#foreach( $l in $input.path('$.lines') )$l.sku#if( $foreach.hasNext ),#end#end", "A-1,B-2,C-3"),
        ("#foreach($k in $input.params().keySet())$k #end", "path querystring header "),
        ("#foreach($x in [])$x#end#foreach($x in [[1,2],[3]])#foreach($y in $x)$y#end;#end", "12;3;"),
        ("#foreach($i in [0..$foo])$i#end#set($n = 2)#foreach($i in [0..$n])$i#end", "012"),
        (
            "#set($l = [1,2])#set($it = $l.iterator())$it.hasNext()$it.next()#foreach($x in $it)$x#end$it.hasNext()",
            "true12false",
        ),
    ]);
}

#[test]
fn definitions_and_macros() {
    check(&[
        ("#define($d)Hi $n#end#set($n = 'A')$d#set($n = 'B') $d", "Hi A Hi B"),
        ("#define($d)x#end#if(\"$d\" == 'x')same#end$d.length() #set($y = \"$d$d\")$y", "same1xx"),
        ("#macro(hello $a $b)[$a/$b]#end#hello('x' 2)#hello($q, \"y\")", "[x/2][/y]"),
        ("#twice('z')#macro(twice $t)$t$t#end", "zz"),
        ("#macro(count $n)#if($n > 0)$n#set($m = $n - 1)#count($m)#end#end#count(3)", "321"),
        ("#macro(inc $v)#set($v = $v + 1)#end#set($n = 1)#inc($n)$n", "2"),
        ("#macro(wrap $t)<$t>$bodyContent</$t>#end#@wrap('b')in $x#end!", "<b>in </b>!"),
        ("#unknown('a' $x)!", "#unknown('a' $x)!"),
        (
            "#macro( loop $map ){#foreach($k in $map.keySet())\"$k\":\"$map.get($k)\"#if( $foreach.hasNext ),#end#end}#end#loop($input.params().path)",
            "{\"id\":\"p7\"}",
        ),
    ]);
}

#[test]
fn texts() {
    check(&[
        ("#set($n = 'W')#set($a = \"<$n ${n}x $nope>\")#set($b = '<$n>')$a$b", "<W Wx ><$n>"),
        ("#set($s = \"a\"\"b\")#set($t = 'it''s')$s$t", "a\"bit's"),
        ("#set($s = \"say \\\"hi\\\"\")$s", "say \\\"hi\\\""),
        ("#set($s = \"a\\nb\")$s", "a\\nb"),
        ("#set($s = \"\\u0041\\u00e9\\uzz\")$s", "Aé\\uzz"),
        ("#set($s = \"#if(true)y#end #foreach($i in [1,2])$i#end\")$s", "y 12"),
        ("#set($s = \"\")#set($t = '')[$s$t]", "[]"),
        ("#set($s = \"x $ y # z\")$s", "x $ y # z"),
        ("#set($s = 'a\nb')$s", "a\nb"),
        ("#set($s = \"$input.path('$.name')!\")$s", "Ann!"),
    ]);
}

#[test]
fn maps_print_as_java_and_lists_of_json_as_json() {
    check(&[
        ("$input.path('$.order')", "{id=7, lines=[\"a\",\"b\"]}"),
        ("$input.path('$.lines[0]') $input.path('$.order.lines')", "{sku=A-1, qty=3} [\"a\",\"b\"]"),
        ("#set($l = ['a', 1, [2], {'k': 'v'}])$l", "[a, 1, [2], {k=v}]"),
        ("#set($l = $input.path('$.order.lines'))#set($x = $l.add({'k': 'v'}))$l", "[\"a\",\"b\",{\"k\":\"v\"}]"),
        ("$util.parseJson('{\"a\":[1,{\"b\":null}],\"c\":null}')", "{a=[1,{\"b\":null}], c=null}"),
        (
            "$input.path('$.order').keySet() $input.path('$.order').entrySet()",
            "[id, lines] [id=7, lines=[\"a\",\"b\"]]",
        ),
        ("$input.params().path $stageVariables $context.identity", "{id=p7} {colour=blue} {sourceIp=203.0.113.10}"),
        ("$input.path('$.lines[*].qty') $input.path('$..sku')", "[3,1,8] [\"A-1\",\"B-2\",\"C-3\"]"),
        ("[$input][$util][$input.params]", "[][][]"),
    ]);
}

#[test]
fn what_is_no_template_is_refused_with_its_place() {
    check_refused(&[
        ("a\n#if(true)b", 2, 11, "has no #end"),
        ("a\n #if($x)\n$y\n$z", 4, 3, "the #if in line 2 has no #end"),
        ("a #end", 1, 3, "there is no #if"),
        ("#if true#end", 1, 5, "a ( is expected"),
        ("#set($x 1)", 1, 9, "a = is expected"),
        ("#set(x = 1)", 1, 6, "takes a reference"),
        ("#set($x = )", 1, 11, "a value is expected"),
        ("#set($x = 'a", 1, 11, "no end"),
        ("#foreach($x of $y)#end", 1, 15, "the word in"),
        ("é ${x y}", 1, 6, "a } is expected"),
        ("$x.y(1", 1, 7, "a comma or )"),
        ("#* never", 1, 1, "no end"),
        ("#[[ never", 1, 1, "no end"),
        ("#parse('x')", 1, 1, "not available"),
        ("#include('x')", 1, 1, "not available"),
        ("#if(true)#else#else#end", 1, 15, "#end is expected"),
        ("#macro()#end", 1, 8, "takes a name"),
        ("#set($x = \"a\n  ${b c}\")", 2, 6, "a } is expected"),
    ]);
}
