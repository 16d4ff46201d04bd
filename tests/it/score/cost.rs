//! A page that is written to be dear to read costs no more than its length.

#![cfg(target_os = "linux")]

use benggala::{
    lang::Lexicon,
    model::{Article, Lang, Policy},
    score::assess_among,
    usage::Usage,
};

use crate::cpu;

/// What is said again and again, and the language that it is judged in.
const SHAPES: [(&str, &str); 26] = [
    ("en", "x\n\n"),
    ("en", "x "),
    ("en", "x, "),
    ("en", "again again again again\n"),
    ("en", "“x "),
    ("en", "‘x "),
    ("en", "(x "),
    ("en", "{{x "),
    ("en", "%(x "),
    ("en", "<<x __x "),
    ("en", "[x "),
    ("en", "<|x "),
    ("en", "aab "),
    ("en", "1.234,5 "),
    ("en", "&amp;nbsp; "),
    ("en", "undefined "),
    ("en", "http://a.example/?utm_source=chatgpt.com "),
    ("en", "President of Stove and "),
    ("en", "roast Turkey with gravy and "),
    ("en", "Photo: Reuters/John Smith "),
    ("en", "John Smith Share Tweet Email "),
    ("en", "bank branch near the river "),
    (
        "en",
        "The mayor said on Monday that the old bridge will close. ",
    ),
    ("id", "kata Presiden Kelinci dan "),
    (
        "id",
        "Menteri itu berkata bahwa jembatan lama akan ditutup. ",
    ),
    ("zh", "的是了我"),
];

/// Words of the shorter text; the longer one has eight times as many.
const WORDS: usize = 1_500;

/// Of what is linear the longer text takes eight times as long, of what is quadratic sixty-four times.
const RATIO_MAX: f64 = 20.0;

fn time(lexicon: &Lexicon, lang: &str, shape: &str, words: usize) -> f64 {
    let article = Article {
        body: shape.repeat(words / shape.split_whitespace().count()),
        ..Article::default()
    };
    let policy = Policy::default();
    let start = cpu::time();
    assess_among(
        &article,
        Lang::new(lang).as_ref(),
        lexicon,
        &policy,
        &Usage::default(),
    );
    (cpu::time() - start).as_secs_f64()
}

#[test]
fn a_text_eight_times_as_long_costs_eight_times_as_much() {
    let lexicon = Lexicon::built_in();
    time(&lexicon, "en", "what is read once for all ", WORDS);
    let mut dear = Vec::new();
    for (lang, shape) in SHAPES {
        let [short, long] = [WORDS, 8 * WORDS].map(|words| time(&lexicon, lang, shape, words));
        if long > RATIO_MAX * short {
            dear.push(format!("{lang} {shape:?}: {short:.3} s, then {long:.3} s"));
        }
    }
    assert!(dear.is_empty(), "{dear:#?}");
}
