//! What the stream has learned of one site: on how many of its articles each line stood.
//!
//! A line that comes back on article after article belongs to the site's template, in whatever
//! language it is. Lines are known by fingerprints alone; articles are counted by linear counting
//! (Whang, Vander-Zanden and Taylor 1990, "A Linear-Time Probabilistic Counting Algorithm for
//! Database Applications"): an article sets one bit of 64, so that one that is read twice counts
//! once and two memories of a site are merged by joining their bits, in any order, any number of
//! times.

mod cache;
mod line;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use self::line::{LinearCounter, SeenLine};
pub use self::{cache::Sites, line::Setting};
use crate::model::Sighting;

/// Lines of one generation, at most. With what a map adds, a memory holds 48 KiB at most; stored,
/// it is about half of that.
pub const LINES_MAX: usize = 512;

/// Articles of a generation. What neither this one nor the one before has shown is forgotten.
const ARTICLES_OF_GENERATION: f32 = 64.0;

/// Lines that must be known before a page without them looks strange.
const FAMILIAR_LINES_MIN: usize = 5;

/// A page that shows a smaller part of the lines expected on it looks strange.
const STRANGE_SHARE: f32 = 0.34;

/// Strange articles in a row that make a new template.
const STRANGERS_MAX: u32 = 6;

/// Bytes of a stored memory, at most: what is larger was not written here.
const STORED_BYTES_MAX: usize = 128 << 10;

/// The memory of one site.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteMemory {
    /// Templates that went before this one.
    version: u32,
    generation: u32,
    /// The last articles, as far as they did not look like the others.
    strangers: LinearCounter,
    /// Articles learned from, to tell which lines were seen last.
    clock: u32,
    current: Generation,
    previous: Generation,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Generation {
    articles: LinearCounter,
    lines: BTreeMap<u64, SeenLine>,
}

impl SiteMemory {
    /// Nothing is known.
    pub const EMPTY: SiteMemory = SiteMemory {
        version: 0,
        generation: 0,
        strangers: LinearCounter::NONE,
        clock: 0,
        current: Generation::EMPTY,
        previous: Generation::EMPTY,
    };

    /// Different articles that it was learned from and that still count.
    pub fn articles(&self) -> u32 {
        self.seen().estimate().round() as u32
    }

    /// How often the site has changed its template.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Lines that are known to be the site's own.
    pub fn template_lines(&self) -> usize {
        self.template().count()
    }

    /// On how many articles a line of the template stood; `None` for a line that is none, or not
    /// known to be one. The setting says how much proof it takes.
    pub fn template_line(&self, fingerprint: u64, setting: Setting) -> Option<u32> {
        let tally = self.tally(fingerprint);
        setting
            .is_proved_by(tally, self.seen())
            .then(|| tally.count())
    }

    /// Takes in what one article showed.
    pub fn learn(&mut self, sighting: &Sighting) {
        let bit = LinearCounter::of(sighting);
        let known = self.seen().contains(bit);
        if !known {
            self.compare(sighting, bit);
        }
        self.clock = self.clock.saturating_add(1);
        self.current.add(bit, &sighting.lines, self.clock);
        if self.current.articles.estimate() >= ARTICLES_OF_GENERATION {
            self.previous = std::mem::take(&mut self.current);
            self.previous.forget_single();
            self.generation = self.generation.saturating_add(1);
        }
    }

    /// One memory out of two of the same site. Which is which does not matter, nor does it matter
    /// how much they have in common.
    #[must_use]
    pub fn merged(&self, other: &SiteMemory) -> SiteMemory {
        let generation = self.generation.max(other.generation);
        let mut merged = SiteMemory {
            version: self.version.max(other.version),
            generation,
            clock: self.clock.max(other.clock),
            ..SiteMemory::EMPTY
        };
        for side in [self, other] {
            match generation - side.generation {
                0 => {
                    merged.strangers = merged.strangers.joined(side.strangers);
                    merged.current.join(&side.current);
                    merged.previous.join(&side.previous);
                }
                1 => merged.previous.join(&side.current),
                _ => {}
            }
        }
        merged.previous.forget_single();
        merged.current.trim();
        merged.previous.trim();
        merged
    }

