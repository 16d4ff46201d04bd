//! One flagged article, in our own words.

use benggala::{
    model::{
        Article, Assessment, Decision, Evidence, EvidenceKind, Finding, Provenance, Review,
        RulesHash, Scores, Shelf, Timestamp, Verdict,
    },
    report::{
        Document, Entry,
        legend::{ExampleView, GradeView, RuleView, TextsView},
    },
};
use chrono::TimeDelta;
use serde_json::json;
use url::Url;

pub(super) const BODY: &str = "Wali kota membuka jembatan itu pada hari Senin.\n\n\
“Ini pasar kami”, kata seorang pedagang di 城市 dan dan ia tertawa.\n\n\
Berlangganan buletin kami.";

pub(super) fn now() -> Timestamp {
    "2025-03-04T12:00:00Z".parse().unwrap()
}

pub(super) fn finding(body: &str, words: &str, rule: &'static str, note: &str) -> Finding {
    let start = body.find(words).unwrap();
    Finding {
        rule,
        grade: "strong",
        span: start..start + words.len(),
        note: note.to_string(),
        left_out: None,
    }
}

pub(super) fn article(body: &str) -> Article {
    Article {
        url: Url::parse("https://news.example/jembatan").ok(),
        title: Some("Jembatan <b>dibuka</b>".to_string()),
        byline: Some("Rani, Joko".to_string()),
        published: "2025-03-04T09:30:00+07:00".parse().ok(),
        lang: benggala::model::Lang::new("id"),
        body: body.to_string(),
        provenance: vec![Provenance {
            rule: "translated-ltr".to_string(),
            note: "a browser's translator left its class".to_string(),
        }],
        ..Article::default()
    }
}

pub(super) fn flagged() -> Assessment {
    Assessment {
        verdict: Verdict::Flag,
        scores: Scores {
            overall: 0.1 + 0.6,
            machine_translation: 0.1 + 0.6,
            residue: 0.05,
            style: Some(0.123_456),
            boilerplate: 0.05,
            body_share: None,
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
        dismissed: Vec::new(),
        evidence: vec![Evidence {
            kind: EvidenceKind::Words,
            name: "repeated-phrase".to_string(),
            grade: "strong".to_string(),
            times: 2,
            log_ratio: 4.200_04,
            of_source: None,
        }],
        rules: RulesHash(7),
    }
}

fn texts(native: u32, human: u32, machine: u32) -> TextsView {
    TextsView {
        native,
        human,
        machine,
    }
}

pub(super) fn legend() -> [RuleView<'static>; 2] {
    let english = |text| vec![ExampleView { lang: "en", text }];
    [
        RuleView {
            rule: "repeated-phrase",
            family: "translation",
            summary: "the same words twice in a row",
            why: "Decoders loop; editors strike it out.",
            notes: &[],
            flags: english("They walked [[to the to the]] harbour."),
            passes: english("Very, very late."),
            grades: vec![GradeView {
                name: "strong",
                when: "",
                fires: texts(1, 3, 48),
            }],
            searched: texts(2_343, 2_509, 6_399),
            note: None,
        },
        RuleView {
            rule: "stock-phrase",
            family: "boilerplate",
            summary: "a line of the site, not of the story",
            why: "It stands under every article.",
            notes: &[],
            flags: english("[[Subscribe now.]]"),
            passes: english("They subscribe to the theory."),
            grades: Vec::new(),
            searched: texts(2_343, 2_509, 6_399),
            note: None,
        },
    ]
}

pub(super) fn review() -> Review {
    Review {
        decision: Decision::Confirmed,
        by: "Ana <ana>".to_string(),
        at: now() - TimeDelta::hours(2),
        note: "clear".to_string(),
        finding: None,
        ended: None,
    }
}

pub(super) fn entry<'a>(
    article: &'a Article,
    assessment: &'a Assessment,
    reviews: &'a [Review],
) -> Entry<'a> {
    Entry {
        id: 12,
        source: "news & co",
        fetched_at: now() - TimeDelta::minutes(5),
        document: Document::new(json!(12), article, assessment),
        rules: assessment.rules,
        reviews,
        shelf: Shelf::of(
            assessment.verdict,
            reviews.last().map(|review| review.decision),
        ),
        cluster: None,
        aliases: 0,
    }
}
