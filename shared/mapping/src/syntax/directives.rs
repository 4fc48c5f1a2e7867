//! Everything that begins with `#`.

use super::{
    Block, Call, Define, Expression, Foreach, Statement,
    ast::Macro,
    parser::{Ended, Parsed, Parser, push_text},
};

impl Parser<'_, '_> {
    /// A `#`: a comment, a text block, a directive, or text. What ends the block around it is given back.
    pub(super) fn hash(&mut self, block: &mut Block) -> Parsed<Option<Ended>> {
        let start = self.cursor.offset();
        if self.cursor.eat("##") {
            self.cursor.take_while(|byte| !matches!(byte, b'\n' | b'\r'));
            let _line_end = self.cursor.eat("\r\n") || self.cursor.eat("\n") || self.cursor.eat("\r");
        } else if self.cursor.eat("#*") {
            if self.cursor.take_through("*#").is_none() {
                return Err(self.error_at(start, "this comment has no end: write *# behind it"));
            }
        } else if self.cursor.eat("#[[") {
            match self.cursor.take_through("]]#") {
                Some(text) => push_text(block, text),
                None => return Err(self.error_at(start, "this text has no end: write ]]# behind it")),
            }
        } else {
            self.cursor.advance(1);
            match self.directive_name() {
                Some(name) => return self.directive(block, &name, start),
                None => push_text(block, "#"),
            }
        }
        Ok(None)
    }

    /// The word behind a `#`, with or without braces; an `@` may stand before it.
    pub(super) fn directive_name(&mut self) -> Option<String> {
        let rest = self.cursor.rest();
        let (inner, braces) = match rest.strip_prefix('{') {
            Some(inner) => (inner, 2),
            None => (rest, 0),
        };
        let marks = usize::from(inner.starts_with('@'));
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let length = inner.bytes().skip(marks).take_while(|byte| is_name(*byte)).count() + marks;
        let name = inner.get(..length)?;
        let first = *name.as_bytes().get(marks)?;
        let closed = braces == 0 || inner.as_bytes().get(length) == Some(&b'}');
        if first.is_ascii_digit() || !closed {
            return None;
        }
        self.cursor.advance(length + braces);
        Some(name.to_owned())
    }

    /// Whether a directive is here, or the call of a macro: what a backslash escapes.
    pub(super) fn at_directive(&mut self) -> bool {
        let rest = self.cursor.rest().trim_start_matches('#');
        let word = rest.strip_prefix('{').unwrap_or(rest);
        let end = word.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_')).unwrap_or(word.len());
        let name = word.get(..end).unwrap_or_default();
        DIRECTIVES.contains(&name) || self.symbols.macros.contains_key(name)
    }

    fn directive(&mut self, block: &mut Block, name: &str, start: usize) -> Parsed<Option<Ended>> {
        match name {
            "else" | "end" => {
                self.cursor.skip_line_end();
                return Ok(Some(if name == "end" { Ended::End } else { Ended::Else }));
            }
            "elseif" => return Ok(Some(Ended::ElseIf)),
            "if" => block.push(self.conditional(start)?),
            "stop" => block.push(Statement::Stop),
            "break" => block.push(Statement::Break),
            "parse" | "include" | "evaluate" if self.opens() => {
                let message = format!("#{name} is not available in mapping templates");
                return Err(self.error_at(start, message));
            }
            _ if !self.opens() => push_text(block, self.cursor.since(start)),
            "set" => block.push(self.set()?),
            "foreach" => block.push(self.foreach(start)?),
            "define" => block.push(self.define(start)?),
            "macro" => self.macro_definition(start)?,
            "literal" => self.literal(block, start)?,
            _ => block.push(self.call(name, start)?),
        }
        Ok(None)
    }

    /// Whether a parenthesis opens here, behind white space or at once.
    fn opens(&self) -> bool {
        self.cursor.rest().trim_start_matches([' ', '\t', '\r', '\n']).starts_with('(')
    }

    fn open(&mut self, what: &str) -> Parsed<()> {
        self.cursor.skip_space();
        if self.cursor.eat("(") { Ok(()) } else { Err(self.error(format!("a ( is expected here, behind {what}"))) }
    }

    fn close(&mut self, what: &str) -> Parsed<()> {
        self.cursor.skip_space();
        if !self.cursor.eat(")") {
            return Err(self.error(format!("a ) is expected here, at the end of {what}")));
        }
        self.cursor.skip_line_end();
        Ok(())
    }

    fn set(&mut self) -> Parsed<Statement> {
        self.open("#set")?;
        self.cursor.skip_space();
        let target = self.expected_reference("#set takes a reference, as in #set($name = \"value\")")?;
        self.cursor.skip_space();
        if !self.cursor.eat("=") {
            return Err(self.error("a = is expected here, as in #set($name = \"value\")"));
        }
        let value = self.expression()?;
        self.close("#set")?;
        Ok(Statement::Set { target, value })
    }

