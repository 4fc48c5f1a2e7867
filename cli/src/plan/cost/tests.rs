use super::*;

const NATIVE: Passage = Passage { authorizer: false, router: Router::Unused };
const NATIVE_WITH_AUTHORIZER: Passage = Passage { authorizer: true, router: Router::Unused };
const MOCK: Passage = Passage { authorizer: false, router: Router::Answers };
const DISPATCHED: Passage = Passage { authorizer: false, router: Router::Waits };
const DISPATCHED_WITH_AUTHORIZER: Passage = Passage { authorizer: true, router: Router::Waits };
const AGGREGATE: Passage = Passage { authorizer: false, router: Router::WaitsForSeveral { calls: 10, in_a_row: 2 } };
const ALL: [Passage; 6] = [NATIVE, NATIVE_WITH_AUTHORIZER, MOCK, DISPATCHED, DISPATCHED_WITH_AUTHORIZER, AGGREGATE];

/// Fixed here, so that a new price in the product's table leaves the arithmetic's tests alone.
const PRICES: &str = "
    http_api_usd_per_million = 1.00
    http_api_over_300_million_usd_per_million = 0.90
    rest_api_usd_per_million = 3.50
    rest_api_over_333_million_usd_per_million = 2.80
    rest_api_over_1_billion_usd_per_million = 2.38
    rest_api_over_20_billion_usd_per_million = 1.51
    lambda_usd_per_million_requests = 0.20
    lambda_arm64_usd_per_gb_second = 0.0000133334
    dynamodb_eventual_read_usd_per_million = 0.0625
";

fn prices(changed: &str) -> Prices {
    let mut prices = Prices::default();
    prices.override_with(PRICES, "prices").unwrap();
    prices.override_with(changed, "changed").unwrap();
    prices
}

fn assumed(wait_ms: u32, cache_hits: &str) -> Assumptions {
    Assumptions { wait_ms, cache_hits: Share::parse(cache_hits).unwrap() }
}

fn usd(text: &str) -> Usd {
    Usd::parse(text).unwrap()
}

#[test]
fn a_million_requests_cost_what_was_worked_out_by_hand() {
    // A millisecond of a million calls at 128 MB: 0.0000133334 × 0.125 × 1000 = 0.001666675.
    for (passage, wait_ms, cache_hits, by_hand) in [
        (NATIVE, 50, "0", "1.00"),
        (NATIVE, 29_000, "0", "1.00"),
        // 1.00 + 0.20 + 11 × 0.001666675 + 0.0625
        (NATIVE_WITH_AUTHORIZER, 50, "0", "1.280833425"),
        // 1.00 + 0.05 × 0.280833425
        (NATIVE_WITH_AUTHORIZER, 50, "0.95", "1.01404167125"),
        (NATIVE_WITH_AUTHORIZER, 50, "1", "1.00"),
        // 1.00 + 0.20 + 1 × 0.001666675: work alone, in a whole millisecond
        (MOCK, 50, "0", "1.201666675"),
        // 1.00 + 0.20 + 31 × 0.001666675
        (DISPATCHED, 30, "0", "1.251666925"),
        // 1.00 + 0.20 + ⌈10 × 0.15 + 2 × 30⌉ × 0.001666675
        (AGGREGATE, 30, "0", "1.30333385"),
        // 1.00 + 0.20 + 1501 × 0.001666675
        (DISPATCHED, 1_500, "0", "3.701679175"),
        // 1.00 + 0.280833425 + 0.20 + 201 × 0.001666675
        (DISPATCHED_WITH_AUTHORIZER, 200, "0", "1.8158351"),
    ] {
        let cost = per_million(&prices(""), assumed(wait_ms, cache_hits), passage);
        assert_eq!(cost, usd(by_hand), "{passage:?} at {wait_ms} ms, {cache_hits}");
    }
}

#[test]
fn a_leased_counter_in_place_of_the_key_read_costs_a_cent_more_than_the_calls() {
    let leased = prices("dynamodb_eventual_read_usd_per_million = 0.0125");
    assert_eq!(per_million(&leased, assumed(50, "0"), NATIVE_WITH_AUTHORIZER).text(2), "1.23");
    let dispatched = per_million(&leased, assumed(30, "0"), DISPATCHED) + usd("0.0125");
    assert_eq!(dispatched.text(2), "1.26");
}

