//! What was changed in a text, as readers see it.

use benggala::report::changes::{Change, Piece, changes};
use proptest::prelude::*;

/// The places that differ, with `[-…-]` around what went and `{+…+}` around what came.
fn shown(before: &str, after: &str) -> Vec<String> {
    let piece = |piece: &Piece| match piece.change {
        Change::Kept => piece.text.clone(),
        Change::Removed => format!("[-{}-]", piece.text),
        Change::Added => format!("{{+{}+}}", piece.text),
    };
    let places = changes(before, after);
    places
        .iter()
        .map(|place| place.iter().map(piece).collect())
        .collect()
}

#[test]
fn changed_words_stand_in_their_paragraph_and_the_others_are_left_out() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("One.\n\nTwo.", "One.\n\nTwo.", &[]),
        (
            "The bridge opened.\n\nThree people died, police said.\n\nIt rained.",
            "The bridge opened.\n\nFive people died, the mayor said.\n\nIt rained.",
            &["[-Three -]{+Five +}people died, [-police -]{+the mayor +}said."],
        ),
        ("One.\n\nTwo.", "One.", &["[-Two.-]"]),
        ("One.", "Zero.\n\nOne.", &["{+Zero.+}"]),
        (
            "One.\n\nTwo.\n\nThree.",
            "1.\n\nTwo.\n\n3.",
            &["[-One-]{+1+}.", "[-Three-]{+3+}."],
        ),
        (
            "大桥昨天开放。",
            "大桥今天开放。",
            &["大桥[-昨-]{+今+}天开放。"],
        ),
        ("", "<b>", &["{+<b>+}"]),
        ("", "", &[]),
    ];
    for (before, after, expected) in cases {
        assert_eq!(shown(before, after), *expected, "{before} -> {after}");
    }
}

#[test]
fn a_text_without_end_is_shown_as_a_whole() {
    let long = |word: &str| vec![word; 2_000].join(" ");
    assert_eq!(changes(&long("a"), &long("b"))[0].len(), 2);
    let paragraphs = |word: &str| vec![word; 1_500].join("\n\n");
    assert_eq!(changes(&paragraphs("a"), &paragraphs("b")).len(), 1);
}

proptest! {
    #[test]
    fn the_changes_tell_one_text_from_the_other(
        before in "([a-c]{1,2}[ .,]{0,2}){0,20}(\n\n([a-c]{1,2} ){0,9}){0,4}",
        after in "([a-c]{1,2}[ .,]{0,2}){0,20}(\n\n([a-c]{1,2} ){0,9}){0,4}",
    ) {
        let words = |text: &str| text.split_whitespace().collect::<String>();
        let side = |gone: Change| -> usize {
            let places = changes(&before, &after);
            let pieces = places.iter().flatten().filter(|piece| piece.change != gone);
            pieces.map(|piece| words(&piece.text).len()).sum()
        };
        let grown = words(&after).len() as i64 - words(&before).len() as i64;
        prop_assert_eq!(side(Change::Removed) as i64 - side(Change::Added) as i64, grown);
    }
}
