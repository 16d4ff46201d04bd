//! The line of the contract.

use benggala::{
    model::{Article, Reason},
    report::{
        Document, Mark,
        json::{self, Field, Fields},
    },
};
use serde_json::{Value, json};

use super::given::{BODY, article, flagged};

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
        "evidence",
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
    assert!(line.contains(
        r#""scores":{"overall":0.7,"machine_translation":0.7,"residue":0.05,"style":0.1235,"translation":0.1235,"boilerplate":0.05,"body_share":null}"#
    ));
    assert_eq!(value["provenance"][0]["rule"], "translated-ltr");
    assert!(line.contains(
        r#""evidence":[{"kind":"words","name":"repeated-phrase","grade":"strong","times":2,"log_ratio":4.2}]"#
    ));
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
        grade: "strong",
        span: start..end,
        note: "",
        left_out: None,
        dismissed_by: None,
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
