//! What makes two texts copies, what makes them corrections, and what makes neither.

use benggala::{
    copies::{COPY_AT, Fingerprint, SHINGLES_MIN, SKETCH, are_different, is_corrected},
    extract::from_text,
    inspect::{Rules, inspect_article},
    lang::Lexicon,
    model::{Article, Block, BlockKind, Lang, ParseLimits, Policy},
};
use proptest::prelude::*;

fn article(body: &str) -> Article {
    Article {
        body: body.to_string(),
        ..Article::default()
    }
}

fn fingerprint(body: &str) -> Fingerprint {
    Fingerprint::of(&article(body)).expect("long enough")
}

/// So many different words, beginning with the word of this number.
fn story(from: usize, words: usize) -> String {
    let words: Vec<_> = (from..from + words).map(|n| format!("word{n}")).collect();
    words.join(" ")
}

/// The last block is a line of links.
fn with_links(text: &str, links: &str) -> Article {
    let block = |span: std::ops::Range<usize>, link_bytes| Block {
        span,
        kind: BlockKind::Paragraph,
        link_bytes,
    };
    let body = format!("{text}\n\n{links}");
    let start = text.len() + 2;
    Article {
        blocks: vec![
            block(0..text.len(), 0),
            block(start..body.len(), links.len() - 6),
        ],
        ..article(&body)
    }
}

#[test]
fn case_space_and_punctuation_do_not_count() {
    let one = "The harbour of Palmsund, closed for \"nine\" days, has opened.\n\nShips wait.";
    let two = "the harbour of palmsund closed for nine days\n has opened. Ships — wait!";
    assert!(!is_corrected(&article(one), &article(two)));
    let long = story(0, 90);
    let spread = long.to_uppercase().replace(' ', " —\n\n");
    assert_eq!(fingerprint(&long), fingerprint(&spread));
}

#[test]
fn a_short_text_is_not_compared() {
    assert_eq!(Fingerprint::of(&article("")), None);
    assert_eq!(Fingerprint::of(&article(&story(0, SHINGLES_MIN + 1))), None);
    let repeated = "The page is not available. ".repeat(100);
    assert_eq!(Fingerprint::of(&article(&repeated)), None);
    assert!(Fingerprint::of(&article(&story(0, SHINGLES_MIN + 2))).is_some());
}

#[test]
fn a_text_is_different_from_what_is_neither_its_copy_nor_a_part_of_it() {
    let whole = story(0, 1_000);
    let cases = [
        ("the same", whole.clone(), false),
        ("its beginning", story(0, 60), false),
        (
            "its beginning among other lines",
            format!("{} {}", story(0, 60), story(5_000, 40)),
            false,
        ),
        (
            "edited",
            format!("{} {}", story(500, 500), story(5_000, 500)),
            false,
        ),
        (
            "a text that quotes it",
            format!("{} {}", story(0, 50), story(5_000, 800)),
            true,
        ),
        ("another", story(5_000, 300), true),
        ("too short to tell", story(5_000, 20), false),
        ("nothing", String::new(), false),
    ];
    for (what, text, different) in cases {
        let (one, other) = (article(&whole), article(&text));
        assert_eq!(are_different(&one, &other), different, "{what}");
        assert_eq!(
            are_different(&other, &one),
            different,
            "{what}, turned round"
        );
    }
}

#[test]
fn what_two_texts_share_tells_whether_they_are_copies() {
    let whole = story(0, 400);
    let cases = [
        ("the same", whole.clone(), true),
        ("its first half", story(0, 200), true),
        (
            "with another text around",
            format!("{} {whole} {}", story(900, 60), story(990, 60)),
            true,
        ),
        (
            "in another order",
            format!("{} {}", story(200, 200), story(0, 200)),
            true,
        ),
        (
            "a quotation of forty words",
            format!("{} {}", story(0, 40), story(500, 350)),
            false,
        ),
        ("another text", story(500, 400), false),
    ];
    for (what, other, expected) in cases {
        let (a, b) = (fingerprint(&whole), fingerprint(&other));
        assert_eq!(a.is_copy_of(&b), expected, "{what}: {}", a.resemblance(&b));
        let found = b.keys().iter().any(|key| a.keys().contains(key));
        assert!(found || !expected, "{what}: no key leads there");
    }
}

#[test]
fn short_words_alone_do_not_make_texts_alike() {
    let with = |from| {
        let words = (from..from + 120).map(|n| format!("in the name{n} of a"));
        words.collect::<Vec<_>>().join(" ")
    };
    let (a, b) = (fingerprint(&with(0)), fingerprint(&with(500)));
    assert_eq!(a.resemblance(&b), 0.0);
}

