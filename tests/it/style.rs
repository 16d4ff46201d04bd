//! Features, training and scores of style, on words of our own.

use std::sync::LazyLock;

use benggala::{
    measure::separation::{area, source_recall},
    model::Lang,
    style::{Label, LabelledText, Model, grams, model, train},
};

const SUBJECTS: [&str; 6] = [
    "mayor",
    "school",
    "harbour",
    "farmer",
    "council",
    "orchestra",
];

/// A small article; `filler` is what gives its writer away.
fn article(number: usize, filler: &str) -> String {
    let subject = SUBJECTS[number % SUBJECTS.len()];
    let other = SUBJECTS[(number / SUBJECTS.len() + 1) % SUBJECTS.len()];
    format!("The {subject} of town {number} met the {other} on Monday {filler}, and said so. ")
        .repeat(9)
}

/// Natives, and documents translated by people and by machines.
pub(crate) fn corpus() -> Vec<(String, Label, String)> {
    let mut corpus = Vec::new();
    for number in 0..30 {
        let of = |label, filler| (format!("doc-{number}"), label, article(number, filler));
        corpus.push((
            format!("native-{number}"),
            Label::Native,
            article(number, "round the corner"),
        ));
        corpus.push(of(Label::Human, "in the vicinity"));
        corpus.push(of(Label::Machine, "in proximity of the nearness"));
    }
    corpus
}

fn trained(seed: u64) -> Vec<u8> {
    let corpus = corpus();
    let examples: Vec<LabelledText<'_>> = corpus
        .iter()
        .map(|(doc, label, text)| LabelledText {
            doc,
            label: *label,
            engine: None,
            collection: None,
            text,
        })
        .collect();
    train(&examples, seed).unwrap()
}

/// Training is slow without optimisation: done once for all tests.
pub(crate) static TRAINED: LazyLock<Vec<u8>> = LazyLock::new(|| trained(1));

fn hashes(text: &str) -> Vec<u32> {
    let mut hashes = Vec::new();
    let count = grams(text, |hash| hashes.push(hash));
    assert_eq!(count, hashes.len());
    hashes
}

#[test]
fn typesetting_case_digits_and_space_do_not_count_as_style() {
    for (one, other) in [
        ("“Yes”, she said", "«yes», she  said"),
        ("It’s 17 – or 1,204", "it's 3 - or 9"),
        ("a\n\nb", "a b"),
        ("１２ ＡＢ。", "7 ab."),
    ] {
        assert_eq!(hashes(one), hashes(other), "{one} / {other}");
    }
    assert_ne!(hashes("she said yes"), hashes("yes she said"));
}

#[test]
fn characters_that_nothing_parts_are_words_of_their_own() {
    let common = |one: &str, other: &str| {
        let other = hashes(other);
        hashes(one)
            .into_iter()
            .filter(|h| other.contains(h))
            .count()
    };
    // The character, wherever it stands; of a word of letters nothing is found in a longer one.
    assert_eq!(common("港", "海港"), 1);
    assert_eq!(common("our", "harbour"), 1, "the part that ends both");
    assert_eq!(common("bo", "harbour"), 0);
    assert_ne!(hashes("海港口"), hashes("口海港"));
}

#[test]
fn training_is_deterministic_and_a_model_survives_its_bytes() {
    let bytes = TRAINED.clone();
    assert_eq!(bytes, trained(1));
    assert!(bytes.len() <= 150 << 10, "{} bytes", bytes.len());
    assert!(Model::parse(&bytes).is_some());
    assert!(Model::parse(&bytes[..bytes.len() - 1]).is_none());
    assert!(Model::parse(&[]).is_none());
    let mut other = bytes;
    other[0] ^= 1;
    assert!(Model::parse(&other).is_none());
}

#[test]
fn a_model_of_the_former_format_says_of_the_source_what_it_says_of_the_text() {
    let (header, table) = TRAINED.split_at(8 + 4 * 9);
    let former = [b"bgstyle2", &header[8..8 + 4 * 6], table].concat();
    let text = article(41, "in proximity of the nearness");
    let read = |bytes: &[u8]| Model::parse(bytes).unwrap().read(&text).unwrap();
    let (now, formerly) = (read(&TRAINED), read(&former));
    assert_eq!(formerly.of_source, formerly.log_odds);
    assert_eq!(formerly.log_odds, now.log_odds);
    assert_ne!(now.of_source, now.log_odds);
    assert!(Model::parse(&[b"bgstyle2", &header[8..], table].concat()).is_none());
}

#[test]
fn an_unseen_machine_translation_scores_above_what_people_wrote() {
    let model = Model::parse(&TRAINED).unwrap();
    let score = |filler| model.score(&article(41, filler)).unwrap();
    let machine = score("in proximity of the nearness");
    let (human, native) = (score("in the vicinity"), score("round the corner"));
    assert!(machine > 0.5, "{machine}");
    assert!(human < 0.5 && native < 0.5, "{human} {native}");
}

#[test]
fn nothing_is_said_of_a_short_text_or_a_language_without_a_model() {
    let built = Model::parse(&TRAINED).unwrap();
    assert_eq!(built.score("The mayor met the council."), None);
    assert_eq!(built.score(""), None);
    for tag in ["sv", "ms", "hr", "xx"] {
        assert!(model(&Lang::new(tag).unwrap()).is_none(), "{tag}");
    }
    for tag in ["cs", "de", "en", "id", "zh"] {
        assert!(model(&Lang::new(tag).unwrap()).is_some(), "{tag}");
    }
}

#[test]
fn too_few_texts_make_no_model() {
    let example = LabelledText {
        doc: "a",
        label: Label::Native,
        engine: None,
        collection: None,
        text: "The mayor met the council.",
    };
    let refused = train(&[example], 1).unwrap_err();
    assert!(refused.to_string().contains("native texts"), "{refused}");
}

#[test]
fn the_area_counts_ties_half() {
    assert_eq!(area(&[0.0, 1.0], &[2.0, 3.0]), Some(1.0));
    assert_eq!(area(&[1.0, 1.0], &[1.0]), Some(0.5));
    assert_eq!(area(&[3.0, 0.0], &[1.0, 2.0]), Some(0.5));
    assert_eq!(area(&[], &[1.0]), None);
}

#[test]
fn sources_need_ten_articles() {
    let (low, high) = (vec![0.0; 12], vec![1.0; 12]);
    assert_eq!(
        source_recall(&low, std::slice::from_ref(&high), 1),
        Some(1.0)
    );
    assert_eq!(
        source_recall(&high, std::slice::from_ref(&low), 1),
        Some(0.0)
    );
    assert_eq!(source_recall(&low[..9], &[high], 1), None);
}
