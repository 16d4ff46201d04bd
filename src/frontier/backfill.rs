//! Backfills: where the walk through a source's past begins, and what on its way is worth reading.

use chrono::{Days, Months, NaiveDate};
use url::Url;

use crate::{
    canonical::{Day, day_in, day_of_folders},
    model::{Link, PageKind, Source, Timestamp},
};

/// Sitemaps that lead to sitemaps: what is nested deeper is a trap.
const DEPTH_MAX: u32 = 5;

/// Articles of one backfill in the queue at a time.
pub const ARTICLES_QUEUED_MAX: u64 = 50;

/// Pages of links that one backfill reads.
pub const LISTS_MAX: u64 = 5_000;

/// Links that one backfill knows of.
pub const LINKS_MAX: u64 = 1_000_000;

/// Pages for people, and those of a feed, list the newest first: after so many articles in a row that were too old once
/// they were read, there is nothing left on the pages behind.
pub const OLDER_MAX: u64 = 30;

/// After so many of either in a row that named nothing new, there is nothing left either.
pub const BARREN_MAX: u64 = 3;

/// Articles come first.
pub const RANK_ARTICLE: u8 = 0;

/// Then where the walk begins, and after that the sitemaps it finds.
pub const RANK_START: u8 = 1;

/// Then further pages for people.
pub const RANK_FURTHER_PAGE: u8 = 3;

/// The older pages of a feed come last.
pub const RANK_OLDER_FEED: u8 = 4;

/// In which order a backfill asks: lower ranks go first. Where it begins, no page has led there.
pub fn rank(kind: PageKind, from: Option<PageKind>) -> u8 {
    match (kind, from) {
        (PageKind::Article, _) => RANK_ARTICLE,
        (_, None) => RANK_START,
        (PageKind::Feed, Some(PageKind::Feed)) => RANK_OLDER_FEED,
        (PageKind::Sitemap | PageKind::Feed, _) => RANK_START + 1,
        (PageKind::Listing | PageKind::Auto | PageKind::Robots, _) => RANK_FURTHER_PAGE,
    }
}

/// Where a walk begins: what the source is asked for, and the front page of its site. Nothing is
/// known of these yet but where they are.
pub fn starts(source: &Source) -> Vec<(PageKind, Url)> {
    let mut starts = vec![(source.kind, source.url.clone())];
    if let Ok(root) = source.url.join("/")
        && root != source.url
    {
        starts.push((PageKind::Auto, root));
    }
    starts
}

/// What of the links that a page of kind `from` leads to, `depth` pages of links away from the
/// source, may lead to articles published since then. What bears no date may.
///
/// A sitemap that was last changed before, or whose address tells an earlier year, month or day,
/// is left out with all that it lists; so is an article that its link or its folders date so. The
/// older pages of a feed are left out where it lists nothing but such articles.
pub fn worth_reading(
    mut links: Vec<Link>,
    from: PageKind,
    since: Timestamp,
    depth: u32,
) -> Vec<Link> {
    let is_article = |link: &Link| link.kind == PageKind::Article;
    let is_chain = |link: &Link| rank(link.kind, Some(from)) == RANK_OLDER_FEED;
    let has_articles = links.iter().any(is_article);
    links.retain(|link| is_chain(link) || is_worth_reading(link, since, depth));
    if has_articles && !links.iter().any(is_article) {
        links.retain(|link| !is_chain(link));
    }
    links
}

fn is_worth_reading(link: &Link, since: Timestamp, depth: u32) -> bool {
    let published = link.published.map(|date| date.instant());
    if published.is_some_and(|published| published < since) {
        return false;
    }
    let told = match link.kind {
        PageKind::Article => day_of_folders(&link.url),
        _ => day_in(link.url.as_str()),
    };
    let is_past = told.and_then(end).is_some_and(|end| end < since);
    let is_too_deep = matches!(link.kind, PageKind::Sitemap | PageKind::Feed) && depth > DEPTH_MAX;
    !is_past && !is_too_deep
}

/// When a day, a month or a year is over everywhere on Earth: half a day after UTC.
fn end((year, month, day): Day) -> Option<Timestamp> {
    let first = NaiveDate::from_ymd_opt(year.try_into().ok()?, month.max(1), day.max(1))?;
    let after = match (month, day) {
        (0, _) => first.checked_add_months(Months::new(12)),
        (_, 0) => first.checked_add_months(Months::new(1)),
        _ => first.checked_add_days(Days::new(1)),
    }?;
    Some(after.and_hms_opt(12, 0, 0)?.and_utc())
}
