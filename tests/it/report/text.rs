//! The parts that all forms share.

use benggala::report::{Mark, excerpt::Excerpt, highlight, wording};
use chrono::TimeDelta;

use super::given::now;

#[test]
fn excerpts_stay_within_their_columns() {
    let cases = [
        ("satu dua tiga", 5..8, 40, ("satu ", "dua", " tiga", 1)),
        (
            "a\n\nsatu dua tiga",
            8..11,
            40,
            ("satu ", "dua", " tiga", 2),
        ),
        ("satu\ndua tiga", 5..8, 40, ("satu ", "dua", " tiga", 1)),
        ("satu dua\n\ntiga", 5..12, 40, ("satu ", "dua…", "", 1)),
    ];
    for (body, span, columns, (before, words, after, paragraph)) in cases {
        let excerpt = Excerpt::new(body, &span, columns).unwrap();
        let expected = Excerpt {
            before: before.to_string(),
            words: words.to_string(),
            after: after.to_string(),
            paragraph,
        };
        assert_eq!(excerpt, expected);
    }
    assert_eq!(Excerpt::new("é", &(1..2), 40), None, "inside a letter");
    assert_eq!(Excerpt::new("abc", &(2..9), 40), None, "outside the body");

    let body = "漢字のことば ".repeat(200);
    for (start, end) in [
        (0, 21),
        (1000 / 19 * 19, 1000 / 19 * 19 + 18),
        (0, body.len()),
    ] {
        let Some(excerpt) = Excerpt::new(&body, &(start..end), 60) else {
            continue;
        };
        let text = format!("{}{}{}", excerpt.before, excerpt.words, excerpt.after);
        assert!(text.chars().count() <= 60, "{text}");
    }
}

#[test]
fn highlighting_keeps_every_letter_and_marks_overlaps() {
    let mark = |start, end| Mark {
        rule: "r",
        grade: "strong",
        span: start..end,
        note: "n",
        left_out: None,
        dismissed_by: None,
    };
    let body = "abcdef\n\nghé";
    let marks = [
        mark(1, 4),
        mark(2, 9),
        mark(3, 3),
        mark(0, 99),
        mark(11, 12),
    ];
    let paragraphs = highlight::paragraphs(body, &marks);

    let rejoined: Vec<String> = paragraphs
        .iter()
        .map(|p| p.iter().map(|s| s.text).collect())
        .collect();
    assert_eq!(rejoined, ["abcdef", "ghé"]);
    let seen: Vec<(&str, &[usize], &[usize])> = paragraphs
        .iter()
        .flatten()
        .map(|s| (s.text, s.marks.as_slice(), s.ends.as_slice()))
        .collect();
    assert_eq!(seen[0], ("a", &[][..], &[][..]));
    assert_eq!(seen[1], ("b", &[1][..], &[][..]));
    assert!(seen.contains(&("ef", &[2][..], &[2][..])), "{seen:?}");
    assert!(seen.contains(&("g", &[2][..], &[2][..])), "{seen:?}");
    assert_eq!(seen.last(), Some(&("hé", &[][..], &[][..])));
}

#[test]
fn ages_are_said_as_people_say_them() {
    let cases = [
        (TimeDelta::seconds(-3), "just now"),
        (TimeDelta::seconds(3), "in a moment"),
        (TimeDelta::minutes(-59), "59 min ago"),
        (TimeDelta::hours(2), "in 2 h"),
        (TimeDelta::days(-1), "1 day ago"),
        (TimeDelta::days(-30), "30 days ago"),
        (TimeDelta::days(-40), "2025-01-23"),
    ];
    for (offset, expected) in cases {
        assert_eq!(wording::age(now() + offset, now()), expected);
    }
}
