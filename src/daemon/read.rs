//! Reading the page that a fetch has brought: an article is inspected, a page of links is searched.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use url::Url;

use crate::{
    config::Config,
    dates::Words,
    discover::{self, discover},
    extract::Site,
    fetch::Exchange,
    frontier,
    inspect::{self, Rules, guarded, set_aside},
    model::{Dismissal, Link, Page, PageKind, Problem, RobotsRules},
    site,
    store::Lease,
};

use super::{
    active::ActiveConfig,
    facts::{PageContent, Step, TimedInspection},
    resources::Resources,
    second_opinion,
};

/// Sitemaps taken from one index.
const SITEMAPS_OF_A_PAGE: usize = 10;

/// Reads `page`, which `exchange` has brought for `lease`.
pub(super) async fn read(
    resources: &Resources,
    active: &Arc<ActiveConfig>,
    lease: &Lease,
    exchange: &Exchange,
    page: &Page,
) -> PageContent {
    if page.link.kind == PageKind::Article {
        return inspected(resources, active, page).await;
    }
    let robots = robots_text(lease, exchange);
    let past = past(resources, active, lease, page, robots.as_ref()).await;
    if lease.is_past() {
        return unless_wall(resources, active, page, past).await;
    }
    let source = active.source(&page.link.source);
    let is_open =
        source.is_some_and(|source| source.kind == PageKind::Auto && source.url == page.link.url);
    let (work, known) = (page.clone(), Arc::clone(active));
    let content = resources
        .cores
        .run(move || {
            let words = known.rules.lexicon.dates();
            guarded(|| read_links(&work, is_open, robots.as_deref(), words))
        })
        .await;
    let mut content = content.unwrap_or_else(|why| PageContent {
        problems: vec![Problem {
            what: format!("reading the page failed: {why}"),
            ..Problem::default()
        }],
        ..PageContent::default()
    });
    if content.links.is_empty() {
        // Perhaps it is none of what was expected, but a wall.
        let instead = inspected(resources, active, page).await;
        if instead.is_bot_wall() {
            return instead;
        }
        content.links.extend(usual_places(page));
    }
    content.past = past;
    content
}

/// What a backfill alone has asked for. Where it leads nowhere, it may be a wall.
async fn unless_wall(
    resources: &Resources,
    active: &Arc<ActiveConfig>,
    page: &Page,
    past: Option<Vec<Link>>,
) -> PageContent {
    if past.as_ref().is_none_or(Vec::is_empty) {
        let instead = inspected(resources, active, page).await;
        if instead.is_bot_wall() {
            return instead;
        }
    }
    PageContent {
        past,
        ..PageContent::default()
    }
}

/// What of the past of its source a page of links leads to, if a backfill has asked for it.
async fn past(
    resources: &Resources,
    active: &Arc<ActiveConfig>,
    lease: &Lease,
    page: &Page,
    robots: Option<&Bytes>,
) -> Option<Vec<Link>> {
    let task = lease.backfill?;
    let (work, robots) = (page.clone(), robots.cloned().unwrap_or_default());
    let active = Arc::clone(active);
    let read = move || {
        let sitemaps = (task.depth == 0).then_some(robots.as_ref());
        let links = discover::past(&work, sitemaps, active.rules.lexicon.dates());
        frontier::backfill::worth_reading(links, work.link.kind, task.since, task.depth + 1)
    };
    let found = resources.cores.run(move || guarded(read)).await;
    Some(found.unwrap_or_default())
}

/// The robots.txt of the page's host: just fetched, or as the store knows it.
pub(super) fn robots_text(lease: &Lease, exchange: &Exchange) -> Option<Bytes> {
    let stored = lease
        .robots
        .as_ref()
        .and_then(|record| match &record.rules {
            RobotsRules::Text(text) => Some(text),
            RobotsRules::Unavailable | RobotsRules::Unreachable => None,
        });
    exchange.robots_text().or(stored).cloned()
}

