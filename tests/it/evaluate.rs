use benggala::evaluate::{Gold, page, set};

fn gold(body: &str) -> Gold {
    Gold {
        id: "1".to_string(),
        body: Some(body.to_string()),
        ..Gold::default()
    }
}

#[test]
fn the_same_words_score_one_and_none_score_zero() {
    let text = "One two three four five.\n\nSix seven eight nine ten.";
    let same = page(&gold(text), text);
    assert_eq!(same.f1(), Some(1.0));
    assert_eq!(same.foreign, 0);
    let nothing = page(&gold(text), "");
    assert_eq!(nothing.f1(), Some(0.0));
    assert!(nothing.empty);
}

#[test]
fn half_of_the_shingles_is_told_from_too_many() {
    let wanted = gold("a b c d e f g h");
    // 5 shingles are wanted, 2 are there.
    let (tp, fp, missing) = page(&wanted, "a b c d e").shingles.unwrap();
    assert!((tp - 0.4).abs() < 1e-9 && fp == 0.0 && (missing - 0.6).abs() < 1e-9);
    let (tp, fp, missing) = page(&wanted, "a b c d e f g h i j k l m").shingles.unwrap();
    assert!((tp - 0.5).abs() < 1e-9 && (fp - 0.5).abs() < 1e-9 && missing == 0.0);
}

#[test]
fn a_foreign_line_spoils_a_page_and_an_optional_one_does_not() {
    let mut wanted = gold("The ferry leaves at noon and comes back at night.");
    let body = "The ferry leaves at noon and comes back at night.\n\nRead also: ten tips";
    assert_eq!(page(&wanted, body).foreign, 1);
    wanted.optional.push("Read also: ten tips".to_string());
    assert_eq!(page(&wanted, body).foreign, 0);
}

#[test]
fn a_set_averages_over_pages() {
    let snippets = Gold {
        with: vec!["the ferry".to_string(), "the moon".to_string()],
        without: vec!["Subscribe".to_string()],
        ..Gold::default()
    };
    let pages = [
        page(&gold("a b c d"), "a b c d"),
        page(&gold("a b c d"), ""),
        page(&snippets, "Here is  the\nferry. Subscribe now."),
    ];
    let score = set(&pages.iter().collect::<Vec<_>>());
    assert_eq!((score.pages, score.empty), (3, 1));
    assert!((score.precision - 1.0).abs() < 1e-9 && (score.recall - 0.5).abs() < 1e-9);
    assert!((score.snippets_f1 - 0.5).abs() < 1e-9, "{score:?}");
    assert!(
        (score.clean - 0.5).abs() < 1e-9,
        "an empty page is not a clean one"
    );
}
