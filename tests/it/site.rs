//! What a site's memory takes for template, and that it may be merged in any order.

use benggala::{
    model::Sighting,
    site::{LINES_MAX, Setting, SiteMemory, Sites},
};
use proptest::prelude::*;

/// A number with every bit in play, as a hash is.
fn hash(number: u64) -> u64 {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// The article `number` with a line of its own and the `lines` given.
fn article(number: u64, lines: &[u64]) -> Sighting {
    let own = hash(1_000_000 + number);
    Sighting {
        url: hash(number),
        body: own,
        lines: [&[own], lines].concat(),
    }
}

fn memory(sightings: impl IntoIterator<Item = Sighting>) -> SiteMemory {
    let mut memory = SiteMemory::default();
    for sighting in sightings {
        memory.learn(&sighting);
    }
    memory
}

const FOOTER: u64 = 77;

#[test]
fn a_line_on_every_article_is_template_after_a_few() {
    let mut memory = SiteMemory::default();
    let mut known = Vec::new();
    for number in 0..12 {
        memory.learn(&article(number, &[FOOTER]));
        known.push(
            [Setting::Apart, Setting::InText, Setting::Prose]
                .map(|setting| memory.template_line(FOOTER, setting).is_some()),
        );
    }
    assert_eq!(known[1], [false; 3], "two articles prove nothing");
    assert!(known[3][0], "apart from the text it is soon known");
    assert_eq!(known[11], [true; 3]);
    assert_eq!(memory.template_lines(), 1);
}

#[test]
fn what_few_articles_share_is_no_template() {
    // A credit on every sixth article, the background of a story on every fourth.
    let (credit, background) = (78, 79);
    let memory = memory((0..60).map(|number| {
        let mut lines = vec![FOOTER];
        lines.extend((number % 6 == 0).then_some(credit));
        lines.extend((number % 4 == 0).then_some(background));
        article(number, &lines)
    }));
    assert!(memory.template_line(FOOTER, Setting::Prose).is_some());
    assert!(memory.template_line(credit, Setting::InText).is_none());
    assert!(memory.template_line(background, Setting::Prose).is_none());
}

#[test]
fn an_article_that_is_read_again_counts_once() {
    let again = memory((0..30).map(|_| article(1, &[FOOTER])));
    assert_eq!(again.articles(), 1);
    assert!(again.template_line(FOOTER, Setting::Apart).is_none());
    // A live page: one address, another text each time.
    let live = memory((0..30).map(|number| Sighting {
        url: hash(1),
        ..article(number, &[FOOTER])
    }));
    assert!(live.template_line(FOOTER, Setting::Apart).is_none());
    // Copies: one text under many addresses.
    let copies = memory((0..30).map(|number| Sighting {
        body: hash(1),
        ..article(number, &[FOOTER])
    }));
    assert!(copies.template_line(FOOTER, Setting::Apart).is_none());
}

#[test]
fn what_is_no_longer_shown_is_forgotten() {
    let (old, still) = (5, 6);
    let memory = memory((0..400).map(|number| {
        let lines: &[u64] = if number < 60 { &[old, still] } else { &[still] };
        article(number, lines)
    }));
    assert!(memory.template_line(old, Setting::Apart).is_none());
    assert!(memory.template_line(still, Setting::Prose).is_some());
}

#[test]
fn a_new_template_is_noticed_and_learned() {
    let (old, new) = ([1, 2, 3, 4, 5, 6], [11, 12, 13, 14, 15, 16]);
    let mut memory = memory((0..50).map(|number| article(number, &old)));
    assert_eq!((memory.version(), memory.template_lines()), (0, 6));
    for number in 50..66 {
        memory.learn(&article(number, &new));
    }
    assert_eq!(memory.version(), 1);
    assert!(memory.template_line(old[0], Setting::Apart).is_none());
    for line in new {
        assert!(
            memory.template_line(line, Setting::InText).is_some(),
            "{line}"
        );
    }
}

#[test]
fn a_memory_keeps_to_its_bounds_and_keeps_the_template() {
    let memory = memory((0..200).map(|number| {
        let own: Vec<u64> = (0..200).map(|line| hash(number * 1_000 + line)).collect();
        article(number, &[own, vec![FOOTER]].concat())
    }));
    let bytes = memory.to_bytes();
    assert!(bytes.len() < LINES_MAX * 2 * 40, "{} bytes", bytes.len());
    assert!(memory.template_line(FOOTER, Setting::Prose).is_some());
    assert_eq!(memory.template_lines(), 1);
    assert_eq!(SiteMemory::from_bytes(&bytes), Some(memory));
}

#[test]
fn bytes_that_are_no_memory_are_refused() {
    assert_eq!(SiteMemory::from_bytes(b"\xff\xff\xff\xff\xff\xff"), None);
    assert_eq!(SiteMemory::from_bytes(&vec![0; 1 << 20]), None);
}

#[test]
fn the_cache_gives_back_what_is_to_be_saved_and_lets_go_of_the_oldest() {
    let mut sites = Sites::new(2);
    let saved: Vec<bool> = (0..8)
        .map(|number| {
            sites
                .learn("a.example", &article(number, &[FOOTER]))
                .is_some()
        })
        .collect();
    assert_eq!(
        saved,
        [false, false, false, false, false, false, false, true]
    );
    assert!(sites.unsaved().is_empty());
    sites.learn("b.example", &article(1, &[]));
    let unsaved: Vec<String> = sites.unsaved().into_iter().map(|(site, _)| site).collect();
    assert_eq!(unsaved, ["b.example"]);
    sites.learn("c.example", &article(1, &[]));
    assert!(sites.get("a.example").is_none(), "used longest ago");
    assert!(sites.get("b.example").is_some() && sites.get("c.example").is_some());
}

/// Articles out of few, with lines out of few: what two workers may have seen of one site.
fn seen() -> impl Strategy<Value = Vec<Sighting>> {
    let one = (0..40_u64, prop::collection::vec(0..12_u64, 0..8));
    prop::collection::vec(one, 0..150).prop_map(|articles| {
        articles
            .into_iter()
            .map(|(number, lines)| article(number, &lines))
            .collect()
    })
}

proptest! {
    #[test]
    fn merging_does_not_depend_on_the_order(a in seen(), b in seen()) {
        let (a, b) = (memory(a), memory(b));
        let merged = a.merged(&b);
        prop_assert_eq!(&merged, &b.merged(&a));
        prop_assert_eq!(&merged.merged(&b), &merged);
        prop_assert_eq!(&merged.merged(&a), &merged);
    }
}

#[test]
fn two_workers_know_together_what_neither_knows_alone() {
    let even = memory((0..3).map(|number| article(2 * number, &[FOOTER])));
    let odd = memory((0..3).map(|number| article(2 * number + 1, &[FOOTER])));
    assert!(even.template_line(FOOTER, Setting::InText).is_none());
    assert!(odd.template_line(FOOTER, Setting::InText).is_none());
    assert!(
        even.merged(&odd)
            .template_line(FOOTER, Setting::InText)
            .is_some()
    );
}