    /// For the store.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// The inverse of [`SiteMemory::to_bytes`]; `None` for what is no memory of this release.
    pub fn from_bytes(bytes: &[u8]) -> Option<SiteMemory> {
        let memory: SiteMemory = match bytes.len() <= STORED_BYTES_MAX {
            true => postcard::from_bytes(bytes).ok()?,
            false => return None,
        };
        let fits = |generation: &Generation| generation.lines.len() <= LINES_MAX;
        (fits(&memory.current) && fits(&memory.previous)).then_some(memory)
    }

    fn seen(&self) -> LinearCounter {
        self.current.articles.joined(self.previous.articles)
    }

    fn tally(&self, fingerprint: u64) -> LinearCounter {
        let of = |generation: &Generation| generation.lines.get(&fingerprint).map(|l| l.tally);
        let current = of(&self.current).unwrap_or_default();
        current.joined(of(&self.previous).unwrap_or_default())
    }

    /// Fingerprints of the template.
    fn template(&self) -> impl Iterator<Item = u64> + '_ {
        let own = self.current.lines.keys();
        let older = self.previous.lines.keys();
        own.chain(older.filter(|line| !self.current.lines.contains_key(line)))
            .copied()
            .filter(|&line| self.template_line(line, Setting::InText).is_some())
    }

    /// Sees whether the site has a new template. If so, only what the strangers showed is of use.
    fn compare(&mut self, sighting: &Sighting, bit: LinearCounter) {
        let seen = self.seen();
        let (mut lines, mut expected, mut shown) = (0, 0.0, 0.0);
        for line in self.template() {
            lines += 1;
            expected += self.tally(line).share(seen);
            shown += f32::from(u8::from(sighting.lines.contains(&line)));
        }
        if lines < FAMILIAR_LINES_MIN || shown >= STRANGE_SHARE * expected {
            self.strangers = LinearCounter::NONE;
            return;
        }
        self.strangers = self.strangers.joined(bit);
        if self.strangers.count() >= STRANGERS_MAX {
            *self = SiteMemory {
                version: self.version.saturating_add(1),
                generation: self.generation.saturating_add(2),
                clock: self.clock,
                current: self.current.only(self.strangers),
                ..SiteMemory::EMPTY
            };
        }
    }
}

impl Generation {
    const EMPTY: Generation = Generation {
        articles: LinearCounter::NONE,
        lines: BTreeMap::new(),
    };

    fn add(&mut self, bit: LinearCounter, lines: &[u64], clock: u32) {
        self.articles = self.articles.joined(bit);
        for line in lines {
            self.lines.entry(*line).or_default().see(bit, clock);
        }
        self.trim();
    }

    fn join(&mut self, other: &Generation) {
        self.articles = self.articles.joined(other.articles);
        for (fingerprint, line) in &other.lines {
            let own = self.lines.entry(*fingerprint).or_default();
            own.see(line.tally, line.seen);
        }
    }

    /// What these articles showed, and none of the others.
    fn only(&self, articles: LinearCounter) -> Generation {
        let lines = self.lines.iter();
        Generation {
            articles,
            lines: lines
                .filter(|(_, line)| articles.contains(line.tally))
                .map(|(fingerprint, line)| (*fingerprint, *line))
                .collect(),
        }
    }

    /// A line that one article of a whole generation has shown is that article's own.
    fn forget_single(&mut self) {
        self.lines.retain(|_, line| line.tally.count() > 1);
    }

    /// Keeps to the bound: what came rarely and longest ago goes first.
    fn trim(&mut self) {
        if self.lines.len() <= LINES_MAX {
            return;
        }
        let rank =
            |(fingerprint, line): (&u64, &SeenLine)| (line.tally.count(), line.seen, *fingerprint);
        let mut ranks: Vec<_> = self.lines.iter().map(rank).collect();
        ranks.sort_unstable();
        for (_, _, fingerprint) in &ranks[..ranks.len() - LINES_MAX] {
            self.lines.remove(fingerprint);
        }
    }
}

/// What a site is known by: its host, without the `www.` that many put before it.
pub fn name(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    Some(host.strip_prefix("www.").unwrap_or(host))
}
