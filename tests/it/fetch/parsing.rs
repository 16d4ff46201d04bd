//! Header values from strangers.

use std::time::Duration;

use benggala::{
    fetch::{
        decode::{Coding, CodingError, codings},
        outcome::{RETRY_AFTER_MAX, retry_after},
    },
    model::Timestamp,
};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

fn noon() -> Timestamp {
    "2024-05-17T12:00:00Z".parse().unwrap()
}

#[test]
fn retry_after_in_all_its_forms() {
    let seconds = |n| Some(Duration::from_secs(n));
    for (value, expected) in [
        ("0", seconds(0)),
        ("120", seconds(120)),
        (" 120 ", seconds(120)),
        ("86400", seconds(86_400)),
        ("86401", seconds(86_400)),
        ("340282366920938463463374607431768211456", seconds(86_400)),
        ("Fri, 17 May 2024 12:01:00 GMT", seconds(60)),
        ("Friday, 17-May-24 12:01:00 GMT", seconds(60)),
        ("Fri May 17 12:01:00 2024", seconds(60)),
        ("Fri, 17 May 2024 11:59:00 GMT", seconds(0)),
        ("Fri, 31 Dec 2100 23:59:59 GMT", seconds(86_400)),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("Fri, 32 May 2024 12:00:00 GMT", None),
    ] {
        assert_eq!(retry_after(value, noon()), expected, "{value:?}");
    }
}

#[test]
fn content_encodings() {
    use Coding::{Brotli, Deflate, Gzip, Zstd};
    for (values, expected) in [
        (vec![], Ok(vec![])),
        (vec![""], Ok(vec![])),
        (vec!["identity"], Ok(vec![])),
        (vec!["gzip"], Ok(vec![Gzip])),
        (vec!["X-GZip"], Ok(vec![Gzip])),
        (vec![" deflate , br "], Ok(vec![Deflate, Brotli])),
        (vec!["zstd", "gzip"], Ok(vec![Zstd, Gzip])),
        (vec!["gzip,,identity,"], Ok(vec![Gzip])),
        (vec!["gzip", "gzip, gzip"], Err(CodingError::TooMany(3))),
        (
            vec!["compress"],
            Err(CodingError::Unknown("compress".to_string())),
        ),
        (
            vec!["gzip;q=1"],
            Err(CodingError::Unknown("gzip;q=1".to_string())),
        ),
    ] {
        assert_eq!(codings(values.clone()), expected, "{values:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_wait_is_never_longer_than_a_day(value in any::<String>()) {
        if let Some(wait) = retry_after(&value, noon()) {
            prop_assert!(wait <= RETRY_AFTER_MAX);
        }
    }

    #[test]
    fn seconds_are_seconds(n in any::<u64>()) {
        let expected = Duration::from_secs(n).min(RETRY_AFTER_MAX);
        prop_assert_eq!(retry_after(&n.to_string(), noon()), Some(expected));
    }

    #[test]
    fn dates_are_waits(ahead in -100_000_i64..1_000_000) {
        let until = noon() + chrono::TimeDelta::seconds(ahead);
        let date = httpdate::fmt_http_date(until.into());
        let expected = Duration::from_secs(ahead.clamp(0, 86_400).unsigned_abs());
        prop_assert_eq!(retry_after(&date, noon()), Some(expected));
    }

    #[test]
    fn codings_are_bounded_whatever_is_sent(values in proptest::collection::vec(any::<String>(), 0..5)) {
        if let Ok(found) = codings(values.iter().map(String::as_str)) {
            prop_assert!(found.len() <= 2);
        }
    }
}
