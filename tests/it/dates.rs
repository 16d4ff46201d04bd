//! Texts, and the days and moments that they name.

use std::{fs, path::Path};

use benggala::{
    dates::Reader,
    lang::Lexicon,
    model::{Date, Timestamp},
};
use proptest::prelude::*;

/// A row of the table: how it is read, the present, and its cells.
struct Row {
    kind: String,
    now: Timestamp,
    tag: String,
    text: String,
    expected: String,
}

fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dates/spellings.tsv");
    let (mut kind, mut now) = (String::new(), Timestamp::UNIX_EPOCH);
    let mut rows = Vec::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        if let Some(present) = line.strip_prefix("@now ") {
            now = present.parse().unwrap();
        } else if let Some(name) = line.strip_prefix('@') {
            kind = name.to_string();
        } else if !line.starts_with('#') {
            let cells: Vec<&str> = line.split('\t').collect();
            let &[tag, text, expected] = &cells[..] else {
                panic!("three cells: {line}")
            };
            rows.push(Row {
                kind: kind.clone(),
                now,
                tag: tag.trim_matches('-').to_string(),
                text: text.to_string(),
                expected: expected.to_string(),
            });
        }
    }
    rows
}

fn read(reader: &Reader<'_>, kind: &str, text: &str) -> Option<Date> {
    match kind {
        "text" => reader.text(text),
        "field" => reader.field(text),
        "path" => reader.path(text),
        _ => panic!("{kind}?"),
    }
}

