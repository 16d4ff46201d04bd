//! Which classes and ids the style sheets in a page hide. Only what a plain `.name` or `#name` says
//! counts, outside of conditions; what another rule shows again is not hidden.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use memchr::memchr2;

use super::element::is_hidden_style;

/// Bytes of style sheets that are read.
const BYTES_MAX: usize = 512 << 10;
/// Names that are kept.
const NAMES_MAX: usize = 2_000;

/// Classes and ids of what is hidden.
#[derive(Debug, Default)]
pub(in crate::extract) struct HiddenNames {
    classes: HashSet<String, RandomState>,
    ids: HashSet<String, RandomState>,
}

impl HiddenNames {
    /// Reads the contents of `<style>` elements.
    pub(super) fn read<'s>(sheets: impl Iterator<Item = &'s str>) -> HiddenNames {
        let (mut hidden, mut shown) = (HashSet::new(), HashSet::new());
        let mut left = BYTES_MAX;
        for sheet in sheets.filter(|sheet| sheet.len() <= BYTES_MAX) {
            left = left.saturating_sub(sheet.len());
            if left == 0 {
                break;
            }
            rules(sheet, |selectors, declarations| {
                if is_hidden_style(declarations) {
                    let names = selectors.split(',').map(str::trim).filter(|s| is_name(s));
                    hidden.extend(names.take(NAMES_MAX).map(str::to_string));
                } else if shows(declarations) {
                    let is_end = |c: char| !(c.is_alphanumeric() || "-_.#".contains(c));
                    let words = selectors.split(is_end).flat_map(names);
                    shown.extend(words.take(NAMES_MAX).map(str::to_string));
                }
            });
        }
        let marked = |mark| {
            let names = hidden.difference(&shown);
            let names = names.filter_map(move |name| name.strip_prefix(mark));
            names.map(str::to_string).collect()
        };
        HiddenNames {
            classes: marked('.'),
            ids: marked('#'),
        }
    }

    pub(in crate::extract) fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.ids.is_empty()
    }

    /// Whether one of the words of a class attribute is hidden.
    pub(in crate::extract) fn has_class(&self, class: &str) -> bool {
        let mut words = class.split_ascii_whitespace();
        words.any(|word| self.classes.contains(word))
    }

    pub(in crate::extract) fn has_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }
}

/// Calls `tell` with each rule that holds for every reader of a screen.
fn rules<'s>(sheet: &'s str, mut tell: impl FnMut(&'s str, &'s str)) {
    let bytes = sheet.as_bytes();
    let (mut at, mut start) = (0, 0);
    // For each open block with rules in it whether it is passed over.
    let mut open: Vec<bool> = Vec::new();
    while let Some(found) = memchr2(b'{', b'}', &bytes[at..]) {
        let mark = at + found;
        let head = without_comments(&sheet[start..mark]);
        at = mark + 1;
        if bytes[mark] == b'}' {
            open.pop();
        } else if head.starts_with('@') {
            let holds = head.starts_with("@layer") || head.starts_with("@supports");
            let is_passed = !holds || open.last() == Some(&true);
            open.push(is_passed);
        } else if let Some(end) = memchr2(b'{', b'}', &bytes[at..]) {
            if bytes[at + end] == b'}' {
                if open.last() != Some(&true) {
                    tell(head, &sheet[at..at + end]);
                }
                at += end + 1;
            } else {
                // Nested rules: what they hang on is not told.
                open.push(true);
            }
        }
        start = at;
    }
}

/// What stands behind the last comment and the last statement before a block.
fn without_comments(head: &str) -> &str {
    let head = head.rsplit_once("*/").map_or(head, |(_, rest)| rest);
    let head = head.rsplit_once(';').map_or(head, |(_, rest)| rest);
    head.trim()
}

fn shows(declarations: &str) -> bool {
    ["display", "visibility", "opacity", "clip", "font-size"]
        .iter()
        .any(|property| declarations.contains(property))
}

/// Whether a selector is one class or id and nothing else.
fn is_name(selector: &str) -> bool {
    selector.strip_prefix(['.', '#']).is_some_and(|name| {
        let is_letter = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        !name.is_empty() && name.chars().all(is_letter)
    })
}

/// The names in a compound selector: `.a.b` is `.a` and `.b`.
fn names(compound: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = compound
        .match_indices(['.', '#'])
        .map(|(at, _)| at)
        .collect();
    let ends: Vec<usize> = starts
        .iter()
        .skip(1)
        .copied()
        .chain([compound.len()])
        .collect();
    starts
        .into_iter()
        .zip(ends)
        .map(|(start, end)| &compound[start..end])
}
