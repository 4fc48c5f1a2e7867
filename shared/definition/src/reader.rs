//! Reads a document's values and gathers what is wrong with them.

use crate::{
    Place, Problem,
    document::{Entry, Node, unresolved},
};

/// Every problem found so far.
#[derive(Default)]
pub(crate) struct Reader {
    pub(crate) problems: Vec<Problem>,
    /// Whether what AWS only notices when it is called is left to be noticed then.
    pub(crate) as_aws: bool,
    /// What of this kind the integration that is being read has.
    faults: Vec<String>,
}

impl Reader {
    pub(crate) fn problem(&mut self, place: Place, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem::new(place, message, remedy));
    }

    /// What AWS takes and answers with a 500 whenever it is called: a problem here, unless the reader is to do as AWS does.
    pub(crate) fn fault(&mut self, place: Place, message: impl Into<String>, remedy: impl Into<String>) {
        if self.as_aws {
            self.faults.push(message.into());
        } else {
            self.problem(place, message, remedy);
        }
    }

    /// The faults since they were last taken.
    pub(crate) fn take_faults(&mut self) -> Vec<String> {
        std::mem::take(&mut self.faults)
    }

    /// The entries of what must be an object.
    pub(crate) fn object<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Entry] {
        if self.is_unresolved(node) {
            return &[];
        }
        node.entries().unwrap_or_else(|| {
            self.problem(node.place, format!("{what} is {}", node.kind()), "write an object here");
            &[]
        })
    }

    /// The text of what must be a scalar.
    pub(crate) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = node.text();
        if !self.is_unresolved(node) && text.is_none() {
            self.problem(node.place, format!("{what} is {}", node.kind()), "write a text here");
        }
        text
    }

    /// The text of what must be a scalar that the managed gateway is told as it is: no variable of a template, which nothing
    /// would put in its place.
    pub(crate) fn literal<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = self.text(node, what)?;
        if text.contains("${") {
            self.problem(
                node.place,
                format!("the variable in {what}, {text:?}, is not resolved here"),
                "write the value itself",
            );
        }
        Some(text)
    }

    /// Refuses what CloudFormation would have put a value for; whether it is that.
    pub(crate) fn is_unresolved(&mut self, node: &Node) -> bool {
        let problem = node.intrinsic().map(|function| unresolved(function, node.place));
        let is_unresolved = problem.is_some();
        self.problems.extend(problem);
        is_unresolved
    }

    /// The one of `choices` that the text is, in any letter case: exports write them in lower case.
    pub(crate) fn choice(&mut self, node: &Node, what: &str, choices: &[&'static str]) -> Option<&'static str> {
        let text = self.text(node, what)?;
        let choice = choices.iter().find(|choice| choice.eq_ignore_ascii_case(text)).copied();
        if choice.is_none() {
            self.problem(node.place, format!("{what} is {text:?}"), format!("write {}", one_of(choices)));
        }
        choice
    }

    /// The texts of what must be a list of them.
    pub(crate) fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        if self.is_unresolved(node) {
            return Vec::new();
        }
        let Some(items) = node.items() else {
            self.problem(node.place, format!("{what} is {}", node.kind()), "write a list of texts here");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.literal(item, what)).map(str::to_owned).collect()
    }

    /// Whether it says `true`.
    pub(crate) fn flag(&mut self, node: &Node, what: &str) -> bool {
        self.choice(node, what, &["true", "false"]) == Some("true")
    }

    /// Whether it says `false`.
    pub(crate) fn says_no(&mut self, node: &Node, what: &str) -> bool {
        self.choice(node, what, &["true", "false"]) == Some("false")
    }

    /// A whole number between `low` and `high`.
    pub(crate) fn number(&mut self, node: &Node, what: &str, low: u32, high: u32) -> Option<u32> {
        let text = self.text(node, what)?;
        let number = text.parse().ok().filter(|number| (low..=high).contains(number));
        if number.is_none() {
            self.problem(
                node.place,
                format!("{what} is {text:?}"),
                format!("write a whole number from {low} to {high}"),
            );
        }
        number
    }
}

/// How many choices are named, and how many characters of each.
pub(crate) const MAX_NAMED: usize = 10;
const MAX_LETTERS: usize = 60;

/// `a, b or c`; of more than ten choices the first ten.
pub(crate) fn one_of(choices: &[&str]) -> String {
    let named = choices.iter().take(MAX_NAMED);
    let named: Vec<String> = named.map(|choice| choice.chars().take(MAX_LETTERS).collect()).collect();
    match named.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
