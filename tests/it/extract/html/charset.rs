//! Bytes become text, whatever they are labelled.

use benggala::{
    extract::extract,
    lang::Lexicon,
    model::{ParseLimits, Reason, SiteRules},
};

use super::LONG;
use crate::extract::{page, read};

#[test]
fn character_sets_are_told_apart() {
    let markup = |meta: &str| format!("<html><head>{meta}</head><body><p>{LONG}</p></body></html>");
    let latin1 = |text: &str| -> Vec<u8> { text.chars().map(|c| c as u8).collect() };
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let with_mark = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("plain", "text/html", markup("").into_bytes()),
        (
            "byte order mark",
            "text/html; charset=latin1",
            with_mark(b"\xef\xbb\xbf", markup("").into_bytes()),
        ),
        (
            "Latin-1 labelled UTF-8",
            "text/html; charset=utf-8",
            latin1(&markup("")),
        ),
        (
            "Latin-1 in meta",
            "text/html",
            latin1(&markup("<meta charset=iso-8859-1>")),
        ),
        (
            "UTF-8 labelled Shift_JIS",
            "text/html",
            markup("<meta charset='Shift_JIS'>").into_bytes(),
        ),
        ("UTF-16 without mark", "text/html", utf16(&markup(""))),
        (
            "UTF-16 with mark",
            "text/html",
            with_mark(b"\xff\xfe", utf16(&markup(""))),
        ),
        (
            "unknown label",
            "text/html; charset=klingon",
            latin1(&markup("")),
        ),
        (
            "label in a comment",
            "text/html",
            markup("<!-- <meta charset=big5> -->").into_bytes(),
        ),
        (
            "late meta",
            "text/html",
            latin1(&markup(&format!(
                "{}<meta http-equiv=Content-Type content='text/html; charset=windows-1252'>",
                " ".repeat(2000)
            ))),
        ),
        (
            "NULs",
            "text/html",
            markup("").replace("puente", "pu\0ente").into_bytes(),
        ),
    ];
    for (name, content_type, bytes) in cases {
        let page = page("https://site.example/n/1", content_type, &bytes);
        let article = extract(
            &page,
            &SiteRules::default(),
            &Lexicon::built_in(),
            &ParseLimits::default(),
        );
        assert_eq!(article.unwrap().body, LONG, "{name}");
    }
}

#[test]
fn what_is_not_html_is_told_by_its_bytes() {
    let cases: [(&[u8], Reason); 8] = [
        (b"", Reason::Empty),
        (b" \r\n\t ", Reason::Empty),
        (b"%PDF-1.7 <p>text</p>", Reason::NotHtml),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Reason::NotHtml),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Reason::NotHtml),
        (b"PK\x03\x04\x14\0", Reason::NotHtml),
        (b"\x1f\x8b\x08\0\0\0", Reason::NotHtml),
        (b"<html><body></body></html>", Reason::NotAnArticle),
    ];
    for (bytes, reason) in cases {
        assert_eq!(read(bytes).unwrap_err().reason, reason, "{bytes:?}");
    }
}
