//! How long extraction takes, beside what scraper needs merely to parse the same pages.
//!
//! `cargo bench --bench extraction -- FOLDER…` reads every `.html` file of the folders (without
//! one, the test pages). It prints the CPU time of each job over all pages and its ratio to the bare
//! parse, then the pages one by one: the median, the 99th percentile, the slowest, the most memory.
//! `cargo bench --bench extraction -- --mutations N FOLDER…` extracts from N broken pages instead;
//! `FROM..TO` in the place of `N` are those of these seeds.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark talks to the terminal and may end by a panic"
)]

#[path = "../tests/it/extract/mutated.rs"]
mod mutated;

use std::{
    env, fs,
    ops::Range,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use benggala::{
    extract::extract,
    inspect::{Rules, inspect},
    lang::Lexicon,
    model::{Headers, Link, Page, PageKind, ParseLimits, Policy, SiteRules},
};
use peak_alloc::PeakAlloc;
use scraper::Html;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Each page is read this often, to tell its CPU time by a coarse clock.
const ROUNDS: u32 = 8;
const SLOWEST_SHOWN: usize = 10;

/// Pages that a job takes at once: enough to tell its time by a coarse clock.
const PAGES_IN_TURN: usize = 100;

/// What is measured over all pages.
const JOBS: [(&str, Job); 3] = [
    ("scraper's bare parse", |_, page| {
        drop(Html::parse_document(&String::from_utf8_lossy(&page.body)));
    }),
    ("decode, parse, extract", |bench, page| bench.extract(page)),
    ("the same and scoring", |bench, page| {
        drop(inspect(page, &bench.site, None, &bench.rules));
    }),
];

type Job = fn(&Bench, &Page);

struct Bench {
    rules: Rules,
    site: SiteRules,
}

/// What extraction from one page took.
struct Row {
    name: String,
    bytes: usize,
    took: Duration,
    /// Growth of the heap at its highest.
    memory: usize,
}

fn main() {
    let bench = Bench {
        rules: Rules {
            lexicon: Lexicon::built_in(),
            policy: Policy::default(),
            limits: ParseLimits::default(),
            adviser: None,
            usage: benggala::usage::Usage::default(),
        },
        site: SiteRules::default(),
    };
    let arguments: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    match &arguments[..] {
        [option, count, folders @ ..] if option == "--mutations" => {
            bench.mutations(seeds(count), folders);
        }
        folders => bench.pages(folders),
    }
}

impl Bench {
    fn extract(&self, page: &Page) {
        let Rules {
            lexicon, limits, ..
        } = &self.rules;
        drop(extract(page, &self.site, lexicon, limits));
    }

    fn pages(&self, folders: &[String]) {
        let files = files(folders);
        let bytes: u64 = files
            .iter()
            .map(|file| file.metadata().unwrap().len())
            .sum();
        println!("{} pages, {:.1} MB", files.len(), bytes as f64 / 1e6);
        self.jobs(&files);
        let mut rows: Vec<Row> = files.iter().map(|path| self.measure(path)).collect();
        rows.sort_by_key(|row| row.took);
        let at = |percent: usize| rows[(rows.len() - 1) * percent / 100].took;
        println!(
            "CPU time of extraction from a page: median {:.2?}, p99 {:.2?}, longest {:.2?}",
            at(50),
            at(99),
            at(100)
        );
        for row in rows.iter().rev().take(SLOWEST_SHOWN) {
            println!(
                "{:>9.2?}  {:>8} bytes  {:>5.1} MiB  {}",
                row.took,
                row.bytes,
                mib(row.memory),
                row.name
            );
        }
        let most = rows.iter().max_by_key(|row| row.memory).unwrap();
        println!("most memory {:.1} MiB: {}", mib(most.memory), most.name);
    }

    /// Each job over all pages, a few pages in turn, so that a busy machine slows all alike.
    fn jobs(&self, files: &[PathBuf]) {
        let mut spent = [Duration::ZERO; JOBS.len()];
        for some in files.chunks(PAGES_IN_TURN) {
            let pages: Vec<Page> = some
                .iter()
                .map(|file| page(fs::read(file).unwrap()))
                .collect();
            for ((_, job), spent) in JOBS.iter().zip(&mut spent) {
                let before = cpu_time();
                pages.iter().for_each(|page| job(self, page));
                *spent += cpu_time() - before;
            }
        }
        for ((name, _), own) in JOBS.iter().zip(spent) {
            println!(
                "{name:<24} {:>7.3} s of CPU time, {:.2} of the bare parse",
                own.as_secs_f64(),
                own.as_secs_f64() / spent[0].as_secs_f64()
            );
        }
    }

    fn measure(&self, path: &Path) -> Row {
        let page = page(fs::read(path).unwrap());
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        self.extract(&page);
        let memory = MEMORY.peak_usage() - before;
        let start = cpu_time();
        (0..ROUNDS).for_each(|_| self.extract(&page));
        Row {
            name: path.display().to_string(),
            bytes: page.body.len(),
            took: (cpu_time() - start) / ROUNDS,
            memory,
        }
    }

    fn mutations(&self, seeds: Range<u64>, folders: &[String]) {
        let pages = match folders {
            [] => mutated::fixtures(),
            named => files(named)
                .iter()
                .map(|file| fs::read(file).unwrap())
                .collect(),
        };
        let mut slowest = (Duration::ZERO, 0);
        let whole = Instant::now();
        let count = seeds.end - seeds.start;
        for seed in seeds {
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

/// `N` or `FROM..TO`.
fn seeds(text: &str) -> Range<u64> {
    let (from, to) = text.split_once("..").unwrap_or(("0", text));
    from.parse().unwrap()..to.parse().unwrap()
}

/// The CPU time of this thread so far, which Linux counts to a few milliseconds.
fn cpu_time() -> Duration {
    let counters = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = counters.split_whitespace().next().unwrap();
    Duration::from_nanos(nanoseconds.parse().unwrap())
}

/// The CPU time of some work: a busy machine makes it wait for seconds.
fn time(work: impl FnOnce()) -> Duration {
    let start = cpu_time();
    work();
    cpu_time() - start
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
        fetched_at: std::time::SystemTime::now().into(),
        status: 200,
        headers: Headers(vec![("content-type".into(), "text/html".into())]),
        body: body.into(),
    }
}
