//! VTL: from text to a tree.
//!
//! The rules for what is text and which white space a directive takes with it are those of Velocity 1.7's grammar:
//! a directive's closing parenthesis, `#else` and `#end` take the blanks behind them and one line end if nothing else is
//! on the line; `#set` also takes the blanks before it, if they follow another piece of VTL at once; a line comment takes
//! its line end; everything else stays.

mod ast;
mod cursor;
mod directives;
mod expressions;
mod literals;
mod parser;
mod references;

pub(crate) use ast::{
    Block, Call, Chain, Define, Expression, Foreach, Operator, Program, Reference, SLOT_CONTEXT, SLOT_INPUT,
    SLOT_STAGE_VARIABLES, SLOT_UTIL, Statement, Step,
};
pub(crate) use parser::parse;
