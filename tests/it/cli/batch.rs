//! `batch`: lines in, lines out.

use std::fs;

use super::{benggala, case, err, json_lines, run_with_input};
use crate::extract::template;

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
    assert!(
        err(&output).contains("3 lines could not be judged"),
        "{}",
        err(&output)
    );
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
fn batch_says_what_a_line_must_be_and_which_keys_nothing_reads() {
    let input = "{\"id\":1,\"text\":\"x\",\"lnag\":\"id\",\"weather\":1}\n[1]\n{\"id\":2,\"text\":7}\n\
                 {\"id\":3,\"text\":\"x\",\"lnag\":\"id\"}\n{\"text\"\n";
    let output = run_with_input(&["batch"], input.as_bytes());
    let errors: Vec<String> = json_lines(&output)
        .iter()
        .filter_map(|line| line["error"].as_str().map(str::to_string))
        .collect();
    assert_eq!(
        errors,
        [
            "not a document: a line must be an object such as {\"id\": 1, \"text\": \"…\"}",
            "`text` must be text in quotes",
            "not a document: no JSON at character 7; a line must be an object such as \
             {\"id\": 1, \"text\": \"…\"}",
        ]
    );
    let told = err(&output);
    assert!(
        told.contains("nothing reads the key `lnag` of 2 lines; did you mean `lang`?"),
        "{told}"
    );
    assert!(
        told.contains("nothing reads the key `weather` of 1 line\n"),
        "{told}"
    );
}

#[test]
fn batch_reads_past_a_byte_order_mark_and_tells_what_cannot_be_read_at_all() {
    let marked = "\u{feff}{\"id\":1,\"text\":\"Short.\"}\n";
    let output = run_with_input(&["batch"], marked.as_bytes());
    assert_eq!(json_lines(&output)[0]["reason"], "too-short");

    let folder = fs::File::open(env!("CARGO_MANIFEST_DIR")).unwrap();
    let output = benggala(&["batch"]).stdin(folder).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("cannot read standard input"),
        "{}",
        err(&output)
    );
}

#[test]
fn batch_judges_nothing_by_a_language_that_the_text_contradicts() {
    let text = fs::read_to_string(case("unread-translation.txt")).unwrap();
    let lines = ["id", "ind", "de", "xx"].map(|lang| {
        let line = serde_json::json!({"id": lang, "text": text, "lang": lang});
        format!("{line}\n")
    });
    let output = run_with_input(&["batch"], lines.concat().as_bytes());
    let reasons: Vec<_> = json_lines(&output)
        .iter()
        .map(|line| (line["verdict"].clone(), line["reason"].clone()))
        .collect();
    let (flagged, other) = (
        ("flag".into(), serde_json::Value::Null),
        ("abstain".into(), "other-language".into()),
    );
    assert_eq!(reasons, [flagged.clone(), flagged, other.clone(), other]);
    assert!(
        err(&output).contains("2 documents in another language"),
        "{}",
        err(&output)
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
fn batch_learns_the_template_of_a_site_only_when_it_is_asked_to() {
    let input: String = (0..9)
        .map(|number| {
            let url = format!("https://site.example/news/{number}");
            let line =
                serde_json::json!({"id": number, "url": url, "html": template::html(number)});
            format!("{line}\n")
        })
        .collect();
    let with_plea = |args: &[&str]| -> Vec<bool> {
        let output = run_with_input(args, input.as_bytes());
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        let lines = json_lines(&output);
        let bodies = lines.iter().map(|line| line["body"].as_str().unwrap());
        bodies.map(|body| body.contains(template::PLEA)).collect()
    };
    assert_eq!(with_plea(&["batch"]), [true; 9]);
    let learned = with_plea(&["batch", "--learn"]);
    assert_eq!(learned.len(), 9);
    assert!(learned[0] && !learned[8], "{learned:?}");
    let threads = run_with_input(&["batch", "--learn", "--threads", "2"], b"");
    assert_eq!(threads.status.code(), Some(2), "one thread learns");
}

#[test]
fn what_several_hosts_write_is_kept_in_a_file_and_no_longer_marked() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("usage");
    let findings = |host: &str, text: &str| {
        let url = format!("https://{host}.example/a");
        let line = serde_json::json!({"url": url, "lang": "id", "text": text});
        let path = file.to_str().unwrap();
        let output = run_with_input(&["batch", "--learn", path], format!("{line}\n").as_bytes());
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        let lines = json_lines(&output);
        lines[0]["findings"].as_array().unwrap().len()
    };
    let marked = [
        findings("a", "Wartawan menunggu di depan Rumah Putih sejak pagi."),
        findings("b", "Menurut dia, Rumah Putih belum memberi jawaban."),
        findings(
            "c",
            "Presiden itu kembali ke Rumah Putih setelah tiga hari.",
        ),
        findings("d", "Juru bicara Rumah Putih menolak berkomentar."),
    ];
    assert_eq!(marked, [1, 1, 1, 0]);
    fs::write(&file, "something else").unwrap();
    let output = run_with_input(&["batch", "--learn", file.to_str().unwrap()], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("not written by"), "{}", err(&output));
}
