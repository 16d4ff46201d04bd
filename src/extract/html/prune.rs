//! One pass over the text of a page, before any tree is built, that leaves out what never holds
//! article text: scripts, styles, SVG, comments, templates, frames, attributes that nobody reads,
//! white space between tags. The tree of what remains is built in less than half the time. JSON-LD
//! is set aside on the way.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem};

use super::{
    element::is_hidden_style,
    over_limit::OverLimit,
    sheet::{HiddenNames, SheetReader},
    space::{Space, is_blank},
    tag::{Lower, RAW, TEXT, Tag, end_tag, names_tag},
};
use crate::{
    lang::{PageList, PageWords},
    model::ParseLimits,
};

/// A page without its dead weight.
#[derive(Debug, Default)]
pub(in crate::extract) struct Pruned<'a> {
    /// What is left to parse.
    pub(in crate::extract) html: String,
    /// The contents of `<script type="application/ld+json">`, in order.
    pub(in crate::extract) json_ld: Vec<&'a str>,
    /// What the style sheets in the page hide.
    pub(in crate::extract) hidden: HiddenNames,
}

/// What of a tag is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::extract) enum Keep {
    /// Every attribute, and every element that has none of the names below: a selector may ask
    /// for any of them.
    AllAttributes,
    /// What extraction reads.
    ReadAttributes,
}

/// JSON-LD blocks that are kept; the rest of a page with more is noise.
const JSON_LD_MAX: usize = 32;

/// Elements that are left out with their contents, as those in [`RAW`] are; these nest.
const NESTED: [&str; 4] = ["svg", "template", "canvas", "object"];
/// Of [`RAW`], an unclosed one makes the rest of the page its own: code is no article.
const SWALLOWING: [&str; 2] = ["script", "style"];
/// Elements without text, which are left out.
const EMPTY: [&str; 2] = ["img", "source"];
/// Links to other documents say so in one of these words; the rest loads resources.
const LINKS: [&str; 6] = [
    "canonical",
    "alternate",
    "amphtml",
    "author",
    "itemprop",
    "next",
];

/// Tags and character references that are parsed, for each node that a tree may have. Each takes
/// the parser a while whether or not it adds a node.
const MARKS_PER_NODE: usize = 2;
/// Bounds the sum of the squares of the attributes of all tags: each attribute is compared with
/// those before it.
const COMPARISONS_MAX: usize = 400_000_000;

/// Bytes of text without a tag; what goes on longer is cut there. No paragraph in print comes near.
const TEXT_RUN_MAX: usize = 512 << 10;

/// Prunes `page`. Where an end is missing, only the opening mark goes: a forgotten end must not
/// swallow the article behind it.
pub(in crate::extract) fn prune<'a>(
    page: &'a str,
    keep: Keep,
    words: &'a PageWords,
    limits: &ParseLimits,
) -> Result<Pruned<'a>, OverLimit> {
    let mut pruner = Pruner {
        page,
        keep,
        words,
        at: 0,
        kept_to: 0,
        space: Space::default(),
        comparisons: 0,
        marks_cut: 0,
        unclosed: Vec::new(),
        out: Pruned {
            html: String::with_capacity(page.len() / 2),
            json_ld: Vec::new(),
            hidden: HiddenNames::default(),
        },
        sheets: SheetReader::default(),
    };
    while let Some(open) = memchr(b'<', &page.as_bytes()[pruner.at..]) {
        pruner.at += open;
        pruner.step(limits)?;
    }
    pruner.keep_text_to(page.len());
    let marks = marks(&pruner.out.html) + pruner.marks_cut;
    if marks > MARKS_PER_NODE.saturating_mul(limits.nodes) {
        return Err(OverLimit);
    }
    pruner.out.hidden = pruner.sheets.finish();
    Ok(pruner.out)
}

fn marks(html: &str) -> usize {
    let html = html.as_bytes();
    memchr_iter(b'<', html).count() + memchr_iter(b'&', html).count()
}

struct Pruner<'a> {
    page: &'a str,
    keep: Keep,
    words: &'a PageWords,
    /// Where the scan stands: at a `<`.
    at: usize,
    /// The page up to here is copied or left out.
    kept_to: usize,
    /// What white space between tags means here.
    space: Space,
    /// See [`COMPARISONS_MAX`].
    comparisons: usize,
    /// Marks in text that went on for too long: they count all the same.
    marks_cut: usize,
    /// End marks that do not occur any more: looked for once, or the scan would be quadratic.
    unclosed: Vec<&'static str>,
    /// What the style sheets hide.
    sheets: SheetReader,
    out: Pruned<'a>,
}

