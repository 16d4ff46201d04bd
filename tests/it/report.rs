//! Conclusions in, text out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use askama::Template as _;
use benggala::{
    model::{
        Article, Assessment, Decision, Finding, PageKind, Provenance, Reason, Review, RulesHash,
        Scores, SourceStanding, Timestamp, Verdict,
    },
    report::{
        Document, Entry, Mark, SourceView, Tally, atom,
        excerpt::Excerpt,
        highlight,
        html::{ArticlePage, Filter, ReviewForm, ReviewPage, SourcesPage},
        json::{self, Field, Fields},
        legend::{self, ExampleView, RatesView, RuleView},
        table,
        terminal::{self, Style},
        wording,
    },
};
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use url::Url;

const BODY: &str = "Wali kota membuka jembatan itu pada hari Senin.\n\n\
“Ini pasar kami”, kata seorang pedagang di 城市 dan dan ia tertawa.\n\n\
Berlangganan buletin kami.";

fn now() -> Timestamp {
    "2025-03-04T12:00:00Z".parse().unwrap()
}

fn finding(body: &str, words: &str, rule: &'static str, note: &str) -> Finding {
    let start = body.find(words).unwrap();
    Finding {
        rule,
        span: start..start + words.len(),
        note: note.to_string(),
    }
}

fn article(body: &str) -> Article {
    Article {
        url: Url::parse("https://news.example/jembatan").ok(),
        title: Some("Jembatan <b>dibuka</b>".to_string()),
        byline: Some("Rani, Joko".to_string()),
        published: DateTime::parse_from_rfc3339("2025-03-04T09:30:00+07:00").ok(),
        lang: benggala::model::Lang::new("id"),
        body: body.to_string(),
        provenance: vec![Provenance {
            rule: "translated-ltr".to_string(),
            note: "a browser's translator left its class".to_string(),
        }],
        ..Article::default()
    }
}

fn flagged() -> Assessment {
    Assessment {
        verdict: Verdict::Flag,
        scores: Scores {
            overall: 0.1 + 0.6,
            translation: Some(0.123_456),
            boilerplate: 0.05,
        },
        findings: vec![
            finding(
                BODY,
                "城市",
                "script-residue",
                "two letters of another script",
            ),
            finding(BODY, "dan dan", "repeated-phrase", "a word twice"),
            finding(
                BODY,
                "Berlangganan buletin kami.",
                "stock-phrase",
                "asks to subscribe",
            ),
        ],
        rules: RulesHash(7),
    }
}

fn legend() -> [RuleView<'static>; 2] {
    let english = |text| vec![ExampleView { lang: "en", text }];
    [
        RuleView {
            rule: "repeated-phrase",
            family: "translation",
            summary: "the same words twice in a row",
            why: "Decoders loop; editors strike it out.",
            flags: english("They walked [[to the to the]] harbour."),
            passes: english("Very, very late."),
            rates: Some(RatesView {
                native: 0.02,
                human: 0.1,
                machine: 0.75,
            }),
        },
        RuleView {
            rule: "stock-phrase",
            family: "boilerplate",
            summary: "a line of the site, not of the story",
            why: "It stands under every article.",
            flags: english("[[Subscribe now.]]"),
            passes: english("They subscribe to the theory."),
            rates: None,
        },
    ]
}

fn code_points(text: &str, start: usize, end: usize) -> String {
    text.chars().skip(start).take(end - start).collect()
}

