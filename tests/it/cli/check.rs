//! `check`: what is flagged, what is not judged, what cannot be read.

use std::net::TcpListener;

use serde_json::Value;
use tempfile::TempDir;

use super::{case, err, file, json_lines, out, run, run_with_input};

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
        (
            "bytes.txt",
            (0..=255).cycle().take(5_000).collect(),
            "not-html",
        ),
    ] {
        let path = file(&folder, name, bytes);
        let output = run(&["check", &path, "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", err(&output));
        assert_eq!(json_lines(&output)[0]["reason"], reason, "{name}");
    }
}

#[test]
fn a_text_is_told_how_long_it_is_and_how_long_it_must_be() {
    let folder = TempDir::new().unwrap();
    let text = std::fs::read_to_string(case("read-by-an-editor.txt")).unwrap();
    let first = |words: usize| {
        let words = text.split_whitespace().take(words);
        words.collect::<Vec<_>>().join(" ")
    };
    for (name, bytes, told) in [
        (
            "short.txt",
            first(40).into_bytes(),
            "40 words; articles are judged from 60",
        ),
        (
            "middling.txt",
            first(72).into_bytes(),
            "style not asked (72 of 80 words)",
        ),
        ("empty.txt", Vec::new(), "there is nothing in it [empty]"),
        (
            "bytes.txt",
            (0..=255).cycle().take(5_000).collect(),
            "look whether it is a text at all",
        ),
    ] {
        let path = file(&folder, name, bytes);
        let output = out(&run(&["check", &path]));
        let output = output.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(output.contains(told), "{name}: {output}");
    }
}

#[test]
fn what_is_noise_has_no_findings() {
    let folder = TempDir::new().unwrap();
    let noise: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    let noise = [&b"</div><p>{{title}} </span> "[..], &noise].concat();
    for name in ["bytes.txt", "bytes.pdf"] {
        let path = file(&folder, name, &noise);
        let output = run(&["check", &path, "--format", "json"]);
        let document = &json_lines(&output)[0];
        assert_eq!(document["reason"], "not-html", "{name}");
        assert_eq!(document["findings"], serde_json::json!([]), "{name}");
    }
}

#[test]
fn a_language_that_the_text_contradicts_is_a_warning_and_no_verdict() {
    let name = case("unread-translation.txt");
    let output = run(&["check", &name, "--lang", "en", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let document = &json_lines(&output)[0];
    assert_eq!(document["reason"], "other-language");
    assert_eq!(document["lang"], "id", "what the text is in");
    assert!(
        err(&output).contains("is in `id`, not in `en`"),
        "{}",
        err(&output)
    );
    let output = run(&["check", &name, "--lang", "id"]);
    assert_eq!(err(&output), "");
}

#[test]
fn a_text_is_read_in_the_encoding_that_it_is_in() {
    let folder = TempDir::new().unwrap();
    let text = std::fs::read_to_string(case("unread-translation.txt")).unwrap();
    let units = || std::iter::once(0xfeff).chain(text.encode_utf16());
    let [little, big] = [
        units().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        units().flat_map(u16::to_be_bytes).collect(),
    ];
    for (name, bytes) in [("little.txt", little), ("big.txt", big)] {
        let path = file(&folder, name, bytes.clone());
        for output in [
            run(&["check", &path, "--format", "json"]),
            run_with_input(&["check", "-", "--format", "json"], &bytes),
        ] {
            assert_eq!(output.status.code(), Some(1), "{}", err(&output));
            assert_eq!(json_lines(&output)[0]["lang"], "id", "{name}");
        }
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
fn a_bare_host_is_taken_for_a_site_and_a_missing_file_for_a_file() {
    let folder = TempDir::new().unwrap();
    // A proxy that nobody serves: nothing leaves this machine.
    let proxy = "[fetch]\nproxy = \"http://127.0.0.1:1\"\n";
    let config = file(&folder, "benggala.toml", proxy);
    let output = run(&["--config", &config, "check", "news.com/story"]);
    assert!(
        err(&output).contains("cannot fetch https://news.com/story"),
        "{}",
        err(&output)
    );
    for slip in ["stroy.html", "htp://news.example", "not-a-url"] {
        let output = run(&["check", slip]);
        assert!(
            err(&output).contains("a site is written as https://news.example"),
            "{}",
            err(&output)
        );
    }
    let output = run(&["run", "nonsense"]);
    assert!(
        err(&output).contains("write for example https://news.example"),
        "{}",
        err(&output)
    );
}