impl<'a> Pruner<'a> {
    /// Reads one markup construct at `at` and moves past it.
    fn step(&mut self, limits: &ParseLimits) -> Result<(), OverLimit> {
        let bytes = self.page.as_bytes();
        match bytes.get(self.at + 1) {
            Some(b'!') => self.comment(),
            Some(c) if c.is_ascii_alphabetic() => self.start_tag(limits)?,
            Some(b'/') if bytes.get(self.at + 2).is_some_and(u8::is_ascii_alphabetic) => {
                let tag = Tag::read(self.page, self.at + 1);
                self.keep_text_to(self.at);
                self.space.before_end_tag(&tag, &mut self.out.html);
                self.keep_to(tag.end);
                self.at = tag.end;
            }
            _ => self.at += 1,
        }
        Ok(())
    }

    fn comment(&mut self) {
        let rest = &self.page.as_bytes()[self.at..];
        if !rest.starts_with(b"<!--") {
            self.declaration();
            return;
        }
        let start = self.at;
        let empty = rest[4..].starts_with(b">") || rest[4..].starts_with(b"->");
        let end = if empty {
            memchr(b'>', rest).map(|n| start + n + 1)
        } else {
            self.find_once("-->", |page, from| {
                memmem::find(&page.as_bytes()[from..], b"-->").map(|n| from + n + 3)
            })
        };
        // An unclosed comment loses its mark only, so that what follows is read.
        self.leave_out(start, end.unwrap_or(start + 4));
    }

    /// A document type, or what the tokenizer takes for a comment.
    fn declaration(&mut self) {
        // The end of `<![CDATA[` depends on the element that it stands in.
        let end = if self.page.as_bytes().get(self.at + 2) == Some(&b'[') {
            None
        } else {
            self.find_once(">", |page, from| {
                memchr(b'>', &page.as_bytes()[from..]).map(|n| from + n + 1)
            })
        };
        if let Some(end) = end {
            self.keep_text_to(self.at);
            self.keep_to(end);
            self.at = end;
        } else {
            self.at += 2;
        }
    }

    fn start_tag(&mut self, limits: &ParseLimits) -> Result<(), OverLimit> {
        let start = self.at;
        let tag = Tag::read(self.page, start);
        self.comparisons += tag.attributes * tag.attributes;
        if tag.attributes > limits.attributes || self.comparisons > COMPARISONS_MAX {
            return Err(OverLimit);
        }
        self.at = tag.end;
        if let Some(name) = tag.is_one_of(&RAW) {
            if let Some((inner, end)) = self.find_once(name, |page, from| end_tag(page, name, from))
            {
                if name == "script" {
                    self.json_ld(&tag, inner);
                } else if name == "style" {
                    self.style_sheet(&tag, inner);
                }
                self.leave_out(start, end);
            } else if !SWALLOWING.contains(&name) {
                self.leave_out(start, tag.end);
            }
        } else if let Some(name) = tag.is_one_of(&NESTED) {
            if tag.self_closing && name == "svg" {
                self.leave_out(start, tag.end);
            } else if name == "template" && tag.text.contains("shadowroot") {
                // A declarative shadow root is shown where it stands.
                self.leave_out(start, tag.end);
            } else {
                let end = self.find_once(name, |page, from| nested(page, name, from));
                self.leave_out(start, end.unwrap_or(tag.end));
            }
        } else {
            self.kept_tag(start, &tag);
        }
        Ok(())
    }

    /// A start tag that stays, unless there is nothing in it to read.
    fn kept_tag(&mut self, start: usize, tag: &Tag<'_>) {
        let reads_few = self.keep == Keep::ReadAttributes;
        if reads_few && self.is_dispensable(start, tag) {
            self.leave_out(start, tag.end);
            return;
        }
        self.keep_text_to(start);
        self.space.before_start_tag(tag, &mut self.out.html);
        if reads_few && tag.is_complete {
            self.leave_out_attributes(tag);
        }
        self.keep_to(tag.end);
        if let Some(name) = tag.is_one_of(&TEXT)
            && let Some((_, end)) = self.find_once(name, |page, from| end_tag(page, name, from))
        {
            self.keep_to(end);
            self.at = end;
        }
    }

    /// An image that does not part two pieces of text, or a link to a resource.
    fn is_dispensable(&self, start: usize, tag: &Tag<'_>) -> bool {
        if tag.is_one_of(&EMPTY).is_some() {
            return is_blank(&self.page[self.kept_to..start])
                || self.page.as_bytes().get(tag.end) == Some(&b'<');
        }
        tag.is_one_of(&["link"]).is_some() && !LINKS.iter().any(|word| tag.text.contains(word))
    }

