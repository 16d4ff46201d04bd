//! `benggala doctor`: whether this machine and its sources are as the daemon needs them.

use std::{
    fmt,
    io::{self, Write},
    net::TcpListener,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
};

use bytesize::ByteSize;
use chrono::{DateTime, TimeDelta, Utc};
use rustix::process::{Resource, getrlimit};

use crate::{
    config::{Config, FetchConfig, StoreConfig},
    discover::{self, discover},
    fetch::{Fetcher, Network, Request},
    lang::Lexicon,
    model::{FetchOutcome, Link, Listen, PageKind, Secret, Source, StoreUrl, TokenFor},
    report::{wording, wrapped::hung},
    store::{self, Observer, OpenError, disk::network_file_system},
};

use super::{
    failure::{Failure, Outcome},
    given::like,
    output::{columns, out},
    settings::{OfGroup, load_config, tell_unread_variables},
    threads::runtime,
};

/// Space below which a store has little time left.
const FREE_MIN: u64 = 1 << 30;
/// Handles below which fewer pages are fetched at a time than `concurrency` allows.
const HANDLES_MIN: u64 = 1_024;
/// Characters of a token that nobody guesses, however often they may try.
const TOKEN_MIN: usize = 16;
/// A clock off by more makes leases and politeness wrong.
const CLOCK_OFF_MAX: TimeDelta = TimeDelta::minutes(2);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Sources that are asked, at most; 0 asks nobody
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = like::<usize>("3, or 0"))]
    sources: usize,
    #[command(flatten)]
    of: OfGroup,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Good,
    Doubtful,
    Bad,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            State::Good => "good",
            State::Doubtful => "doubtful",
            State::Bad => "bad",
        })
    }
}

/// What was looked at, how it is, and what to do.
struct Examined(State, String);

fn good(what: impl Into<String>) -> Examined {
    Examined(State::Good, what.into())
}

fn doubtful(what: impl Into<String>) -> Examined {
    Examined(State::Doubtful, what.into())
}

fn bad(what: impl Into<String>) -> Examined {
    Examined(State::Bad, what.into())
}

pub(super) fn doctor(args: &Args, files: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = load_config(files)?.for_group(args.of.group.as_deref());
    tell_unread_variables(&config);
    let mut worst = State::Good;
    let columns = columns();
    let mut say = |Examined(state, what): Examined| {
        worst = worst.max(state);
        writeln!(out(), "{}", hung(&format!("{state:<9} "), &what, columns))
    };
    say(sources(&config))?;
    say(contact(&config.fetch))?;
    say(page(&config))?;
    say(handles())?;
    let folder = folder(&config.store);
    let can_be_made = folder.0 != State::Bad;
    say(folder)?;
    let runtime = runtime()?;
    say(runtime.block_on(store_of(&config.store, can_be_made)))?;
    let fetcher = Fetcher::new(&config.fetch, Network::of(&config.sources))?;
    for source in config.watched().take(args.sources) {
        for examined in runtime.block_on(reach(&fetcher, source)) {
            say(examined)?;
        }
    }
    Ok(match worst {
        State::Bad => Outcome::Incomplete,
        State::Good | State::Doubtful => Outcome::Clean,
    })
}

fn sources(config: &Config) -> Examined {
    match config.watched().count() {
        0 if !config.sources.is_empty() => {
            bad("configuration: no source of this group; see --group")
        }
        0 => bad("configuration: no source; `benggala add URL` prints one"),
        n => {
            let sources = wording::counted(n as u64, "source");
            good(format!("configuration: {sources}"))
        }
    }
}

/// Who is annoyed must be able to say so.
fn contact(fetch: &FetchConfig) -> Examined {
    let contact = &fetch.contact;
    match *contact == Config::default().fetch.contact {
        true => doubtful(
            "contact: it is that of the program; site owners who want to reach you cannot (set \
             `contact` under [fetch])",
        ),
        false => good(format!("contact: {contact}")),
    }
}

fn page(config: &Config) -> Examined {
    let listen = &config.serve.listen;
    let serve = &config.serve;
    let open = !listen.is_loopback() && serve.token.is_none();
    let is_short = |token: &Secret| token.expose().len() < TOKEN_MIN;
    // What writes is taken twenty times a second; nobody slows down what reads.
    let guessed = serve.token_for == TokenFor::All && serve.token.as_ref().is_some_and(is_short);
    let bound = match listen {
        Listen::Tcp(address) => TcpListener::bind(address).map(drop),
        // One that nobody listens behind is replaced.
        Listen::Unix(path) => match UnixStream::connect(path) {
            Ok(_) => Err(io::ErrorKind::AddrInUse.into()),
            Err(_) => Ok(()),
        },
    };
    match bound {
        Ok(()) if open => doubtful(format!(
            "page: {listen} is open to others without a token: they can read, nobody can decide (set \
             `token_file` under [serve])"
        )),
        Ok(()) if guessed => doubtful(format!(
            "page: the token is shorter than {TOKEN_MIN} characters and asked of readers too, who may \
             guess as fast as they like (`openssl rand -hex 32` makes a long one)"
        )),
        Ok(()) => good(format!("page: {listen} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => doubtful(format!(
            "page: {listen} is taken, by a running daemon or something else"
        )),
        Err(error) => bad(format!("page: cannot listen at {listen}: {error}")),
    }
}