    fn conditional(&mut self, start: usize) -> Parsed<Statement> {
        let mut branches = Vec::new();
        loop {
            self.open("#if or #elseif")?;
            let condition = self.expression()?;
            self.close("#if or #elseif")?;
            let (block, ended, _) = self.block()?;
            branches.push((condition, block));
            match ended {
                Ended::ElseIf => {}
                Ended::End => return Ok(Statement::If { branches, otherwise: Block::new() }),
                Ended::Else => return Ok(Statement::If { branches, otherwise: self.body(start, "#if")? }),
                Ended::Text => return Err(self.unended(start, "#if")),
            }
        }
    }

    /// A block that only `#end` ends.
    fn body(&mut self, start: usize, what: &str) -> Parsed<Block> {
        match self.block()? {
            (block, Ended::End, _) => Ok(block),
            (_, Ended::Text, _) => Err(self.unended(start, what)),
            (_, _, at) => Err(self.error_at(at, format!("an #end is expected here, for the {what} before it"))),
        }
    }

    fn unended(&mut self, start: usize, what: &str) -> crate::TemplateError {
        let place = self.cursor.place_of(start);
        let end = self.error("");
        let message = format!("the template ends here, and the {what} in line {} has no #end", place.line);
        crate::TemplateError { message, ..end }
    }

    fn foreach(&mut self, start: usize) -> Parsed<Statement> {
        let at = self.cursor.place_of(start);
        self.open("#foreach")?;
        self.cursor.skip_space();
        let slot = self.variable("#foreach takes a variable, as in #foreach($item in $list)")?;
        self.cursor.skip_space();
        if self.cursor.name(false) != Some("in") {
            return Err(self.error("the word in is expected here, as in #foreach($item in $list)"));
        }
        let list = self.expression()?;
        self.close("#foreach")?;
        let block = self.body(start, "#foreach")?;
        Ok(Statement::Foreach(Box::new(Foreach { slot, list, block, at })))
    }

    fn define(&mut self, start: usize) -> Parsed<Statement> {
        self.open("#define")?;
        self.cursor.skip_space();
        let slot = self.variable("#define takes a variable, as in #define($name)")?;
        self.close("#define")?;
        let block = self.body(start, "#define")?;
        Ok(Statement::Define(Box::new(Define { slot, block })))
    }

    fn macro_definition(&mut self, start: usize) -> Parsed<()> {
        self.open("#macro")?;
        self.cursor.skip_space();
        let Some(name) = self.cursor.name(false).map(str::to_owned) else {
            return Err(self.error("#macro takes a name, as in #macro(name $parameter)"));
        };
        let mut parameters = Vec::new();
        loop {
            self.cursor.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b','));
            if self.cursor.peek() != Some(b'$') {
                break;
            }
            parameters.push(self.variable("#macro takes variables behind its name")?);
        }
        self.close("#macro")?;
        let block = self.body(start, "#macro")?;
        self.symbols.macros.entry(name).or_insert(Macro { parameters, block });
        Ok(())
    }

    /// `#literal() … #end`: what is in it stays as it is.
    fn literal(&mut self, block: &mut Block, start: usize) -> Parsed<()> {
        self.open("#literal")?;
        self.close("#literal")?;
        let from = self.cursor.offset();
        self.body(start, "#literal")?;
        let all = self.cursor.since(from).trim_end();
        push_text(block, all.strip_suffix("#end").or_else(|| all.strip_suffix("#{end}")).unwrap_or(all));
        Ok(())
    }

    fn call(&mut self, name: &str, start: usize) -> Parsed<Statement> {
        let at = self.cursor.place_of(start);
        self.open("a macro's name")?;
        let mut arguments = Vec::new();
        loop {
            self.cursor.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b','));
            match self.cursor.peek() {
                Some(b')') | None => break,
                Some(byte) if byte.is_ascii_alphabetic() => arguments.push(self.word()),
                Some(_) => arguments.push(self.operand()?),
            }
        }
        if !self.cursor.eat(")") {
            return Err(self.error(format!("a ) is expected here, at the end of #{name}")));
        }
        let literal = self.cursor.since(start).into();
        self.cursor.skip_line_end();
        let (name, body) = match name.strip_prefix('@') {
            Some(name) => {
                let slot = self.symbols.slot("bodyContent");
                (name, Some(Define { slot, block: self.body(start, "call of a macro")? }))
            }
            None => (name, None),
        };
        Ok(Statement::Call(Box::new(Call { name: name.into(), arguments, body, literal, at })))
    }

    /// A word as a macro's argument: `true`, `false`, or text.
    fn word(&mut self) -> Expression {
        match self.cursor.name(true).unwrap_or_default() {
            "true" => Expression::True,
            "false" => Expression::False,
            word => Expression::Text(word.into()),
        }
    }
}

/// What a backslash before it turns into text.
const DIRECTIVES: [&str; 14] = [
    "if", "end", "set", "else", "elseif", "stop", "foreach", "define", "macro", "break", "parse", "include",
    "evaluate", "literal",
];
