//! `benggala add`: finds what a site offers and prints the TOML to paste.

use std::{io::Write, path::Path};

use bytes::Bytes;
use chrono::Utc;
use url::Url;

use crate::{
    config::Config,
    dates::Words,
    discover::{self, discover},
    fetch::{Fetcher, Network, Request},
    lang::Lexicon,
    model::{Link, Page, PageKind},
};

use super::{
    failure::{Failure, Outcome},
    output::{out, tell},
    settings::{AllowPrivate, load_config},
    threads::runtime,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A site, a feed or a sitemap
    url: Url,
    #[command(flatten)]
    allow: AllowPrivate,
}

/// Something that can be watched.
struct Candidate {
    kind: PageKind,
    url: Url,
    articles: usize,
}

pub(super) fn add(args: &Args, config: Option<&Path>) -> Result<Outcome, Failure> {
    let (mut config, _) = load_config(config)?;
    config.fetch.allow_private.extend(&args.allow.allow_private);
    let candidates = runtime()?.block_on(find(&config, &args.url))?;
    let Some((best, others)) = candidates.split_first() else {
        return Err(Failure::message(format!(
            "{} offers no feed, no sitemap and no links that look like articles; name its feed or a section page instead",
            args.url
        )));
    };
    let mut out = out();
    write_source(&mut out, best, "")?;
    for other in others {
        writeln!(out)?;
        write_source(&mut out, other, "# ")?;
    }
    tell(
        "Paste this into benggala.toml; the first is the one to watch, the others are alternatives.",
    );
    Ok(Outcome::Clean)
}

fn write_source(out: &mut impl Write, candidate: &Candidate, mark: &str) -> std::io::Result<()> {
    let Candidate {
        kind,
        url,
        articles,
    } = candidate;
    writeln!(out, "{mark}[[source]]")?;
    writeln!(out, "{mark}url = \"{url}\"")?;
    writeln!(
        out,
        "{mark}kind = \"{}\"  # {articles} articles right now",
        kind.as_str()
    )
}

/// Everything worth watching at `url`, best first: feeds, then sitemaps, then the page itself.
async fn find(config: &Config, url: &Url) -> Result<Vec<Candidate>, Failure> {
    let fetcher = Fetcher::new(&config.fetch, Network::of(&config.sources))?;
    let (page, robots) = get(&fetcher, url, PageKind::Auto)
        .await
        .map_err(Failure::Message)?;
    let lexicon = Lexicon::built_in();
    let kind = discover::sniff(&page);
    let (links, _) = discover(kind, &page, lexicon.dates());
    let articles = links
        .iter()
        .filter(|link| link.kind == PageKind::Article)
        .count();
    let own = Candidate {
        kind,
        url: page.final_url.clone(),
        articles,
    };
    if kind != PageKind::Listing {
        return Ok(vec![own]);
    }
    let (links, _) = discover(PageKind::Auto, &page, lexicon.dates());
    let named = links
        .into_iter()
        .filter(|link| link.kind != PageKind::Article)
        .map(|link| (link.kind, link.url));
    let robots = String::from_utf8_lossy(&robots);
    let sitemaps = discover::sitemaps_of(&robots, &page.final_url);
    let offers = named.chain(sitemaps.into_iter().map(|url| (PageKind::Sitemap, url)));
    let mut candidates = Vec::new();
    for (kind, url) in offers {
        match get(&fetcher, &url, kind).await {
            Ok((page, _)) => candidates.push(Candidate {
                kind,
                url,
                articles: discover(kind, &page, lexicon.dates()).0.len(),
            }),
            Err(why) => tell(format!("{why}; left out")),
        }
    }
    if candidates.is_empty() {
        candidates.extend(guess(&fetcher, &page.final_url, lexicon.dates()).await);
    }
    if own.articles > 0 {
        candidates.push(own);
    }
    Ok(candidates)
}

/// The first of the usual places of feeds and sitemaps that has one: most are not there, and some
/// servers answer with a web page whatever they are asked for.
async fn guess(fetcher: &Fetcher, page: &Url, words: &Words) -> Option<Candidate> {
    for (kind, url) in discover::usual_places(page) {
        let Ok((page, _)) = get(fetcher, &url, kind).await else {
            continue;
        };
        let articles = discover(kind, &page, words).0.len();
        if discover::sniff(&page) == kind && articles > 0 {
            return Some(Candidate {
                kind,
                url,
                articles,
            });
        }
    }
    None
}

/// A page, and the robots.txt that was read on the way to it.
async fn get(fetcher: &Fetcher, url: &Url, kind: PageKind) -> Result<(Page, Bytes), String> {
    let request = Request {
        url: url.clone(),
        kind,
        etag: None,
        last_modified: None,
    };
    let exchange = fetcher.fetch(&request).await;
    let link = Link {
        url: url.clone(),
        source: String::new(),
        kind,
        published: None,
    };
    let robots = exchange.robots_text().cloned().unwrap_or_default();
    let page = exchange
        .into_page(link, Utc::now())
        .map_err(|why| format!("cannot fetch {url}: {why}"))?;
    Ok((page, robots))
}
