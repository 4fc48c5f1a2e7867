use super::*;

fn lines(pieces: u64) -> Lines {
    Lines::from([("cup".to_owned(), pieces)])
}

/// Orders of a cup each: `d` is delivered, `r` refunded, `u` unpaid; and `o` an open cart.
fn agreeing() -> (Kept, Told) {
    let (mut kept, mut told) = (Kept::default(), Told::default());
    for (id, status, state) in [("d", "delivered", "captured"), ("r", "refunded", "refunded"), ("u", "placed", "none")]
    {
        kept.carts.insert(id.to_owned(), Cart { frozen: true, lines: lines(1) });
        kept.orders.insert(id.to_owned(), Order { status: status.to_owned(), lines: lines(1), total: 1250 });
        told.orders.insert(id.to_owned(), lines(1));
        if state != "none" {
            kept.payments.insert(id.to_owned(), Payment { state: state.to_owned(), amount: 1250 });
            told.paid.insert(id.to_owned());
            told.started.insert(id.to_owned());
        }
    }
    kept.carts.insert("o".to_owned(), Cart { frozen: false, lines: lines(4) });
    kept.bank.insert("d".to_owned(), vec![moved("capture")]);
    kept.bank.insert("r".to_owned(), vec![moved("capture"), moved("refund")]);
    kept.shelves.insert("cup".to_owned(), Shelf { at_first: 10, left: 8 });
    for (route, class, count) in [("POST /carts", 2, 4), ("POST /carts/{cartId}/checkout", 4, 1)] {
        told.answers.insert((route.to_owned(), class), count);
    }
    kept.usage = told.answers.clone();
    (kept, told)
}

fn moved(kind: &str) -> Movement {
    Movement { kind: kind.to_owned(), amount: 1250 }
}

/// After `change`, the one difference is this.
fn check<R>(change: impl FnOnce(&mut Kept, &mut Told) -> R, expected: &str) {
    let (mut kept, mut told) = agreeing();
    let _ = change(&mut kept, &mut told);
    let found: Vec<String> = super::check(&kept, &told).into_iter().flat_map(|check| check.differences).collect();
    assert!(found.iter().any(|difference| difference == expected), "{expected}: {found:?}");
}

#[test]
fn books_that_agree_have_no_differences_and_every_check_compares_something() {
    let (kept, told) = agreeing();
    for check in super::check(&kept, &told) {
        assert!(check.differences.is_empty() && check.compared > 0, "{check:?}");
    }
    let expected = Summary { orders: 3, captured: 1, refunded: 1, unpaid: vec!["u".to_owned()] };
    assert_eq!(summary(&kept), expected);
}

#[test]
fn an_answer_that_no_customer_should_get_is_found() {
    check(|_, told| told.surprises.push("POST /carts: 500".to_owned()), "POST /carts: 500");
}

#[test]
fn an_order_too_many_or_too_few_is_found() {
    check(|_, told| told.orders.remove("u"), "u is an order that no customer was told of");
    check(|kept, _| kept.orders.remove("u"), "u is no order, and a customer was told of it");
    let other = "u holds {\"cup\": 1}, and the customer was told {\"cup\": 2}";
    check(|_, told| told.orders.insert("u".to_owned(), lines(2)), other);
}

#[test]
fn a_cart_that_is_not_its_order_is_found() {
    let freeze = |kept: &mut Kept, id: &str, frozen| kept.carts.get_mut(id).unwrap().frozen = frozen;
    check(|kept, _| freeze(kept, "o", true), "o is a cart that was checked out and made no order");
    check(|kept, _| freeze(kept, "d", false), "d is an order of a cart that is still open");
    check(|kept, _| kept.carts.remove("d"), "d is an order of no cart");
    let other = "d has the cart {\"cup\": 2} and the order {\"cup\": 1}";
    check(|kept, _| kept.carts.get_mut("d").unwrap().lines = lines(2), other);
}

#[test]
fn an_order_that_is_not_as_far_as_its_money_is_found() {
    let pay = |kept: &mut Kept, id: &str, state: &str, amount| {
        kept.payments.insert(id.to_owned(), Payment { state: state.to_owned(), amount });
    };
    check(|kept, _| pay(kept, "d", "refunded", 1250), "d is delivered, and its payment refunded");
    check(|kept, _| pay(kept, "r", "captured", 1250), "r is refunded, and its payment captured");
    check(|kept, _| pay(kept, "u", "captured", 1250), "u is placed, and its payment captured");
    check(|kept, _| pay(kept, "d", "captured", 1), "d costs 1250, and its payment is of Some(1)");
    check(|kept, _| pay(kept, "x", "captured", 1250), "x is paid and no order");
    check(
        |kept, _| kept.orders.get_mut("d").unwrap().status = "requested".into(),
        "d is requested, and its payment captured",
    );
    check(|_, told| told.started.insert("u".to_owned()), "u is placed, and its payment none");
    let said = "u has the payment none, and the customer was told that it is paid";
    check(|_, told| told.paid.insert("u".to_owned()), said);
}

#[test]
fn money_that_the_bank_moved_otherwise_is_found() {
    let twice = format!("d has the payment captured, and the bank moved {:?}", [moved("capture"), moved("capture")]);
    check(|kept, _| kept.bank.get_mut("d").unwrap().push(moved("capture")), &twice);
    let never = format!("r has the payment refunded, and the bank moved {:?}", [moved("capture")]);
    check(|kept, _| kept.bank.get_mut("r").unwrap().pop(), &never);
    let unknown = format!("u has the payment none, and the bank moved {:?}", [moved("capture")]);
    check(|kept, _| kept.bank.insert("u".to_owned(), vec![moved("capture")]), &unknown);
}

#[test]
fn a_piece_too_many_or_too_few_is_found() {
    let shelve = |kept: &mut Kept, left| kept.shelves.get_mut("cup").unwrap().left = left;
    check(|kept, _| shelve(kept, 9), "cup had 10 pieces, has 9, and 2 were sold");
    check(|kept, _| shelve(kept, 7), "cup had 10 pieces, has 7, and 2 were sold");
}

#[test]
fn an_order_that_was_given_up_has_put_back_what_it_took() {
    let expire = |kept: &mut Kept| kept.orders.get_mut("u").unwrap().status = "expired".to_owned();
    check(|kept, _| expire(kept), "cup had 10 pieces, has 8, and 1 were sold");
    check(|kept, told| (expire(kept), told.started.insert("u".to_owned())), "u is expired, and its payment none");
}

#[test]
fn a_request_that_was_not_counted_or_counted_twice_is_found() {
    let carts = || ("POST /carts".to_owned(), 2);
    check(|kept, _| kept.usage.insert(carts(), 3), "POST /carts, 2xx: 3 in the ledger, 4 answered");
    check(|kept, _| kept.usage.insert(carts(), 5), "POST /carts, 2xx: 5 in the ledger, 4 answered");
    check(|kept, _| kept.usage.remove(&carts()), "POST /carts, 2xx: 0 in the ledger, 4 answered");
    let unknown = ("GET /health".to_owned(), 2);
    check(|kept, _| kept.usage.insert(unknown, 1), "GET /health, 2xx: 1 in the ledger, 0 answered");
}
