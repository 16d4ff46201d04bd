//! Which links of a poll are read.

use std::{collections::HashSet, time::Duration};

use benggala::{
    frontier::{
        BACKDATED_MAX, HOUR_MAX, INTAKE_MAX, Intake, LIST_MAX, Listing, NEWEST_MIN, Unread, intake,
    },
    model::{Link, PageKind, Timestamp},
};
use chrono::TimeDelta;
use url::Url;

use super::at;

const HOURS: i64 = 3_600;
const DAYS: i64 = 24 * HOURS;

fn first(kind: PageKind) -> Listing {
    Listing {
        kind,
        is_first: true,
        link_age: Duration::from_secs(7 * 86_400),
        now: at(0),
    }
}

fn later(kind: PageKind) -> Listing {
    Listing {
        is_first: false,
        ..first(kind)
    }
}

/// Links with these ages in seconds; without a date for `None`.
fn links(ages: impl IntoIterator<Item = Option<i64>>) -> Vec<Link> {
    (0..)
        .zip(ages)
        .map(|(n, age)| Link {
            url: Url::parse(&format!("https://harian.example/berita/{n}")).unwrap(),
            source: "harian".to_string(),
            kind: PageKind::Article,
            published: age.map(|age| at(-age).into()),
        })
        .collect()
}

fn all_unseen(links: &[Link]) -> Unread {
    Unread {
        unseen: links.iter().map(|link| link.url.clone()).collect(),
        remembered: HashSet::new(),
    }
}

/// How many are new, known, remembered and dropped.
fn counts(intake: &Intake) -> [usize; 4] {
    [
        intake.new.len(),
        intake.known.len(),
        intake.remembered.len(),
        intake.dropped,
    ]
}

fn take(ages: Vec<Option<i64>>, listing: &Listing) -> Intake {
    let links = links(ages);
    let unread = all_unseen(&links);
    intake(links, &unread, listing)
}

#[test]
fn links_are_taken_by_age_place_and_number() {
    use PageKind::{Feed, Listing as Front, Sitemap};
    let every = |count: i64, gap: i64, from: i64| -> Vec<Option<i64>> {
        (0..count).map(|n| Some(from + n * gap)).collect()
    };
    let undated = |count: usize| vec![None; count];
    let mixed = [every(3, HOURS, 0), every(20, DAYS, 8 * DAYS)].concat();
    for (what, ages, listing, expected) in [
        (
            "a lively feed",
            every(40, HOURS, 0),
            first(Feed),
            [40, 0, 0, 0],
        ),
        (
            "a feed of old items",
            every(12, DAYS, 9 * DAYS),
            first(Feed),
            [10, 0, 2, 0],
        ),
        ("a calm feed", mixed.clone(), first(Feed), [10, 0, 13, 0]),
        (
            "a calm sitemap",
            mixed.clone(),
            first(Sitemap),
            [3, 0, 20, 0],
        ),
        ("what is backdated", mixed, later(Feed), [23, 0, 0, 0]),
        (
            "much that is backdated",
            every(90, DAYS, 8 * DAYS),
            later(Feed),
            [20, 0, 70, 0],
        ),
        (
            "a long feed, backdated",
            every(300, DAYS, 8 * DAYS),
            later(Feed),
            [20, 0, 280, 0],
        ),
        (
            "a short undated list",
            undated(100),
            first(Sitemap),
            [100, 0, 0, 0],
        ),
        (
            "an undated archive",
            undated(1_500),
            first(Sitemap),
            [0, 0, 1_500, 0],
        ),
        (
            "an archive dated today",
            vec![Some(HOURS); 1_500],
            first(Sitemap),
            [0, 0, 1_500, 0],
        ),
        (
            "an archive dated in one hour",
            every(1_500, 2, 0),
            first(Sitemap),
            [0, 0, 1_500, 0],
        ),
        (
            "a sitemap with dates",
            every(5_000, DAYS, 0),
            first(Sitemap),
            [8, 0, 0, 4_992],
        ),
        (
            "a sitemap of news",
            every(800, 200, 0),
            first(Sitemap),
            [800, 0, 0, 0],
        ),
        (
            "a flood that is spread",
            every(3_000, 100, 0),
            first(Sitemap),
            [1_000, 0, 2_000, 0],
        ),
        (
            "a long undated feed",
            undated(400),
            first(Feed),
            [150, 0, 250, 0],
        ),
        (
            "a long front page",
            undated(400),
            first(Front),
            [150, 0, 250, 0],
        ),
        (
            "news of a front page",
            undated(40),
            later(Front),
            [40, 0, 0, 0],
        ),
        (
            "an archive that is added",
            undated(400),
            later(Sitemap),
            [0, 0, 400, 0],
        ),
        (
            "dates ahead",
            vec![Some(-DAYS); 5],
            first(Feed),
            [5, 0, 0, 0],
        ),
    ] {
        assert_eq!(counts(&take(ages, &listing)), expected, "{what}");
    }
    assert_eq!((NEWEST_MIN, BACKDATED_MAX, LIST_MAX), (10, 20, 150));
    assert_eq!((HOUR_MAX, INTAKE_MAX), (100, 1_000));
}

