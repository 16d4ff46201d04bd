//! What the model is told of each line.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{
    keys::{LogOdds, WordOfLine, of_all_words, of_wording},
    shape,
};
use crate::learn::trees::Rows;

/// A line of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line<'t> {
    /// Its text.
    pub text: &'t str,
    /// The share of its bytes that stand in links, in 0..=1; `None` where nobody knows.
    pub links: Option<f32>,
}

/// Lines of one text that are judged; a longer text is a list.
pub(super) const LINES_MAX: usize = 4_000;

/// Numbers of one line.
pub(super) const WIDTH: usize = OWN + PLACE + REPETITION + NEIGHBOURS.len() * NEIGHBOUR + 1;
const OWN: usize = 4 + 14 + 6;
const PLACE: usize = 11;
const REPETITION: usize = 5;
const NEIGHBOUR: usize = 4;

/// Which lines beside it are told of.
const NEIGHBOURS: [isize; 6] = [-3, -2, -1, 1, 2, 3];
/// Lines on either side whose wording counts together.
const AROUND: usize = 6;

/// Running text: a sentence of so many bytes.
const RUNNING_BYTES_MIN: usize = 120;
/// Lines since or until running text are counted up to this.
const FAR: usize = 50;

/// Words of which a line and the rest of its text can share: shorter ones are in all.
const TELLING_LENGTH_MIN: usize = 5;
/// A word that comes again so often counts no more.
const TIMES_MAX: usize = 5;

/// A label before a colon is at most this long, in bytes.
const LABEL_BYTES_MAX: usize = 40;

/// Words of a line that are looked up.
const WORDS_MAX: usize = 64;

/// The words of a line.
#[derive(Debug, Clone)]
pub(super) struct LineWords {
    /// What it can be known by: words, pairs and edges of it. Of a longer line the beginning counts.
    pub(super) keys: Vec<u32>,
    /// Those by which it may speak of the same as another, each once.
    telling: Vec<u32>,
}

impl LineWords {
    pub(super) fn of(text: &str) -> LineWords {
        let words = of_all_words(text);
        let first: Vec<u32> = words.iter().map(|word| word.key).take(WORDS_MAX).collect();
        let is_telling = |word: &&WordOfLine| word.length >= TELLING_LENGTH_MIN;
        let telling = words.iter().filter(is_telling);
        let mut telling: Vec<u32> = telling.map(|word| word.key).collect();
        telling.sort_unstable();
        telling.dedup();
        LineWords {
            keys: of_wording(&first),
            telling,
        }
    }
}

/// What a text is as a whole, and what is known of all of its lines.
struct Lines<'l> {
    lines: &'l [Line<'l>],
    wording: Vec<[f32; 4]>,
    /// Which end as sentences do.
    ends: Vec<bool>,
    /// Bytes and lines of running text before each line, and of all.
    bytes_before: Vec<usize>,
    running_before: Vec<usize>,
    /// Lines since the last one of running text and until the next.
    since: Vec<usize>,
    until: Vec<usize>,
    /// How often each line is said.
    said: HashMap<&'l str, usize, RandomState>,
    words: Vec<&'l [u32]>,
    /// In how many lines each word is.
    lines_with: HashMap<u32, usize, RandomState>,
    median_bytes: usize,
}

