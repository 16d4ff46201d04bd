//! What people read in a terminal.

use benggala::{
    model::{Article, Assessment, Finding, Policy, Reason, Verdict},
    report::{
        Document, VerdictCounts,
        colour::Style,
        legend::{self},
        manner::Manner,
        terminal, wording,
    },
};
use serde_json::Value;

use super::given::{BODY, article, finding, flagged, legend};

/// In a terminal of a hundred columns.
fn shown(document: &Document<'_>, name: &str, style: Style) -> String {
    shown_in(100, document, name, style)
}

fn shown_in(columns: usize, document: &Document<'_>, name: &str, style: Style) -> String {
    let manner = Manner {
        legend: &legend(),
        policy: &Policy::default(),
        columns,
        style,
    };
    terminal::document(document, name, &manner)
}

#[test]
fn the_terminal_shows_rule_words_note_and_paragraph() {
    let (article, assessment) = (article(BODY), flagged());
    let document = Document::new(Value::Null, &article, &assessment);
    let text = shown(&document, "page.html", Style::Plain);
    println!("{text}");

    assert!(text.starts_with("flagged  page.html\n"));
    assert!(text.contains(
        "machine translation 0.70, residue 0.05 (flagged from 0.50), style 0.12, language id"
    ));
    assert!(text.contains("the page itself says: a browser's translator left its class"));
    assert!(text.contains("warning[repeated-phrase]: the same words twice in a row"));
    assert!(text.contains("3 findings, with the number of the paragraph in the margin"));
    assert!(text.contains("\n2 | “Ini pasar kami”"));
    assert!(text.contains("^^^^^^^\n  = a word twice\n"), "{text}");
    assert!(text.contains("warning[script-residue]: two letters of another script"));
    assert!(text.contains("\n3 | Berlangganan buletin kami."));
    assert!(!text.contains('\u{1b}'));
    let coloured = shown(&document, "page.html", Style::Colour);
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
    let text = shown(&document, "p", Style::Plain);
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

/// However wide its letters are, and whether marks stand upon them or not.
#[test]
fn nothing_of_a_document_is_wider_than_the_terminal() {
    let latin = "Pedagang menata barang dagangan sejak pagi buta. ";
    let wide = "市场在清晨开门，商人们摆好了货物，顾客陆续到来，天气很好。";
    let marked = "Le marche\u{301} ouvre de\u{300}s l'aube, les e\u{301}tals sont pre\u{302}ts. ";
    for sentence in [latin, wide, marked] {
        let body = format!("{0}dan dan lalu {0}", sentence.repeat(9));
        let article = Article {
            title: Some(sentence.repeat(3)),
            ..article(&body)
        };
        let note = "a note that is as long as the line that it stands in, and then some more words";
        let assessment = Assessment {
            findings: vec![finding(&body, "dan dan", "repeated-phrase", note)],
            ..flagged()
        };
        let document = Document::new(Value::Null, &article, &assessment);
        for columns in [60, 80, 110] {
            let text = shown_in(columns, &document, "p", Style::Plain);
            for line in text.lines() {
                let taken = textwrap::core::display_width(line);
                assert!(
                    taken <= columns || !line.trim().contains(' '),
                    "{columns}: {line}"
                );
            }
            let mut lines = text.lines();
            let words = lines.find(|line| line.contains("dan dan")).unwrap();
            let under = lines.next().unwrap();
            let before = &words[..words.find("dan dan").unwrap()];
            assert_eq!(
                under.find('^'),
                Some(textwrap::core::display_width(before)),
                "{text}"
            );
        }
    }
}

#[test]
fn many_findings_of_one_rule_are_counted_not_listed() {
    let body = "dan dan ".repeat(40);
    let findings = (0..40).map(|i| Finding {
        rule: "repeated-phrase",
        grade: "strong",
        span: i * 8..i * 8 + 7,
        note: "a word twice".to_string(),
        left_out: None,
    });
    let assessment = Assessment {
        findings: findings.collect(),
        ..flagged()
    };
    let article = article(&body);
    let document = Document::new(Value::Null, &article, &assessment);
    let text = shown(&document, "p", Style::Plain);
    assert_eq!(text.matches("warning[").count(), 5);
    assert!(text.contains("… and 35 more of repeated-phrase"));
}

#[test]
fn a_text_that_passes_with_lines_of_its_page_needs_cleaning() {
    let article = Article::default();
    for (verdict, residue, words) in [
        (Verdict::Pass, 0.22, "passed  p\n"),
        (Verdict::Pass, 0.31, "passed, needs cleaning  p\n"),
        (Verdict::Flag, 0.6, "flagged  p\n"),
    ] {
        let mut assessment = benggala::inspect::abstain(Reason::Empty);
        assessment.verdict = verdict;
        assessment.scores.residue = residue;
        let document = Document::new(Value::Null, &article, &assessment);
        let text = shown(&document, "p", Style::Plain);
        assert!(text.starts_with(words), "{text}");
    }
}

#[test]
fn an_abstention_is_explained_with_advice() {
    let article = Article::default();
    for reason in [
        Reason::TooShort,
        Reason::UnknownLanguage,
        Reason::NotAnArticle,
        Reason::NeedsScript,
        Reason::Challenge,
        Reason::ParseLimit,
        Reason::NotHtml,
        Reason::Empty,
        Reason::Failed,
    ] {
        let assessment = benggala::inspect::abstain(reason);
        let document = Document::new(Value::Null, &article, &assessment);
        let text = shown(&document, "p", Style::Plain);
        let words = wording::reason(reason);
        assert!(text.starts_with("not judged  p\n"), "{text}");
        let advice = wording::advice(&document, reason, &Policy::default());
        let told = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            told.contains(words.what) && told.contains(&advice),
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
    let text = shown(&document, "\u{1b}c.html", Style::Plain);
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
}

#[test]
fn several_documents_end_with_a_tally() {
    let mut tally = VerdictCounts::default();
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
    let list = legend::rules_table(&rules, 80, Style::Plain);
    assert!(list.contains("translation\n  repeated-phrase  the same words twice in a row\n"));
    assert!(list.contains("boilerplate\n  stock-phrase     a line of the site"));

    let text = legend::explain(&rules[0], 80, Style::Plain);
    for part in [
        "Decoders loop",
        "  en They walked [[to the to the]] harbour.",
        "  en Very, very late.",
        "  strong        1         3        48\n",
        "  of         2343      2509      6399\n",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let coloured = legend::explain(&rules[0], 80, Style::Colour);
    assert!(coloured.contains("to the to the") && !coloured.contains("[[to"));
}

#[test]
fn rules_are_told_in_the_columns_that_there_are() {
    let rules = benggala::inspect::legend();
    for columns in [60, 80, 110] {
        let mut told = legend::rules_table(&rules, columns, Style::Plain);
        for rule in &rules {
            told += &legend::explain(rule, columns, Style::Plain);
        }
        // A Han or kana text has no spaces to break at.
        let long = told.lines().find(|line| {
            line.is_ascii() && line.chars().count() > columns && !line.contains("http")
        });
        assert_eq!(long, None, "in {columns} columns");
    }
}
