//! `benggala add`: finds what a site offers and prints the TOML to paste.

use std::{
    cmp::Reverse,
    collections::HashSet,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use chrono::Utc;
use url::Url;

use crate::{
    config::Config,
    dates::Words,
    discover::{self, NoSubscription, discover, subscriptions},
    fetch::{Fetcher, Network, Request},
    frontier::{Listing, Unread, intake},
    inspect::{Inspection, inspect},
    lang::Lexicon,
    model::{Date, Link, Page, PageKind},
    report::{Document as View, colour::Style, manner::Manner, terminal, wording::counted},
};

use super::{
    failure::{Failure, Outcome},
    input::{read_all, read_file, rules_of},
    output::{columns, out, tell},
    settings::{AllowPrivate, load_config},
    site::{advice, site_url},
    threads::runtime,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A site, a feed or a sitemap; or a list of what you follow: a file of OPML or CSV or with an
    /// address a line, or - for standard input
    #[arg(value_parser = what, value_name = "URL|FILE|-")]
    what: What,
    /// Articles of the site that are read and judged to show what to expect, the newest first; 0 for
    /// none
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(..=20))]
    articles: u8,
    #[command(flatten)]
    allow: AllowPrivate,
}

/// What is to be added.
#[derive(Debug, Clone)]
enum What {
    Site(Url),
    /// A file, or `-`.
    List(PathBuf),
}

/// A file that is there is meant before a host of that name.
fn what(text: &str) -> Result<What, String> {
    let path = Path::new(text);
    if path.is_dir() {
        return Err(
            "it is a folder; name a file in it, or a site as https://news.example".to_string(),
        );
    }
    match text == "-" || path.is_file() {
        true => Ok(What::List(text.into())),
        false => site_url(text).map(What::Site),
    }
}

/// Something that can be watched.
struct Candidate {
    kind: PageKind,
    url: Url,
    articles: usize,
    /// How many are dated further back than `link_age` allows.
    old: usize,
    /// What would be read at first.
    first: Vec<Url>,
}

impl Candidate {
    /// What a source would yield that is watched from now on.
    fn new(kind: PageKind, url: Url, links: Vec<Link>, link_age: Duration) -> Candidate {
        let listing = Listing {
            kind,
            is_first: true,
            link_age,
            now: Utc::now(),
        };
        let articles: Vec<Link> = links
            .into_iter()
            .filter(|link| link.kind == PageKind::Article)
            .collect();
        let old = articles.iter().filter(|link| listing.is_old(link)).count();
        let unseen = articles.iter().map(|link| link.url.clone()).collect();
        let unread = Unread {
            unseen,
            ..Unread::default()
        };
        Candidate {
            kind,
            url,
            articles: articles.len(),
            old,
            first: newest_first(intake(articles, &unread, &listing).new),
        }
    }

    /// ``12 articles right now, 12 of them older than `link_age`; 10 would be read``
    fn promise(&self) -> String {
        let articles = self.articles;
        let mut promise = format!("{} right now", counted(articles as u64, "article"));
        if self.old > 0 {
            promise += &format!(", {} of them older than `link_age`", self.old);
        }
        if self.first.len() < articles {
            promise += &format!("; {} would be read", self.first.len());
        }
        promise
    }
}

fn newest_first(mut links: Vec<Link>) -> Vec<Url> {
    // Those without a date keep their order, which is that of the page, behind those with one.
    links.sort_by_key(|link| Reverse(link.published.as_ref().map(Date::instant)));
    links.into_iter().map(|link| link.url).collect()
}