/// A row for each of the lines at `told`, up to [`LINES_MAX`]; `words` are those of all lines.
pub(super) fn rows(
    lines: &[Line<'_>],
    told: impl Iterator<Item = usize>,
    words: &[LineWords],
    weights: &LogOdds,
) -> Rows {
    let lines = &lines[..lines.len().min(LINES_MAX)];
    let all = Lines::read(lines, &words[..lines.len()], weights);
    let mut rows = Rows::default();
    rows.values
        .reserve(told.size_hint().0.min(lines.len()) * WIDTH);
    for at in told.filter(|at| *at < lines.len()) {
        rows.write(|row| {
            all.write_own(at, row);
            all.write_place(at, row);
            all.write_repetition(at, row);
            for offset in NEIGHBOURS {
                all.write_neighbour(at, offset, row);
            }
            row.push(all.wording_around(at));
        });
    }
    rows
}

impl<'l> Lines<'l> {
    fn read(lines: &'l [Line<'l>], words: &'l [LineWords], weights: &LogOdds) -> Lines<'l> {
        let wording = words.iter().map(|words| weights.of_wording(&words.keys));
        let wording = wording.collect();
        let ends: Vec<bool> = lines.iter().map(|l| shape::ends_sentence(l.text)).collect();
        let is_long = |line: &Line<'_>| line.text.len() >= RUNNING_BYTES_MIN;
        let is_running = lines.iter().zip(&ends).map(|(l, ends)| is_long(l) && *ends);
        let is_running: Vec<bool> = is_running.collect();
        let far = |running: &mut dyn Iterator<Item = &bool>| -> Vec<usize> {
            let count = |since: &mut usize, running: &bool| {
                *since = if *running { 0 } else { (*since + 1).min(FAR) };
                Some(*since)
            };
            running.scan(FAR, count).collect()
        };
        let since = far(&mut is_running.iter());
        let mut until = far(&mut is_running.iter().rev());
        until.reverse();
        let mut said = HashMap::default();
        for line in lines {
            *said.entry(line.text).or_default() += 1;
        }
        let words: Vec<&[u32]> = words.iter().map(|words| &words.telling[..]).collect();
        let mut lines_with = HashMap::default();
        for word in words.iter().copied().flatten() {
            *lines_with.entry(*word).or_default() += 1;
        }
        let mut bytes: Vec<usize> = lines.iter().map(|line| line.text.len()).collect();
        let bytes_before = before(bytes.iter().copied());
        bytes.sort_unstable();
        Lines {
            lines,
            wording,
            bytes_before,
            running_before: before(is_running.iter().map(|running| usize::from(*running))),
            ends,
            since,
            until,
            said,
            words,
            lines_with,
            median_bytes: bytes.get(bytes.len() / 2).copied().unwrap_or_default(),
        }
    }

    /// The line by itself.
    fn write_own(&self, at: usize, row: &mut Vec<f32>) {
        let Line { text, links } = self.lines[at];
        row.extend(self.wording[at]);
        shape::write(text, row);
        let colon = text.find([':', '：']).filter(|at| *at <= LABEL_BYTES_MAX);
        let is_address = ["http", "www.", "@"].iter().any(|mark| text.contains(mark));
        row.extend([
            text.len() as f32,
            links.unwrap_or(f32::NAN),
            colon.map_or(-1.0, |at| at as f32),
            truth(text.contains(['!', '！'])),
            truth(text.contains(['?', '？', '؟'])),
            truth(is_address),
        ]);
    }

    /// Where it stands.
    fn write_place(&self, at: usize, row: &mut Vec<f32>) {
        let all = self.lines.len();
        let running = self.running_before[all];
        let before = self.running_before[at];
        let after = running - self.running_before[at + 1];
        row.extend([
            at as f32,
            (all - at) as f32,
            at as f32 / all as f32,
            self.bytes_before[at] as f32 / self.bytes_before[all].max(1) as f32,
            all as f32,
            before as f32,
            after as f32,
            self.since[at] as f32,
            self.until[at] as f32,
            self.median_bytes as f32,
            running as f32 / all as f32,
        ]);
    }

    /// How far it is said again, and speaks of what other lines do.
    fn write_repetition(&self, at: usize, row: &mut Vec<f32>) {
        let words = self.words[at];
        let others = |word: &u32| self.lines_with[word] - 1;
        let shared = words.iter().filter(|word| others(word) > 0).count();
        let times: usize = words.iter().map(|word| others(word).min(TIMES_MAX)).sum();
        let per_word = |n: usize| match words.len() {
            0 => f32::NAN,
            all => n as f32 / all as f32,
        };
        let mean: f32 = self.wording.iter().map(|wording| wording[3]).sum();
        row.extend([
            self.said[self.lines[at].text].min(9) as f32,
            per_word(shared),
            per_word(times),
            words.len() as f32,
            mean / self.wording.len() as f32,
        ]);
    }

    fn write_neighbour(&self, at: usize, offset: isize, row: &mut Vec<f32>) {
        let beside = at.checked_add_signed(offset);
        let Some((at, line)) = beside.and_then(|at| Some((at, self.lines.get(at)?))) else {
            row.extend([f32::NAN; NEIGHBOUR]);
            return;
        };
        row.extend([
            self.wording[at][3],
            line.text.len() as f32,
            truth(self.ends[at]),
            line.links.unwrap_or(f32::NAN),
        ]);
    }

    /// The mean of what the lines about it are worded like.
    fn wording_around(&self, at: usize) -> f32 {
        let near = at.saturating_sub(AROUND)..(at + AROUND + 1).min(self.lines.len());
        let others = near.len() - 1;
        let sum: f32 = near
            .filter(|other| *other != at)
            .map(|other| self.wording[other][3])
            .sum();
        sum / others.max(1) as f32
    }
}

fn truth(is: bool) -> f32 {
    f32::from(u8::from(is))
}

/// The sum of those before each, and of all.
fn before(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let sums = numbers.scan(0, |sum, n| {
        *sum += n;
        Some(*sum)
    });
    [0].into_iter().chain(sums).collect()
}
