//! How well copies of articles are found, and what it costs.
//!
//! `cargo bench --bench copies` makes up 10,000 distinct articles and copies of them by editing,
//! and prints what is found; beside it what SimHash finds. With `-- PAGES`, a folder of
//! `gold.jsonl` and `<id>.html`, the bodies there are copied too, half of the distinct articles
//! are made of their words, and the time of a fingerprint is compared with that of reading and
//! judging the page. `cargo bench --bench copies -- --store FILE N` fills a new store with the
//! fingerprints of N articles and measures what one more costs.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark talks to the terminal and may end by a panic"
)]

mod store;
mod texts;

use std::{
    collections::{HashMap, HashSet},
    env, fs,
    path::Path,
    time::{Duration, Instant},
};

use benggala::{
    config::Config,
    copies::{COPY_AT, Fingerprint, shingles_of},
    inspect::{Rules, inspect},
    lang::Lexicon,
    model::{Article, Headers, Link, Page, PageKind, ParseLimits, Policy},
};
use texts::{Edit, Language, Random};

/// Articles of which none is a copy.
const DISTINCT: usize = 10_000;
/// Copies made for each row of the table.
const COPIES: usize = 2_000;
/// Articles that the store looks at for one key, and that it compares in all.
const LOOKED_AT: usize = 32;
/// Bits by which pages differ that Manku, Jain and Sarma (2007) hold for one.
const SIMHASH_BITS: u32 = 3;
/// The same, set so wide that it finds heavier edits too.
const SIMHASH_WIDE: u32 = 10;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    match &arguments[..] {
        [] => quality(&[]),
        [option, file, count] if option == "--store" => {
            store::measure(Path::new(file), count.parse().unwrap());
        }
        [pages] => {
            let bodies = bodies(Path::new(pages));
            quality(&bodies);
            time(Path::new(pages));
        }
        _ => println!("see the head of benches/copies/main.rs"),
    }
}

fn article(body: &str) -> Article {
    Article {
        body: body.to_string(),
        ..Article::default()
    }
}

/// A text, with what it is recognised by.
struct Known {
    text: String,
    fingerprint: Fingerprint,
    simhash: u64,
}

impl Known {
    fn new(text: String) -> Option<Known> {
        let article = article(&text);
        Some(Known {
            fingerprint: Fingerprint::of(&article)?,
            simhash: simhash(&article),
            text,
        })
    }
}

