//! The conditions in `[?(…)]`.

use super::{
    ast::{Comparison, Filter, Literal, Operand},
    lexer::Lexer,
    parser::Parsed,
};
use crate::regex::Patterns;

/// Longer ones before those that they begin with.
const COMPARISONS: [(&str, Comparison); 20] = [
    ("===", Comparison::Same),
    ("!==", Comparison::NotSame),
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("=~", Comparison::Matches),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<>", Comparison::NotEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("in", Comparison::In),
    ("nin", Comparison::NotIn),
    ("subsetof", Comparison::SubsetOf),
    ("anyof", Comparison::AnyOf),
    ("noneof", Comparison::NoneOf),
    ("all", Comparison::All),
    ("contains", Comparison::Contains),
    ("sizeof", Comparison::Size),
    ("size", Comparison::Size),
    ("empty", Comparison::Empty),
];

impl Lexer<'_> {
    /// Conditions between `||`.
    pub(super) fn filter(&mut self) -> Parsed<Filter> {
        self.enter()?;
        let mut any = vec![self.conjunction()?];
        loop {
            self.skip_space();
            if !self.eat("||") {
                break;
            }
            any.push(self.conjunction()?);
        }
        self.depth -= 1;
        Ok(if any.len() == 1 { any.pop().unwrap_or(Filter::Any(Vec::new())) } else { Filter::Any(any) })
    }

    fn conjunction(&mut self) -> Parsed<Filter> {
        let mut all = vec![self.condition()?];
        loop {
            self.skip_space();
            if !self.eat("&&") {
                break;
            }
            all.push(self.condition()?);
        }
        Ok(if all.len() == 1 { all.pop().unwrap_or(Filter::All(Vec::new())) } else { Filter::All(all) })
    }

    fn condition(&mut self) -> Parsed<Filter> {
        self.skip_space();
        if self.eat("!") {
            self.enter()?;
            let negated = self.condition()?;
            self.depth -= 1;
            return Ok(Filter::Not(Box::new(negated)));
        }
        if self.eat("(") {
            let inner = self.filter()?;
            self.expect(")", "a ) is expected here")?;
            return Ok(inner);
        }
        let left = self.side()?;
        self.skip_space();
        let Some(comparison) = self.comparison() else {
            return Ok(Filter::Exists(left));
        };
        self.skip_space();
        Ok(Filter::Compare(left, comparison, self.side()?))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let rest = self.rest();
        let word = rest.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(rest.len());
        let lower = rest.get(..word)?.to_ascii_lowercase();
        let is_here = |token: &str| if word > 0 { lower == token } else { rest.starts_with(token) };
        let (token, comparison) = COMPARISONS.into_iter().find(|(token, _)| is_here(token))?;
        for _ in token.chars() {
            self.next();
        }
        Some(comparison)
    }

    fn side(&mut self) -> Parsed<Operand> {
        self.skip_space();
        self.enter()?;
        let side = if self.eat("@") {
            Operand::Path { from_root: false, tokens: self.tokens()? }
        } else if self.eat("$") {
            Operand::Path { from_root: true, tokens: self.tokens()? }
        } else {
            Operand::Literal(self.literal()?)
        };
        self.depth -= 1;
        Ok(side)
    }

    /// A constant: a number, a text, `true`, `false`, `null`, `[a, list]`, `/a pattern/i`.
    pub(super) fn literal(&mut self) -> Parsed<Literal> {
        match self.peek() {
            Some('\'' | '"') => self.quoted().map(Literal::Text),
            Some('[') => {
                self.eat("[");
                self.list()
            }
            Some('/') => self.pattern(),
            _ => {
                let word = self.take_while(|character| character.is_ascii_alphanumeric() || "+-.".contains(character));
                match word {
                    "true" => Ok(Literal::Bool(true)),
                    "false" => Ok(Literal::Bool(false)),
                    "null" => Ok(Literal::Null),
                    word => match word.parse().ok().filter(|number: &f64| number.is_finite()) {
                        Some(number) => Ok(Literal::Number(number)),
                        None => Err(self.error("a path or a constant is expected here")),
                    },
                }
            }
        }
    }

    fn list(&mut self) -> Parsed<Literal> {
        self.enter()?;
        let mut items = Vec::new();
        self.skip_space();
        while !self.eat("]") {
            items.push(self.literal()?);
            self.skip_space();
            if !self.eat(",") && self.peek() != Some(']') {
                return Err(self.error("a , or ] is expected here"));
            }
            self.skip_space();
        }
        self.depth -= 1;
        Ok(Literal::List(items))
    }

    fn pattern(&mut self) -> Parsed<Literal> {
        self.eat("/");
        let mut pattern = String::new();
        loop {
            pattern.push_str(self.take_while(|character| !matches!(character, '/' | '\\')));
            if self.eat("\\/") {
                pattern.push('/');
            } else if self.eat("\\") {
                pattern.push('\\');
                pattern.extend(self.next());
            } else if self.eat("/") {
                break;
            } else {
                return Err(self.error("this pattern has no end: write / behind it"));
            }
        }
        let flags = self.take_while(|character| character.is_ascii_alphabetic());
        let known: String = flags.chars().filter(|flag| "imsx".contains(*flag)).collect();
        let whole = if known.is_empty() { pattern } else { format!("(?{known}){pattern}") };
        match Patterns::default().find(&whole) {
            Ok((regex, _)) => Ok(Literal::Pattern(regex)),
            Err(_) => Err(self.error("the pattern cannot be read")),
        }
    }
}
