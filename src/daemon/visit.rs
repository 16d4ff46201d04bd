//! One URL, from lease to completion.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::Utc;
use url::Url;

use crate::{
    canonical,
    config::Config,
    discover::{self, discover},
    extract::Site,
    fetch::{Exchange, Request},
    frontier,
    inspect::{Inspection, abstain, inspect},
    model::{
        Article, FetchOutcome, Link, Page, PageKind, Problem, Reason, RobotsRules, SourceStanding,
        Timestamp, Verdict,
    },
    store::{Completed, Completion, Fate, Lease, StoreError, Visit},
};

use super::{
    Setup, Shared,
    aside::aside,
    memory, outage,
    plan::{self, Plan},
};

/// Articles that a feed or sitemap dates further back than this are not fetched: a monitor
/// watches what is new.
const LINK_AGE_MAX: Duration = Duration::from_secs(7 * 24 * 3600);

/// Sitemaps taken from one index.
const SITEMAPS_OF_A_PAGE: usize = 10;

/// All that a visit brought, for counting and logging.
#[derive(Debug)]
pub(super) struct Visited {
    pub(super) lease: Lease,
    pub(super) exchange: Exchange,
    pub(super) reading: Reading,
    pub(super) completed: Result<Completed, StoreError>,
    /// How the source stands with the new article.
    pub(super) standing: Option<SourceStanding>,
    /// It failed because our own network is gone.
    pub(super) is_outage: bool,
}

/// What was read from the answer.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) kind: Option<PageKind>,
    pub(super) links: Vec<Link>,
    pub(super) links_filtered: usize,
    pub(super) problems: Vec<Problem>,
    pub(super) inspected: Option<Inspected>,
}

impl Reading {
    /// Whether the server let a wall stand in the place of the page and said nothing of it.
    fn is_bot_wall(&self) -> bool {
        let verdict = self
            .inspected
            .as_ref()
            .map(|inspected| inspected.inspection.assessment.verdict);
        verdict == Some(Verdict::Abstain(Reason::Challenge))
    }
}

/// An article page that was inspected.
#[derive(Debug)]
pub(super) struct Inspected {
    pub(super) inspection: Inspection,
    pub(super) took: Duration,
    pub(super) panicked: Option<String>,
}

pub(super) async fn visit(shared: Shared, setup: Arc<Setup>, lease: Lease) -> Box<Visited> {
    let put_off = plan::put_off(&setup, &lease, Utc::now());
    let asked = plan::address(&lease, Utc::now()).clone();
    let mut exchange = match put_off {
        Some(_) => Exchange::unasked(&asked),
        None => fetch(&setup, &lease, &asked).await,
    };
    let now = Utc::now();
    let is_outage = shared.outage.judge(&mut exchange, now);
    let mut page = exchange.clone().into_page(lease.link.clone(), now).ok();
    let mut reading = match &page {
        Some(page) => {
            let robots = robots_text(&lease, &exchange);
            read(&shared, &setup, page, robots).await
        }
        None => Reading::default(),
    };
    if reading.is_bot_wall() {
        // Nothing was read: the page is asked for again, when the wall may be gone.
        exchange = exchange.behind_bot_wall();
        (page, reading) = (None, Reading::default());
    }
    let rhythm = plan::learn(&shared, &lease, &exchange, &reading, now).await;
    let later = put_off.or_else(|| is_outage.then(|| now + outage::PAUSE));
    let fate = match later {
        Some(at) => Fate::Again {
            at,
            attempts: lease.attempts,
        },
        None => plan::fate(&setup, &lease, &exchange, &reading, rhythm.as_ref(), now),
    };
    let plan = Plan {
        fate,
        rhythm,
        moved: plan::moved(&lease, &exchange, &asked, now),
    };
    let completion = conclude(&lease, &exchange, &reading, page, plan, now);
    let completed = shared
        .store
        .complete(&lease, completion, &setup.channels)
        .await;
    let standing = match &completed {
        Ok(completed) if completed.article_new => standing(&shared, &lease.link.source).await,
        Ok(_) | Err(_) => None,
    };
    Box::new(Visited {
        lease,
        exchange,
        reading,
        completed,
        standing,
        is_outage,
    })
}

