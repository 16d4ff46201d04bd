//! Code that stands at two places.

use std::collections::BTreeMap;

use super::reader::Source;

/// So many lines in a row that say the same are a copy.
pub(super) const LINES_MAX: usize = 7;

/// A line that carries meaning: words, not only brackets.
struct Line<'s> {
    number: usize,
    text: &'s str,
}

/// Runs of more than [`LINES_MAX`] lines that stand at two places, each told once. Lines are
/// compared without indentation; lines of brackets and imports do not count, because the
/// formatter and the language ask for them.
pub(super) fn copies(sources: &[Source]) -> Vec<String> {
    let files: Vec<Vec<Line<'_>>> = sources.iter().map(lines).collect();
    let mut first_at: BTreeMap<Vec<&str>, (usize, usize)> = BTreeMap::new();
    let mut told = Vec::new();
    for (file, lines) in files.iter().enumerate() {
        let mut told_until = 0;
        for (at, run) in lines.windows(LINES_MAX + 1).enumerate() {
            let key: Vec<&str> = run.iter().map(|line| line.text).collect();
            let (other, other_at) = *first_at.entry(key).or_insert((file, at));
            let overlaps = other == file && at < other_at + run.len();
            if overlaps || at < told_until {
                continue;
            }
            let length = common(&files[other][other_at..], &lines[at..]);
            told_until = at + length;
            told.push(format!(
                "{} says for {length} lines what {} says",
                sources[file].at(lines[at].number),
                sources[other].at(files[other][other_at].number),
            ));
        }
    }
    told
}

fn common(one: &[Line<'_>], other: &[Line<'_>]) -> usize {
    one.iter()
        .zip(other)
        .take_while(|(one, other)| one.text == other.text)
        .count()
}

fn lines(source: &Source) -> Vec<Line<'_>> {
    let imported = source.use_lines();
    source
        .lines
        .iter()
        .enumerate()
        .map(|(index, line)| Line {
            number: index + 1,
            text: line.trim(),
        })
        .filter(|line| line.text.contains(char::is_alphanumeric))
        .filter(|line| !imported.contains(&line.number))
        .collect()
}