#[test]
fn texts_without_spaces_are_compared_by_characters() {
    let text = |from: u32| -> String {
        let letters = (from..from + 300).filter_map(|n| char::from_u32(0x4e00 + n * 7));
        letters.collect()
    };
    let changed = text(0).replacen(&text(0)[30..60], "", 1);
    let (a, b) = (fingerprint(&text(0)), fingerprint(&changed));
    assert!(a.is_copy_of(&b) && a != b);
    assert!(!a.is_copy_of(&fingerprint(&text(900))));
}

#[test]
fn a_correction_is_another_word_in_the_headline_or_the_text() {
    let text = story(0, 60);
    let before = with_links(&text, "Read also: bridge opens early");
    let links = with_links(&text, "Read also: harbour closes for nine days");
    assert!(
        !is_corrected(&before, &links),
        "what to read next changes daily"
    );
    assert_eq!(Fingerprint::of(&before), Fingerprint::of(&links));
    let word = with_links(
        &text.replace("word7 ", "sevenths "),
        "Read also: bridge opens early",
    );
    assert!(is_corrected(&before, &word));
    let number = [
        article("Nine died."),
        article("9 died."),
        article("Ten died."),
    ];
    assert!(is_corrected(&number[0], &number[1]));
    assert!(is_corrected(&number[0], &number[2]));
    let headline = Article {
        title: Some("Another headline".to_string()),
        ..before.clone()
    };
    assert!(is_corrected(&before, &headline));
    assert!(
        !is_corrected(&before, &article("")),
        "a bot wall unsays nothing"
    );
    assert!(!is_corrected(&article(""), &before), "read at last");
}

#[test]
fn foreign_bytes_are_no_fingerprint() {
    let digest = fingerprint(&story(0, 90)).digest;
    assert_eq!(
        Fingerprint::from_bytes(digest, &[1; 12]),
        None,
        "not ascending"
    );
    assert_eq!(
        Fingerprint::from_bytes(digest, &vec![0; SKETCH * 6 + 6]),
        None,
        "too long"
    );
}

proptest! {
    #[test]
    fn any_text_has_one_fingerprint_and_reads_back(text in "\\PC{0,2000}") {
        let one = Fingerprint::of(&article(&text));
        prop_assert_eq!(&one, &Fingerprint::of(&article(&text)));
        if let Some(one) = one {
            let bytes = one.sketch_bytes();
            prop_assert!(bytes.len() <= SKETCH * 6);
            prop_assert_eq!(Fingerprint::from_bytes(one.digest, &bytes), Some(one));
        }
    }

    #[test]
    fn resemblance_is_symmetric_and_near_the_truth(
        shared in 0_usize..400, mine in 0_usize..400, theirs in 0_usize..400,
    ) {
        prop_assume!(shared + mine > 60 && shared + theirs > 60);
        let text = |own: usize, count| format!("{} {}", story(0, shared), story(own, count));
        let (a, b) = (fingerprint(&text(1_000, mine)), fingerprint(&text(2_000, theirs)));
        let estimate = a.resemblance(&b);
        prop_assert_eq!(estimate, b.resemblance(&a));
        prop_assert_eq!(a.is_copy_of(&b), b.is_copy_of(&a));
        prop_assert_eq!(a.resemblance(&a), 1.0);
        let truth = shared.saturating_sub(2) as f64 / (shared + mine + theirs) as f64;
        // Five standard deviations of the estimate at COPY_AT, the edges of the parts aside.
        prop_assert!((estimate - truth).abs() < 0.25, "{} for {}", estimate, truth);
        prop_assert!(truth > 0.02 || estimate < COPY_AT);
    }
}

#[test]
fn what_a_page_hangs_around_two_articles_makes_them_no_copies() {
    const HUNG: &str = "Baca juga: Pemerintah daerah menyiapkan anggaran perbaikan jembatan gantung\n\n\
        Dapatkan berita pilihan dan kabar terbaru setiap hari langsung di ponsel Anda. Ikuti saluran \
        resmi kami sekarang juga!\n\n\
        Alamat email Anda tidak akan dipublikasikan. Ruas yang wajib ditandai\n\n\
        Baca juga: Perusahaan pelayaran menambah kapal penyeberangan menjelang musim liburan panjang";
    let rules = Rules {
        lexicon: Lexicon::built_in(),
        policy: Policy::default(),
        limits: ParseLimits::default(),
        adviser: None,
        usage: benggala::usage::Usage::default(),
    };
    let read = |from| {
        let text = format!("{}\n\n{HUNG}", story(from, 60));
        from_text(&text, Lang::new("id"), &rules.lexicon)
    };
    let of = |article: &Article| Fingerprint::of(article).expect("long enough");
    let [one, other] = [0, 1_000].map(read);
    assert!(
        of(&one).is_copy_of(&of(&other)),
        "by what hangs around them"
    );
    let [one, other] = [one, other].map(|article| inspect_article(article, &rules).article);
    assert!(!of(&one).is_copy_of(&of(&other)));
    assert_eq!(of(&one).digest, fingerprint(&story(0, 60)).digest);
}
