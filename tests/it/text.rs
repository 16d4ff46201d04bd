//! Paragraphs, sentences and words, and that their spans hold.

use benggala::text::{Script, Text, is_legible, script};
use proptest::prelude::*;

/// The sentences of `raw`, each in brackets.
fn sentences(raw: &str) -> Vec<&str> {
    Text::new(raw)
        .sentences
        .iter()
        .map(|span| &raw[span.clone()])
        .collect()
}

fn words(raw: &str) -> Vec<&str> {
    Text::new(raw)
        .words
        .iter()
        .map(|span| &raw[span.clone()])
        .collect()
}

#[test]
fn what_cannot_be_read_is_no_text() {
    let prose = "The ferry to Palmsund leaves at nine (ten on Sundays) and costs 4.50 crowns. ";
    let with = |what: char, of: usize| -> String {
        let letters = prose.chars().enumerate();
        letters
            .flat_map(|(n, c)| [Some(c), (n % of == 1).then_some(what)])
            .flatten()
            .collect()
    };
    let code = "if(a[i]){b(a[i],{x:1});return}else{c=d[e]||f};".repeat(4);
    let table = "4821 17 0.52 91 33 40 112 8 ".repeat(9);
    for (text, legible) in [
        (prose, true),
        ("", true),
        (
            "官员说，水位中午开始下降，但居民仍被要求小心，因为河水很急。",
            true,
        ),
        ("เรือข้ามฟากออกตอนเก้าโมงทุกวัน ยกเว้นวันอาทิตย์", true),
        ("नौका रोज़ नौ बजे चलती है, रविवार को दस बजे।", true),
        ("المعبر يفتح كل يوم في التاسعة صباحا", true),
        (&with('\u{fffd}', 200), true),
        (&with('\u{fffd}', 9), false),
        (&with('\u{4}', 2), false),
        (&with('\u{e001}', 9), false),
        (&with('\u{200d}', 9), true),
        (&code, false),
        (&table, false),
        ("😀 🎉 😅 🎉", false),
    ] {
        assert_eq!(is_legible(text), legible, "{text:?}");
    }
}

#[test]
fn paragraphs_are_what_blank_lines_separate() {
    let raw = "\n  One line\nand its second. \n \t\n\nAnother.\n";
    let text = Text::new(raw);
    let got: Vec<_> = text.paragraphs.iter().map(|p| &raw[p.clone()]).collect();
    assert_eq!(got, ["One line\nand its second.", "Another."]);
}

#[test]
fn sentences_end_where_a_reader_would_end_them() {
    let cases: &[(&str, &[&str])] = &[
        ("It rained. We left!", &["It rained.", "We left!"]),
        (
            "Dr. J. Smith came. He sat.",
            &["Dr. J. Smith came.", "He sat."],
        ),
        (
            "Prices rose 3.5 percent. So what?",
            &["Prices rose 3.5 percent.", "So what?"],
        ),
        (
            "Am 3. Oktober war es kalt. Er ging.",
            &["Am 3. Oktober war es kalt.", "Er ging."],
        ),
        ("“Stop.” She ran.", &["“Stop.”", "She ran."]),
        ("Wait… what? Yes.", &["Wait… what?", "Yes."]),
        ("今天下雨。我们走了。", &["今天下雨。", "我们走了。"]),
        (
            "Он жил на ул. Мира. Потом уехал.",
            &["Он жил на ул. Мира.", "Потом уехал."],
        ),
        ("No stop here", &["No stop here"]),
        ("One.\n\nTwo", &["One.", "Two"]),
        ("See example.com for more.", &["See example.com for more."]),
    ];
    for (raw, expected) in cases {
        assert_eq!(&sentences(raw), expected, "{raw}");
    }
}

#[test]
fn words_follow_uax_29() {
    let cases: &[(&str, &[&str])] = &[
        ("It's 3.5 (or \"four\").", &["It's", "3.5", "or", "four"]),
        ("negara-negara Barat", &["negara", "negara", "Barat"]),
        ("o’clock, naïve", &["o’clock", "naïve"]),
        ("Москва, 2024.", &["Москва", "2024"]),
        ("东京 tower", &["东", "京", "tower"]),
        ("— * —", &[]),
    ];
    for (raw, expected) in cases {
        assert_eq!(&words(raw), expected, "{raw}");
    }
}

#[test]
fn gaps_are_what_stands_between_words() {
    let text = Text::new("(One), two.");
    assert_eq!(text.gap_before(0), "(");
    assert_eq!(text.gap_after(0), "), ");
    assert_eq!(text.gap_before(1), "), ");
    assert_eq!(text.gap_after(1), ".");
    assert_eq!(text.words_in(&(1..4)), 0..1);
}

#[test]
fn two_characters_of_chinese_weigh_as_much_as_a_word() {
    assert_eq!(Text::new("one two three").length(), 3);
    assert_eq!(Text::new("今天下雨我们走").length(), 3);
    assert_eq!(Text::new("今天下雨 one").length(), 3);
}

#[test]
fn letters_know_their_script() {
    let cases = [
        ('a', Some(Script::Latin)),
        ('é', Some(Script::Latin)),
        ('ж', Some(Script::Cyrillic)),
        ('漢', Some(Script::Han)),
        ('か', Some(Script::Han)),
        ('한', Some(Script::Hangul)),
        ('ب', Some(Script::Arabic)),
        ('7', None),
        ('—', None),
    ];
    for (letter, expected) in cases {
        assert_eq!(script(letter), expected, "{letter}");
    }
}

proptest! {
    #[test]
    fn spans_lie_on_character_boundaries_in_order(raw in "\\PC{0,60}|[a-zA-Z0-9 .,!?…。\"'\\n\\u{301}éж漢-]{0,80}") {
        let text = Text::new(&raw);
        for spans in [&text.paragraphs, &text.sentences, &text.words] {
            let mut before = 0;
            for span in spans {
                prop_assert!(span.start >= before && span.end > span.start);
                prop_assert!(raw.get(span.clone()).is_some());
                before = span.end;
            }
        }
    }

    #[test]
    fn words_agree_with_the_library(raw in "[a-zA-Z0-9 .,!?;:…\"'\\n_@/éж漢\\u{301}-]{0,80}") {
        use unicode_segmentation::UnicodeSegmentation;
        let expected: Vec<&str> = raw.unicode_words().collect();
        prop_assert_eq!(words(&raw), expected);
    }
}