async fn standing(shared: &Shared, source: &str) -> Option<SourceStanding> {
    // A failure is counted already; the next article brings it again.
    Some(shared.store.standing(source).await.ok()?.summary())
}

/// Fetches within the lease: a worker must have stopped before its lease passes to another.
async fn fetch(setup: &Setup, lease: &Lease, asked: &Url) -> Exchange {
    if let Some(robots) = &lease.robots {
        setup.fetcher.know(robots);
    }
    let request = Request {
        url: asked.clone(),
        kind: lease.link.kind,
        etag: lease.etag.clone(),
        last_modified: lease.last_modified.clone(),
    }
    .in_full_now_and_then(rand::random());
    let limit = setup.config.schedule.lease.mul_f64(0.8);
    match tokio::time::timeout(limit, setup.fetcher.fetch(&request)).await {
        Ok(exchange) => exchange,
        Err(_) => Exchange::timed_out(&request.url, "no answer before the lease was about to end"),
    }
}

/// The robots.txt of the page's host: just fetched, or as the store knows it.
fn robots_text(lease: &Lease, exchange: &Exchange) -> Option<Bytes> {
    let stored = lease
        .robots
        .as_ref()
        .and_then(|record| match &record.rules {
            RobotsRules::Text(text) => Some(text),
            RobotsRules::Unavailable | RobotsRules::Unreachable => None,
        });
    exchange.robots_text().or(stored).cloned()
}

async fn read(shared: &Shared, setup: &Arc<Setup>, page: &Page, robots: Option<Bytes>) -> Reading {
    if page.link.kind == PageKind::Article {
        return inspected(shared, setup, page).await;
    }
    let work = page.clone();
    let reading = aside(&shared.cores, move || {
        read_listing(&work, robots.as_deref())
    })
    .await;
    let reading = reading.unwrap_or_else(|why| Reading {
        problems: vec![Problem {
            what: format!("reading the page failed: {why}"),
        }],
        ..Reading::default()
    });
    if reading.links.is_empty() && reading.links_filtered == 0 {
        // Perhaps it is none of what was expected, but a wall.
        let instead = inspected(shared, setup, page).await;
        if instead.is_bot_wall() {
            return instead;
        }
    }
    reading
}

async fn inspected(shared: &Shared, setup: &Arc<Setup>, page: &Page) -> Reading {
    Reading {
        inspected: Some(inspect_aside(shared, setup, page).await),
        ..Reading::default()
    }
}

/// Reads a page of links. What an `Auto` source turns out to be is settled here, and the sitemaps
/// that its robots.txt names stand in where it offers no feed.
fn read_listing(page: &Page, robots: Option<&[u8]>) -> Reading {
    let (mut links, problems) = discover(page.link.kind, page);
    let kind = (page.link.kind == PageKind::Auto).then(|| discover::sniff(page));
    if kind == Some(PageKind::Listing) && !links.iter().any(|link| link.kind == PageKind::Feed) {
        links.extend(sitemaps(page, robots));
    }
    let found = links.len();
    links.retain(|link| frontier::worth_fetching(link, page.fetched_at, LINK_AGE_MAX));
    keep_newest_sitemaps(&mut links);
    let links_filtered = found - links.len();
    Reading {
        kind,
        links,
        links_filtered,
        problems,
        inspected: None,
    }
}

/// Each sitemap that a page names is asked again and again: of an archive by month only the last
/// few are worth it. Undated ones come after dated ones, in the page's order.
fn keep_newest_sitemaps(links: &mut Vec<Link>) {
    let (mut sitemaps, others): (Vec<Link>, Vec<Link>) = links
        .drain(..)
        .partition(|link| link.kind == PageKind::Sitemap);
    sitemaps.sort_by_key(|link| std::cmp::Reverse(link.published));
    sitemaps.truncate(SITEMAPS_OF_A_PAGE);
    links.extend(others);
    links.extend(sitemaps);
}

