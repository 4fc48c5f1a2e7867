use serde_json::{Value, json};

use super::*;
use crate::{
    cart::{Shelf, Shelves},
    driver::{Answer, Beside, KNOWN, NEXT, NOW_S, event, item, known_cart, known_order, prepared, send, service, with},
    memory::{Heard, MemoryCarts, MemoryTill},
    money::Money,
    order::{Status, Taken},
    store::StoreError,
};

const MUG: &str =
    r#"{"sku": "MUG-BLUE", "name": "Mug, blue", "quantity": 2, "unitPrice": {"amount": 1999, "currency": "EUR"}}"#;

const ANN: &str = r#"{"customer": "ann"}"#;

async fn ask(
    service: &CartService<impl CartStore, impl Till, impl Announcer>,
    request: &str,
    body: Option<&str>,
) -> Answer {
    send(service, &event(&request.replace("{cartId}", KNOWN), body)).await
}

/// A store whose carts somebody else changes between a read and the write that follows it.
struct Raced(MemoryCarts);

impl Beside for Raced {
    fn carts(&self) -> MemoryCarts {
        self.0.clone()
    }
}

impl CartStore for Raced {
    async fn load(&self, tenant: &Tenant, id: &CartId) -> Result<Option<Cart>, StoreError> {
        let read = self.0.load(tenant, id).await?;
        if let Some(cart) = &read {
            self.0.replace(tenant, &cart.clone().at_version(cart.version + 1)).await?;
        }
        Ok(read)
    }

    async fn create(&self, _: &Tenant, _: &Cart) -> Result<(), StoreError> {
        Err(StoreError::Contended)
    }

    async fn replace(&self, tenant: &Tenant, cart: &Cart) -> Result<(), StoreError> {
        self.0.replace(tenant, cart).await
    }

    async fn delete(&self, tenant: &Tenant, id: &CartId, version: u64) -> Result<(), StoreError> {
        self.0.delete(tenant, id, version).await
    }
}

/// A store that holds rubbish.
struct Rotten;

impl Beside for Rotten {
    fn carts(&self) -> MemoryCarts {
        MemoryCarts::default()
    }
}

impl CartStore for Rotten {
    async fn load(&self, _: &Tenant, _: &CartId) -> Result<Option<Cart>, StoreError> {
        Err(StoreError::Corrupt("currency is missing".to_owned()))
    }

    async fn create(&self, _: &Tenant, _: &Cart) -> Result<(), StoreError> {
        Ok(())
    }

    async fn replace(&self, _: &Tenant, _: &Cart) -> Result<(), StoreError> {
        Ok(())
    }

