//! `peers PAGES OUT [PEER ...]`: PAGES holds gold.jsonl and <id>.html. Writes OUT/<peer>.jsonl and
//! prints the seconds of CPU time of each peer, one pass each over the same bytes in one thread.
//!
//! A page that takes longer than `PAGE_MAX` is given up and named; its thread is left behind.

use std::{
    error::Error,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use benggala::{
    lang::Lexicon,
    model::{Headers, Link, Page, PageKind, ParseLimits, SiteRules},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Longest time for one page, by the clock. Whoever needs longer has not extracted it.
const PAGE_MAX: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
struct Gold {
    id: String,
    url: Option<String>,
}

struct Source {
    id: String,
    url: String,
    bytes: Vec<u8>,
}

/// Bytes in, what was found out.
type Peer = fn(&Source, &Lexicon) -> Value;

const PEERS: [(&str, Peer); 4] = [
    ("benggala", benggala_extract),
    ("trafilatura-rs", trafilatura_rs),
    ("dom_smoothie", dom_smoothie),
    ("scraper-parse-only", scraper_parse_only),
];

fn benggala_extract(source: &Source, lexicon: &Lexicon) -> Value {
    let Ok(url) = source.url.parse::<url::Url>() else {
        return Value::Null;
    };
    let page = Page {
        link: Link {
            url: url.clone(),
            source: String::new(),
            kind: PageKind::Article,
            published: None,
        },
        final_url: url,
        fetched_at: std::time::SystemTime::now().into(),
        status: 200,
        headers: Headers(Vec::new()),
        body: source.bytes.clone().into(),
    };
    let article = benggala::extract::extract(
        &page,
        &SiteRules::default(),
        lexicon,
        &ParseLimits::default(),
    )
    .unwrap_or_else(|none| *none.article);
    json!({
        "body": article.body,
        "title": article.title,
        "byline": article.byline,
        "date": article.published.map(|date| date.to_string()),
    })
}

fn text_of(source: &Source) -> String {
    let (text, _, _) = encoding_rs::UTF_8.decode(&source.bytes);
    text.into_owned()
}

fn trafilatura_rs(source: &Source, _: &Lexicon) -> Value {
    let mut options = trafilatura::Options::default();
    options.exclude_comments = true;
    options.enable_fallback = true;
    options.original_url = source.url.parse().ok();
    match trafilatura::extract(&text_of(source), &options) {
        Ok(found) => json!({
            "body": found.content_text.replace('\n', "\n\n"),
            "title": found.metadata.title,
            "byline": found.metadata.author.split("; ").collect::<Vec<_>>(),
            "date": found.metadata.date.map(|date| date.to_string()),
        }),
        Err(_) => Value::Null,
    }
}

fn dom_smoothie(source: &Source, _: &Lexicon) -> Value {
    let config = dom_smoothie::Config {
        text_mode: dom_smoothie::TextMode::Formatted,
        ..dom_smoothie::Config::default()
    };
    let found = dom_smoothie::Readability::new(text_of(source), Some(&source.url), Some(config))
        .and_then(|mut page| page.parse());
    match found {
        Ok(found) => json!({
            "body": found.text_content.to_string(),
            "title": found.title,
            "byline": found.byline,
            "date": found.published_time,
        }),
        Err(_) => Value::Null,
    }
}

/// The yardstick of speed: how long it takes only to build the tree.
fn scraper_parse_only(source: &Source, _: &Lexicon) -> Value {
    let tree = scraper::Html::parse_document(&text_of(source));
    json!({ "nodes": tree.tree.nodes().count() })
}

fn sources(pages: &Path) -> Result<Vec<Source>, Box<dyn Error>> {
    fs::read_to_string(pages.join("gold.jsonl"))?
        .lines()
        .map(|line| {
            let gold: Gold = serde_json::from_str(line)?;
            let bytes = fs::read(pages.join(format!("{}.html", gold.id)))?;
            let url = gold.url.filter(|url| !url.is_empty());
            Ok(Source {
                id: gold.id,
                url: url.unwrap_or_else(|| "https://unknown.invalid/".to_string()),
                bytes,
            })
        })
        .collect()
}

/// The CPU time of this thread so far. Linux brings it up to date when the thread has waited, so that
/// it is read after that.
fn cpu_time() -> Duration {
    let counters = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = counters
        .split_whitespace()
        .next()
        .and_then(|text| text.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}

/// A thread that answers page by page, so that one that never ends can be left behind.
struct Worker {
    ask: mpsc::Sender<usize>,
    /// What was found, and the CPU time before that page.
    answers: mpsc::Receiver<(Value, Duration)>,
    thread: thread::JoinHandle<Duration>,
}

impl Worker {
    fn new(peer: Peer, sources: Arc<Vec<Source>>, lexicon: Arc<Lexicon>) -> Self {
        let (ask, asked) = mpsc::channel::<usize>();
        let (answer, answers) = mpsc::channel();
        let thread = thread::spawn(move || {
            for index in asked {
                let before = cpu_time();
                let found = peer(&sources[index], &lexicon);
                if answer.send((found, before)).is_err() {
                    break;
                }
            }
            cpu_time()
        });
        Self {
            ask,
            answers,
            thread,
        }
    }

    /// Ends the thread; its CPU time.
    fn finish(self) -> Duration {
        drop(self.ask);
        self.thread.join().unwrap_or_default()
    }
}

fn run(
    name: &str,
    peer: Peer,
    sources: &Arc<Vec<Source>>,
    lexicon: &Arc<Lexicon>,
    out: &Path,
) -> Result<(), Box<dyn Error>> {
    let mut sink = BufWriter::new(File::create(out.join(format!("{name}.jsonl")))?);
    let start = || Worker::new(peer, sources.clone(), lexicon.clone());
    let (mut worker, mut known) = (start(), Duration::ZERO);
    let (mut spent, mut given_up) = (Duration::ZERO, Vec::new());
    for (index, source) in sources.iter().enumerate() {
        let _ = worker.ask.send(index);
        // A panic of the peer ends its thread: an answer that never comes either.
        let answer = worker.answers.recv_timeout(PAGE_MAX);
        let (mut found, before) = answer.unwrap_or_else(|_| {
            given_up.push(source.id.as_str());
            spent += known + PAGE_MAX;
            worker = start();
            (Value::Null, Duration::ZERO)
        });
        known = before;
        if found.is_null() {
            found = json!({ "body": "" });
        }
        found["id"] = json!(source.id);
        writeln!(sink, "{found}")?;
    }
    spent += worker.finish();
    println!("{name:<24} {:8.1} s", spent.as_secs_f64());
    if !given_up.is_empty() {
        println!(
            "  given up after {PAGE_MAX:?} or a panic: {}",
            given_up.join(" ")
        );
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pages, out, names @ ..] = &arguments[..] else {
        return Err("usage: peers PAGES OUT [PEER ...]".into());
    };
    let sources = Arc::new(sources(Path::new(pages))?);
    let lexicon = Arc::new(Lexicon::built_in());
    fs::create_dir_all(out)?;
    for (name, peer) in PEERS {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            run(name, peer, &sources, &lexicon, Path::new(out))?;
        }
    }
    // Threads that were given up may still run.
    std::process::exit(0);
}
