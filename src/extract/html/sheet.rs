//! What the style sheets in a page hide: classes, ids, and classes together with others or with
//! attributes. Only what holds for every reader of a screen counts; what another rule shows again is
//! not hidden.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use memchr::memchr2;
use scraper::node::Element;

use super::{compound::Compound, element::is_hidden_style};

/// Bytes of style sheets that are read.
const BYTES_MAX: usize = 512 << 10;
/// Names that are kept.
const NAMES_MAX: usize = 2_000;
/// Compounds that hide, and those that show something again.
const COMPOUNDS_MAX: usize = 200;
const SHOWING_MAX: usize = 400;
/// Attributes that are kept for what hides by them.
const ASKED_MAX: usize = 16;

/// Classes, ids and compounds of what is hidden.
#[derive(Debug, Default)]
pub(in crate::extract) struct HiddenNames {
    classes: HashSet<String, RandomState>,
    ids: HashSet<String, RandomState>,
    /// By the first of their classes.
    compounds: HashMap<String, Vec<Compound>, RandomState>,
}

impl HiddenNames {
    pub(in crate::extract) fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.ids.is_empty() && self.compounds.is_empty()
    }

    /// Whether one class is hidden.
    pub(in crate::extract) fn has_class(&self, class: &str) -> bool {
        self.classes.contains(class)
    }

    pub(in crate::extract) fn has_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Whether an element with this class among its own is hidden for what else it is.
    pub(in crate::extract) fn has_compound(&self, class: &str, element: &Element) -> bool {
        let compounds = self.compounds.get(class);
        compounds.is_some_and(|own| own.iter().any(|compound| compound.matches(element)))
    }
}

/// What the style sheets said so far.
#[derive(Debug, Default)]
pub(super) struct SheetReader {
    bytes: usize,
    hidden: HashSet<String>,
    shown: HashSet<String>,
    hiding: Vec<Compound>,
    showing: Vec<Compound>,
    /// Attributes that those which hide ask for: every attribute of a page is compared with them.
    asked: Vec<String>,
}

impl SheetReader {
    /// Reads the contents of one `<style>` element.
    pub(super) fn add(&mut self, sheet: &str) {
        if self.bytes + sheet.len() >= BYTES_MAX {
            return;
        }
        self.bytes += sheet.len();
        rules(sheet, |selectors, declarations| {
            if is_hidden_style(declarations) {
                self.hide(selectors);
            } else if shows(declarations) {
                self.show(selectors);
            }
        });
    }

    fn hide(&mut self, selectors: &str) {
        for selector in selectors.split(',').map(str::trim).take(NAMES_MAX) {
            if is_name(selector) {
                self.hidden.insert(selector.to_string());
            } else if self.hiding.len() < COMPOUNDS_MAX
                && let Some(compound) = Compound::read(selector)
            {
                self.ask_for(&compound);
                self.hiding.push(compound);
            }
        }
    }

    fn show(&mut self, selectors: &str) {
        let is_end = |c: char| !(c.is_alphanumeric() || "-_.#".contains(c));
        let words = selectors.split(is_end).flat_map(names);
        self.shown.extend(words.take(NAMES_MAX).map(str::to_string));
        let room = SHOWING_MAX.saturating_sub(self.showing.len());
        let last = |selector: &str| {
            let last = selector.rsplit([' ', '>', '+', '~']).next();
            last.and_then(Compound::read)
        };
        let compounds = selectors
            .split(',')
            .filter_map(|selector| last(selector.trim()));
        self.showing.extend(compounds.take(room));
    }

    fn ask_for(&mut self, compound: &Compound) {
        for name in compound.attribute_names() {
            if self.asked.len() < ASKED_MAX && !self.asked.iter().any(|known| known == name) {
                self.asked.push(name.to_string());
            }
        }
    }

    /// Whether a rule asks for an attribute of what it hides.
    pub(super) fn asks_for(&self, attribute: &str) -> bool {
        let mut asked = self.asked.iter();
        asked.any(|name| name.eq_ignore_ascii_case(attribute))
    }

    pub(super) fn finish(self) -> HiddenNames {
        let marked = |mark| {
            let names = self.hidden.difference(&self.shown);
            let names = names.filter_map(move |name| name.strip_prefix(mark));
            names.map(str::to_string).collect()
        };
        let (classes, ids) = (marked('.'), marked('#'));
        let mut compounds: HashMap<String, Vec<Compound>, RandomState> = HashMap::default();
        for compound in self.hiding {
            if !self.showing.iter().any(|shown| shown.is_within(&compound)) {
                let first = compound.first().to_string();
                compounds.entry(first).or_default().push(compound);
            }
        }
        HiddenNames {
            classes,
            ids,
            compounds,
        }
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