/// Inspects an article, and learns from it what its site is like.
async fn inspected(resources: &Resources, active: &Arc<ActiveConfig>, page: &Page) -> PageContent {
    let source = active.source(&page.link.source);
    let site_rules = Config::rules_for(source, page.final_url.host_str());
    let lang = source.and_then(|source| source.lang.clone());
    let memory = resources.memories.of_site(&page.final_url).await;
    let rules = Rules {
        usage: resources.languages.usage().await,
        policy: active.policy_for(&page.link.source),
        ..active.rules.clone()
    };
    let (work, by) = (page.clone(), rules.clone());
    let (asked, begun) = (resources.clock.now(), Instant::now());
    let clock = resources.clock.clone();
    let (mut inspection, parts) = resources
        .cores
        .run(move || {
            let site = Site {
                rules: &site_rules,
                memory: &memory,
            };
            let began = clock.now();
            let article = inspect::read(&work, site, &by);
            let read = clock.now();
            let inspection = inspect::judge_read(&work, article, lang.as_ref(), &by);
            let parts = vec![
                Step::new("extract", began, read),
                Step::new("score", read, clock.now()),
            ];
            (inspection, parts)
        })
        .await;
    let took = begun.elapsed();
    second_opinion::recall(resources, active, &page.link.source, &mut inspection).await;
    let dismissals = dismissals(resources, &page.final_url).await;
    let inspection = set_aside(inspection, &dismissals, &rules);
    let memories = &resources.memories;
    memories.learn(&page.final_url, &inspection.article).await;
    let heard = inspection.heard.as_ref();
    resources.languages.learn(&page.final_url, heard);
    PageContent {
        inspected: Some(TimedInspection {
            inspection,
            took,
            step: Step {
                parts,
                ..Step::new("inspect", asked, resources.clock.now())
            },
        }),
        ..PageContent::default()
    }
}

/// What reviewers have said is no finding on the site of a page. Where the store fails, nothing is:
/// that is counted, and what is raised once too often can be dismissed again.
async fn dismissals(resources: &Resources, url: &Url) -> Vec<Dismissal> {
    match site::name(url) {
        Some(name) => resources.store.dismissals(name).await.unwrap_or_default(),
        None => Vec::new(),
    }
}

/// Reads a page of links. A site whose kind is left open (`is_open`) is searched for feeds at every
/// answer: what stood there the last time may have been an excuse. Where it offers none, the sitemaps
/// that its robots.txt names stand in.
fn read_links(page: &Page, is_open: bool, robots: Option<&[u8]>, words: &Words) -> PageContent {
    let (mut links, problems) = discover(page.link.kind, page, words);
    let shown = discover::sniff(page);
    let is_site = is_open && shown == PageKind::Listing;
    if is_site && page.link.kind != PageKind::Auto {
        let (named, _) = discover(PageKind::Auto, page, words);
        let places = named
            .into_iter()
            .filter(|link| link.kind != PageKind::Article);
        links.extend(places);
    }
    if is_site && !links.iter().any(|link| link.kind == PageKind::Feed) {
        let text = String::from_utf8_lossy(robots.unwrap_or_default());
        let named = discover::sitemaps_of(&text, &page.final_url).into_iter();
        links.extend(places(page, named.map(|url| (PageKind::Sitemap, url))));
    }
    // A web page without links may be an excuse in the place of a feed, and settles nothing.
    let is_settled = shown != PageKind::Listing || (is_site && !links.is_empty());
    let kind = is_settled.then_some(shown);
    keep_newest_sitemaps(&mut links);
    let elsewhere = match shown {
        PageKind::Feed => discover::elsewhere(page, &links) as u64,
        _ => 0,
    };
    PageContent {
        kind,
        links,
        problems,
        elsewhere,
        ..PageContent::default()
    }
}

/// Each sitemap that a page names is asked again and again: of an archive by month only the last
/// few are worth it. Undated ones come after dated ones, in the page's order.
fn keep_newest_sitemaps(links: &mut Vec<Link>) {
    let (mut sitemaps, others): (Vec<Link>, Vec<Link>) = links
        .drain(..)
        .partition(|link| link.kind == PageKind::Sitemap);
    sitemaps.sort_by_key(|link| std::cmp::Reverse(link.published.map(|date| date.instant())));
    sitemaps.truncate(SITEMAPS_OF_A_PAGE);
    links.extend(others);
    links.extend(sitemaps);
}

/// Where a site may list its articles whose front page yields nothing at all.
fn usual_places(page: &Page) -> Vec<Link> {
    let is_site = page.link.kind == PageKind::Auto && discover::sniff(page) == PageKind::Listing;
    if !is_site || page.final_url.path() != "/" {
        return Vec::new();
    }
    places(page, discover::usual_places(&page.final_url)).collect()
}

/// Links to other places where the source of `page` lists its articles.
fn places(
    page: &Page,
    urls: impl IntoIterator<Item = (PageKind, Url)>,
) -> impl Iterator<Item = Link> {
    urls.into_iter().map(|(kind, url)| Link {
        url,
        source: page.link.source.clone(),
        kind,
        published: None,
    })
}
