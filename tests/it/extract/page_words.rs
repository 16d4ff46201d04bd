//! What the languages' files say of the page around an article.

use benggala::{
    extract::extract,
    lang::{Lexicon, PageList},
    model::{Article, NoArticle, ParseLimits, Reason, SiteRules},
};

const TEXT: &str = "<p>The harbour council voted on Tuesday evening to rebuild the old timber pier, \
    ending a dispute that had lasted for two winters.</p><p>Work is expected to begin in early \
    spring, once the nests under the boards have been counted.</p>";

fn read(html: &str, lexicon: &Lexicon) -> Result<Article, NoArticle> {
    let page = super::page("https://site.example/news/a", "text/html", html.as_bytes());
    extract(
        &page,
        &SiteRules::default(),
        lexicon,
        &ParseLimits::default(),
    )
}

/// An article with one line under its headline.
fn under_headline(line: &str) -> Article {
    let html =
        format!("<article><h1>Old timber pier to be rebuilt</h1><p>{line}</p>{TEXT}</article>");
    read(&html, &Lexicon::built_in()).unwrap()
}

#[test]
fn a_byline_is_no_body_in_any_language() {
    let cases = [
        ("Oleh Budi Santoso", "Budi Santoso"),
        ("Penulis: Budi Santoso", "Budi Santoso"),
        ("By Ines Okafor", "Ines Okafor"),
        ("Von Karl Brandt", "Karl Brandt"),
        ("Par Louise Marchand", "Louise Marchand"),
        ("Por Ana Silva", "Ana Silva"),
        ("Publicado por Inés Duarte", "Inés Duarte"),
        ("Autora: Rita Moura", "Rita Moura"),
        ("Da Paolo Ferri", "Paolo Ferri"),
        ("di Paolo Ferri", "Paolo Ferri"),
        ("Door Jan Jansen", "Jan Jansen"),
        ("Av Elin Berg", "Elin Berg"),
    ];
    for (line, name) in cases {
        let article = under_headline(line);
        assert_eq!(article.byline.as_deref(), Some(name), "{line}");
        assert!(!article.body.contains(name), "{line}: {}", article.body);
        assert!(article.body.starts_with("The harbour council"), "{line}");
    }
}

/// The same words open sentences; only a name behind them makes a byline.
#[test]
fn what_only_begins_like_a_byline_stays() {
    for line in [
        "Por qué el muelle no puede esperar otro invierno",
        "By now the boards have been counted twice",
        "Da war der alte Steg noch offen",
        "Image Comics Moves To The Harbour",
    ] {
        let article = under_headline(line);
        assert_eq!(article.byline, None, "{line}");
    }
    let ends = under_headline("By Friday the Harbour Office will have counted every board.");
    assert!(ends.body.contains("By Friday"), "{}", ends.body);
}

/// Who made the picture or edited the text is told like the author, and is none.
#[test]
fn who_did_something_else_is_no_author() {
    for line in [
        "Foto: Karl Brandt",
        "Editor: Budi Santoso",
        "Edited by Bo Li",
    ] {
        let article = under_headline(line);
        assert_eq!(article.byline, None, "{line}");
        assert!(!article.body.contains(line), "{line}: {}", article.body);
    }
}

/// A language that nobody speaks.
const MADE_UP: &str = r#"
[page]
byline = ["zor"]
published = ["zinti"]
furniture = ["klembar"]
not-found = ["blat nix fundu"]

[dates]
months = ["ab", "bebar", "cec", "dedo", "efe", "fif", "gog", "hoh", "iji", "jej", "kuk", "lol"]
"#;

#[test]
fn a_language_is_one_file() {
    let (made_up, problems) = Lexicon::parse(&[("qaa", MADE_UP)], "");
    assert!(problems.is_empty(), "{problems:?}");
    let (first, second) = TEXT.split_once("</p>").unwrap();
    let html = format!(
        "<html lang=qaa><article><h1>Old timber pier to be rebuilt</h1><p>Zor: Mila Tovan</p>\
         <p>Zinti 5 bebar 2025</p>{first}</p><p>Klembar</p>{second}</article>"
    );
    let told = read(&html, &made_up).unwrap();
    assert_eq!(told.byline.as_deref(), Some("Mila Tovan"));
    let published = told.published.map(|date| date.to_string());
    assert_eq!(published.as_deref(), Some("2025-02-05"));
    for line in ["Mila Tovan", "Klembar"] {
        assert!(!told.body.contains(line), "{line}: {}", told.body);
    }
    let untold = read(&html, &Lexicon::default()).unwrap();
    assert_eq!((untold.byline, untold.published), (None, None));
}

#[test]
fn a_made_up_title_of_no_page_is_understood() {
    let (made_up, _) = Lexicon::parse(&[("qaa", MADE_UP)], "");
    let html = format!("<html lang=qaa><title>Blat nix fundu</title>{TEXT}");
    let none = read(&html, &made_up).unwrap_err();
    assert_eq!(none.reason, Reason::NotAnArticle);
    assert!(read(&html, &Lexicon::default()).is_ok());
}

#[test]
fn mistakes_in_a_table_are_told_and_left_out() {
    for (table, expected) in [
        ("byline = [\"Zor\"]", "not in lower case"),
        ("byline = [\"\"]", "says nothing"),
        ("afterwards = [\" …\"]", "says nothing"),
        ("bylines = [\"zor\"]", "unknown variant"),
        ("byline = \"zor\"", "invalid type"),
    ] {
        let file = format!("[page]\n{table}\n");
        let (lexicon, problems) = Lexicon::parse(&[("qaa", &file)], "");
        assert_eq!(problems.len(), 1, "{table}");
        assert!(problems[0].what.contains(expected), "{}", problems[0].what);
        assert_eq!(lexicon.packs().count(), 0);
        assert_eq!(
            lexicon.page_words().of(PageList::Byline).len(),
            0,
            "{table}"
        );
    }
}