#[test]
fn a_document_is_the_line_of_the_contract() {
    let (article, assessment) = (article(BODY), flagged());
    let document = Document::new(json!(12), &article, &assessment);
    let line = json::line(&document, &Fields::all());

    assert!(!line.contains('\n'));
    let keys = [
        "id",
        "url",
        "title",
        "byline",
        "published",
        "lang",
        "body",
        "verdict",
        "reason",
        "scores",
        "findings",
        "provenance",
    ];
    let at: Vec<usize> = keys
        .iter()
        .map(|key| line.find(&format!("\"{key}\":")).unwrap())
        .collect();
    assert!(at.is_sorted(), "keys stand in the contract's order: {line}");

    let value: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value.as_object().unwrap().len(), keys.len());
    assert_eq!(value["id"], 12);
    assert_eq!(value["published"], "2025-03-04T09:30:00+07:00");
    assert_eq!(value["verdict"], "flag");
    assert_eq!(value["reason"], Value::Null);
    assert!(line.contains(r#""scores":{"overall":0.7,"translation":0.1235,"boilerplate":0.05}"#));
    assert_eq!(value["provenance"][0]["rule"], "translated-ltr");
    for finding in value["findings"].as_array().unwrap() {
        let position = |key: &str| finding[key].as_u64().unwrap() as usize;
        assert_eq!(
            code_points(BODY, position("start"), position("end")),
            finding["text"].as_str().unwrap(),
        );
    }
}

#[test]
fn an_abstention_has_a_reason_and_no_invented_number() {
    let article = Article::default();
    let assessment = benggala::inspect::abstain(Reason::NotAnArticle);
    let document = Document::new(Value::Null, &article, &assessment);
    let value: Value = serde_json::from_str(&json::line(&document, &Fields::all())).unwrap();

    assert_eq!(value["verdict"], "abstain");
    assert_eq!(value["reason"], "not-an-article");
    assert_eq!(value["scores"]["translation"], Value::Null);
    assert_eq!(value["url"], Value::Null);
    assert_eq!(value["findings"], json!([]));
}

#[test]
fn positions_survive_overlaps_disorder_and_nonsense() {
    let body = "aé漢𝔘z";
    let mark = |start, end| Mark {
        rule: "r",
        span: start..end,
        note: "",
    };
    let article = article(body);
    let assessment = flagged();
    let document = Document {
        marks: vec![
            mark(3, 10),
            mark(1, 6),
            mark(6, 11),
            mark(2, 900),
            mark(0, 0),
        ],
        ..Document::new(Value::Null, &article, &assessment)
    };
    let value: Value = serde_json::from_str(&json::line(&document, &Fields::all())).unwrap();
    let found: Vec<(u64, u64, &str)> = value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            let n = |key: &str| f[key].as_u64().unwrap();
            (n("start"), n("end"), f["text"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        found,
        [
            (2, 4, "漢𝔘"),
            (1, 3, "é漢"),
            (3, 5, "𝔘z"),
            (2, 5, ""),
            (0, 0, "")
        ],
    );
}

#[test]
fn fields_are_chosen_by_name_and_a_wrong_name_lists_the_right_ones() {
    let (article, assessment) = (article(BODY), flagged());
    let document = Document::new(json!("a"), &article, &assessment);

    let fields = Fields::parse("verdict, id").unwrap();
    assert_eq!(
        json::line(&document, &fields),
        r#"{"id":"a","verdict":"flag"}"#
    );
    let without = json::line(&document, &Fields::without(Field::Body));
    assert!(!without.contains("\"body\"") && without.contains("\"findings\""));

    let error = Fields::parse("id,verdit").unwrap_err().to_string();
    assert!(error.contains("`verdit`"), "{error}");
    for field in Field::ALL {
        assert!(error.contains(field.name()), "{error}");
    }
    assert!(Fields::parse(" , ").is_err());
}

#[test]
fn a_bad_line_says_which_one() {
    assert_eq!(
        json::error_line(Some(&json!("x")), 3, "no \"html\""),
        r#"{"id":"x","line":3,"error":"no \"html\""}"#,
    );
    assert_eq!(json::error_line(None, 1, "e"), r#"{"line":1,"error":"e"}"#);
}

#[test]
fn the_terminal_shows_rule_words_note_and_paragraph() {
    let (article, assessment) = (article(BODY), flagged());
    let document = Document::new(Value::Null, &article, &assessment);
    let text = terminal::document(&document, "page.html", &legend(), Style::Plain);
    println!("{text}");

    assert!(text.starts_with("flagged  page.html\n"));
    assert!(text.contains("overall 0.70, translation 0.12, boilerplate 0.05, language id"));
    assert!(text.contains("the page itself says: a browser's translator left its class"));
    assert!(text.contains("warning[repeated-phrase]: the same words twice in a row"));
    assert!(text.contains("3 findings, with the number of the paragraph in the margin"));
    assert!(text.contains("\n2 | “Ini pasar kami”"));
    assert!(text.contains("^^^^^^^ a word twice"));
    assert!(text.contains("warning[script-residue]: two letters of another script"));
    assert!(text.contains("\n3 | Berlangganan buletin kami."));
    assert!(!text.contains('\u{1b}'));
    let coloured = terminal::document(&document, "page.html", &legend(), Style::Colour);
    assert!(coloured.contains('\u{1b}'));
}

#[test]
fn a_long_paragraph_is_cut_to_a_window_around_the_words() {
    let sentence = "Pedagang menata barang dagangan sejak pagi buta. ";
    let body = format!(
        "Pembuka.\n\n{}dan dan lalu {}",
        sentence.repeat(9),
        sentence.repeat(9).trim_end()
    );
    let article = article(&body);
    let assessment = Assessment {
        findings: vec![finding(&body, "dan dan", "repeated-phrase", "a word twice")],
        ..flagged()
    };
    let document = Document::new(Value::Null, &article, &assessment);
    let text = terminal::document(&document, "p", &legend(), Style::Plain);
    println!("{text}");

    let line = text.lines().find(|line| line.starts_with("2 |")).unwrap();
    assert!(line.contains("… ") && line.contains(" …") && line.contains("dan dan"));
    let columns = line.chars().count();
    assert!((80..=110).contains(&columns), "{columns} columns");
    let under = text.lines().find(|line| line.contains("^^^^^^^")).unwrap();
    let before = line[..line.find("dan dan").unwrap()].chars().count();
    assert_eq!(
        under.find('^'),
        Some(before),
        "the marks stand under the words"
    );
}

#[test]
fn many_findings_of_one_rule_are_counted_not_listed() {
    let body = "dan dan ".repeat(40);
    let findings = (0..40).map(|i| Finding {
        rule: "repeated-phrase",
        span: i * 8..i * 8 + 7,
        note: "a word twice".to_string(),
    });
    let assessment = Assessment {
        findings: findings.collect(),
        ..flagged()
    };
    let article = article(&body);
    let document = Document::new(Value::Null, &article, &assessment);
    let text = terminal::document(&document, "p", &legend(), Style::Plain);
    assert_eq!(text.matches("warning[").count(), 5);
    assert!(text.contains("… and 35 more of repeated-phrase"));
}

#[test]
fn an_abstention_is_explained_with_advice() {
    let article = Article::default();
    for reason in [
        Reason::TooShort,
        Reason::UnknownLanguage,
        Reason::NotAnArticle,
        Reason::Challenge,
        Reason::ParseLimit,
        Reason::NotHtml,
        Reason::Empty,
        Reason::Failed,
    ] {
        let assessment = benggala::inspect::abstain(reason);
        let document = Document::new(Value::Null, &article, &assessment);
        let text = terminal::document(&document, "p", &[], Style::Plain);
        let words = wording::reason(reason);
        assert!(text.starts_with("not judged  p\n"), "{text}");
        assert!(
            text.contains(words.what) && text.contains(words.advice),
            "{text}"
        );
        assert!(!text.contains("overall"), "{text}");
    }
}

#[test]
fn nothing_from_a_page_reaches_the_terminal_as_a_command() {
    let body = "Awal \u{1b}[2J\u{202e} dan dan akhir";
    let mut article = article(body);
    article.title = Some("\u{1b}]0;pwned\u{7} judul".to_string());
    article.provenance[0].note = "x\u{1b}[31m".to_string();
    let assessment = Assessment {
        findings: vec![finding(
            body,
            "dan dan",
            "repeated-phrase",
            "\u{1b}[5m twice",
        )],
        ..flagged()
    };
    let document = Document::new(Value::Null, &article, &assessment);
    let text = terminal::document(&document, "\u{1b}c.html", &legend(), Style::Plain);
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
}

#[test]
fn several_documents_end_with_a_tally() {
    let mut tally = Tally::default();
    for verdict in [
        Verdict::Flag,
        Verdict::Flag,
        Verdict::Flag,
        Verdict::Pass,
        Verdict::Abstain(Reason::Empty),
    ] {
        tally.add(verdict);
    }
    assert_eq!(tally.total(), 5);
    let line = terminal::summary(&tally, Style::Plain);
    assert_eq!(line, "3 flagged, 1 passed, 1 not judged\n");
    tally.failed = 2;
    let line = terminal::summary(&tally, Style::Plain);
    assert_eq!(
        line,
        "3 flagged, 1 passed, 1 not judged, 2 could not be read\n"
    );
}

#[test]
fn rules_are_listed_and_explained() {
    let rules = legend();
    let list = legend::rules_table(&rules, Style::Plain);
    assert!(list.contains("translation\n  repeated-phrase  the same words twice in a row\n"));
    assert!(list.contains("boilerplate\n  stock-phrase     a line of the site"));

    let text = legend::explain(&rules[0], Style::Plain);
    for part in [
        "Decoders loop",
        "  en They walked [[to the to the]] harbour.",
        "  en Very, very late.",
        "translated by machines     0.75 %",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let coloured = legend::explain(&rules[0], Style::Colour);
    assert!(coloured.contains("to the to the") && !coloured.contains("[[to"));
}

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
        span: start..end,
        note: "n",
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

fn review() -> Review {
    Review {
        decision: Decision::Confirmed,
        by: "Ana <ana>".to_string(),
        at: now() - TimeDelta::hours(2),
        note: "clear".to_string(),
    }
}

fn entry<'a>(article: &'a Article, assessment: &'a Assessment, reviews: &'a [Review]) -> Entry<'a> {
    Entry {
        id: 12,
        source: "news & co",
        fetched_at: now() - TimeDelta::minutes(5),
        document: Document::new(json!(12), article, assessment),
        rules: assessment.rules,
        reviews,
    }
}

fn review_page<'a>(entries: &'a [Entry<'a>], filter: &'a Filter) -> ReviewPage<'a> {
    ReviewPage {
        entries,
        filter,
        sources: vec!["news & co"],
        legend: &[],
        counts: Tally {
            flagged: 1,
            passed: 4,
            ..Tally::default()
        },
        next_poll: None,
        next: Some("1-c".to_string()),
        now: now(),
    }
}

#[test]
fn the_review_page_shows_the_words_in_context_and_escapes_the_rest() {
    let (mut article, assessment, reviews) = (article(BODY), flagged(), [review()]);
    article.title = Some("<script>alert(1)</script>".to_string());
    let entries = [entry(&article, &assessment, &reviews)];
    let filter = Filter {
        verdict: Some("flag".to_string()),
        ..Filter::default()
    };
    let page = review_page(&entries, &filter).render().unwrap();

    assert!(!page.contains("<script"), "{page}");
    assert!(
        page.contains("di 城市 <mark>dan dan</mark> ia tertawa."),
        "{page}"
    );
    assert!(page.contains("5 min ago") && page.contains("Flagged 1"));
    assert!(page.contains(r#"rel="noopener noreferrer nofollow""#));
    assert!(
        page.contains("/?verdict=flag&#38;source=news+%26+co"),
        "{page}"
    );
    assert!(page.contains("cursor=1-c"));
    assert!(page.contains("confirmed by Ana &#60;ana&#62;"));
}

#[test]
fn an_empty_page_says_what_happens_next() {
    let filter = Filter {
        verdict: Some("flag".to_string()),
        ..Filter::default()
    };
    let page = review_page(&[], &filter);
    assert!(page.render().unwrap().contains("Nothing is flagged"));
    let soon = ReviewPage {
        counts: Tally::default(),
        next_poll: Some(now() + TimeDelta::minutes(7)),
        ..review_page(&[], &filter)
    };
    assert!(
        soon.render()
            .unwrap()
            .contains("1 source will be asked; the next one in 7 min")
    );
    let bare = ReviewPage {
        sources: Vec::new(),
        ..review_page(&[], &filter)
    };
    assert!(bare.render().unwrap().contains("benggala add"));
    let other = Filter {
        rule: Some("stock-phrase".to_string()),
        ..filter
    };
    assert!(
        review_page(&[], &other)
            .render()
            .unwrap()
            .contains("Nothing matches")
    );
}

#[test]
fn the_article_page_marks_numbers_and_takes_a_review() {
    let (article, assessment, reviews) = (article(BODY), flagged(), [review()]);
    let entry = entry(&article, &assessment, &reviews);
    let page = |form| {
        let page = ArticlePage {
            entry: &entry,
            legend: &[],
            form,
            now: now(),
        };
        page.render().unwrap()
    };
    let open = page(ReviewForm::Open);
    assert!(
        open.contains("<mark>dan dan</mark><sup><a href=\"#note-2\""),
        "{open}"
    );
    assert!(open.contains("id=\"note-2\"") && open.contains("Jembatan &#60;b&#62;dibuka"));
    assert!(open.contains("2025-03-04 09:30 +07:00"));
    assert!(open.contains("action=\"/api/v1/articles/12/reviews\""));
    assert!(!open.contains("name=\"token\""));
    assert!(page(ReviewForm::Token).contains("name=\"token\""));
    assert!(!page(ReviewForm::Closed).contains("<form"));
}

#[test]
fn the_sources_page_gives_the_interval_and_advice() {
    let url = Url::parse("https://news.example/feed").unwrap();
    let standing = SourceStanding {
        articles: 20,
        flagged: 5,
        abstained: 3,
        interval: (0.112, 0.469),
        since: None,
    };
    let source = SourceView {
        name: "news <co>",
        url: &url,
        kind: PageKind::Feed,
        enabled: true,
        standing,
        last_success: None,
        last_article: None,
        next_at: Some(now() + TimeDelta::hours(3)),
        failures: 4,
        error: Some("dns: no such host"),
    };
    let page = SourcesPage {
        sources: &[source],
        next: None,
        now: now(),
    };
    let page = page.render().unwrap();
    for part in [
        "news &#60;co&#62;",
        "25 %",
        "11 to 47 %",
        "never",
        "in 3 h",
        "4 times in a row",
        "Look for a slip in the host&#39;s name",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn pages_load_nothing_from_elsewhere_and_need_no_script() {
    let (article, assessment) = (article(BODY), flagged());
    let entries = [entry(&article, &assessment, &[])];
    let filter = Filter::default();
    let list = review_page(&entries, &filter).render().unwrap();
    let one = ArticlePage {
        entry: &entries[0],
        legend: &[],
        form: ReviewForm::Open,
        now: now(),
    };
    for page in [list, one.render().unwrap()] {
        assert!(!page.contains("<script") && !page.contains("style=") && !page.contains("<style"));
        for (at, _) in page.match_indices("src=\"") {
            assert!(
                page[at + 5..].starts_with("/static/"),
                "{}",
                &page[at..at + 40]
            );
        }
    }
}

#[test]
fn the_feed_is_atom_and_survives_hostile_titles() {
    let (mut article, assessment) = (article(BODY), flagged());
    article.title = Some("a & b\u{b} <c> ]]>".to_string());
    let entries = [entry(&article, &assessment, &[])];
    let feed = atom::feed(&entries, "http://127.0.0.1:9630", now()).unwrap();

    let parsed = feed_rs::parser::parse(feed.as_bytes()).unwrap();
    assert_eq!(parsed.feed_type, feed_rs::model::FeedType::Atom);
    assert_eq!(parsed.id, "http://127.0.0.1:9630/feed.atom");
    assert_eq!(parsed.updated, Some(entries[0].fetched_at));
    let only = &parsed.entries[0];
    assert_eq!(only.title.as_ref().unwrap().content, "a & b <c> ]]>");
    assert_eq!(only.id, "http://127.0.0.1:9630/articles/12");
    assert!(only.summary.as_ref().unwrap().content.contains("“dan dan”"));

    let empty = atom::feed(&[], "http://127.0.0.1:9630", now()).unwrap();
    let parsed = feed_rs::parser::parse(empty.as_bytes()).unwrap();
    assert_eq!(parsed.updated, Some(now()));
}

#[test]
fn export_rows_hold_what_was_concluded() {
    let (mut article, assessment, reviews) = (article(BODY), flagged(), [review()]);
    article.title = Some("Harga \"naik\", lagi\nbesok".to_string());
    let entry = entry(&article, &assessment, &reviews);

    let row = table::csv_row(&entry);
    assert_eq!(
        row,
        "12,news & co,https://news.example/jembatan,\"Harga \"\"naik\"\", lagi\nbesok\",\
         \"Rani, Joko\",2025-03-04T09:30:00+07:00,2025-03-04T11:55:00+00:00,id,flag,,0.7,0.1235,\
         0.05,3,repeated-phrase script-residue stock-phrase,translated-ltr,confirmed,142",
    );
    let plain = row
        .replace("\"Harga \"\"naik\"\", lagi\nbesok\"", "t")
        .replace("\"Rani, Joko\"", "b");
    assert_eq!(
        plain.split(',').count(),
        table::CSV_HEADER.split(',').count()
    );

    let value: Value = serde_json::from_str(&table::ndjson_row(&entry)).unwrap();
    assert_eq!(value["source"], "news & co");
    assert_eq!(value["fetched_at"], "2025-03-04T11:55:00Z");
    assert_eq!(value["rules"], "0000000000000007");
    assert_eq!(value["reviews"][0]["decision"], "confirmed");
    assert_eq!(value["body"], BODY);
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