/// Charikar (2002), over the same shingles.
fn simhash(article: &Article) -> u64 {
    let mut votes = [0_i32; 48];
    for shingle in shingles_of(article) {
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += if shingle >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    let bits = votes.iter().enumerate();
    bits.fold(0, |hash, (bit, vote)| hash | u64::from(*vote > 0) << bit)
}

/// Every text by its keys, as the store has them.
struct Index {
    known: Vec<Known>,
    by_key: HashMap<u64, Vec<usize>>,
}

impl Index {
    fn new(texts: impl Iterator<Item = String>) -> Index {
        let mut index = Index {
            known: texts.filter_map(Known::new).collect(),
            by_key: HashMap::new(),
        };
        for (id, known) in index.known.iter().enumerate() {
            for key in known.fingerprint.keys() {
                index.by_key.entry(*key).or_default().push(id);
            }
        }
        index
    }

    /// How many keys each other article has in common with this one; of each key only its latest
    /// articles are looked at.
    fn with_keys(&self, fingerprint: &Fingerprint, latest: usize) -> Vec<(usize, usize)> {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        let keys = fingerprint.keys().iter();
        for ids in keys.filter_map(|key| self.by_key.get(key)) {
            for id in ids.iter().rev().take(latest) {
                *shared.entry(*id).or_default() += 1;
            }
        }
        shared.into_iter().map(|(id, keys)| (keys, id)).collect()
    }

    /// Whether a look-up as the store does it comes upon this article.
    fn comes_upon(&self, fingerprint: &Fingerprint, id: usize) -> bool {
        let mut candidates = self.with_keys(fingerprint, LOOKED_AT);
        candidates.sort_unstable_by(|a, b| b.cmp(a));
        candidates.truncate(LOOKED_AT);
        candidates.iter().any(|(_, other)| *other == id)
    }
}

fn quality(bodies: &[String]) {
    let mut random = Random(7);
    let invented = Language::invented(&mut random);
    let learned = Language::learned(bodies);
    let texts: Vec<String> = (0..DISTINCT)
        .map(|n| match &learned {
            Language::Learned(words, _) if n % 2 == 1 && !words.is_empty() => {
                learned.article(&mut random)
            }
            _ => invented.article(&mut random),
        })
        .collect();
    let index = Index::new(texts.into_iter());
    distinct("made up", &index);
    edits("made up", &index, &invented, &mut random);
    if !bodies.is_empty() {
        let index = Index::new(bodies.iter().cloned());
        distinct("given", &index);
        edits("given", &index, &learned, &mut random);
    }
}

/// Pairs among texts of which none should be a copy of another.
fn distinct(what: &str, index: &Index) {
    let (mut candidates, mut closest) = (0, Vec::new());
    let (mut narrow, mut wide) = (0_u64, 0_u64);
    for (id, known) in index.known.iter().enumerate() {
        for (_, other) in index.with_keys(&known.fingerprint, usize::MAX) {
            if other > id {
                candidates += 1;
                let other = &index.known[other];
                closest.push(known.fingerprint.resemblance(&other.fingerprint));
            }
        }
        for other in &index.known[id + 1..] {
            let bits = (known.simhash ^ other.simhash).count_ones();
            narrow += u64::from(bits <= SIMHASH_BITS);
            wide += u64::from(bits <= SIMHASH_WIDE);
        }
    }
    closest.sort_by(|a, b| b.total_cmp(a));
    let pairs = closest.iter().filter(|r| **r >= COPY_AT).count();
    let shown: Vec<_> = closest.iter().take(8).map(|r| format!("{r:.2}")).collect();
    println!("\n{} distinct articles, {what}:", index.known.len());
    println!("  pairs with a key in common {candidates}, held for copies {pairs}");
    println!("  the most alike {}", shown.join(" "));
    println!("  SimHash: pairs within {SIMHASH_BITS} bits {narrow}, within {SIMHASH_WIDE} {wide}");
}

fn edits(what: &str, index: &Index, language: &Language, random: &mut Random) {
    println!("\nCopies of articles, {what}, in percent of {COPIES} each:");
    println!("  words   paragraphs              found by   held for   SimHash  SimHash");
    println!(
        "  changed                         a key      a copy     {SIMHASH_BITS} bits   {SIMHASH_WIDE} bits"
    );
    for (dropped, reordered, around, name) in [
        (0.0, false, 0, "as they were"),
        (0.2, true, 25, "a fifth dropped, moved*"),
    ] {
        for words in [0.0, 0.05, 0.10, 0.15, 0.20, 0.30] {
            let edit = Edit {
                words,
                dropped,
                reordered,
                around,
            };
            let found = recall(index, edit, language, random);
            println!(
                "  {:>4.0} %  {name:<24}{:>8.1}{:>11.1}{:>10.1}{:>9.1}",
                words * 100.0,
                found[0],
                found[1],
                found[2],
                found[3]
            );
        }
    }
    println!("  * and fifty foreign words around");
}

/// In percent: found by a key, held for a copy, within the bits of SimHash.
fn recall(index: &Index, edit: Edit, language: &Language, random: &mut Random) -> [f64; 4] {
    let mut found = [0_u32; 4];
    let mut copies = 0;
    while copies < COPIES {
        let id = random.below(index.known.len());
        let original = &index.known[id];
        let copy = edit.apply(&original.text, language, random);
        copies += 1;
        let Some(copy) = Known::new(copy) else {
            continue;
        };
        let by_key = index.comes_upon(&copy.fingerprint, id);
        let bits = (copy.simhash ^ original.simhash).count_ones();
        found[0] += u32::from(by_key);
        found[1] += u32::from(by_key && copy.fingerprint.is_copy_of(&original.fingerprint));
        found[2] += u32::from(bits <= SIMHASH_BITS);
        found[3] += u32::from(bits <= SIMHASH_WIDE);
    }
    found.map(|count| f64::from(count) / COPIES as f64 * 100.0)
}

/// The bodies of `gold.jsonl`, each once.
fn bodies(pages: &Path) -> Vec<String> {
    let lines = fs::read_to_string(pages.join("gold.jsonl")).unwrap();
    let rows = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut seen = HashSet::new();
    rows.filter(|row| seen.insert(row["url"].to_string()))
        .filter_map(|row| row["body"].as_str().map(str::to_string))
        .collect()
}

/// What a fingerprint adds to the time of reading and judging a page.
fn time(pages: &Path) {
    let rules = Rules {
        lexicon: Lexicon::built_in(),
        policy: Policy::default(),
        limits: ParseLimits::default(),
        adviser: None,
        usage: benggala::usage::Usage::default(),
    };
    let (mut inspecting, mut fingerprinting) = (Duration::ZERO, Duration::ZERO);
    let mut count = 0;
    for path in fs::read_dir(pages)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if path.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let page = page(fs::read(&path).unwrap());
        let site = Config::rules_for(None, page.final_url.host_str());
        let begun = Instant::now();
        let inspection = inspect(&page, &site, None, &rules);
        inspecting += begun.elapsed();
        let begun = Instant::now();
        std::hint::black_box(Fingerprint::of(&inspection.article));
        fingerprinting += begun.elapsed();
        count += 1;
    }
    println!(
        "\n{count} pages: read and judged in {:.2} s, fingerprints in {:.3} s: {:.2} % more",
        inspecting.as_secs_f64(),
        fingerprinting.as_secs_f64(),
        fingerprinting.as_secs_f64() / inspecting.as_secs_f64() * 100.0
    );
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