    async fn delete(&self, _: &Tenant, _: &CartId, _: u64) -> Result<(), StoreError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_cart_is_filled_changed_and_deleted() {
    let service = service(MemoryCarts::default());
    let made = ask(&service, "POST /carts", Some(r#"{"currency": "EUR"}"#)).await;
    assert_eq!((made.status, &made.headers["etag"]), (201, &json!("\"1\"")));
    assert_eq!(made.headers["location"], format!("/carts/{NEXT}"));
    assert_eq!(
        made.body,
        json!({
            "id": NEXT, "version": 1, "currency": "EUR", "items": [], "total": {"amount": 0, "currency": "EUR"},
            "expiresAt": "2026-03-02T12:00:00Z", "updatedAt": "2026-01-31T12:00:00Z",
        })
    );

    let filled = ask(&service, &format!("POST /carts/{NEXT}/items"), Some(MUG)).await;
    assert_eq!((filled.status, &filled.headers["etag"]), (200, &json!("\"2\"")));
    assert_eq!(
        filled.body["items"],
        json!([{
            "sku": "MUG-BLUE", "name": "Mug, blue", "quantity": 2,
            "unitPrice": {"amount": 1999, "currency": "EUR"}, "lineTotal": {"amount": 3998, "currency": "EUR"},
        }])
    );
    let more = ask(&service, &format!("POST /carts/{NEXT}/items"), Some(MUG)).await;
    assert_eq!((&more.body["items"][0]["quantity"], &more.body["total"]["amount"]), (&json!(4), &json!(7996)));

    let changed = ask(&service, &format!("PATCH /carts/{NEXT}/items/MUG-BLUE"), Some(r#"{"quantity": 1}"#)).await;
    assert_eq!((changed.status, &changed.body["total"]["amount"]), (200, &json!(1999)));
    let emptied = ask(&service, &format!("DELETE /carts/{NEXT}/items/MUG-BLUE"), None).await;
    assert_eq!((emptied.status, &emptied.body["version"], &emptied.body["items"]), (200, &json!(5), &json!([])));
    assert_eq!(ask(&service, &format!("GET /carts/{NEXT}"), None).await.body, emptied.body);

    let deleted = ask(&service, &format!("DELETE /carts/{NEXT}"), None).await;
    assert_eq!((deleted.status, deleted.body), (204, Value::Null));
    assert_eq!(ask(&service, &format!("DELETE /carts/{NEXT}"), None).await.status, 404);
    assert_eq!(ask(&service, &format!("GET /carts/{NEXT}"), None).await.status, 404);
}

#[tokio::test]
async fn another_tenants_cart_is_not_there() {
    let service = service(prepared());
    for request in ["GET /carts/{cartId}", "DELETE /carts/{cartId}", "DELETE /carts/{cartId}/items/MUG-BLUE"] {
        let event = event(&request.replace("{cartId}", KNOWN), None);
        let other = send(&service, &with(event, "/requestContext/authorizer/lambda/tenant", "other")).await;
        assert_eq!(other.status, 404, "{request}");
        assert_eq!(other.body["message"], Refusal::NoSuchCart.to_string());
    }
    assert_eq!(ask(&service, "GET /carts/{cartId}", None).await.status, 200);
}

#[tokio::test]
async fn the_tenant_is_nothing_that_a_client_sends() {
    let service = service(prepared());
    let claimed = event(&format!("GET /carts/{KNOWN}"), None);
    let claimed = with(claimed, "/headers/x-tenant", "demo");
    let claimed = with(claimed, "/queryStringParameters", json!({"tenant": "demo"}));
    for authorizer in [
        Value::Null,
        json!({}),
        json!({"lambda": null}),
        json!({"lambda": {"tenant": ""}}),
        json!({"jwt": {"claims": {"tenant": "demo"}}}),
    ] {
        let answer = send(&service, &with(claimed.clone(), "/requestContext/authorizer", authorizer.clone())).await;
        assert_eq!(answer.status, 403, "{authorizer}");
        assert_eq!(answer.body["message"], Refusal::NoTenant.to_string());
    }
}

#[tokio::test]
async fn a_change_of_a_version_that_is_gone_is_refused() {
    let service = service(prepared());
    let change = event(&format!("PATCH /carts/{KNOWN}/items/MUG-BLUE"), Some(r#"{"quantity": 5}"#));
    let stale = send(&service, &with(change.clone(), "/headers/if-match", "\"2\"")).await;
    assert_eq!((stale.status, &stale.body["field"]), (412, &json!("If-Match")));
    assert_eq!(send(&service, &with(change.clone(), "/headers/if-match", "3")).await.status, 400);
    assert_eq!(send(&service, &with(change.clone(), "/headers/if-match", "\"3\"")).await.body["version"], 4);
    assert_eq!(send(&service, &with(change, "/headers/if-match", "\"3\"")).await.status, 412);
    let delete = event(&format!("DELETE /carts/{KNOWN}"), None);
    assert_eq!(send(&service, &with(delete.clone(), "/headers/if-match", "\"3\"")).await.status, 412);
    assert_eq!(send(&service, &with(delete, "/headers/if-match", "\"4\"")).await.status, 204);
}

#[tokio::test]
async fn a_lost_race_says_to_read_and_try_again() {
    let service = service(Raced(prepared()));
    let requests = [
        ("POST /carts", Some(r#"{"currency": "EUR"}"#)),
        ("POST /carts/{cartId}/items", Some(MUG)),
        ("PATCH /carts/{cartId}/items/MUG-BLUE", Some(r#"{"quantity": 5}"#)),
        ("DELETE /carts/{cartId}/items/MUG-BLUE", None),
        ("DELETE /carts/{cartId}", None),
        ("POST /carts/{cartId}/checkout", Some(ANN)),
    ];
    for (request, body) in requests {
        let answer = ask(&service, request, body).await;
        assert_eq!((answer.status, &answer.body["message"]), (409, &json!(Refusal::LostRace.to_string())), "{request}");
    }
}

#[tokio::test]
async fn a_cart_past_its_time_is_not_there() {
    let ending = |expires_at_s| {
        let mut cart = known_cart();
        cart.lifetime.expires_at_s = expires_at_s;
        service(MemoryCarts::default().holding(&Tenant::parse("demo").unwrap(), cart))
    };
    assert_eq!(ask(&ending(NOW_S + 1), "GET /carts/{cartId}", None).await.status, 200);
    let over = ending(NOW_S);
    for (request, body) in [
        ("GET /carts/{cartId}", None),
        ("POST /carts/{cartId}/items", Some(MUG)),
        ("PATCH /carts/{cartId}/items/MUG-BLUE", Some(r#"{"quantity": 5}"#)),
        ("DELETE /carts/{cartId}", None),
    ] {
        assert_eq!(ask(&over, request, body).await.status, 404, "{request}");
    }
}

#[tokio::test]
async fn a_change_gives_the_cart_its_whole_time_again() {
    let answer = ask(&service(prepared()), "POST /carts/{cartId}/items", Some(MUG)).await;
    assert_eq!(answer.body["expiresAt"], "2026-03-02T12:00:00Z");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_503_and_one_that_is_corrupt_500() {
    let told = |answer: &Answer| (answer.body.clone(), answer.headers["retry-after"].clone());
    let away = ask(&service(MemoryCarts::cut_off()), "GET /carts/{cartId}", None).await;
    let body = json!({"message": "Service Unavailable", "requestId": "request-1"});
    assert_eq!((away.status, told(&away)), (503, (body, json!("1"))));
    let rotten = ask(&service(Rotten), "GET /carts/{cartId}", None).await;
    let body = json!({"message": "Internal Server Error", "requestId": "request-1"});
    assert_eq!((rotten.status, told(&rotten)), (500, (body, Value::Null)));
    let dry = CartService { random: || None, ..service(prepared()) };
    assert_eq!(ask(&dry, "POST /carts", Some(r#"{"currency": "EUR"}"#)).await.status, 500);
}

#[tokio::test]
async fn an_unknown_path_is_404_and_a_wrong_method_405() {
    let service = service(prepared());
    assert_eq!(ask(&service, "GET /baskets", None).await.status, 404);
    for (request, allow) in [
        ("GET /carts", "POST"),
        ("PUT /carts/{cartId}", "DELETE, GET"),
        ("GET /carts/{cartId}/items", "POST"),
        ("POST /carts/{cartId}/items/MUG-BLUE", "DELETE, PATCH"),
    ] {
        let answer = ask(&service, request, None).await;
        assert_eq!((answer.status, &answer.headers["allow"]), (405, &json!(allow)), "{request}");
    }
}

#[tokio::test]
async fn a_conflict_names_the_field() {
    let service = service(prepared());
    let dearer = MUG.replace("1999", "2099");
    let answer = ask(&service, "POST /carts/{cartId}/items", Some(&dearer)).await;
    assert_eq!((answer.status, &answer.body["field"]), (409, &json!("unitPrice")));
    let yen = ask(&service, "POST /carts/{cartId}/items", Some(&MUG.replace("EUR", "JPY"))).await;
    assert_eq!((yen.status, &yen.body["field"]), (400, &json!("unitPrice.currency")));
    let mut full = crate::contract::largest_cart();
    full.id = known_cart().id;
    let full = crate::driver::service(MemoryCarts::default().holding(&Tenant::parse("demo").unwrap(), full));
    assert_eq!(ask(&full, "POST /carts/{cartId}/items", Some(MUG)).await.status, 409);
}

#[tokio::test]
async fn every_answer_carries_the_requests_id() {
    let service = service(prepared());
    for request in ["GET /carts/{cartId}", "GET /nothing", "PUT /carts", "DELETE /carts/{cartId}"] {
        assert_eq!(ask(&service, request, None).await.headers["x-amzn-requestid"], "request-1", "{request}");
    }
}

#[tokio::test]
async fn a_new_cart_is_found_where_its_location_says() {
    let made = event("POST /", Some(r#"{"currency": "EUR"}"#));
    let made = with(with(made, "/requestContext/stage", "prod"), "/rawPath", "/prod/carts");
    let made = send(&service(MemoryCarts::default()), &made).await;
    assert_eq!(made.headers["location"], format!("/prod/carts/{NEXT}"));
}

#[tokio::test]
async fn a_line_more_than_the_most_is_refused() {
    let tenant = Tenant::parse("demo").unwrap();
    let cart = known_cart().with_items(vec![item("MUG-BLUE", "Mug, blue", 998, 1999)]).unwrap();
    let service = service(MemoryCarts::default().holding(&tenant, cart));
    let answer = ask(&service, "POST /carts/{cartId}/items", Some(MUG)).await;
    assert_eq!((answer.status, &answer.body["field"]), (409, &json!("quantity")));
}

#[tokio::test]
async fn a_cart_becomes_one_order_and_changes_no_more() {
    let service = service(prepared());
    let placed = ask(&service, "POST /carts/{cartId}/checkout", Some(ANN)).await;
    assert_eq!((placed.status, &placed.headers["location"]), (201, &json!(format!("/orders/{KNOWN}"))));
    assert_eq!(
        placed.body,
        json!({
            "id": KNOWN, "customer": "ann", "status": "placed", "placedAt": "2026-01-31T12:00:00Z",
            "items": [
                {"sku": "TEA-EARL-GREY-100", "name": "Earl Grey, 100 g", "quantity": 2,
                 "unitPrice": {"amount": 1250, "currency": "EUR"}, "lineTotal": {"amount": 2500, "currency": "EUR"}},
                {"sku": "MUG-BLUE", "name": "Mug, blue", "quantity": 1,
                 "unitPrice": {"amount": 1999, "currency": "EUR"}, "lineTotal": {"amount": 1999, "currency": "EUR"}},
            ],
            "total": {"amount": 4499, "currency": "EUR"},
        })
    );
    assert_eq!(ask(&service, "POST /carts/{cartId}/checkout", Some(ANN)).await.body, placed.body);
    let frozen = ask(&service, "GET /carts/{cartId}", None).await.body;
    assert_eq!((&frozen["version"], &frozen["order"]), (&json!(4), &json!(KNOWN)));
    for (request, body) in [
        ("POST /carts/{cartId}/items", Some(MUG)),
        ("PATCH /carts/{cartId}/items/MUG-BLUE", Some(r#"{"quantity": 5}"#)),
        ("DELETE /carts/{cartId}/items/MUG-BLUE", None),
        ("DELETE /carts/{cartId}", None),
    ] {
        let refused = ask(&service, request, body).await;
        assert_eq!(refused.status, 409, "{request}");
        assert!(refused.body["message"].as_str().unwrap().contains(&format!("the order {KNOWN}")), "{request}");
    }
    let other = ask(&service, "POST /carts/{cartId}/checkout", Some(r#"{"customer": "bob"}"#)).await;
    assert_eq!((other.status, &other.body["field"]), (409, &json!("customer")));
}

#[tokio::test]
async fn a_checkout_whose_answer_was_lost_is_answered_by_its_repeat() {
    // The client still names the version that it saw at first.
    let service = service(prepared());
    let checkout = with(event(&format!("POST /carts/{KNOWN}/checkout"), Some(ANN)), "/headers/if-match", "\"3\"");
    let (lost, repeated) = (send(&service, &checkout).await, send(&service, &checkout).await);
    assert_eq!((lost.status, repeated.status, &repeated.body), (201, 201, &lost.body));
}

#[tokio::test]
async fn a_frozen_cart_without_an_order_is_nothing_that_a_client_can_mend() {
    let frozen = known_order().cart;
    let service = service(MemoryCarts::default().holding(&Tenant::parse("demo").unwrap(), frozen));
    assert_eq!(ask(&service, "POST /carts/{cartId}/checkout", Some(ANN)).await.status, 500);
}

/// A till from which somebody takes a piece of everything between a look and what follows it.
struct Sought(MemoryTill);

impl Till for Sought {
    async fn shelves(&self, skus: &[&Sku]) -> Result<Shelves, StoreError> {
        let before = |shelf: Shelf| Shelf { stock: shelf.stock.map(|left| left + 1), ..shelf };
        Ok(self.0.shelves(skus).await?.into_iter().map(|(sku, shelf)| (sku, before(shelf))).collect())
    }

    async fn place(&self, tenant: &Tenant, order: &Order, taken: &[Taken]) -> Result<Placing, StoreError> {
        self.0.place(tenant, order, taken).await
    }

    async fn status(&self, tenant: &Tenant, id: &CartId) -> Result<Option<Status>, StoreError> {
        self.0.status(tenant, id).await
    }
}

/// The till of a shop with so many pieces of what the known cart holds two and one of.
fn stocked(carts: &MemoryCarts, tea: u64, mugs: u64) -> MemoryTill {
    let price = |amount| Money { amount, currency: Currency::parse("EUR").unwrap() };
    let shelf = |amount, stock| Shelf { price: price(amount), stock: Some(stock) };
    MemoryTill::beside(carts).with("TEA-EARL-GREY-100", shelf(1250, tea)).with("MUG-BLUE", shelf(1999, mugs))
}

#[tokio::test]
async fn a_checkout_takes_its_pieces_off_the_shelves_once() {
    let carts = prepared();
    let service = CartService { till: stocked(&carts, 2, 7), ..service(carts) };
    for _ in 0..2 {
        assert_eq!(ask(&service, "POST /carts/{cartId}/checkout", Some(ANN)).await.status, 201);
    }
    let cart = known_cart();
    let skus: Vec<_> = cart.items().iter().map(|item| &item.sku).collect();
    let left = service.till.shelves(&skus).await.unwrap();
    assert_eq!(left.values().map(|shelf| shelf.stock).collect::<Vec<_>>(), [Some(6), Some(0)]);
}

#[tokio::test]
async fn a_checkout_of_more_than_there_is_says_how_much_there_is() {
    let (carts, checkout) = (prepared(), "POST /carts/{cartId}/checkout");
    let CartService { store, announcer, ttl_s, clock_ms, random, .. } = service(carts.clone());
    let till = Sought(stocked(&carts, 1, 7));
    let late = CartService { till, store, announcer, ttl_s, clock_ms, random };
    let early = CartService { till: stocked(&carts, 1, 7), ..service(carts) };
    for answer in [ask(&early, checkout, Some(ANN)).await, ask(&late, checkout, Some(ANN)).await] {
        assert_eq!((answer.status, &answer.body["field"]), (409, &json!("quantity")));
        let message = answer.body["message"].as_str().unwrap();
        assert!(message.starts_with("the cart holds 2 of TEA-EARL-GREY-100 and the shop has 1 left"), "{message}");
        assert_eq!(ask(&early, "GET /carts/{cartId}", None).await.body["version"], 3, "the cart is as it was");
    }
}

#[tokio::test]
async fn a_repeated_checkout_shows_how_far_the_order_is() {
    let tenant = Tenant::parse("demo").unwrap();
    let mut service = service(MemoryCarts::default().holding(&tenant, known_order().cart));
    let paid = crate::order::Order { status: Status::parse("paid").unwrap(), ..known_order() };
    service.till = MemoryTill::default().holding(&tenant, &paid);
    assert_eq!(ask(&service, "POST /carts/{cartId}/checkout", Some(ANN)).await.body["status"], "paid");
}

#[tokio::test]
async fn a_placed_order_is_announced_and_one_that_has_come_further_is_not() {
    let service = service(prepared());
    ask(&service, "POST /carts/{cartId}/checkout", Some(ANN)).await;
    let said = ("demo".to_owned(), CartId::parse(KNOWN).unwrap(), "placed".to_owned());
    assert_eq!(service.announcer.announced(), [said]);

    let tenant = Tenant::parse("demo").unwrap();
    let paid = Order { status: Status::parse("paid").unwrap(), ..known_order() };
    let later =
        CartService { till: MemoryTill::default().holding(&tenant, &paid), announcer: Heard::default(), ..service };
    ask(&later, "POST /carts/{cartId}/checkout", Some(ANN)).await;
    assert_eq!(later.announcer.announced(), []);
}

#[tokio::test]
async fn an_order_is_placed_though_nobody_can_be_told() {
    let deaf = CartService { announcer: Heard::cut_off(), ..service(prepared()) };
    assert_eq!(ask(&deaf, "POST /carts/{cartId}/checkout", Some(ANN)).await.status, 201);
}

#[tokio::test]
async fn a_cart_is_ordered_at_the_shops_prices_or_not_at_all() {
    let selling = |sku: &str, amount| {
        let price = |amount| Money { amount, currency: Currency::parse("EUR").unwrap() };
        let carts = prepared();
        let till = MemoryTill::beside(&carts).selling("TEA-EARL-GREY-100", price(1250)).selling(sku, price(amount));
        CartService { till, ..service(carts) }
    };
    let dearer = ask(&selling("MUG-BLUE", 2099), "POST /carts/{cartId}/checkout", Some(ANN)).await;
    assert_eq!((dearer.status, &dearer.body["field"]), (409, &json!("unitPrice")));
    assert!(
        dearer.body["message"].as_str().unwrap().contains("MUG-BLUE at 1999 EUR and the shop sells it at 2099 EUR")
    );
    let gone = ask(&selling("MUG-RED", 1999), "POST /carts/{cartId}/checkout", Some(ANN)).await;
    assert_eq!((gone.status, &gone.body["field"]), (409, &json!("sku")));
    let service = service(MemoryCarts::default());
    ask(&service, "POST /carts", Some(r#"{"currency": "EUR"}"#)).await;
    assert_eq!(ask(&service, &format!("POST /carts/{NEXT}/checkout"), Some(ANN)).await.status, 409);
}

#[tokio::test]
async fn a_checkout_names_a_customer() {
    let service = service(prepared());
    for body in ["{}", r#"{"customer": ""}"#, r#"{"customer": "a b"}"#, r#"{"customer": "ann", "total": 1}"#] {
        assert_eq!(ask(&service, "POST /carts/{cartId}/checkout", Some(body)).await.status, 400, "{body}");
    }
    assert_eq!(ask(&service, "GET /carts/{cartId}", None).await.body["version"], 3);
}
