use benggala::measure::{
    Gold, Names, PageScore, SetScore,
    metadata::{self, FoundMetadata},
};

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
    let same = PageScore::of(&gold(text), text);
    assert_eq!(same.f1(), Some(1.0));
    assert_eq!(same.foreign, 0);
    let nothing = PageScore::of(&gold(text), "");
    assert_eq!(nothing.f1(), Some(0.0));
    assert!(nothing.empty);
}

#[test]
fn half_of_the_shingles_is_told_from_too_many() {
    let wanted = gold("a b c d e f g h");
    // 5 shingles are wanted, 2 are there.
    let (tp, fp, missing) = PageScore::of(&wanted, "a b c d e").shingles.unwrap();
    assert!((tp - 0.4).abs() < 1e-9 && fp == 0.0 && (missing - 0.6).abs() < 1e-9);
    let (tp, fp, missing) = PageScore::of(&wanted, "a b c d e f g h i j k l m")
        .shingles
        .unwrap();
    assert!((tp - 0.5).abs() < 1e-9 && (fp - 0.5).abs() < 1e-9 && missing == 0.0);
}

#[test]
fn a_foreign_line_spoils_a_page_and_an_optional_one_does_not() {
    let mut wanted = gold("The ferry leaves at noon and comes back at night.");
    let body = "The ferry leaves at noon and comes back at night.\n\nRead also: ten tips";
    assert_eq!(PageScore::of(&wanted, body).foreign, 1);
    wanted.optional.push("Read also: ten tips".to_string());
    assert_eq!(PageScore::of(&wanted, body).foreign, 0);
}

#[test]
fn a_set_averages_over_pages() {
    let snippets = Gold {
        with: vec!["the ferry".to_string(), "the moon".to_string()],
        without: vec!["Subscribe".to_string()],
        ..Gold::default()
    };
    let pages = [
        PageScore::of(&gold("a b c d"), "a b c d"),
        PageScore::of(&gold("a b c d"), ""),
        PageScore::of(&snippets, "Here is  the\nferry. Subscribe now."),
    ];
    let score = SetScore::of(&pages.iter().collect::<Vec<_>>());
    assert_eq!((score.pages, score.empty), (3, 1));
    assert!((score.precision - 1.0).abs() < 1e-9 && (score.recall - 0.5).abs() < 1e-9);
    assert!((score.snippets_f1 - 0.5).abs() < 1e-9, "{score:?}");
    assert!(
        (score.clean - 0.5).abs() < 1e-9,
        "an empty page is not a clean one"
    );
}

fn metadata_of(gold: (&str, &str, &str), found: (&str, &str, &str)) -> metadata::Score {
    let gold = Gold {
        title: Some(gold.0.to_string()),
        author: Some(Names::Line(gold.1.to_string())),
        date: Some(gold.2.to_string()),
        ..Gold::default()
    };
    let found = FoundMetadata {
        title: Some(found.0.to_string()),
        byline: Some(Names::Line(found.1.to_string())),
        date: Some(found.2.to_string()),
    };
    metadata::Score::of(&gold, &found)
}

#[test]
fn metadata_is_compared_without_its_decoration() {
    let score = metadata_of(
        (
            "The “old” pier",
            "By Ines Okafor and Bo Li, MD",
            "2024-03-05",
        ),
        (
            "the old pier | Harbour Post",
            "Bo Li; Ines Okafor",
            "2024-03-05T23:30:00-08:00",
        ),
    );
    assert_eq!(score.title, Some(true));
    assert_eq!(score.authors, Some(1.0));
    assert_eq!(score.date, Some(true));
}

#[test]
fn metadata_that_differs_is_told_from_what_is_absent() {
    let score = metadata_of(
        ("The old pier", "Ines Okafor", "2024-03-05"),
        ("The new pier", "Ines Okafor, Bo Li, Mia Wong", "2024-03-06"),
    );
    assert_eq!((score.title, score.date), (Some(false), Some(false)));
    assert!(score.authors.is_some_and(|f1| (f1 - 0.5).abs() < 1e-9));
    let nothing = metadata::Score::of(&Gold::default(), &FoundMetadata::default());
    assert_eq!(nothing, metadata::Score::default());
    let shares = metadata::Shares::of(&[&score, &nothing]);
    assert_eq!((shares.titled, shares.authored, shares.dated), (1, 1, 1));
    assert_eq!(
        (shares.titles, shares.authors, shares.dates),
        (0.0, 0.0, 0.0)
    );
    assert!((shares.authors_f1 - 0.5).abs() < 1e-9);
}
