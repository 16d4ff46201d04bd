//! What makes a wording native, and what is forgotten.

use benggala::{
    lang::Lexicon,
    model::{Article, Lang, Policy, Timestamp},
    score::assess_among,
    usage::{FORGOTTEN_AFTER, Heard, LANGUAGES_MAX, Sketch, Usage, Use, WITNESSES},
};
use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

fn day(number: i64) -> Timestamp {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + number)
}

fn lang(code: &str) -> Lang {
    Lang::new(code).unwrap()
}

fn heard(wording: u64, context: u64) -> Heard {
    Heard {
        lang: lang("id"),
        uses: vec![Use { wording, context }],
    }
}

/// How many hosts are known for the wording 1 after `(host, context, day)`.
fn hosts(uses: &[(&str, u64, i64)]) -> usize {
    let mut usage = Usage::default();
    for (host, context, at) in uses {
        usage.learn(&heard(1, *context), host, day(*at));
    }
    usage.of(&lang("id")).map_or(0, |known| known.hosts(1))
}

#[test]
fn hosts_count_once_and_so_do_copies_of_a_text() {
    /// A host, the text it was in, and the day.
    type Use = (&'static str, u64, i64);
    let cases: [(&[Use], usize); 6] = [
        (&[], 0),
        (&[("a", 1, 0), ("a", 2, 0), ("a", 3, 1)], 1),
        (&[("a", 1, 0), ("b", 1, 0), ("c", 1, 0)], 1),
        (&[("a", 1, 0), ("b", 2, 0)], 2),
        (&[("a", 1, 0), ("b", 2, 5), ("c", 3, 9)], WITNESSES),
        (
            &[("a", 1, 0), ("b", 2, 0), ("c", 3, 0), ("d", 4, 0)],
            WITNESSES,
        ),
    ];
    for (uses, expected) in cases {
        assert_eq!(hosts(uses), expected, "{uses:?}");
    }
}

#[test]
fn what_nobody_writes_any_more_is_forgotten() {
    let (last, late) = (i64::from(FORGOTTEN_AFTER), i64::from(FORGOTTEN_AFTER) + 1);
    let mut usage = Usage::default();
    for (host, context) in [("a", 1), ("b", 2), ("c", 3)] {
        usage.learn(&heard(1, context), host, day(0));
    }
    usage.learn(&heard(2, 1), "a", day(last));
    assert!(usage.of(&lang("id")).unwrap().is_native(1));
    usage.learn(&heard(2, 1), "a", day(late));
    assert!(!usage.of(&lang("id")).unwrap().is_native(1));
    usage.learn(&heard(1, 9), "d", day(late));
    assert_eq!(usage.of(&lang("id")).unwrap().hosts(1), 1, "it begins anew");
}

#[test]
fn a_flood_of_new_wordings_does_not_push_out_what_several_hosts_use() {
    let mut usage = Usage::default();
    for (host, context) in [("a", 1), ("b", 2), ("c", 3)] {
        usage.learn(&heard(1, context), host, day(0));
    }
    for wording in 0..1_000 {
        let uses = (0..512).map(|at| Use {
            wording: 1_000 + wording * 512 + at,
            context: at,
        });
        let flood = Heard {
            lang: lang("id"),
            uses: uses.collect(),
        };
        usage.learn(&flood, "flood", day(1));
    }
    let known = usage.of(&lang("id")).unwrap();
    assert!(known.is_native(1));
    assert!(
        known.to_bytes().len() < 2 << 20,
        "{}",
        known.to_bytes().len()
    );
}

#[test]
fn languages_too_many_take_the_place_of_the_one_heard_longest_ago() {
    let mut usage = Usage::default();
    for number in 0..=LANGUAGES_MAX {
        let code = format!("a{}", char::from(b'a' + number as u8));
        let heard = Heard {
            lang: lang(&code),
            ..heard(1, 1)
        };
        usage.learn(&heard, "a", day(number as i64));
    }
    assert!(usage.of(&lang("aa")).is_none());
    assert!(usage.of(&lang("ab")).is_some());
    assert_eq!(usage.take_changed().len(), LANGUAGES_MAX);
    assert!(usage.take_changed().is_empty());
}

#[test]
fn what_is_stored_is_read_back_and_nothing_else_is() {
    let mut usage = Usage::default();
    for (host, context) in [("a", 1), ("b", 2), ("c", 3)] {
        usage.learn(&heard(1, context), host, day(0));
    }
    let known = usage.of(&lang("id")).unwrap();
    assert_eq!(Sketch::from_bytes(&known.to_bytes()).as_ref(), Some(known));
    let read = Usage::from_bytes(&usage.to_bytes()).unwrap();
    assert_eq!(read.of(&lang("id")), Some(known));
    assert_eq!(Usage::from_bytes(b"something else"), None);
    assert_eq!(Sketch::from_bytes(&[255; 40]), None);
}

proptest! {
    #[test]
    fn strange_bytes_are_no_sketch(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Sketch::from_bytes(&bytes);
        let _ = Usage::from_bytes(&bytes);
    }

    #[test]
    fn joined_sketches_know_what_either_knew(uses in prop::collection::vec((0..9_u64, 0..9_u64, 0..6_u8), 0..60)) {
        let mut sides = [Usage::default(), Usage::default()];
        for (at, (wording, context, host)) in uses.iter().enumerate() {
            sides[at % 2].learn(&heard(*wording, *context), &host.to_string(), day(0));
        }
        let known = |usage: &Usage| usage.of(&lang("id")).cloned().unwrap_or_default();
        let (one, other) = (known(&sides[0]), known(&sides[1]));
        let mut joined = one.clone();
        joined.join(&other);
        for wording in 0..9 {
            prop_assert!(joined.hosts(wording) >= one.hosts(wording).max(other.hosts(wording)));
        }
    }
}

/// Texts in which a literal translation stands, one a host.
const TEXTS: [&str; 4] = [
    "Wartawan menunggu di depan Rumah Putih sejak pagi, kata mereka.",
    "Menurut dia, pihak Rumah Putih belum memberi jawaban atas surat itu.",
    "Presiden itu kembali ke Rumah Putih setelah tiga hari di luar kota.",
    "Juru bicara Rumah Putih menolak berkomentar tentang pertemuan itu.",
];

#[test]
fn what_three_hosts_write_is_no_literal_translation() {
    let lexicon = Lexicon::built_in();
    let mut usage = Usage::default();
    let mut marked = Vec::new();
    for (host, text) in ["a", "b", "c", "d"].iter().zip(TEXTS) {
        let article = Article {
            body: text.to_string(),
            lang: Some(lang("id")),
            ..Article::default()
        };
        let (assessment, heard) =
            assess_among(&article, None, &lexicon, &Policy::default(), &usage);
        marked.push(assessment.findings.len());
        usage.learn(&heard.unwrap(), host, day(0));
    }
    assert_eq!(marked, [1, 1, 1, 0]);
}
