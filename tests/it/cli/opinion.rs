//! Second opinions on the command line: `check --opinion`, `eval opinion`, and `rescore`, which asks
//! nobody.

use std::process::Output;

use benggala::{
    extract::from_text,
    lang::Lexicon,
    model::{Adviser, Verdict},
    opinion::{self, Sheet},
    store::Hearing,
};
use bytes::Bytes;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::{case, err, file, json_lines, out, run, store_in};
use crate::{
    consult::stub::{Asked, MODEL, Say, Stub, naming},
    daemon::site::{article_page, clean},
    store::given::{announced, at, complete, lease_one, read},
};

/// The program, beside whom it asks.
async fn told(args: &[&str]) -> Output {
    let args: Vec<String> = args.iter().map(ToString::to_string).collect();
    let run = move || run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    spawn_blocking(run).await.unwrap()
}

fn configuration(folder: &TempDir, stub: &Stub) -> String {
    let text = format!("[opinion]\nurl = \"{}\"\nmodel = \"{MODEL}\"\n", stub.url);
    file(folder, "benggala.toml", text)
}

#[tokio::test]
async fn a_document_is_shown_to_the_model_if_one_says_so() {
    let folder = TempDir::new().unwrap();
    let stub = Stub::open(|asked: &Asked| {
        let words: Vec<&str> = asked.paragraph(1).split(' ').take(2).collect();
        naming(&[(1, &words.join(" "))])
    })
    .await;
    let config = configuration(&folder, &stub);
    let text = file(&folder, "kabar.txt", clean(0).body);
    let check = [
        "--config", &config, "check", &text, "--lang", "id", "--format", "json",
    ];
    let plain = told(&check).await;
    assert_eq!(plain.status.code(), Some(0), "{}", err(&plain));
    assert!(
        stub.asked().is_empty(),
        "nothing leaves the machine unasked"
    );

    let asked = told(&[&check[..], &["--opinion"]].concat()).await;
    assert_eq!(stub.asked().len(), 1);
    let document = &json_lines(&asked)[0];
    assert_eq!(document["findings"][0]["rule"], "second-opinion");
    let evidence = document["evidence"].as_array().unwrap();
    let opinion = evidence.iter().find(|e| e["kind"] == "opinion").unwrap();
    assert_eq!(opinion["name"], MODEL);
    assert_eq!(opinion["log_ratio"], 3.0);

    let explained = told(&[
        "--config",
        &config,
        "check",
        &text,
        "--opinion",
        "--explain",
    ])
    .await;
    let table = out(&explained);
    assert!(table.contains("a second opinion, reader-1 "), "{table}");
    // What is too short to be judged is shown to nobody.
    let calls = stub.asked().len();
    let short = file(&folder, "pendek.txt", "Kabar pendek.");
    told(&["--config", &config, "check", &short, "--opinion"]).await;
    assert_eq!(stub.asked().len(), calls);
}

