//! The feed and the export.

use benggala::report::{ClusterView, Entry, atom, table};
use chrono::TimeDelta;
use quick_xml::{Reader, escape::unescape, events::Event};
use serde_json::Value;

use super::given::{BODY, article, entry, flagged, now, review};

/// The elements of well-formed XML with their own text, in the order in which they end.
fn elements(xml: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(xml);
    let mut open = Vec::new();
    let mut out = Vec::new();
    loop {
        let raw = match reader.read_event().unwrap() {
            Event::Start(start) => {
                let name = String::from_utf8(start.name().0.to_vec()).unwrap();
                open.push((name, String::new()));
                continue;
            }
            Event::End(_) => {
                let (name, raw) = open.pop().unwrap();
                out.push((name, unescape(&raw).unwrap().into_owned()));
                continue;
            }
            Event::Text(text) => text.decode().unwrap().into_owned(),
            Event::GeneralRef(name) => format!("&{};", name.decode().unwrap()),
            Event::Eof => break,
            _ => continue,
        };
        if let Some((_, text)) = open.last_mut() {
            text.push_str(&raw);
        }
    }
    assert!(open.is_empty(), "every element ends");
    out
}

/// A day is no midnight, and a time without its zone is not in UTC.
#[test]
fn a_date_is_exported_as_exactly_as_it_is_known() {
    for (published, moments, days) in [
        (
            "2025-03-04T09:30:00+07:00",
            vec!["2025-03-04T09:30:00+07:00"],
            vec![],
        ),
        ("2025-03-04T09:30:00", vec![], vec!["2025-03-04"]),
        ("2025-03-04", vec![], vec!["2025-03-04"]),
    ] {
        let (mut article, assessment) = (article(BODY), flagged());
        article.published = published.parse().ok();
        let entry = entry(&article, &assessment, &[]);
        let line: Value = serde_json::from_str(&table::ndjson_row(&entry)).unwrap();
        assert_eq!(line["published"], published);
        assert!(table::csv_row(&entry).contains(&format!(",{published},")));
        let feed = elements(&atom::feed(&[entry], "http://127.0.0.1:9630", now()).unwrap());
        let texts = |name: &str| {
            let named = feed.iter().filter(|(element, _)| element == name);
            named.map(|(_, text)| text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(texts("published"), moments, "{published}");
        assert_eq!(texts("dc:date"), days, "{published}");
    }
}

#[test]
fn the_feed_is_atom_and_survives_hostile_titles() {
    let (mut article, assessment) = (article(BODY), flagged());
    article.title = Some("a & b\u{b} <c> ]]>".to_string());
    let entries = [entry(&article, &assessment, &[])];
    let feed = atom::feed(&entries, "http://127.0.0.1:9630", now()).unwrap();

    let read = elements(&feed);
    let texts = |name| {
        let named = read.iter().filter(move |(element, _)| element == name);
        named.map(|(_, text)| text.as_str()).collect::<Vec<_>>()
    };
    let page = "http://127.0.0.1:9630";
    assert_eq!(
        texts("id"),
        [
            "tag:benggala.invalid,2025:flagged",
            "tag:news.example,2025-03-04:benggala/12"
        ]
    );
    assert_eq!(texts("title"), ["Flagged by benggala", "a & b <c> ]]>"]);
    assert_eq!(texts("updated"), ["2025-03-04T11:55:00+00:00"; 2]);
    assert!(texts("summary")[0].contains("a word twice: “dan dan”"));
    assert!(feed.contains("<feed xmlns=\"http://www.w3.org/2005/Atom\" "));

    let empty = atom::feed(&[], page, now()).unwrap();
    let updated = ("updated".to_string(), now().to_rfc3339());
    assert!(elements(&empty).contains(&updated), "{empty}");
}

#[test]
fn export_rows_hold_what_was_concluded() {
    let (mut article, assessment, reviews) = (article(BODY), flagged(), [review()]);
    article.title = Some("Harga \"naik\", lagi\nbesok".to_string());
    let entry = Entry {
        cluster: Some(ClusterView {
            id: 7,
            articles: 5,
            sources: 3,
            first: 1,
            first_source: "first",
            first_at: now() - TimeDelta::hours(1),
        }),
        aliases: 2,
        ..entry(&article, &assessment, &reviews)
    };

    let row = table::csv_row(&entry);
    assert_eq!(
        row,
        "12,news & co,https://news.example/jembatan,\"Harga \"\"naik\"\", lagi\nbesok\",\
         \"Rani, Joko\",2025-03-04T09:30:00+07:00,2025-03-04T11:55:00+00:00,id,flag,,0.7,0.7,0.05,0.1235,0.1235,\
         0.05,3,repeated-phrase script-residue stock-phrase,translated-ltr,confirmed,142,\
         7,5,3,first,2025-03-04T11:00:00+00:00,2",
    );
    let plain = row
        .replace("\"Harga \"\"naik\"\", lagi\nbesok\"", "t")
        .replace("\"Rani, Joko\"", "b");
    assert_eq!(
        plain.split(',').count(),
        table::csv_header().split(',').count()
    );

    let value: Value = serde_json::from_str(&table::ndjson_row(&entry)).unwrap();
    assert_eq!(value["source"], "news & co");
    assert_eq!(value["fetched_at"], "2025-03-04T11:55:00Z");
    assert_eq!(value["rules"], "0000000000000007");
    assert_eq!(value["reviews"][0]["decision"], "confirmed");
    assert_eq!(value["body"], BODY);
}
