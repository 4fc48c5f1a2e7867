use super::*;

#[test]
fn every_price_that_is_compiled_in_is_dated_and_names_its_source() {
    let prices = Prices::compiled_in().unwrap();
    assert!(prices.dated.starts_with("20"), "{}", prices.dated);
    assert_eq!(prices.all().count(), Prices::KEYS.len());
    for (key, price) in prices.all() {
        assert!(price.usd > Usd::default(), "{key}");
        assert!(price.source.contains("unverified") || price.source.contains("AWS"), "{key}: {}", price.source);
        assert!(key.contains("_usd_per_"), "{key} says its unit");
    }
}

#[test]
fn the_page_on_cost_shows_the_prices_that_are_compiled_in() {
    let page = include_str!("../../../../docs/cost.md");
    let prices = Prices::compiled_in().unwrap();
    let mut table =
        format!("Prices of {}, {}:\n\n| price | USD | source |\n|---|--:|---|\n", prices.dated, prices.region);
    for (key, price) in prices.all() {
        table.push_str(&format!("| `{key}` | {} | {} |\n", price.written, price.source));
    }
    assert!(page.contains(&table), "docs/cost.md is stale: its table of prices should be\n\n{table}");
}

#[test]
fn an_override_replaces_what_it_names_and_keeps_the_rest() {
    let mut prices = Prices::compiled_in().unwrap();
    let before = prices.clone();
    let text = "dated = \"2027-01-31\"\nrest_api_usd_per_million = 2.80\n\
                http_api_usd_per_million = { usd = 1, source = \"our contract\" }\n";
    prices.override_with(text, "own.toml").unwrap();
    assert_eq!(prices.dated, "2027-01-31");
    let rest = &prices.rest_api_usd_per_million;
    assert_eq!((rest.usd, rest.source.as_str()), (Usd::parse("2.8").unwrap(), "own.toml"));
    assert_eq!(prices.http_api_usd_per_million.source, "our contract");
    assert_eq!(prices.lambda_usd_per_million_requests, before.lambda_usd_per_million_requests);
    assert_eq!(prices.region, before.region);
}

/// What is said of a wrong line, which is the second of the file.
fn refused(line: &str, message: &str, remedy: &str) {
    let text = format!("# mine\n{line}\n");
    let problems = Prices::compiled_in().unwrap().override_with(&text, "own.toml").unwrap_err();
    let [problem] = problems.as_slice() else { panic!("{line}: {problems:?}") };
    assert_eq!(problem.place.line, 2, "{line}");
    assert_eq!(problem.message, message, "{line}");
    assert!(problem.remedy.contains(remedy), "{line}: {}", problem.remedy);
}

#[test]
fn a_wrong_line_is_refused_with_what_to_write() {
    let plain = "write digits without quotes";
    refused("rest_api = 3", "\"rest_api\" is not the name of a price", "rest_api_usd_per_million");
    refused("rest_api_usd_per_million = -3.5", "the price -3.5 is negative", "0 or more");
    refused("rest_api_usd_per_million = \"3\"", "the price \"3\" is not a plain decimal number", plain);
    refused("rest_api_usd_per_million = inf", "the price inf is not a plain decimal number", plain);
    refused("rest_api_usd_per_million = 35e-1", "the price 35e-1 is not a plain decimal number", plain);
    refused("rest_api_usd_per_million = 1001", "the price 1001 is more than 1000 dollars", "in its unit");
    refused("rest_api_usd_per_million = [1]", "the price [1] is not a plain decimal number", plain);
    refused("rest_api_usd_per_million = { source = \"x\" }", "the price has no usd", "{ usd = 3.50");
    refused("rest_api_usd_per_million = { usd = 1, eur = 1 }", "\"eur\" is not a field of a price", "{ usd = 3.50");
    refused("region = 1", "this is not a text", "us-east-1");
    refused("dated = \"yesterday\"", "this is not a day", "2026-11-20");
}

#[test]
fn what_is_not_toml_is_refused_with_its_line() {
    let problems = Prices::compiled_in().unwrap().override_with("region = \"eu\"\na == 1\n", "own.toml").unwrap_err();
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!((problem.place.line, problem.remedy.as_str()), (2, "write TOML: rest_api_usd_per_million = 3.50"));
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_their_lines() {
    let text = "zzz = 1\nrest_api_usd_per_million = -1\naaa = 1\n";
    let problems = Prices::compiled_in().unwrap().override_with(text, "own.toml").unwrap_err();
    let lines: Vec<usize> = problems.iter().map(|problem| problem.place.line).collect();
    assert_eq!(lines, [1, 2, 3]);
}
