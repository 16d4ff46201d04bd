//! Which links of a poll are read, and which are only remembered.
//!
//! A monitor watches what is new, and three things tell it: a link was not listed before, its date,
//! and its place among the newest. Dates are often wrong both ways, so none of the three is believed
//! alone, and whatever they say is bounded.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    time::Duration,
};

use url::Url;

use crate::model::{Link, PageKind, Timestamp};

/// Of a feed at least so many of its newest entries are read at first, however old they are: a
/// calm source is to show what it has.
pub const NEWEST_MIN: usize = 10;

/// A front page or feed holds no more links than this. What lists more is an archive, whose undated
/// links say nothing of what is new.
pub const LIST_MAX: usize = 150;

/// No newsroom publishes more than this within an hour: so many links that bear dates of one hour
/// were dated by a program that wrote a whole archive anew.
pub const HOUR_MAX: usize = 100;

/// Links of one poll that are read because they were not listed before, although they are dated
/// further back than links may be.
pub const BACKDATED_MAX: usize = 20;

/// Links of one poll that are read at all, the newest of them.
pub const INTAKE_MAX: usize = 1_000;

/// A poll, as far as it decides what is taken of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// What the page has turned out to be.
    pub kind: PageKind,
    /// Whether the address has never listed a link before.
    pub is_first: bool,
    /// How far back articles may be dated; zero: as far as they like, and archives are read whole.
    pub link_age: Duration,
    /// The present.
    pub now: Timestamp,
}

/// Which links have never been read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// Nobody has listed them before.
    pub unseen: HashSet<Url>,
    /// They were listed before, and only remembered.
    pub remembered: HashSet<Url>,
}

/// What becomes of the links of a poll.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Intake {
    /// New links that are read, and links of other kinds than articles.
    pub new: Vec<Link>,
    /// Links that were known before.
    pub known: Vec<Link>,
    /// New links that are remembered and not read, so that they are not taken for new later.
    pub remembered: Vec<Link>,
    /// New links that are neither: too old, and too many to be remembered.
    pub dropped: usize,
}

/// Sorts the links of a poll.
pub fn intake(links: Vec<Link>, unread: &Unread, listing: &Listing) -> Intake {
    let is_short = links.len() <= LIST_MAX;
    let mut intake = Intake::default();
    let (mut old, mut fresh, mut recalled) = (Vec::new(), Vec::new(), Vec::new());
    for link in links {
        let is_unseen = unread.unseen.contains(&link.url);
        match (link.kind, is_unseen) {
            (PageKind::Article, false) if unread.remembered.contains(&link.url) => {
                recalled.push(link);
            }
            (PageKind::Article, false) => intake.known.push(link),
            (PageKind::Article, true) if listing.is_old(&link) => old.push(link),
            (PageKind::Article, true) => fresh.push(link),
            _ => intake.new.push(link),
        }
    }
    if listing.link_age.is_zero() {
        intake.new.extend(fresh);
        intake.new.extend(recalled);
        return intake;
    }
    // What a sitemap was not read for is news all the same when a feed or a front page shows it.
    if listing.kind != PageKind::Sitemap {
        let shown = recalled.extract_if(.., |link| !listing.is_old(link));
        fresh.extend(shown);
    }
    intake.known.extend(recalled);
    intake.remembered = undatable(&mut fresh, listing.kind);
    if fresh.len() > INTAKE_MAX {
        fresh.sort_by_key(|link| Reverse(instant(link)));
        intake.remembered.extend(fresh.drain(INTAKE_MAX..));
    }
    old.sort_by_key(|link| Reverse(instant(link)));
    let backdated = listing.backdated(fresh.len() + intake.known.len(), is_short);
    fresh.extend(old.drain(..backdated.min(old.len())));
    intake.new.extend(fresh);
    // Of a long list of old links none is ever taken, so none need be remembered.
    match is_short || listing.kind == PageKind::Feed {
        true => intake.remembered.extend(old),
        false => intake.dropped = old.len(),
    }
    intake
}

impl Listing {
    /// Whether a link is dated further back than links may be.
    pub fn is_old(&self, link: &Link) -> bool {
        !self.link_age.is_zero()
            && instant(link).is_some_and(|published| {
                // A date in the future has a negative age, which `to_std` refuses.
                (self.now - published).to_std().unwrap_or_default() > self.link_age
            })
    }

    /// How many old links are read beside `others` that are or were.
    fn backdated(&self, others: usize, is_short: bool) -> usize {
        match (self.is_first, self.kind) {
            (true, PageKind::Feed) => NEWEST_MIN.saturating_sub(others),
            (false, kind) if is_short || kind == PageKind::Feed => BACKDATED_MAX,
            _ => 0,
        }
    }
}

/// Takes out those whose dates do not tell when they came, where there are more than can be news: of
/// a feed or front page what lies beyond its usual length, of a sitemap all.
fn undatable(fresh: &mut Vec<Link>, kind: PageKind) -> Vec<Link> {
    if fresh.len() <= LIST_MAX {
        return Vec::new();
    }
    let hour = |link: &Link| instant(link).map(|at| at.timestamp().div_euclid(3_600));
    let mut hours: HashMap<i64, usize> = HashMap::new();
    for hour in fresh.iter().filter_map(hour) {
        *hours.entry(hour).or_default() += 1;
    }
    let is_dated = |link: &Link| {
        hour(link).is_some_and(|hour| hours.get(&hour).is_some_and(|count| *count <= HOUR_MAX))
    };
    let (dated, mut undated): (Vec<Link>, Vec<Link>) = fresh.drain(..).partition(is_dated);
    let room = match kind {
        PageKind::Sitemap => 0,
        _ => LIST_MAX.saturating_sub(dated.len()),
    };
    let beyond = undated.split_off(room.min(undated.len()));
    fresh.extend(dated);
    fresh.extend(undated);
    beyond
}

fn instant(link: &Link) -> Option<Timestamp> {
    Some(link.published?.instant())
}