#[test]
fn every_spelling_names_the_date_beside_it() {
    let lexicon = Lexicon::built_in();
    let rows = rows();
    assert!(rows.len() >= 150, "the table is missing");
    let mut wrong = String::new();
    for row in &rows {
        let reader = Reader::new(lexicon.dates(), &row.tag, row.now);
        let found = read(&reader, &row.kind, &row.text);
        let found = found.map_or("-".to_string(), |date| date.to_string());
        if found != row.expected {
            let Row { tag, text, .. } = row;
            wrong += &format!("{tag}\t{text}\t{found}, not {}\n", row.expected);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What is written is read again as it was, in store and JSON.
#[test]
fn a_date_outlives_being_written() {
    for text in [
        "2024-05-03",
        "2024-05-03T10:15:00",
        "2024-05-03T00:00:00",
        "2024-05-03T10:15:30.250",
        "2024-05-03T10:15:00+07:00",
        "2024-05-03T00:00:00Z",
    ] {
        let date: Date = text.parse().unwrap();
        assert_eq!(date.to_string(), text);
        let json = serde_json::to_string(&date).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Date>(&json).unwrap(), date);
    }
    for text in ["", "May 3", "2024-05", "2024-05-03T", "2024-05-03T10:15+7"] {
        assert!(text.parse::<Date>().is_err(), "{text}");
    }
    let former: Date = "2024-05-03T10:15:00+00:00".parse().unwrap();
    assert_eq!(former.to_string(), "2024-05-03T10:15:00Z");
}

#[test]
fn readers_are_told_no_time_that_nobody_knows() {
    for (text, words) in [
        ("2024-05-03", "2024-05-03"),
        ("2024-05-03T10:15:30", "2024-05-03 10:15"),
        ("2024-05-03T10:15:00+07:00", "2024-05-03 10:15 +07:00"),
    ] {
        let date: Date = text.parse().unwrap();
        assert_eq!(date.in_words(), words);
        assert_eq!(date.moment().is_some(), text.ends_with("+07:00"));
        assert_eq!(date.day().to_string(), "2024-05-03");
    }
}

/// Months of a language that nobody speaks, in one file.
#[test]
fn a_language_is_one_table() {
    let names = "zip zip-zop,ab,cd,ef,gh,ij,kl,mn,twice,twice,uv,wx".replace(',', "\", \"");
    let file = format!("[dates]\nmonths = [\"{names}\"]\nzones = {{ \"+03:00\" = \"ZZT\" }}\n");
    let (lexicon, problems) = Lexicon::parse(&[("xx", &file)], "");
    assert!(problems.is_empty(), "{problems:?}");
    let now = "2024-06-01T12:00:00Z".parse().unwrap();
    let reader = Reader::new(lexicon.dates(), "xx", now);
    let date = |text: &str| reader.text(text).map(|date| date.to_string());
    assert_eq!(date("3 Zip 2024"), Some("2024-01-03".to_string()));
    assert_eq!(
        date("3 zip zop 2024 10:15 ZZT"),
        Some("2024-01-03T10:15:00+03:00".to_string())
    );
    // A name that stands for several months stands for none.
    assert_eq!(date("3 twice 2024"), None);
    assert_eq!(lexicon.packs().count(), 0);
}

#[test]
fn a_table_with_mistakes_says_so() {
    for (table, expected) in [
        ("months = [\"jan\"]", "12"),
        ("month = []", "unknown field"),
        ("zones = { \"7\" = \"WIB\" }", "no offset"),
    ] {
        let (_, problems) = Lexicon::parse(&[("xx", &format!("[dates]\n{table}\n"))], "");
        assert_eq!(problems.len(), 1, "{table}");
        assert!(problems[0].what.contains(expected), "{}", problems[0].what);
    }
}

/// Every month's every name is read in its own language.
#[test]
fn months_of_every_language_are_read() {
    let lexicon = Lexicon::built_in();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/languages");
    let now = "2024-06-01T12:00:00Z".parse().unwrap();
    let mut languages = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let tag = path.file_stem().unwrap().to_str().unwrap();
        let reader = Reader::new(lexicon.dates(), tag, now);
        let months = file["dates"]["months"].as_array().unwrap();
        for (number, names) in (1..).zip(months) {
            for name in names.as_str().unwrap().split_whitespace() {
                let text = format!("3 {} 2023", name.replace('-', " "));
                let date = reader.text(&text).map(|date| date.to_string());
                let expected = format!("2023-{number:02}-03");
                assert_eq!(date, Some(expected), "{tag}: {text}");
            }
        }
        languages += 1;
    }
    assert!(languages >= 40);
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "\\PC{0,60}", tag in "[a-z]{0,2}") {
        let lexicon = lexicon();
        let reader = Reader::new(lexicon.dates(), &tag, "2024-06-01T12:00:00Z".parse().unwrap());
        for kind in ["text", "field", "path"] {
            read(&reader, kind, &text);
        }
        reader.is_month(&text);
    }

    #[test]
    fn no_pieces_of_dates_break_it(pieces in prop::collection::vec(prop::sample::select(vec![
        "3", "03", "31", "2024", "2567", "20240503", "10", "15", "60", "99999999999999999999", "May",
        "mei", "T", "Z", "WIB", "GMT", "a.m.", "p.", "m.", "午後", "年", "月", "日", "時", "ngày",
        "tháng", "Uhr", "h", ":", ".", "-", "+", "/", ",", " ", "\u{a0}", "(", ")", "٣", "İ", "'",
    ]), 0..24), tag in prop::sample::select(vec!["", "en", "en-US", "th", "vi", "ja"])) {
        let lexicon = lexicon();
        let now = "2024-06-01T12:00:00Z".parse().unwrap();
        let reader = Reader::new(lexicon.dates(), tag, now);
        let text = pieces.concat();
        let last = "2024-06-03".parse().unwrap();
        for kind in ["text", "field", "path"] {
            if let Some(date) = read(&reader, kind, &text) {
                prop_assert!(date.day() <= last, "{text}");
            }
        }
    }
}

/// Read once for all cases.
fn lexicon() -> &'static Lexicon {
    static LEXICON: std::sync::LazyLock<Lexicon> = std::sync::LazyLock::new(Lexicon::built_in);
    &LEXICON
}