pub(super) fn add(args: &Args, config: &[PathBuf]) -> Result<Outcome, Failure> {
    let mut config = load_config(config)?;
    let url = match &args.what {
        What::Site(url) => url,
        What::List(file) => return add_many(file, &config),
    };
    config.fetch.allow_private.extend(&args.allow.allow_private);
    let runtime = runtime()?;
    let fetcher = Fetcher::new(&config.fetch, Network::of(&config.sources))?;
    let candidates = runtime.block_on(find(&fetcher, &config, url))?;
    let Some((best, others)) = candidates.split_first() else {
        return Err(Failure::message(format!(
            "{url} offers no feed, no sitemap and no links that look like articles; name its feed or a section page instead"
        )));
    };
    let mut out = out();
    if !args.allow.allow_private.is_empty() {
        let networks = args
            .allow
            .allow_private
            .iter()
            .map(|network| network.to_string());
        let networks = toml::Value::from(networks.collect::<Vec<_>>());
        writeln!(out, "# needs, under [fetch]: allow_private = {networks}")?;
    }
    write_source(&mut out, best, "")?;
    for other in others {
        writeln!(out)?;
        write_source(&mut out, other, "# ")?;
    }
    out.flush()?;
    tell(
        "Paste this into benggala.toml; the first is the one to watch, the others are alternatives.",
    );
    let sample = &best.first[..best.first.len().min(args.articles.into())];
    runtime.block_on(show(&fetcher, &config, sample));
    Ok(Outcome::Clean)
}

/// Reads a few articles as the daemon would and tells how each is judged: whether a site can be read at
/// all is seen here, and not a day later.
async fn show(fetcher: &Fetcher, config: &Config, sample: &[Url]) {
    if sample.is_empty() {
        return;
    }
    tell(match sample.len() {
        1 => "\nIts newest, judged:\n".to_string(),
        newest => format!("\nIts {newest} newest, judged:\n"),
    });
    let rules = rules_of(config);
    let manner = Manner {
        legend: &[],
        policy: &rules.policy,
        columns: columns(),
        style: Style::Colour,
    };
    for url in sample {
        let page = match get(fetcher, url, PageKind::Article).await {
            Ok((page, _)) => page,
            Err(why) => {
                tell(why);
                continue;
            }
        };
        let site = Config::rules_for(None, page.final_url.host_str());
        let Inspection {
            article,
            assessment,
            ..
        } = inspect(&page, &site, None, &rules);
        let view = View::new(url.as_str().into(), &article, &assessment);
        let brief = terminal::brief(&view, url.as_str(), &manner);
        tell(brief.trim_end());
    }
}

/// The sources of a list, but for those that are configured. Nobody is asked: thousands of sites would
/// take hours, and the daemon finds out anyway.
fn add_many(file: &Path, config: &Config) -> Result<Outcome, Failure> {
    let what = file.display();
    let unreadable = |error| Failure::message(format!("cannot read {what}: {error}"));
    let bytes = match file == Path::new("-") {
        true => read_all(std::io::stdin()),
        false => read_file(file),
    };
    let bytes = bytes.map_err(unreadable)?;
    let (listed, refused) = subscriptions(&String::from_utf8_lossy(&bytes));
    if listed.is_empty() {
        return Err(Failure::message(format!(
            "{what} names no web address; OPML, CSV and one address a line are read"
        )));
    }
    let mut urls: HashSet<Url> = config.sources.iter().map(|s| s.url.clone()).collect();
    let mut names: HashSet<String> = config.sources.iter().map(|s| s.name.clone()).collect();
    let (count, mut known) = (listed.len(), 0);
    let mut out = out();
    for one in listed {
        if !urls.insert(one.url.clone()) {
            known += 1;
            continue;
        }
        writeln!(out, "[[source]]")?;
        writeln!(out, "url = {}", quoted(one.url.as_str()))?;
        if !one.name.is_empty() {
            writeln!(out, "name = {}", quoted(&free_name(one.name, &mut names)))?;
        }
        if one.kind != PageKind::Auto {
            writeln!(out, "kind = {}", quoted(one.kind.as_str()))?;
        }
        writeln!(out)?;
    }
    out.flush()?;
    let sources = counted((count - known) as u64, "source");
    let mut told = format!("{sources} to append to benggala.toml");
    if known > 0 {
        told += &format!("; {known} of the list there already or twice");
    }
    tell(told);
    tell_refused(file, &refused);
    Ok(Outcome::Clean)
}

