//! Text, comments, escapes, and which directive begins where.

use std::collections::HashMap;

use super::{
    Block, Program, Statement,
    ast::{GIVEN, Macro},
    cursor::Cursor,
};
use crate::{MAX_NESTING, TemplateError, problem::Place};

/// What the parser gives.
pub(super) type Parsed<T> = Result<T, TemplateError>;

/// Parses a whole template.
pub(crate) fn parse(source: &str) -> Parsed<Program> {
    let mut symbols = Symbols::default();
    for name in GIVEN {
        symbols.slot(name);
    }
    let mut parser = Parser::new(source, Place { line: 1, column: 1 }, &mut symbols, 0);
    let block = parser.whole()?;
    Ok(Program { block, macros: symbols.macros, slots: symbols.slots })
}

/// What the parts of a template share.
#[derive(Default)]
pub(super) struct Symbols {
    slots: HashMap<String, usize>,
    pub(super) macros: HashMap<String, Macro>,
}

impl Symbols {
    /// The slot of a variable.
    pub(super) fn slot(&mut self, name: &str) -> usize {
        if let Some(slot) = self.slots.get(name) {
            return *slot;
        }
        let slot = self.slots.len();
        self.slots.insert(name.to_owned(), slot);
        slot
    }
}

/// What ended a block.
pub(super) enum Ended {
    End,
    Else,
    ElseIf,
    Text,
}

/// Parses one text: the template, or what stands in double quotes in it.
pub(super) struct Parser<'s, 'p> {
    pub(super) cursor: Cursor<'s>,
    pub(super) symbols: &'p mut Symbols,
    pub(super) depth: usize,
}

impl<'s, 'p> Parser<'s, 'p> {
    pub(super) fn new(source: &'s str, origin: Place, symbols: &'p mut Symbols, depth: usize) -> Self {
        Self { cursor: Cursor::new(source, origin), symbols, depth }
    }

    /// Everything to the text's end.
    pub(super) fn whole(&mut self) -> Parsed<Block> {
        let start = self.cursor.offset();
        match self.block()? {
            (block, Ended::Text, _) => Ok(block),
            (_, _, at) => Err(self.error_at(at.max(start), "there is no #if, #foreach, #define or #macro for this")),
        }
    }

    /// Statements up to what ends them, and where that stands.
    pub(super) fn block(&mut self) -> Parsed<(Block, Ended, usize)> {
        self.enter()?;
        let mut block = Block::new();
        loop {
            let text = self.cursor.take_while(|byte| !matches!(byte, b'$' | b'#' | b'\\'));
            let blank = text.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
            if !(blank && self.at_set()) {
                push_text(&mut block, text);
            }
            let start = self.cursor.offset();
            let ended = match self.cursor.peek() {
                None => Some(Ended::Text),
                Some(b'$') => self.printed(&mut block, 0).map(|()| None)?,
                Some(b'\\') => self.backslashes(&mut block).map(|()| None)?,
                Some(_) => self.hash(&mut block)?,
            };
            if let Some(ended) = ended {
                self.depth -= 1;
                return Ok((block, ended, start));
            }
        }
    }

    /// One level deeper.
    pub(super) fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(self.error(format!("blocks, parentheses and texts are nested more than {MAX_NESTING} deep")));
        }
        Ok(())
    }

    /// An error here.
    pub(super) fn error(&mut self, message: impl Into<String>) -> TemplateError {
        let place = self.cursor.place();
        TemplateError::new(place, message)
    }

    /// An error at a byte that was passed.
    pub(super) fn error_at(&mut self, offset: usize, message: impl Into<String>) -> TemplateError {
        let place = self.cursor.place_of(offset);
        TemplateError::new(place, message)
    }

    /// Whether a `#set(` is here.
    fn at_set(&self) -> bool {
        let rest = self.cursor.rest();
        let behind = rest.strip_prefix("#set").or_else(|| rest.strip_prefix("#{set}"));
        behind.is_some_and(|behind| behind.trim_start_matches(' ').starts_with('('))
    }

    /// A `$`, behind `escapes` backslashes: a reference that is printed, or text.
    pub(super) fn printed(&mut self, block: &mut Block, escapes: usize) -> Parsed<()> {
        let start = self.cursor.offset();
        match self.reference(escapes)? {
            Some(reference) => block.push(Statement::Print(reference)),
            None => {
                push_text(block, &"\\".repeat(escapes));
                self.cursor.advance(usize::from(self.cursor.offset() == start));
                push_text(block, self.cursor.since(start));
            }
        }
        Ok(())
    }

    /// Backslashes: they escape a reference or a directive that stands right behind them, else they are text. Two of them
    /// before a reference or directive are one.
    fn backslashes(&mut self, block: &mut Block) -> Parsed<()> {
        let count = self.cursor.take_while(|byte| byte == b'\\').len();
        match self.cursor.peek() {
            Some(b'$') => return self.printed(block, count),
            Some(b'#') if self.at_directive() => {
                push_text(block, &"\\".repeat(count / 2));
                if count % 2 == 1 {
                    let start = self.cursor.offset();
                    self.cursor.advance(1);
                    self.directive_name();
                    push_text(block, self.cursor.since(start));
                }
            }
            _ => push_text(block, &"\\".repeat(count)),
        }
        Ok(())
    }
}

/// Appends text, to the text before it if there is some.
pub(super) fn push_text(block: &mut Block, text: &str) {
    match block.last_mut() {
        _ if text.is_empty() => {}
        Some(Statement::Text(last)) => last.push_str(text),
        _ => block.push(Statement::Text(text.to_owned())),
    }
}
