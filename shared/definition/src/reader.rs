//! Reads a document's values and gathers what is wrong with them.

use crate::{
    Place, Problem,
    document::{Entry, FOR_CLOUDFORMATION, Node},
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
        self.problems.push(Problem { place, message: message.into(), remedy: remedy.into() });
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
        node.entries().unwrap_or_else(|| {
            self.problem(node.place, format!("{what} is {}", node.kind()), "write an object here");
            &[]
        })
    }

    /// The text of what must be a scalar.
    pub(crate) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = node.text();
        if let Some(function) = node.intrinsic() {
            self.problem(node.place, format!("CloudFormation's {function} is not resolved here"), FOR_CLOUDFORMATION);
        } else if text.is_none() {
            self.problem(node.place, format!("{what} is {}", node.kind()), "write a text here");
        }
        text
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
        let Some(items) = node.items() else {
            self.problem(node.place, format!("{what} is {}", node.kind()), "write a list of texts here");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.text(item, what)).map(str::to_owned).collect()
    }

    /// Whether it says `true`.
    pub(crate) fn flag(&mut self, node: &Node, what: &str) -> bool {
        self.choice(node, what, &["true", "false"]) == Some("true")
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

/// `a, b or c`; of more than ten choices the first ten.
pub(crate) fn one_of(choices: &[&str]) -> String {
    match choices.get(..choices.len().min(10)).unwrap_or_default() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
