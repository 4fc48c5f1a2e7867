use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::*;

fn certificate(from: (i32, u8, u8), to: (i32, u8, u8)) -> Vec<u8> {
    let mut params = CertificateParams::new(["a.example".to_owned()]).expect("a name");
    params.not_before = date_time_ymd(from.0, from.1, from.2);
    params.not_after = date_time_ymd(to.0, to.1, to.2);
    params.self_signed(&KeyPair::generate().expect("a key")).expect("a certificate").der().to_vec()
}

#[test]
fn the_dates_are_those_of_the_certificate() {
    for (from, to) in [
        ((1970, 1, 2), (1999, 12, 31)),
        ((2000, 2, 29), (2049, 12, 31)),
        ((2026, 3, 1), (2050, 1, 1)),
        ((2100, 2, 28), (4096, 1, 1)),
    ] {
        let seconds = |(year, month, day)| date_time_ymd(year, month, day).unix_timestamp().unsigned_abs();
        assert_eq!(read(&certificate(from, to)), Some((seconds(from), seconds(to))), "{from:?} {to:?}");
    }
}

#[test]
fn dates_before_1970_are_1970() {
    assert_eq!(read(&certificate((1955, 5, 5), (1969, 12, 31))), Some((0, 0)));
}

#[test]
fn what_is_no_certificate_has_no_dates() {
    let whole = certificate((2020, 1, 1), (2030, 1, 1));
    assert!((0..whole.len()).all(|end| read(&whole[..end]).is_none()), "a part of one");
    for der in [&b""[..], &[0x30], &[0x30, 0x80], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 0x85, 1, 1, 1, 1, 1]] {
        assert_eq!(read(der), None, "{der:?}");
    }
    for at in 0..whole.len() {
        // Whatever a byte becomes, it is an answer.
        let mut spoilt = whole.clone();
        spoilt[at] ^= 0xff;
        let _ = read(&spoilt);
    }
}
