//! A shop of a run's own: a tenant, and shelves that nobody else takes from.

use aws::dynamodb::types::AttributeValue;
use e2e::Stack;
use serde_json::{Value, json};

/// What one article costs, in minor units of EUR.
pub const PRICE: u64 = 1250;

/// More than anybody buys.
const PLENTY: u64 = 1_000_000;

/// A tenant that buys, and what it buys from.
pub struct Shop {
    /// The tenant.
    pub tenant: String,
    /// Its API key.
    pub key: String,
    /// The category of its articles.
    pub category: String,
    /// Articles of which there are enough.
    pub plenty: Vec<String>,
    /// One that runs out while customers want it.
    pub scarce: String,
    /// One that the carrier cannot deliver.
    pub undeliverable: String,
}

impl Shop {
    /// Fills the shelves and makes a key.
    ///
    /// # Panics
    /// When the stack does not let it.
    pub fn open() -> Self {
        let mut random = [0; 4];
        getrandom::fill(&mut random).expect("random bytes");
        let run = format!("{:08x}", u32::from_be_bytes(random));
        let tenant = format!("load-{run}");
        let shop = Shop {
            // Who sells is staff: it checks out for its customers.
            key: Stack::get().new_key_with(&tenant, "staff"),
            category: tenant.clone(),
            plenty: ["cup", "pot", "mill"].map(|name| format!("load-{run}-{name}")).into(),
            scarce: format!("load-{run}-scarce"),
            // What the carrier that stands in cannot deliver begins like that.
            undeliverable: format!("sold-out-{run}"),
            tenant,
        };
        shop.fill();
        shop
    }

    /// Each article with how many of it there are at first.
    pub fn shelves(&self) -> Vec<(&str, u64)> {
        let plenty = self.plenty.iter().map(|sku| (sku.as_str(), PLENTY));
        plenty.chain([(self.scarce.as_str(), 3), (self.undeliverable.as_str(), PLENTY)]).collect()
    }

    #[tokio::main(flavor = "current_thread")]
    async fn fill(&self) {
        let stack = Stack::get();
        let client = stack.connection().dynamodb();
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let number = |number: u64| AttributeValue::N(number.to_string());
        let price = [("amount".to_owned(), number(PRICE)), ("currency".to_owned(), text("EUR"))];
        for (sku, stock) in self.shelves() {
            let put = client.put_item().table_name(&stack.tables["products"]).item("sku", text(sku));
            let put = put.item("name", text("An article")).item("category", text(&self.category));
            let put = put.item("price", AttributeValue::M(price.clone().into())).item("stock", number(stock));
            put.send().await.expect("a full shelf");
        }
    }
}

/// One line of a cart, as a client sends it.
pub fn line(sku: &str, quantity: u64) -> Value {
    json!({"sku": sku, "name": "An article", "quantity": quantity, "unitPrice": {"amount": PRICE, "currency": "EUR"}})
}
