//! Expressions: operators and their ranks.

use super::{
    Chain, Expression, Operator,
    parser::{Parsed, Parser},
};

/// Operators from the loosest to the tightest, longer ones before those that they begin with.
const RANKS: [&[(&str, Operator)]; 6] = [
    &[("||", Operator::Or), ("or", Operator::Or)],
    &[("&&", Operator::And), ("and", Operator::And)],
    &[("==", Operator::Equal), ("!=", Operator::NotEqual), ("eq", Operator::Equal), ("ne", Operator::NotEqual)],
    &[
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("le", Operator::LessOrEqual),
        ("ge", Operator::GreaterOrEqual),
        ("lt", Operator::Less),
        ("gt", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Remainder)],
];

impl Parser<'_, '_> {
    /// An expression with everything in it.
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        self.enter()?;
        let expression = self.ranked(0);
        self.depth -= 1;
        expression
    }

    /// Operands between operators of this rank.
    fn ranked(&mut self, rank: usize) -> Parsed<Expression> {
        let Some(operators) = RANKS.get(rank) else {
            return self.unary();
        };
        let first = self.ranked(rank + 1)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.operator(operators) {
            rest.push((operator, self.ranked(rank + 1)?));
        }
        Ok(if rest.is_empty() { first } else { Expression::Chain(Box::new(Chain { first, rest })) })
    }

    fn operator(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        self.cursor.skip_space();
        let rest = self.cursor.rest();
        let is_here = |token: &str| {
            let behind = rest.strip_prefix(token).and_then(|behind| behind.bytes().next());
            let is_word = token.starts_with(|letter: char| letter.is_ascii_alphabetic());
            let goes_on = behind.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            rest.starts_with(token) && !(is_word && goes_on)
        };
        let (token, operator) = operators.iter().find(|(token, _)| is_here(token))?;
        self.cursor.advance(token.len());
        Some(*operator)
    }

    fn unary(&mut self) -> Parsed<Expression> {
        self.cursor.skip_space();
        let rest = self.cursor.rest();
        let word = rest.strip_prefix("not").is_some_and(|behind| behind.starts_with([' ', '\t', '\n', '\r', '(', '$']));
        let sign = rest.starts_with('!');
        if !(word || sign) {
            return self.operand();
        }
        self.cursor.advance(if sign { 1 } else { 3 });
        self.enter()?;
        let negated = self.unary()?;
        self.depth -= 1;
        Ok(Expression::Not(Box::new(negated)))
    }
}