#[test]
fn the_newest_are_the_ones_that_are_taken() {
    let ages = (0..30).map(|n| Some((40 - n) * DAYS)).collect();
    let taken = take(ages, &first(PageKind::Feed)).new;
    let dates: Vec<Option<Timestamp>> = taken
        .iter()
        .map(|link| Some(link.published?.instant()))
        .collect();
    let newest = (11..21).map(|days| Some(at(0) - TimeDelta::days(days)));
    assert_eq!(dates, newest.collect::<Vec<_>>());
}

#[test]
fn articles_of_any_age_are_taken_where_that_is_asked_for() {
    for kind in [PageKind::Feed, PageKind::Sitemap] {
        let any_age = Listing {
            link_age: Duration::ZERO,
            ..first(kind)
        };
        for ages in [vec![None; 1_500], vec![Some(3_000 * DAYS); 1_500]] {
            assert_eq!(counts(&take(ages, &any_age)), [1_500, 0, 0, 0]);
        }
    }
}

#[test]
fn what_is_known_stays_known_however_old_it_is() {
    let links = links([Some(HOURS), Some(30 * DAYS), None]);
    let sorted = intake(links.clone(), &Unread::default(), &later(PageKind::Feed));
    assert_eq!(sorted.known, links);
    assert_eq!(counts(&sorted), [0, 3, 0, 0]);
}

#[test]
fn what_an_archive_was_not_read_for_is_news_in_a_feed() {
    let links = links([None, Some(HOURS), Some(30 * DAYS)]);
    let unread = Unread {
        unseen: HashSet::new(),
        remembered: links.iter().map(|link| link.url.clone()).collect(),
    };
    for (kind, expected) in [
        (PageKind::Feed, [2, 1, 0, 0]),
        (PageKind::Listing, [2, 1, 0, 0]),
        (PageKind::Sitemap, [0, 3, 0, 0]),
    ] {
        let sorted = intake(links.clone(), &unread, &later(kind));
        assert_eq!(counts(&sorted), expected, "{kind:?}");
    }
}

#[test]
fn parts_of_a_source_are_always_taken() {
    let mut parts = links([Some(3_000 * DAYS), None]);
    for part in &mut parts {
        part.kind = PageKind::Sitemap;
    }
    let sorted = intake(parts.clone(), &Unread::default(), &later(PageKind::Sitemap));
    assert_eq!(sorted.new, parts);
}

#[test]
fn what_an_undated_archive_adds_is_news() {
    let links = links(vec![None; 5_000]);
    let unread = Unread {
        unseen: [17, 4_999].map(|n: usize| links[n].url.clone()).into(),
        remembered: links[100..4_000]
            .iter()
            .map(|link| link.url.clone())
            .collect(),
    };
    let sorted = intake(links, &unread, &later(PageKind::Sitemap));
    assert_eq!(counts(&sorted), [2, 4_998, 0, 0]);
}
