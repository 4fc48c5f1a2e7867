//! Which white space a directive takes with it: Velocity 1.7's grammar.

use super::check;

#[test]
fn a_directive_alone_on_its_line_takes_the_line_end() {
    check(&[
        ("#set($a = 1)\nx", "x"),
        ("a\n#set($b = 1)\nc", "a\nc"),
        ("#if(true)\nx\n#end\ny", "x\ny"),
        ("#if(false)\nx\n#else\nz\n#end\ny", "z\ny"),
        ("#foreach($i in [1,2])\n$i\n#end\nend", "1\n2\nend"),
        ("#if(true)  \t\r\nx#end  \r\ny", "xy"),
        ("#if(true)  x#end  y", "  x  y"),
        ("#define($d)\nx\n#end\n$d", "x\n"),
        ("#macro(m)\nx\n#end\n#m()\ny", "x\ny"),
    ]);
}

#[test]
fn blanks_before_a_directive_stay() {
    check(&[
        ("{\n  #if(true)\n  x\n  #end\n}", "{\n    x\n  }"),
        ("a\n  #foreach($i in [1,2])\n  $i\n  #end\nb", "a\n    1\n    2\n  b"),
    ]);
}

#[test]
fn set_takes_the_blanks_before_it_behind_other_vtl() {
    check(&[
        ("  #set($a = 1)\nx", "x"),
        ("#if(true)\n  #set($a = 1)\n  x\n#end", "  x\n"),
        ("#set($a = 1)\n   #set($b = 2)\n$a$b", "12"),
        ("$x  #set($a = 1)y", "y"),
        ("x\n  #set($a = 1)\ny", "x\n  y"),
        ("x  #set($a = 1)  y", "x    y"),
    ]);
}

#[test]
fn references_and_comments() {
    check(&[
        ("#set($a = 1)$a\n$a", "1\n1"),
        ("x\n## comment\ny", "x\ny"),
        ("x #* c *#\ny", "x \ny"),
        ("#stop\nx", ""),
        ("\n\n#set($a = 1)\n\n{\n}\n", "\n\n\n{\n}\n"),
    ]);
}
