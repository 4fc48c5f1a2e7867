//! From text to tokens.

use super::{
    MAX_PATH_BYTES, PathError,
    ast::{Argument, Function, Token},
    lexer::Lexer,
};

pub(super) type Parsed<T> = Result<T, PathError>;

/// Parses a whole path.
pub(super) fn parse(text: &str) -> Parsed<Vec<Token>> {
    let mut lexer = Lexer::new(text);
    if text.len() > MAX_PATH_BYTES {
        return Err(lexer.error("a path has 16 KB at most"));
    }
    lexer.skip_space();
    if lexer.is_done() {
        return Err(lexer.error("a path is expected here, as in $.name"));
    }
    let tokens = if lexer.eat("$") || lexer.eat("@") { lexer.tokens()? } else { lexer.unrooted()? };
    lexer.skip_space();
    if lexer.is_done() { Ok(tokens) } else { Err(lexer.error("a . or [ is expected here")) }
}

impl Lexer<'_> {
    /// A path without its `$.`.
    fn unrooted(&mut self) -> Parsed<Vec<Token>> {
        let mut tokens = Vec::new();
        if self.peek() != Some('[') {
            tokens.push(self.dotted()?);
        }
        tokens.append(&mut self.tokens()?);
        Ok(tokens)
    }

    /// Tokens as long as there are some.
    pub(super) fn tokens(&mut self) -> Parsed<Vec<Token>> {
        let mut tokens = Vec::new();
        loop {
            if self.eat("..") {
                tokens.push(Token::Below);
                tokens.push(if self.peek() == Some('[') { self.bracketed()? } else { self.dotted()? });
            } else if self.eat(".") {
                tokens.push(if self.peek() == Some('[') { self.bracketed()? } else { self.dotted()? });
            } else if self.peek() == Some('[') {
                tokens.push(self.bracketed()?);
            } else {
                return Ok(tokens);
            }
            if let [.., Token::Function(..), _] = tokens.as_slice() {
                return Err(self.error("nothing may stand behind a function"));
            }
        }
    }

    /// A name, `*`, or a function, behind a dot.
    fn dotted(&mut self) -> Parsed<Token> {
        if self.eat("*") {
            return Ok(Token::Every);
        }
        let ends = |character: char| ".[()]=!<>&|,".contains(character) || character.is_whitespace();
        let name = self.take_while(|character| !ends(character));
        if name.is_empty() {
            return Err(self.error("a name is expected here"));
        }
        if !self.eat("(") {
            return Ok(Token::Name(name.to_owned()));
        }
        let Some(function) = function(name) else {
            return Err(self.error("there is no function of this name"));
        };
        Ok(Token::Function(function, self.arguments()?))
    }

    /// A function's arguments: paths and constants.
    fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        self.enter()?;
        let mut arguments = Vec::new();
        self.skip_space();
        while !self.eat(")") {
            self.skip_space();
            arguments.push(if self.eat("$") {
                Argument::Path { from_root: true, tokens: self.tokens()? }
            } else if self.eat("@") {
                Argument::Path { from_root: false, tokens: self.tokens()? }
            } else {
                Argument::Literal(self.literal()?)
            });
            self.skip_space();
            if !self.eat(",") && self.peek() != Some(')') {
                return Err(self.error("a , or ) is expected here"));
            }
        }
        self.depth -= 1;
        Ok(arguments)
    }

    fn bracketed(&mut self) -> Parsed<Token> {
        self.expect("[", "a [ is expected here")?;
        self.skip_space();
        let token = match self.peek() {
            Some('*') => {
                self.eat("*");
                Token::Every
            }
            Some('?') => {
                self.eat("?");
                self.expect("(", "a ( is expected here, as in [?(@.name)]")?;
                let filter = self.filter()?;
                self.expect(")", "a ) is expected here")?;
                Token::Filter(filter)
            }
            Some('\'' | '"') => self.names()?,
            _ => self.places()?,
        };
        self.expect("]", "a ] is expected here")?;
        Ok(token)
    }

    fn names(&mut self) -> Parsed<Token> {
        let first = self.quoted()?;
        let mut names = vec![first];
        loop {
            self.skip_space();
            if !self.eat(",") {
                break;
            }
            self.skip_space();
            names.push(self.quoted()?);
        }
        Ok(match names.len() {
            1 => Token::Name(names.pop().unwrap_or_default()),
            _ => Token::Names(names),
        })
    }

    /// Indices or a slice.
    fn places(&mut self) -> Parsed<Token> {
        let first = self.integer();
        self.skip_space();
        if self.eat(":") {
            let last = self.integer();
            self.skip_space();
            if self.eat(":") {
                self.integer();
            }
            return match (first, last) {
                (None, None) => Err(self.error("a slice needs a beginning or an end, as in [1:] or [:2]")),
                (first, last) => Ok(Token::Slice(first, last)),
            };
        }
        let Some(first) = first else {
            return Err(self.error("an index, a name in quotes, * or ?( is expected here"));
        };
        let mut indices = vec![first];
        while self.eat(",") {
            match self.integer() {
                Some(index) => indices.push(index),
                None => return Err(self.error("an index is expected here")),
            }
            self.skip_space();
        }
        Ok(if indices.len() == 1 { Token::Index(first) } else { Token::Indices(indices) })
    }
}

fn function(name: &str) -> Option<Function> {
    Some(match name {
        "length" | "size" => Function::Length,
        "min" => Function::Min,
        "max" => Function::Max,
        "avg" => Function::Avg,
        "sum" => Function::Sum,
        "stddev" => Function::StdDev,
        "keys" => Function::Keys,
        "concat" => Function::Concat,
        "append" => Function::Append,
        "first" => Function::First,
        "last" => Function::Last,
        "index" => Function::Index,
        _ => return None,
    })
}