fn sitemaps(page: &Page, robots: Option<&[u8]>) -> Vec<Link> {
    let text = String::from_utf8_lossy(robots.unwrap_or_default());
    discover::sitemaps_of(&text, &page.final_url)
        .into_iter()
        .map(|url| Link {
            url,
            source: page.link.source.clone(),
            kind: PageKind::Sitemap,
            published: None,
        })
        .collect()
}

async fn inspect_aside(shared: &Shared, setup: &Arc<Setup>, page: &Page) -> Inspected {
    let source = setup.sources.get(&page.link.source);
    let site = Config::rules_for(source, page.final_url.host_str());
    let known = memory::of_site(shared, &page.final_url).await;
    let lang = source.and_then(|source| source.lang.clone());
    let (work, rules) = (page.clone(), Arc::clone(setup));
    let begun = std::time::Instant::now();
    let inspection = aside(&shared.cores, move || {
        let site = Site {
            rules: &site,
            memory: &known,
        };
        inspect(&work, site, lang.as_ref(), &rules.rules)
    })
    .await;
    let took = begun.elapsed();
    if let Ok(inspection) = &inspection {
        memory::learn(shared, &page.final_url, &inspection.article).await;
    }
    match inspection {
        Ok(inspection) => Inspected {
            inspection,
            took,
            panicked: None,
        },
        Err(why) => {
            tracing::error!(url = %page.final_url, why, "inspection failed; the page is kept");
            let article = Article {
                url: Some(page.final_url.clone()),
                ..Article::default()
            };
            let inspection = Inspection {
                article,
                assessment: abstain(Reason::Failed),
            };
            Inspected {
                inspection,
                took,
                panicked: Some(why),
            }
        }
    }
}

/// Puts together all that is written in the one transaction that ends the lease.
fn conclude(
    lease: &Lease,
    exchange: &Exchange,
    reading: &Reading,
    page: Option<Page>,
    plan: Plan,
    now: Timestamp,
) -> Completion {
    let (pause, host_failures) = frontier::host_pause(
        exchange.outcome,
        exchange.status,
        lease.host_failures,
        frontier::slowed(exchange.delay, exchange.took),
        exchange.retry_after,
        rand::random(),
    );
    let visit = page
        .zip(reading.inspected.as_ref())
        .map(|(page, inspected)| {
            let article = inspected.inspection.article.clone();
            let canonical = article_url(&article, &page);
            let assessment = inspected.inspection.assessment.clone();
            Box::new(Visit {
                page,
                canonical,
                article,
                assessment,
            })
        });
    Completion {
        at: now,
        outcome: exchange.outcome,
        status: exchange.status,
        etag: validator(exchange, "etag", lease.etag.as_deref()),
        last_modified: validator(exchange, "last-modified", lease.last_modified.as_deref()),
        fate: plan.fate,
        kind: reading.kind,
        host_next_at: now + pause,
        host_failures,
        host_delay: Some(exchange.delay).filter(|delay| !delay.is_zero()),
        rhythm: plan.rhythm,
        moved: plan.moved,
        robots: exchange.robots.clone(),
        links: reading.links.clone(),
        visit,
        error: failure(exchange).or_else(|| first_problem(reading)),
    }
}

/// The outcome's name first: the review page gives advice by it.
fn failure(exchange: &Exchange) -> Option<String> {
    let error = exchange.error.as_deref()?;
    Some(format!("{}: {error}", exchange.outcome.as_str()))
}

/// A page of links that yielded nothing but problems has failed, though the server answered.
fn first_problem(reading: &Reading) -> Option<String> {
    let problem = reading.problems.first()?;
    reading.links.is_empty().then(|| problem.what.clone())
}

fn article_url(article: &Article, page: &Page) -> url::Url {
    match &article.url {
        Some(declared) => canonical::accepted(declared, &page.final_url),
        None => canonical::accepted(&page.final_url, &page.final_url),
    }
}

/// The value to send next time: the new one, the old one after "not modified", none after a 2xx
/// without.
fn validator(exchange: &Exchange, header: &str, old: Option<&str>) -> Option<String> {
    let new = exchange.headers.get(header);
    let kept = if exchange.outcome == FetchOutcome::Ok {
        None
    } else {
        old
    };
    new.or(kept).map(str::to_string)
}
