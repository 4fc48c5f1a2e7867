use super::*;

#[test]
fn what_is_written_is_what_is_kept() {
    for (written, printed) in [
        ("0.0000133334", "0.000013333400"),
        ("3.50", "3.500000000000"),
        ("1_000", "1000.000000000000"),
        ("0", "0.000000000000"),
    ] {
        assert_eq!(Usd::parse(written).unwrap().text(12), printed);
    }
}

#[test]
fn what_is_not_an_amount_is_refused_with_the_reason() {
    for (written, why) in [
        ("-1", NoAmount::Negative),
        ("-0.0", NoAmount::Negative),
        ("nan", NoAmount::NotPlain),
        ("inf", NoAmount::NotPlain),
        ("1e-5", NoAmount::NotPlain),
        ("0x10", NoAmount::NotPlain),
        ("+1", NoAmount::NotPlain),
        ("1.", NoAmount::NotPlain),
        (".5", NoAmount::NotPlain),
        ("", NoAmount::NotPlain),
        ("٣", NoAmount::NotPlain),
        ("0.0000000000001", NoAmount::TooFine),
        ("1000.01", NoAmount::TooMuch),
        ("99999999999999999999999999999999999999999999", NoAmount::TooMuch),
    ] {
        assert_eq!(Usd::parse(written), Err(why), "{written}");
    }
}

#[test]
fn half_a_unit_is_rounded_up() {
    for (amount, decimals, printed) in
        [("1.0005", 3, "1.001"), ("1.000499999999", 3, "1.000"), ("0.994999", 2, "0.99"), ("0.995", 2, "1.00")]
    {
        assert_eq!(Usd::parse(amount).unwrap().text(decimals), printed);
    }
    assert_eq!(Usd::parse("0.0000005").unwrap().micro(), 1);
}

#[test]
fn adding_a_tenth_ten_times_makes_one() {
    assert_eq!(std::iter::repeat_n(Usd::parse("0.1").unwrap(), 10).sum::<Usd>(), Usd::parse("1").unwrap());
}

#[test]
fn a_share_is_read_and_printed_exactly() {
    for (written, printed) in [("0", "0 %"), ("1", "100 %"), ("1.0", "100 %"), ("0.95", "95 %"), ("0.995", "99.5 %")] {
        assert_eq!(Share::parse(written).unwrap().text(), printed);
    }
    for written in ["1.1", "-0.1", "95%", "0.0000001", ""] {
        assert!(Share::parse(written).unwrap_err().starts_with("write a share from 0 to 1"), "{written}");
    }
}
