//! The parts of a path.

use crate::regex::Regex;

/// A step from some values to others.
#[derive(Clone, Debug)]
pub(super) enum Token {
    /// `.name`, `['name']`.
    Name(String),
    /// `['a','b']`.
    Names(Vec<String>),
    /// `[0]`, `[-1]`.
    Index(i64),
    /// `[0,1]`.
    Indices(Vec<i64>),
    /// `[1:]`, `[:2]`, `[1:2]`.
    Slice(Option<i64>, Option<i64>),
    /// `.*`, `[*]`.
    Every,
    /// `..`: every array and object from here down. The token behind it chooses.
    Below,
    /// `[?(…)]`.
    Filter(Filter),
    /// `.length()`.
    Function(Function, Vec<Argument>),
}

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Length,
    Min,
    Max,
    Avg,
    Sum,
    StdDev,
    Keys,
    Concat,
    Append,
    First,
    Last,
    Index,
}

/// What a function is given in its parentheses.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    Path { from_root: bool, tokens: Vec<Token> },
    Literal(Literal),
}

/// A condition.
#[derive(Clone, Debug)]
pub(super) enum Filter {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    Not(Box<Filter>),
    /// A path alone: whether it finds something.
    Exists(Operand),
    Compare(Operand, Comparison, Operand),
}

/// A side of a comparison.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// `@.…` or `$.…`.
    Path {
        from_root: bool,
        tokens: Vec<Token>,
    },
    Literal(Literal),
}

/// A constant in a filter.
#[derive(Clone)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Literal>),
    Pattern(Regex),
}

impl std::fmt::Debug for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Literal")
    }
}

/// How the sides of a comparison are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    /// `===`: of the same type, too.
    Same,
    NotSame,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    SubsetOf,
    AnyOf,
    NoneOf,
    All,
    Contains,
    Size,
    Empty,
}

/// Whether these tokens name one place.
pub(super) fn is_definite(tokens: &[Token]) -> bool {
    if matches!(tokens.last(), Some(Token::Function(..))) {
        return true;
    }
    tokens.iter().enumerate().all(|(at, token)| match token {
        Token::Name(_) | Token::Index(_) | Token::Function(..) => true,
        Token::Names(_) => at + 1 == tokens.len(),
        _ => false,
    })
}