    fn leave_out_attributes(&mut self, tag: &Tag<'_>) {
        let page = self.page;
        let bytes = page.as_bytes();
        let is_blank = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_whitespace);
        // Where a link goes matters of the few that name an author or the next page.
        let is_plain_link = tag.name.eq_ignore_ascii_case("a")
            && !["author", "itemprop", "\"next"]
                .iter()
                .any(|word| tag.text.contains(word));
        for attribute in tag.attributes(page) {
            let Range { start, mut end } = attribute.span;
            let lower = Lower::new(attribute.name);
            let leads_to_author = || {
                let href = &page[attribute.value.clone()];
                self.words.stands_in(PageList::AuthorPaths, href)
            };
            let cut = match lower.as_bytes() {
                b"href" if is_plain_link && !leads_to_author() => {
                    if !is_blank(end) && bytes.get(end) != Some(&b'>') {
                        continue;
                    }
                    attribute.name_end
                }
                b"style" if is_hidden_style(&page[attribute.value]) => continue,
                // Where microformats keep the date behind the words for it.
                b"title" if tag.name.eq_ignore_ascii_case("abbr") => continue,
                name if is_read(name) => continue,
                _ if self.sheets.asks_for(attribute.name) => continue,
                _ => start,
            };
            if cut == start {
                while is_blank(end) {
                    end += 1;
                }
            }
            self.keep_to(cut);
            self.kept_to = end;
        }
    }

    fn json_ld(&mut self, tag: &Tag<'_>, inner: Range<usize>) {
        let linked_data = memmem::find(tag.text.as_bytes(), b"ld+json").is_some();
        if linked_data && self.out.json_ld.len() < JSON_LD_MAX {
            self.out.json_ld.push(&self.page[inner]);
        }
    }

    fn style_sheet(&mut self, tag: &Tag<'_>, inner: Range<usize>) {
        let sheet = &self.page[inner];
        // What is for printers only hides nothing on a screen.
        let is_for_all =
            !tag.text.contains("media") || tag.text.contains("all") || tag.text.contains("screen");
        if is_for_all
            && (sheet.contains("none") || sheet.contains("hidden") || sheet.contains(":0"))
        {
            self.sheets.add(sheet);
        }
    }

    /// Looks from `at` on, unless the same mark was missed before.
    fn find_once<T>(
        &mut self,
        mark: &'static str,
        find: impl FnOnce(&'a str, usize) -> Option<T>,
    ) -> Option<T> {
        if self.unclosed.contains(&mark) {
            return None;
        }
        let found = find(self.page, self.at);
        if found.is_none() {
            self.unclosed.push(mark);
        }
        found
    }

    fn keep_to(&mut self, end: usize) {
        self.out.html.push_str(&self.page[self.kept_to..end]);
        self.kept_to = end;
    }

    /// Keeps what stands before the next tag.
    fn keep_text_to(&mut self, end: usize) {
        let mut cut = end.min(self.kept_to + TEXT_RUN_MAX);
        while !self.page.is_char_boundary(cut) {
            cut -= 1;
        }
        let gap = &self.page[self.kept_to..cut];
        self.space.text(gap, &mut self.out.html);
        self.marks_cut += marks(&self.page[cut..end]);
        self.kept_to = end;
    }

    fn leave_out(&mut self, start: usize, end: usize) {
        self.keep_text_to(start);
        self.kept_to = end;
        self.at = end;
    }
}

/// Attributes from which a script of the page writes when it was published.
pub(in crate::extract) const TIMESTAMPS: [&str; 9] = [
    "data-timestamp",
    "data-time",
    "data-datetime",
    "data-date",
    "data-epoch",
    "data-published",
    "data-published-at",
    "data-pubdate",
    "data-unixtime",
];

/// Attributes that extraction reads, or the parser.
fn is_read(name: &[u8]) -> bool {
    matches!(
        name,
        b"class"
            | b"id"
            | b"href"
            | b"role"
            | b"hidden"
            | b"aria-hidden"
            | b"open"
            | b"itemprop"
            | b"itemscope"
            | b"itemtype"
            | b"lang"
            | b"name"
            | b"property"
            | b"content"
            | b"rel"
            | b"datetime"
            | b"pubdate"
            | b"type"
            | b"http-equiv"
            | b"encoding"
            | b"amp-access"
            | b"layout"
    ) || (name.starts_with(b"data-") && TIMESTAMPS.iter().any(|read| read.as_bytes() == name))
}

/// The end of the `</name>` that balances a start tag before `from`.
fn nested(page: &str, name: &str, from: usize) -> Option<usize> {
    let bytes = page.as_bytes();
    let (mut at, mut depth) = (from, 1usize);
    loop {
        at += memchr(b'<', &bytes[at..])?;
        if names_tag(bytes, at + 1, name) {
            let tag = Tag::read(page, at);
            depth += usize::from(!tag.self_closing);
            at = tag.end;
        } else if bytes.get(at + 1) == Some(&b'/') && names_tag(bytes, at + 2, name) {
            depth -= 1;
            at = memchr(b'>', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += 1;
        }
    }
}