#[tokio::test]
async fn a_call_that_fails_is_told_and_changes_no_verdict() {
    let folder = TempDir::new().unwrap();
    let stub = Stub::saying(Say::Answer(500, None, Vec::new())).await;
    let config = configuration(&folder, &stub);
    let flagged = case("unread-translation.txt");
    let output = told(&["--config", &config, "check", &flagged, "--opinion"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        err(&output).contains("no second opinion: the endpoint answered 500"),
        "{}",
        err(&output)
    );
}

#[tokio::test]
async fn who_is_to_be_asked_must_be_named() {
    let text = case("unread-translation.txt");
    let set = case("unread-translation.txt");
    for args in [
        vec!["check", &text, "--opinion"],
        vec!["eval", "opinion", "--set", &set],
    ] {
        let output = told(&args).await;
        assert_eq!(output.status.code(), Some(2));
        assert!(
            err(&output).contains("name `url` and `model` under [opinion]"),
            "{}",
            err(&output)
        );
    }
}

const GUILTY: &str = "The mayor thanked the sea dog on the pier.\n\nThen he left with Carpenter.";

/// Two texts with three wrong words, two that are innocent.
fn cases(folder: &TempDir) -> String {
    let case = |id: &str, lang: &str, kind: &str, text: &str, spans: &[(&str, &str)]| {
        let spans: Vec<Value> = spans
            .iter()
            .map(|(text, family)| json!({"text": text, "family": family}))
            .collect();
        json!({"id": id, "lang": lang, "kind": kind, "text": text, "spans": spans, "note": ""})
    };
    let wrong = [("the sea dog", "wrong_sense"), ("Carpenter", "person_name")];
    let lines = [
        case("a", "en", "flag", GUILTY, &wrong),
        case(
            "b",
            "id",
            "flag",
            "Ia makan kalkun di Ankara.",
            &[("kalkun", "wrong_sense")],
        ),
        case("c", "en", "innocent", "The dog left the pier.", &[]),
        case("d", "en", "pass", "The mayor left.", &[]),
    ];
    file(
        folder,
        "cases.jsonl",
        lines.map(|line| format!("{line}\n")).concat(),
    )
}

#[tokio::test]
async fn an_endpoint_is_measured_on_texts_whose_faults_are_known() {
    let folder = TempDir::new().unwrap();
    let stub = Stub::open(|asked: &Asked| match asked.paragraph(1) {
        text if text.contains("sea dog") => naming(&[(1, "sea dog"), (2, "of no text")]),
        text if text.contains("kalkun") => naming(&[]),
        text if text.contains("The dog") => naming(&[(1, "dog"), (1, "pier")]),
        _ => Say::Words("nothing".to_string()),
    })
    .await;
    let config = configuration(&folder, &stub);
    let set = cases(&folder);
    let eval = ["--config", &config, "eval", "opinion", "--set", &set];
    let output = told(&[&eval[..], &["--format", "json"]].concat()).await;
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(err(&output).contains("d: no opinion: "), "{}", err(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["adviser"], MODEL);
    assert_eq!(report["cases"], 4);
    assert_eq!(report["all"], json!({"spans": 3, "found": 1}));
    assert_eq!(
        report["by_family"]["wrong_sense"],
        json!({"spans": 2, "found": 1})
    );
    assert_eq!(report["by_lang"]["id"], json!({"spans": 1, "found": 0}));
    assert_eq!(
        report["guilty"],
        json!({"texts": 2, "named": 1, "flagged": 0})
    );
    assert_eq!(
        report["innocent"],
        json!({"texts": 1, "named": 1, "flagged": 1})
    );
    assert_eq!(report["accused"], json!([["c", "dog"], ["c", "pier"]]));
    assert_eq!(
        (&report["kept"], &report["dropped"]),
        (&json!(3), &json!({"invented": 1}))
    );
    assert_eq!(report["calls"], json!({"ok": 3, "invalid": 1}));
    assert_eq!(
        report["tokens"],
        json!({"prompt": 4_400, "completion": 200})
    );
    assert!(report["seconds"].as_f64() > Some(0.0));

    let table = out(&told(&eval).await);
    for row in [
        "reader-1: 4 texts, no opinion of 1",
        "wrong_sense                        2       1    50.0 %",
        "all                                3       1    33.3 %",
        "innocent                           1       1         1",
        "  c: dog",
        "quotes that held: 3; dropped: 1, invented 1",
        "calls: 4, invalid 1, ok 3",
        "tokens: 4400 in, 200 out;",
    ] {
        assert!(table.contains(row), "{row}\n{table}");
    }
    let calls = stub.asked().len();
    told(&[&eval[..], &["--limit", "1"]].concat()).await;
    assert_eq!(stub.asked().len(), calls + 1);
}

#[tokio::test]
async fn any_endpoint_can_be_measured_and_a_busy_one_is_asked_again() {
    let folder = TempDir::new().unwrap();
    let busy = || Say::Answer(429, Some(("retry-after", "0".to_string())), Vec::new());
    let stub = Stub::saying(busy()).await;
    let set = cases(&folder);
    let url = stub.url.as_str();
    let eval = [
        "eval", "opinion", "--set", &set, "--url", url, "--model", "other",
    ];
    let output = told(&[&eval[..], &["--limit", "1", "--format", "json"]].concat()).await;
    assert_eq!(output.status.code(), Some(2), "nothing was measured");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["calls"], json!({"throttled": 3}));
    assert_eq!(stub.asked()[0].body["model"], "other");
}

#[tokio::test]
async fn judging_again_hears_what_was_said_and_asks_nobody() {
    let folder = TempDir::new().unwrap();
    let stub = Stub::saying(naming(&[])).await;
    let (store, config) = store_in(&folder).await;
    let text = std::fs::read_to_string(&config).unwrap();
    let (page, lexicon) = (article_page(&clean(0), ""), Lexicon::built_in());
    announced(&store, &["https://harian.example/bersih"]).await;
    let lease = lease_one(&store, at(10)).await;
    let mut completion = read(&lease, at(10), Verdict::Pass);
    completion.visit.as_mut().unwrap().page.body = Bytes::from(page);
    let visit = completion.visit.clone().unwrap();
    let row = complete(&store, &lease, completion).await.article.unwrap();

    // What the page will say once it is read by today's rules.
    let article = clean(0);
    let body: Vec<&str> = article.blocks().map(|block| block.text).collect();
    let body = body.join("\n\n");
    let lang = from_text(&body, None, &lexicon)
        .lang
        .or_else(|| benggala::model::Lang::new("id"));
    let adviser = Adviser {
        model: MODEL.to_string(),
        revision: None,
    };
    let words = body.split(' ').next().unwrap();
    let finding = json!({
        "p": 1, "quote": words, "class": "name", "intended": "x", "confidence": 1,
    });
    let sheet = Sheet::new(Some(&article.title), &body, lang.as_ref());
    let reading = opinion::read(&json!({"findings": [finding]}).to_string(), &sheet).unwrap();
    let hearing = Hearing {
        article: row,
        title: None,
        body: String::new(),
        key: opinion::key(&adviser, Some(&article.title), &body, lang.as_ref()),
        opinion: benggala::model::Opinion {
            adviser,
            remarks: reading.remarks,
        },
        assessment: visit.assessment,
        at: at(20),
    };
    assert!(
        !store.hear(&hearing, &[]).await.unwrap().accepted,
        "of another text so far"
    );
    store.close().await.unwrap();
    drop(store);

    let rescored = async |opinion: &str, source: &str| {
        let config = file(&folder, "with.toml", format!("{text}{opinion}{source}"));
        let output = told(&["--config", &config, "rescore", "--all"]).await;
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        let rows = json_lines(&told(&["--config", &config, "export"]).await);
        let evidence = rows[0]["evidence"].as_array().unwrap().clone();
        evidence.iter().filter(|e| e["kind"] == "opinion").count()
    };
    let opinion = format!("[opinion]\nurl = \"{}\"\nmodel = \"{MODEL}\"\n", stub.url);
    let source = "[[source]]\nname = \"harian\"\nurl = \"https://harian.example/feed\"\n";
    let forbidden = format!("{source}opinion = false\n");
    let renewed = format!("{opinion}revision = \"2\"\n");
    assert_eq!(rescored("", source).await, 0, "nobody is to be heard");
    assert_eq!(rescored(&opinion, source).await, 1);
    assert_eq!(
        rescored(&renewed, source).await,
        0,
        "another model has said nothing"
    );
    assert_eq!(rescored(&opinion, &forbidden).await, 0);
    assert!(stub.asked().is_empty());
}
