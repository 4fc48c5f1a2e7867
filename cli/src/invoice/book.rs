//! A price book from its document.

use document::{Document, Entry, Node, Place, Problem, Value, in_order};
use usage::{
    Amount, Currency, Decimal, PriceBook, PriceItem, PriceVersion, Quantity, Rounding, Span, SpanKind, Step, Tiers,
};

const OF_A_BOOK: [&str; 4] = ["currency", "rounding", "minimum", "items"];
const OF_AN_ITEM: [&str; 7] = ["id", "description", "quantity", "plans", "routes", "stages", "prices"];
const OF_A_PRICE: [&str; 6] = ["from", "included", "per", "price", "tiers", "steps"];
const OF_A_STEP: [&str; 2] = ["upTo", "price"];

/// Reads a price book.
///
/// # Errors
/// Everything that is wrong with it, in the order of its lines.
pub(super) fn read(source: &str) -> Result<PriceBook, Vec<Problem>> {
    let Document { root, unresolved } = Document::parse(source)?;
    let mut reader = Reader { problems: unresolved };
    let book = reader.book(&root);
    match book {
        Some(book) if reader.problems.is_empty() => Ok(book),
        _ => Err(in_order(reader.problems)),
    }
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn book(&mut self, root: &Node) -> Option<PriceBook> {
        self.known(root, "a price book", &OF_A_BOOK);
        let currency = self.parsed(root, "currency", "write a currency: USD", Currency::parse);
        let roundings = [("half-up", Rounding::HalfUp), ("half-even", Rounding::HalfEven)];
        let rounding = self.choice(root, "rounding", &roundings).unwrap_or(Rounding::HalfUp);
        let minimum = field(root, "minimum").and_then(|_| {
            let minimum = self.parsed(root, "minimum", "write an amount: 25 or 12.50", Decimal::parse)?;
            // Whole minor units already, or rounded like a line.
            currency.as_ref().map(|currency| minimum.times(1, 1, currency, rounding))
        });
        let nodes = self.list(root, "items");
        if nodes.is_empty() {
            self.problem(root.place, "nothing has a price", "write items: and a list of what is priced");
        }
        let items: Vec<_> = nodes.iter().filter_map(|item| Some((item.place, self.item(item)?))).collect();
        for (number, (place, item)) in items.iter().enumerate() {
            if items.iter().take(number).any(|(_, other)| other.id == item.id) {
                self.problem(
                    *place,
                    &format!("the item {} stands here a second time", item.id),
                    "give it an id of its own",
                );
            }
        }
        let items = items.into_iter().map(|(_, item)| item).collect();
        Some(PriceBook {
            currency: currency?,
            rounding,
            minimum: minimum.filter(|minimum| *minimum > Amount(0)),
            items,
        })
    }

    fn item(&mut self, node: &Node) -> Option<PriceItem> {
        self.known(node, "an item", &OF_AN_ITEM);
        let name = |id: &str| (!id.is_empty() && id != "minimum").then(|| id.to_owned());
        let id = self.parsed(node, "id", "write id: and a name; minimum is taken", name);
        let quantities = [Quantity::Requests, Quantity::Units, Quantity::BytesIn, Quantity::BytesOut];
        let quantity = self.choice(node, "quantity", &quantities.map(|quantity| (quantity.name(), quantity)));
        let versions: Vec<_> =
            self.list(node, "prices").iter().filter_map(|price| Some((price.place, self.version(price)?))).collect();
        if versions.is_empty() {
            self.problem(node.place, "an item has no price", "write prices: and a list with one");
        }
        for ((_, before), (place, after)) in versions.iter().zip(versions.iter().skip(1)) {
            if after.from <= before.from {
                self.problem(*place, "a price begins before the one above", "write prices in the order of their days");
            }
        }
        Some(PriceItem {
            id: id?,
            description: self.text(node, "description").unwrap_or_default(),
            quantity: quantity.unwrap_or(Quantity::Requests),
            plans: self.texts(node, "plans"),
            routes: self.texts(node, "routes"),
            stages: self.texts(node, "stages"),
            versions: versions.into_iter().map(|(_, version)| version).collect(),
        })
    }

    fn version(&mut self, node: &Node) -> Option<PriceVersion> {
        self.known(node, "a price", &OF_A_PRICE);
        let day = |text: &str| Span::parse(text).filter(|span| span.kind() == SpanKind::Day);
        let from = match field(node, "from") {
            None => Span::of(SpanKind::Day, usage::Hour(0)),
            Some(_) => self.parsed(node, "from", "write a day: 2026-11-16", day)?,
        };
        let tiers = [("graduated", Tiers::Graduated), ("volume", Tiers::Volume)];
        let tiers = self.choice(node, "tiers", &tiers).unwrap_or(Tiers::Graduated);
        let steps = match (field(node, "price"), field(node, "steps")) {
            (Some(_), None) => vec![Step { up_to: None, price: self.price(node)? }],
            (None, Some(steps)) => self.steps(node, steps.place)?,
            _ => {
                self.problem(node.place, "a price has both price and steps, or neither", "write one of them");
                return None;
            }
        };
        let included = self.number(node, "included", 0).unwrap_or(0);
        let per = self.number(node, "per", 1).unwrap_or(1);
        Some(PriceVersion { from: from.first(), included, per, tiers, steps })
    }

    fn steps(&mut self, node: &Node, place: Place) -> Option<Vec<Step>> {
        let nodes = self.list(node, "steps");
        let mut steps: Vec<Step> = Vec::new();
        for (number, node) in nodes.iter().enumerate() {
            self.known(node, "a step", &OF_A_STEP);
            let up_to = self.number(node, "upTo", 1);
            let last = number + 1 == nodes.len();
            if up_to.is_none() != last {
                self.problem(node.place, "only the last step has no end", "write upTo: in each step but the last");
            }
            let before = steps.last().and_then(|step| step.up_to);
            if up_to.zip(before).is_some_and(|(up_to, before)| up_to <= before) {
                self.problem(node.place, "a step ends before the one above", "write steps in the order of their ends");
            }
            steps.push(Step { up_to, price: self.price(node)? });
        }
        if steps.is_empty() {
            self.problem(place, "there is no step", "write a list of steps, each with a price");
        }
        (!steps.is_empty()).then_some(steps)
    }

    fn price(&mut self, node: &Node) -> Option<Decimal> {
        self.parsed(node, "price", "write a decimal with at most 12 places, from 0 to 1000000", Decimal::parse)
    }

    fn problem(&mut self, place: Place, message: &str, remedy: &str) {
        self.problems.push(Problem::new(place, message, remedy));
    }

    /// Refuses what is not known: a misspelt price would be none.
    fn known(&mut self, node: &Node, what: &str, names: &[&str]) {
        let Some(entries) = node.entries() else {
            return self.problem(node.place, &format!("{what} is no object"), &format!("write {}", names.join(", ")));
        };
        for Entry { key, place, .. } in entries {
            if !names.contains(&key.as_str()) {
                self.problem(*place, &format!("{what} has no {key}"), &format!("write one of {}", names.join(", ")));
            }
        }
    }

    fn text(&mut self, node: &Node, key: &str) -> Option<String> {
        let value = field(node, key)?;
        let text = scalar(value).map(str::to_owned);
        if text.is_none() {
            self.problem(value.place, &format!("{key} is no text"), "write a text here");
        }
        text
    }

    fn list<'n>(&mut self, node: &'n Node, key: &str) -> &'n [Node] {
        match field(node, key) {
            Some(Node { value: Value::List(items), .. }) => items,
            Some(other) => {
                self.problem(other.place, &format!("{key} is no list"), "write a list here");
                &[]
            }
            None => &[],
        }
    }

    fn texts(&mut self, node: &Node, key: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for item in self.list(node, key) {
            match scalar(item) {
                Some(text) => texts.push(text.to_owned()),
                None => self.problem(item.place, &format!("{key} has something that is no text"), "write a text here"),
            }
        }
        texts
    }

    /// What must be there and be something.
    fn parsed<T>(&mut self, node: &Node, key: &str, remedy: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let Some(value) = field(node, key) else {
            self.problem(node.place, &format!("{key} is missing"), remedy);
            return None;
        };
        let parsed = scalar(value).and_then(parse);
        if parsed.is_none() {
            self.problem(value.place, &format!("{key} is {:?}", scalar(value).unwrap_or_default()), remedy);
        }
        parsed
    }

    fn number(&mut self, node: &Node, key: &str, low: u64) -> Option<u64> {
        let value = field(node, key)?;
        let number = scalar(value).and_then(|text| text.parse().ok()).filter(|number| *number >= low);
        if number.is_none() {
            self.problem(value.place, &format!("{key} is no such number"), &format!("write a whole number from {low}"));
        }
        number
    }

    fn choice<T: Copy>(&mut self, node: &Node, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let value = field(node, key)?;
        let text = scalar(value).unwrap_or_default();
        let choice = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
        if choice.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(value.place, &format!("{key} is {text:?}"), &format!("write one of {}", names.join(", ")));
        }
        choice
    }
}

/// What stands under `key`, unless that is nothing.
fn field<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.get(key).filter(|value| !value.is_null())
}

fn scalar(node: &Node) -> Option<&str> {
    if let Value::Scalar { text, .. } = &node.value { Some(text) } else { None }
}