fn handles() -> Examined {
    match getrlimit(Resource::Nofile).maximum {
        Some(most) if most < HANDLES_MIN => doubtful(format!(
            "handles: {most} at most, fewer pages are fetched at a time (raise LimitNOFILE or ulimit -n)"
        )),
        Some(most) => good(format!("handles: {most}")),
        None => good("handles: no limit"),
    }
}

fn folder(store: &StoreConfig) -> Examined {
    let StoreUrl::Sqlite(path) = &store.url else {
        return good("disk: the store is not on this machine");
    };
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let shown = folder.display();
    if !folder.is_dir() {
        return bad(format!("disk: there is no folder {shown}; create it first"));
    }
    if let Err(error) = tempfile_in(folder) {
        return bad(format!("disk: cannot write to {shown}: {error}"));
    }
    if let Some(kind) = network_file_system(&store.url) {
        return doubtful(format!(
            "disk: {shown} is on a network ({kind}), where locks may fail: keep the store on a disk of \
             this machine"
        ));
    }
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let size = ByteSize(free);
            match free < FREE_MIN {
                true => doubtful(format!("disk: {size} free at {shown}, which will not last")),
                false => good(format!("disk: {size} free at {shown}")),
            }
        }
        Err(error) => doubtful(format!(
            "disk: how much is free at {shown} is not known: {error}"
        )),
    }
}

/// Makes a file and removes it.
fn tempfile_in(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".benggala-doctor-{}", std::process::id()));
    std::fs::write(&path, b"")?;
    std::fs::remove_file(&path)
}

async fn store_of(config: &StoreConfig, can_be_made: bool) -> Examined {
    match store::open_to_read(&config.url, Observer::default()).await {
        Ok(opened) => {
            // It was opened to read: nothing of it is lost.
            let _ = opened.close().await;
            good(format!("store: {} can be read", config.url))
        }
        Err(OpenError::Absent(_)) if !can_be_made => bad(format!(
            "store: {} is not there, and cannot be made there",
            config.url
        )),
        Err(OpenError::Absent(_)) => good(format!(
            "store: {} will be made by the first run",
            config.url
        )),
        Err(error) => bad(format!("store: {error}")),
    }
}

/// Whether a source answers, whether it shows anything, and what its clock says of ours.
async fn reach(fetcher: &Fetcher, source: &Source) -> Vec<Examined> {
    let name = &source.name;
    let request = Request {
        url: source.url.clone(),
        kind: source.kind,
        etag: None,
        last_modified: None,
    };
    let exchange = fetcher.fetch(&request).await;
    let now = Utc::now();
    if exchange.outcome != FetchOutcome::Ok {
        let advice = exchange
            .guard
            .map(|_| format!("; {}", wording::ALLOW_PRIVATE));
        let why = exchange.error.unwrap_or_default();
        let outcome = exchange.outcome.as_str();
        return vec![bad(format!(
            "source {name}: {} [{outcome}] {why}{}",
            source.url,
            advice.unwrap_or_default()
        ))];
    }
    let link = Link {
        url: source.url.clone(),
        source: name.clone(),
        kind: source.kind,
        published: None,
    };
    let page = match exchange.into_page(link, now) {
        Ok(page) => page,
        Err(why) => return vec![bad(format!("source {name}: {why}"))],
    };
    let kind = match source.kind {
        PageKind::Auto => discover::sniff(&page),
        kind => kind,
    };
    let (links, problems) = discover(kind, &page, Lexicon::built_in().dates());
    let mut examined = Vec::from_iter(page.headers.get("date").and_then(|date| clock(date, now)));
    let kind = kind.as_str();
    examined.push(match (links.len(), problems.first()) {
        (0, Some(problem)) => bad(format!(
            "source {name}: a {kind} without links: {}",
            problem.what
        )),
        (0, None) => doubtful(format!("source {name}: a {kind} without links")),
        (n, _) => {
            let links = wording::counted(n as u64, "link");
            good(format!("source {name}: a {kind} with {links}"))
        }
    });
    examined
}

/// Only told where it is off.
fn clock(date: &str, now: DateTime<Utc>) -> Option<Examined> {
    let theirs = DateTime::parse_from_rfc2822(date).ok()?;
    let off = now.signed_duration_since(theirs);
    (off.abs() > CLOCK_OFF_MAX).then(|| {
        let seconds = off.num_seconds();
        doubtful(format!(
            "clock: {seconds} s ahead of that of a source; set it (NTP)"
        ))
    })
}
