//! The program as it is typed: exit codes, streams and messages.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use tempfile::TempDir;

fn benggala(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_benggala"));
    command
        .args(args)
        .env_remove("BENGGALA_CONFIG")
        .env_remove("BENGGALA_LOG")
        .stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    benggala(args).output().unwrap()
}

fn run_with_input(args: &[&str], input: &[u8]) -> Output {
    let mut child = benggala(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn file(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_string()
}

fn case(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cli")
        .join(name);
    path.to_str().unwrap().to_string()
}

fn json_lines(output: &Output) -> Vec<Value> {
    out(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The marked words of a JSON document, cut by its code-point offsets.
fn marked(document: &Value) -> Vec<(String, String)> {
    let body: Vec<char> = document["body"].as_str().unwrap().chars().collect();
    document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let (start, end) = (
                finding["start"].as_u64().unwrap(),
                finding["end"].as_u64().unwrap(),
            );
            let mut text: String = body[start as usize..end as usize].iter().collect();
            if start == end {
                // A line that was left out of the body: its words are told, not pointed at.
                text = finding["text"].as_str().unwrap().to_string();
                assert!(!text.is_empty());
            }
            assert_eq!(finding["text"], text.as_str());
            (finding["rule"].as_str().unwrap().to_string(), text)
        })
        .collect()
}

/// What an unread translation with a theme's leftovers below it must be flagged for.
const GIVEN_AWAY: &[(&str, &str)] = &[
    ("isolated-place", "Benggala Barat"),
    ("coordinated-repetition", "garis miring dan garis miring"),
    (
        "stock-line",
        "Baca: Nelayan Pulau Kenari Menolak Pajak Jaring",
    ),
    ("stock-line", "Tinggalkan Balasan"),
    ("stock-line", "Back To Top"),
];

#[test]
fn a_translated_article_is_flagged_by_its_words_as_text_and_as_page() {
    for name in ["unread-translation.txt", "unread-translation.html"] {
        let output = run(&["check", &case(name), "--lang", "id", "--format", "json"]);
        assert_eq!(output.status.code(), Some(1), "{name}: {}", err(&output));
        let document = &json_lines(&output)[0];
        assert_eq!(document["verdict"], "flag", "{name}");
        let marked = marked(document);
        for (rule, text) in GIVEN_AWAY {
            let found = marked
                .iter()
                .any(|(found, span)| span == text && found == rule);
            assert!(found, "{name}: `{text}` is not marked: {marked:?}");
        }
        assert_eq!(
            marked.len(),
            GIVEN_AWAY.len(),
            "{name}: an innocent place: {marked:?}"
        );
    }
}

#[test]
fn text_output_points_at_the_words_and_colours_only_a_terminal() {
    let output = run(&["check", &case("unread-translation.txt"), "--lang", "id"]);
    let text = out(&output);
    assert!(text.contains("Benggala Barat"), "{text}");
    assert!(text.contains("isolated-place"), "{text}");
    assert!(!text.contains('\u{1b}'), "colours in a pipe");
}

#[test]
fn a_clean_article_passes_and_a_short_one_is_not_judged() {
    let output = run(&["check", &case("read-by-an-editor.txt"), "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    assert_eq!(json_lines(&output)[0]["verdict"], "pass");
    let output = run_with_input(
        &["check", "-", "--format", "json"],
        b"Too short to say anything.",
    );
    assert_eq!(output.status.code(), Some(0));
    let document = &json_lines(&output)[0];
    assert_eq!(
        (&document["verdict"], &document["reason"]),
        (&"abstain".into(), &"too-short".into())
    );
}

#[test]
fn what_is_no_article_is_said_to_be_none() {
    let folder = TempDir::new().unwrap();
    let nested = "<div>".repeat(100_000);
    for (name, bytes, reason) in [
        ("empty.html", Vec::new(), "empty"),
        (
            "report.html",
            [b"%PDF-1.7\n".as_slice(), &[0x80; 4000]].concat(),
            "not-html",
        ),
        ("nested.html", nested.into_bytes(), "parse-limit"),
    ] {
        let path = file(&folder, name, bytes);
        let output = run(&["check", &path, "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", err(&output));
        assert_eq!(json_lines(&output)[0]["reason"], reason, "{name}");
    }
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_still_judged() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("nowhere.html");
    let output = run(&[
        "check",
        missing.to_str().unwrap(),
        &case("unread-translation.txt"),
        "--format",
        "json",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("nowhere.html"), "{}", err(&output));
    assert_eq!(json_lines(&output).len(), 1);
    let output = run(&["check", folder.path().to_str().unwrap()]);
    assert_eq!(
        output.status.code(),
        Some(2),
        "an empty folder is a mistake"
    );
    assert!(
        err(&output).contains("holds no .html or .txt file"),
        "{}",
        err(&output)
    );
}

#[test]
fn an_unreadable_folder_is_an_error() {
    let folder = TempDir::new().unwrap();
    // A link to itself cannot be read by anybody, root included.
    let path = folder.path().join("loop");
    std::os::unix::fs::symlink(&path, &path).unwrap();
    let output = run(&["check", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("loop"), "{}", err(&output));
}

#[test]
fn loopback_is_refused_unless_allowed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let output = run(&["check", &url]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("--allow-private"), "{}", err(&output));
}

#[test]
fn batch_answers_each_line_in_order_also_a_bad_one() {
    let good = serde_json::json!({"id": 7, "text": fs::read_to_string(case("unread-translation.txt")).unwrap(), "lang": "id"});
    let page = serde_json::json!({"id": "p", "file": case("unread-translation.html"), "url": "https://news.example/x", "lang": "id"});
    let bare = serde_json::json!({"id": 8, "text": "Too short.", "url": "", "lang": " "});
    let input = format!(
        "{good}\nnot json\n{{\"id\": \"none\"}}\n\n{page}\n{{\"id\": 1, \"file\": \"/nowhere\"}}\n{bare}\n"
    );
    let output = run_with_input(&["batch", "--threads", "3"], input.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let lines = json_lines(&output);
    assert_eq!(lines.len(), 6);
    assert_eq!(
        (&lines[0]["id"], &lines[0]["verdict"]),
        (&7.into(), &"flag".into())
    );
    assert_eq!(lines[1]["line"], 2);
    assert!(
        lines[1]["error"]
            .as_str()
            .unwrap()
            .contains("not a document")
    );
    assert_eq!(
        (&lines[2]["id"], &lines[2]["line"]),
        (&"none".into(), &3.into())
    );
    assert_eq!(
        (&lines[3]["id"], &lines[3]["url"]),
        (&"p".into(), &"https://news.example/x".into())
    );
    assert!(lines[4]["error"].as_str().unwrap().contains("/nowhere"));
    assert_eq!(
        lines[5]["reason"], "too-short",
        "an empty cell is no address and no language"
    );
}

#[test]
fn batch_keeps_thousands_of_lines_in_order_on_many_threads() {
    let input: String = (0..3_000)
        .map(|k| format!("{{\"id\":{k},\"text\":\"Short line {k}.\"}}\n"))
        .collect();
    let output = run_with_input(
        &["batch", "--threads", "8", "--fields", "id,verdict"],
        input.as_bytes(),
    );
    let ids: Vec<u64> = json_lines(&output)
        .iter()
        .map(|line| line["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, (0..3_000).collect::<Vec<u64>>());
    let output = run_with_input(&["batch", "--fields", "id,verdikt"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("verdikt"), "{}", err(&output));
}

#[test]
fn a_bad_configuration_is_told_whole() {
    let folder = TempDir::new().unwrap();
    let path = file(
        &folder,
        "bad.toml",
        "[fetch]\nrequets_per_second = 1\ntimeout = \"soon\"\n",
    );
    let output = run(&["config", "check", "--config", &path]);
    assert_eq!(output.status.code(), Some(2));
    let told = err(&output);
    assert!(
        told.contains("bad.toml:2") && told.contains("requests_per_second"),
        "{told}"
    );
    assert!(
        told.contains("bad.toml:3") && told.contains("timeout"),
        "{told}"
    );
    let broken = file(&folder, "broken.toml", "[fetch\n");
    let output = run(&["run", "--config", &broken]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("broken.toml:1"), "{}", err(&output));
}

#[test]
fn the_shown_configuration_can_be_read_again() {
    let folder = TempDir::new().unwrap();
    let shown = run(&["config", "show"]);
    assert_eq!(shown.status.code(), Some(0));
    let path = file(&folder, "shown.toml", &shown.stdout);
    let output = run(&["config", "check", "--config", &path]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
}

#[test]
fn a_taken_port_is_named() {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let database = folder.path().join("b.db");
    let text = format!(
        "[store]\nurl = \"sqlite:{}\"\n[serve]\nlisten = \"{address}\"\n[[source]]\nurl = \"https://news.example/\"\n",
        database.display()
    );
    let path = file(&folder, "b.toml", text);
    let output = run(&["run", "--config", &path]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains(&address.to_string()),
        "{}",
        err(&output)
    );
    assert!(err(&output).contains("[serve] listen"), "{}", err(&output));
}

#[test]
fn run_without_sources_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    let output = benggala(&["run"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("benggala demo"), "{}", err(&output));
}

#[test]
fn every_rule_can_be_explained_and_a_misspelt_one_is_guessed() {
    let listed = out(&run(&["rules"]));
    for about in benggala::score::rules() {
        assert!(listed.contains(about.rule), "{} is not listed", about.rule);
        let output = run(&["explain", about.rule]);
        assert_eq!(output.status.code(), Some(0));
        assert!(out(&output).contains(about.why), "{}", out(&output));
    }
    let output = run(&["explain", "isolated-plaice"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("isolated-place"), "{}", err(&output));
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let mut child = benggala(&["rules"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn floors_for_translation_hold_only_for_the_texts_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let text = "The mayor met the council of the harbour town on Monday and said so. ".repeat(5);
    let record = serde_json::json!({
        "lang": "en", "label": "native", "doc": "a", "text": text, "split": "valid",
    });
    file(&folder, "en.jsonl", format!("{record}\n"));
    let floors = |sha256: &str, area: f64| {
        let text = format!(
            "[translation]\ngold_sha256 = \"{sha256}\"\nnative_machine = {area:?}\n\
             human_machine = 0.0\nsame_documents = 0.0\nflagged_native_max = 1.0\n\
             flagged_human_max = 1.0\n[translation.sources]\n\
             suspected_machine = 0.0\nsuspected_native_max = 1.0\nsuspected_human_max = 1.0\n"
        );
        file(&folder, "floors.toml", text)
    };
    let set = folder.path().to_str().unwrap();
    let eval = |floors: &str| run(&["eval", "translation", "--set", set, "--floors", floors]);
    let refused = eval(&floors("0", 0.0));
    assert_eq!(refused.status.code(), Some(2));
    let said = err(&refused);
    let (_, rest) = said.split_once("SHA-256 ").unwrap();
    let sha256 = &rest[..64];
    assert_eq!(eval(&floors(sha256, 0.0)).status.code(), Some(0));
    // Without a machine translation there is no area.
    let missed = eval(&floors(sha256, 0.5));
    assert_eq!(missed.status.code(), Some(2));
    assert!(err(&missed).contains("native-MT is 0.0000"));
    // One document trains no model, so that nothing is measured; and floors are for built-in ones.
    let folds = run(&["eval", "translation", "--set", set, "--folds", "2"]);
    assert_eq!(folds.status.code(), Some(0), "{}", err(&folds));
    let floors = floors(sha256, 0.0);
    let both = [
        "eval",
        "translation",
        "--set",
        set,
        "--folds",
        "2",
        "--floors",
        &floors,
    ];
    assert_eq!(run(&both).status.code(), Some(2));
}

#[test]
fn an_archive_leaves_byte_by_byte() {
    let folder = TempDir::new().unwrap();
    let store = folder.path().join("benggala.db");
    let config = format!("[store]\nurl = \"sqlite:{}\"\n", store.display());
    let config = file(&folder, "benggala.toml", config);
    let output = run(&["--config", &config, "export", "--format", "warc"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let mut text = String::new();
    MultiGzDecoder::new(output.stdout.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert!(
        text.starts_with("WARC/1.1\r\nWARC-Type: warcinfo\r\n"),
        "{text}"
    );
}