/// Entries of a list that are told one by one; more are counted.
const REFUSED_TOLD: usize = 20;

fn tell_refused(file: &Path, refused: &[NoSubscription]) {
    let file = file.display();
    for one in refused.iter().take(REFUSED_TOLD) {
        tell(match one {
            NoSubscription::Line(line) => format!("{file}:{line}: no web address"),
            NoSubscription::Outline(name) => format!("{file}: `{name}` has no web address"),
        });
    }
    let more = refused.len().saturating_sub(REFUSED_TOLD);
    if more > 0 {
        tell(format!("{file}: {more} more without a web address"));
    }
}

/// Names are unique: the second of one gets a number.
fn free_name(name: String, names: &mut HashSet<String>) -> String {
    let numbered = (2_u32..).map(|n| format!("{name} {n}"));
    let mut free = std::iter::once(name.clone()).chain(numbered);
    let free = free.find(|name| !names.contains(name)).unwrap_or(name);
    names.insert(free.clone());
    free
}

fn quoted(text: &str) -> toml::Value {
    toml::Value::String(text.to_string())
}

fn write_source(out: &mut impl Write, candidate: &Candidate, mark: &str) -> std::io::Result<()> {
    writeln!(out, "{mark}[[source]]")?;
    writeln!(out, "{mark}url = \"{}\"", candidate.url)?;
    let (kind, promise) = (candidate.kind.as_str(), candidate.promise());
    writeln!(out, "{mark}kind = \"{kind}\"  # {promise}")
}

/// Everything worth watching at `url`, best first: feeds, then sitemaps, then the page itself.
async fn find(fetcher: &Fetcher, config: &Config, url: &Url) -> Result<Vec<Candidate>, Failure> {
    let (page, robots) = get(fetcher, url, PageKind::Auto)
        .await
        .map_err(Failure::Message)?;
    let lexicon = Lexicon::built_in();
    let words = lexicon.dates();
    let kind = discover::sniff(&page);
    let link_age = config.schedule.link_age;
    let (links, _) = discover(kind, &page, words);
    let own = Candidate::new(kind, page.final_url.clone(), links, link_age);
    if kind != PageKind::Listing {
        return Ok(vec![own]);
    }
    let (links, _) = discover(PageKind::Auto, &page, words);
    let named = links
        .into_iter()
        .filter(|link| link.kind != PageKind::Article)
        .map(|link| (link.kind, link.url));
    let robots = String::from_utf8_lossy(&robots);
    let sitemaps = discover::sitemaps_of(&robots, &page.final_url);
    let offers = named.chain(sitemaps.into_iter().map(|url| (PageKind::Sitemap, url)));
    let mut candidates = Vec::new();
    for (kind, url) in offers {
        match get(fetcher, &url, kind).await {
            Ok((page, _)) => {
                let (links, _) = discover(kind, &page, words);
                candidates.push(Candidate::new(kind, url, links, link_age));
            }
            Err(why) => tell(format!("{why}; left out")),
        }
    }
    if candidates.is_empty() {
        candidates.extend(guess(fetcher, &page.final_url, link_age, words).await);
    }
    if own.articles > 0 {
        candidates.push(own);
    }
    Ok(candidates)
}

/// The first of the usual places of feeds and sitemaps that has one: most are not there, and some
/// servers answer with a web page whatever they are asked for.
async fn guess(
    fetcher: &Fetcher,
    page: &Url,
    link_age: Duration,
    words: &Words,
) -> Option<Candidate> {
    for (kind, url) in discover::usual_places(page) {
        let Ok((page, _)) = get(fetcher, &url, kind).await else {
            continue;
        };
        let (links, _) = discover(kind, &page, words);
        let candidate = Candidate::new(kind, url, links, link_age);
        if discover::sniff(&page) == kind && candidate.articles > 0 {
            return Some(candidate);
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
    let advice = advice(&exchange);
    let page = exchange
        .into_page(link, Utc::now())
        .map_err(|why| format!("cannot fetch {url}: {why}{advice}"))?;
    Ok((page, robots))
}
