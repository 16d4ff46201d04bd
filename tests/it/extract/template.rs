//! What a site shows on article after article is left out of the next one, and told.

use benggala::{
    extract::{Site, extract},
    lang::Lexicon,
    model::{Article, ParseLimits, SiteRules},
    site::SiteMemory,
};

use super::page;

pub(crate) const PLEA: &str = "Bu sayfayı okurlar yaşatıyor, bir çay parası yeter.";

/// An article in Turkish, of which no phrases are known, with a plea amid its paragraphs.
pub(crate) fn html(number: usize) -> String {
    let paragraph = |k: usize| {
        format!(
            "<p>Değirmenin {number}. ustası {k}. kez çarka baktı ve suyun neden azaldığını bir türlü \
             anlayamadı; komşuları da ona yardım etmek için köprünün altında toplandı, {}.</p>",
            ["yağmur yağdı", "rüzgâr dindi", "akşam oldu", "kar başladı"][(number + k) % 4]
        )
    };
    format!(
        "<html><head><title>Değirmen {number}</title></head><body><h1>Değirmen {number}</h1>\
         <div class=t>{}{}<p>{PLEA}</p>{}{}</div></body></html>",
        paragraph(1),
        paragraph(2),
        paragraph(3),
        paragraph(4)
    )
}

fn read(number: usize, memory: &SiteMemory) -> Article {
    let url = format!("https://site.example/news/{number}");
    let site = Site {
        rules: &SiteRules::default(),
        memory,
    };
    let page = page(&url, "text/html; charset=utf-8", html(number).as_bytes());
    extract(&page, site, &Lexicon::built_in(), &ParseLimits::default()).unwrap()
}

#[test]
fn a_recurring_line_is_learned_and_left_out() {
    let mut memory = SiteMemory::default();
    for number in 0..8 {
        let article = read(number, &memory);
        memory.learn(
            article
                .sighting
                .as_ref()
                .expect("an article teaches something"),
        );
    }
    let new = read(8, &SiteMemory::EMPTY);
    assert!(
        new.body.contains(PLEA),
        "without a memory it looks like a paragraph"
    );
    let known = read(8, &memory);
    assert!(!known.body.contains(PLEA));
    assert_eq!(
        known.blocks.len() + 1,
        new.blocks.len(),
        "nothing else is lost"
    );
    let [line] = &known.left_out[..] else {
        panic!("{:?}", known.left_out)
    };
    assert_eq!(line.text, PLEA);
    assert!(line.articles >= 4);
}

#[test]
fn a_page_that_is_all_template_keeps_its_text() {
    let mut memory = SiteMemory::default();
    let article = read(0, &memory);
    let sighting = article.sighting.expect("an article teaches something");
    for number in 1..12_u64 {
        let mut other = sighting.clone();
        other.url = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        other.body = number.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        memory.learn(&other);
    }
    assert_eq!(read(0, &memory).body, article.body);
}