#[test]
fn the_wait_from_which_a_rest_api_costs_less_is_what_was_worked_out_by_hand() {
    for (passage, changed, by_hand) in [
        (NATIVE, "", DearerThanRest::Never),
        (NATIVE_WITH_AUTHORIZER, "", DearerThanRest::Never),
        (MOCK, "", DearerThanRest::Never),
        // (3.50 − 1.20) / 0.001666675 = 1379.99: 1379 ms may be billed, so a wait of 1379 is 1 ms too much
        (DISPATCHED, "", DearerThanRest::From(1_379)),
        // 1379 ms may be billed, of which 1.5 are work: two waits of 689 ms are too much
        (AGGREGATE, "", DearerThanRest::From(689)),
        // (3.50 − 1.480833425) / 0.001666675 = 1211.49
        (DISPATCHED_WITH_AUTHORIZER, "", DearerThanRest::From(1_211)),
        // with an exact write a request, 0.625: (3.50 − 1.825) / 0.001666675 = 1004.99
        (DISPATCHED, "http_api_usd_per_million = 1.625", DearerThanRest::From(1_004)),
        // above a billion requests: (2.38 − 1.20) / 0.001666675 = 707.99
        (DISPATCHED, "rest_api_usd_per_million = 2.38", DearerThanRest::From(707)),
        (DISPATCHED, "rest_api_usd_per_million = 1.20", DearerThanRest::Always),
        (NATIVE, "rest_api_usd_per_million = 0.99", DearerThanRest::Always),
        (NATIVE, "rest_api_usd_per_million = 1.00", DearerThanRest::Never),
        (DISPATCHED, "rest_api_usd_per_million = 60", DearerThanRest::Never),
        (DISPATCHED, "lambda_arm64_usd_per_gb_second = 0", DearerThanRest::Never),
    ] {
        assert_eq!(dearer_than_rest(&prices(changed), assumed(50, "0"), passage), by_hand, "{passage:?} {changed}");
    }
}

#[test]
fn from_that_wait_on_and_no_earlier_it_costs_more() {
    for changed in ["", "rest_api_usd_per_million = 1.203333350", "lambda_arm64_usd_per_gb_second = 0.000001"] {
        let prices = prices(changed);
        for passage in ALL {
            let told = dearer_than_rest(&prices, assumed(0, "0.5"), passage);
            for wait_ms in 0..=LONGEST_WAIT_MS {
                let cost = per_million(&prices, assumed(wait_ms, "0.5"), passage);
                let dearer = cost > prices.rest_api_usd_per_million.usd;
                assert_eq!(told.at(wait_ms), dearer, "{passage:?} at {wait_ms} ms: {cost:?}, {changed}");
            }
        }
    }
}

#[test]
fn a_month_goes_through_the_price_steps_of_both_apis() {
    for (millions, http_api, rest_api) in [
        (0, "0.00", "0.00"),
        (1, "1.00", "3.50"),
        (300, "300.00", "1050.00"),
        // 300 × 1.00 + 700 × 0.90; 333 × 3.50 + 667 × 2.80
        (1_000, "930.00", "3033.10"),
        // 300 × 1.00 + 20,700 × 0.90; 3033.10 + 19,000 × 2.38 + 1000 × 1.51
        (21_000, "18930.00", "49763.10"),
    ] {
        let month = month(&prices(""), assumed(50, "0"), [(NATIVE, millions * 1_000_000)]);
        assert_eq!((month.http_api.text(2), month.rest_api.text(2)), (http_api.to_owned(), rest_api.to_owned()));
    }
}

#[test]
fn a_month_is_the_sum_of_its_operations() {
    let mix = [(NATIVE, 3_000_000), (DISPATCHED, 1_000_000), (NATIVE_WITH_AUTHORIZER, 500_000)];
    let month = month(&prices(""), assumed(30, "0"), mix);
    // 4.5 × 1.00; 1 × 0.251666925 + 0.5 × 0.280833425; 4.5 × 3.50
    assert_eq!(month.requests, 4_500_000);
    assert_eq!(month.http_api, usd("4.50"));
    assert_eq!(month.functions, usd("0.3920836375"));
    assert_eq!(month.together(), usd("4.8920836375"));
    assert_eq!(month.rest_api, usd("15.75"));
}
