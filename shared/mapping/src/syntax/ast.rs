//! The tree that a template is parsed into.

use std::collections::HashMap;

use crate::{JsonPath, problem::Place};

/// The variables that AWS gives: they come first among the slots.
pub(crate) const SLOT_INPUT: usize = 0;
pub(crate) const SLOT_UTIL: usize = 1;
pub(crate) const SLOT_CONTEXT: usize = 2;
pub(crate) const SLOT_STAGE_VARIABLES: usize = 3;
/// Their names, in that order.
pub(crate) const GIVEN: [&str; 4] = ["input", "util", "context", "stageVariables"];

/// A template.
pub(crate) struct Program {
    pub(crate) block: Block,
    pub(crate) macros: HashMap<String, Macro>,
    /// Every variable's name has a slot.
    pub(crate) slots: HashMap<String, usize>,
}

/// Statements in order.
pub(crate) type Block = Vec<Statement>;

/// One piece of a template.
pub(crate) enum Statement {
    Text(String),
    Print(Reference),
    Set { target: Reference, value: Expression },
    If { branches: Vec<(Expression, Block)>, otherwise: Block },
    Foreach(Box<Foreach>),
    Define(Box<Define>),
    Call(Box<Call>),
    Break,
    Stop,
}

/// `#foreach($slot in list) block #end`.
pub(crate) struct Foreach {
    pub(crate) slot: usize,
    pub(crate) list: Expression,
    pub(crate) block: Block,
    pub(crate) at: Place,
}

/// `#define($slot) block #end`.
pub(crate) struct Define {
    pub(crate) slot: usize,
    pub(crate) block: Block,
}

/// `#macro(name $parameters) block #end`.
pub(crate) struct Macro {
    pub(crate) parameters: Vec<usize>,
    pub(crate) block: Block,
}

/// `#name(arguments)`, or `#@name(arguments) body #end`.
pub(crate) struct Call {
    pub(crate) name: Box<str>,
    pub(crate) arguments: Vec<Expression>,
    pub(crate) body: Option<Define>,
    /// As it is written: what it prints if there is no such macro.
    pub(crate) literal: Box<str>,
    pub(crate) at: Place,
}

/// `$root.step.step`.
pub(crate) struct Reference {
    pub(crate) slot: usize,
    pub(crate) steps: Vec<Step>,
    /// Backslashes that are printed before its value.
    pub(crate) prefix: Box<str>,
    /// As it is written from the `$` on, if a backslash before it makes it text.
    pub(crate) escaped: Option<Box<str>>,
    pub(crate) at: Place,
}

/// A step from a value to another.
pub(crate) enum Step {
    Property(Box<str>),
    Index(Expression),
    Method {
        name: Box<str>,
        arguments: Vec<Expression>,
        /// The first argument as a path, where it is a constant one: for `$input.json` and `$input.path`.
        path: Option<JsonPath>,
    },
}

/// What has a value.
pub(crate) enum Expression {
    True,
    False,
    Integer(i64),
    Double(f64),
    Text(Box<str>),
    /// A text in double quotes with VTL in it.
    Interpolated(Block),
    Reference(Reference),
    List(Vec<Expression>),
    Map(Vec<(Expression, Expression)>),
    Range(Box<(Expression, Expression)>),
    Not(Box<Expression>),
    /// Operands of one rank, from the left. Flat, so that a long sum is no deep tree.
    Chain(Box<Chain>),
}

/// Operands of one rank.
pub(crate) struct Chain {
    pub(crate) first: Expression,
    pub(crate) rest: Vec<(Operator, Expression)>,
}

/// What stands between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}
