//! The feed and the export.

use benggala::report::{atom, table};
use serde_json::Value;

use super::given::{BODY, article, entry, flagged, now, review};

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
