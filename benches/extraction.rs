//! How long extraction takes, beside what scraper needs merely to parse the same decoded pages.
//!
//! `cargo bench --bench extraction -- FOLDER…` reads every `.html` file of the folders (without
//! one, the test pages) and prints the ratio, the slowest pages and the most memory.
//! `cargo bench --bench extraction -- --mutations N` extracts from N broken pages instead.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark talks to the terminal and may end by a panic"
)]

#[path = "../tests/it/extract/mutated.rs"]
mod mutated;

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use benggala::{
    extract::extract,
    lang::Lexicon,
    model::{Headers, Link, Page, PageKind, ParseLimits, SiteRules},
};
use peak_alloc::PeakAlloc;
use scraper::Html;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Each page is read this often; the fastest time counts, for other programs only add to it.
const ROUNDS: usize = 3;
const SLOWEST_SHOWN: usize = 10;

struct Bench {
    lexicon: Lexicon,
    rules: SiteRules,
    limits: ParseLimits,
}

/// What one page took.
struct Row {
    name: String,
    bytes: usize,
    extract: Duration,
    parse: Duration,
    /// Growth of the heap at its highest.
    memory: usize,
}

fn main() {
    let bench = Bench {
        lexicon: Lexicon::built_in(),
        rules: SiteRules::default(),
        limits: ParseLimits::default(),
    };
    let arguments: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    match &arguments[..] {
        [option, count] if option == "--mutations" => bench.mutations(count.parse().unwrap()),
        folders => bench.pages(folders),
    }
}

impl Bench {
    fn extract(&self, page: &Page) {
        drop(extract(page, &self.rules, &self.lexicon, &self.limits));
    }

    fn pages(&self, folders: &[String]) {
        let mut rows: Vec<Row> = files(folders)
            .iter()
            .map(|path| self.measure(path))
            .collect();
        let total = |time: fn(&Row) -> Duration| rows.iter().map(time).sum::<Duration>();
        let (extracting, parsing) = (total(|row| row.extract), total(|row| row.parse));
        let bytes: usize = rows.iter().map(|row| row.bytes).sum();
        println!(
            "{} pages, {:.1} MB: extract {:.3} s, scraper parse {:.3} s, ratio {:.3}",
            rows.len(),
            bytes as f64 / 1e6,
            extracting.as_secs_f64(),
            parsing.as_secs_f64(),
            extracting.as_secs_f64() / parsing.as_secs_f64()
        );
        rows.sort_by_key(|row| std::cmp::Reverse(row.extract));
        println!("p99 {:.2?}", rows[rows.len() / 100].extract);
        for row in rows.iter().take(SLOWEST_SHOWN) {
            println!(
                "{:>9.2?}  scraper {:>9.2?}  {:>8} bytes  {:>5.1} MiB  {}",
                row.extract,
                row.parse,
                row.bytes,
                mib(row.memory),
                row.name
            );
        }
        let most = rows.iter().max_by_key(|row| row.memory).unwrap();
        println!("most memory {:.1} MiB: {}", mib(most.memory), most.name);
    }

    fn measure(&self, path: &Path) -> Row {
        let bytes = fs::read(path).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let page = page(bytes);
        let mut row = Row {
            name: path.display().to_string(),
            bytes: page.body.len(),
            extract: Duration::MAX,
            parse: Duration::MAX,
            memory: 0,
        };
        for _ in 0..ROUNDS {
            let before = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            row.extract = row.extract.min(time(|| self.extract(&page)));
            row.memory = MEMORY.peak_usage() - before;
            row.parse = row.parse.min(time(|| drop(Html::parse_document(&text))));
        }
        row
    }

    fn mutations(&self, count: u64) {
        let pages = mutated::fixtures();
        let mut slowest = (Duration::ZERO, 0);
        let whole = Instant::now();
        for seed in 0..count {
            let page = page(mutated::mutated(&pages, seed));
            slowest = slowest.max((time(|| self.extract(&page)), seed));
        }
        println!(
            "{count} mutated pages in {:.1?}, the slowest {:.1?} (seed {})",
            whole.elapsed(),
            slowest.0,
            slowest.1
        );
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn files(folders: &[String]) -> Vec<PathBuf> {
    let own: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let folders = match folders {
        [] => own,
        named => named.iter().map(PathBuf::from).collect(),
    };
    let mut files: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "html"))
        .collect();
    files.sort();
    files
}

fn page(body: Vec<u8>) -> Page {
    let url: url::Url = "https://site.example/news/article".parse().unwrap();
    Page {
        link: Link {
            url: url.clone(),
            source: "bench".into(),
            kind: PageKind::Article,
            published: None,
        },
        final_url: url,
        fetched_at: Default::default(),
        status: 200,
        headers: Headers(vec![("content-type".into(), "text/html".into())]),
        body: body.into(),
    }
}
