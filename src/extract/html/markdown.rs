//! Markdown that is served or was saved as HTML: as a browser would read it, its paragraphs are one
//! and its links are words. What matters of it here becomes HTML (CommonMark 0.31: headings,
//! paragraphs, lists, quotations, fences, links); tags in it stay.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem};

use super::tag::names_tag;
use crate::text;

/// Elements that only a page in HTML has. Markdown may hold those of running text.
const STRUCTURE: [&str; 16] = [
    "!doctype", "html", "head", "body", "title", "meta", "link", "script", "div", "p", "br",
    "article", "section", "table", "ul", "ol",
];

/// Bytes of the words of one link, of its address, of a tag, at most.
const LINK_MAX: usize = 2 << 10;

/// The page in HTML if it is Markdown; `None` if it is not.
pub(super) fn rendered(page: &str) -> Option<String> {
    if has_structure(page) || !has_marks(page) {
        return None;
    }
    let mut out = String::with_capacity(page.len() + page.len() / 4);
    let mut open = Open::Nothing;
    for line in without_front_matter(page).lines() {
        open = write_line(line, open, &mut out);
    }
    open.close(&mut out);
    Some(out)
}

/// Whether a tag of [`STRUCTURE`] is in the page; the first tag of nearly every page is one.
fn has_structure(page: &str) -> bool {
    let bytes = page.as_bytes();
    memchr_iter(b'<', bytes).any(|at| STRUCTURE.iter().any(|name| names_tag(bytes, at + 1, name)))
}

/// A link, a heading or a fence.
fn has_marks(page: &str) -> bool {
    let is_link = |at: usize| {
        let to = page[at + 2..].trim_start_matches('<');
        ["http://", "https://", "/", "#"]
            .iter()
            .any(|start| to.starts_with(start))
    };
    memmem::find_iter(page.as_bytes(), b"](").any(is_link)
        || page
            .lines()
            .any(|line| heading(line).is_some() || is_fence(line))
}

/// What is behind the settings that some sites open a page with, between two lines of `---`.
fn without_front_matter(page: &str) -> &str {
    let rest = page.trim_start();
    let behind = || {
        let inner = rest.strip_prefix("---\n")?;
        let end = inner.find("\n---\n")?;
        inner.get(end + "\n---\n".len()..)
    };
    behind().unwrap_or(page)
}

/// The block that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Paragraph,
    Quote,
    List,
    Fence,
}

impl Open {
    fn tags(self) -> [&'static str; 2] {
        match self {
            Open::Nothing => ["", ""],
            Open::Paragraph => ["<p>", "</p>\n"],
            Open::Quote => ["<blockquote><p>", "</p></blockquote>\n"],
            Open::List => ["<ul>", "</ul>\n"],
            Open::Fence => ["<pre>", "</pre>\n"],
        }
    }

    fn close(self, out: &mut String) {
        out.push_str(self.tags()[1]);
    }

    /// Closes what is open, unless it is `next`, and opens that.
    fn follow(self, next: Open, out: &mut String) -> Open {
        if self != next {
            self.close(out);
            out.push_str(next.tags()[0]);
        } else if next != Open::List {
            out.push('\n');
        }
        next
    }
}

fn write_line(line: &str, open: Open, out: &mut String) -> Open {
    if is_fence(line) {
        let is_end = open == Open::Fence;
        return open.follow(if is_end { Open::Nothing } else { Open::Fence }, out);
    }
    if open == Open::Fence {
        out.push_str(&line.replace('<', "&lt;"));
        out.push('\n');
        return open;
    }
    let text = line.trim();
    if let Some((level, title)) = heading(line) {
        open.close(out);
        out.push_str(&format!("<h{level}>"));
        write_inline(title, out);
        out.push_str(&format!("</h{level}>\n"));
        return Open::Nothing;
    }
    if text.is_empty() {
        open.close(out);
        return Open::Nothing;
    }
    if let Some(item) = list_item(text) {
        let open = open.follow(Open::List, out);
        out.push_str("<li>");
        write_inline(item, out);
        out.push_str("</li>");
        return open;
    }
    let (next, text) = match text.strip_prefix('>') {
        Some(quoted) => (Open::Quote, quoted),
        None => (Open::Paragraph, text),
    };
    let open = open.follow(next, out);
    write_inline(text, out);
    open
}

fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("```") || line.starts_with("~~~")
}

/// The level and the words of a heading.
fn heading(line: &str) -> Option<(usize, &str)> {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    ((1..=6).contains(&level) && words.starts_with(' '))
        .then(|| (level, words.trim().trim_end_matches('#')))
}

fn list_item(text: &str) -> Option<&str> {
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = || {
        let digits = text.len() - behind.len();
        let item = behind.strip_prefix(". ")?;
        (1..=9).contains(&digits).then_some(item)
    };
    let bullet = || ["- ", "* ", "+ "].iter().find_map(|b| text.strip_prefix(b));
    bullet().or_else(numbered)
}

/// Words with their links; emphasis goes.
fn write_inline(text: &str, out: &mut String) {
    let mut at = 0;
    for middle in memmem::find_iter(text.as_bytes(), b"](") {
        if middle < at {
            continue;
        }
        let Some(link) = Link::around(text, at, middle) else {
            continue;
        };
        write_plain(&text[at..link.whole.start], out);
        if !link.is_image {
            let address = text[link.address].replace('"', "%22").replace('<', "%3C");
            out.push_str("<a href=\"");
            out.push_str(&address);
            out.push_str("\">");
            write_plain(&text[link.words], out);
            out.push_str("</a>");
        }
        at = link.whole.end;
    }
    write_plain(&text[at..], out);
}

/// `[words](address "title")`
struct Link {
    whole: Range<usize>,
    words: Range<usize>,
    address: Range<usize>,
    is_image: bool,
}

impl Link {
    /// The link whose `](` stands at `middle`, opened behind `from`.
    fn around(line: &str, from: usize, middle: usize) -> Option<Link> {
        let mut near = from.max(middle.saturating_sub(LINK_MAX))..=middle;
        let from = near.find(|at| line.is_char_boundary(*at))?;
        let bracket = from + line[from..middle].rfind('[')?;
        let is_image = line[from..bracket].ends_with('!');
        let start = middle + 2;
        let window = text::head(&line[start..], LINK_MAX);
        let end = start + window.find(')')?;
        let inner = &line[start..end];
        let address = inner.split_whitespace().next().unwrap_or_default();
        let address_start = start + inner.find(address).unwrap_or_default();
        Some(Link {
            whole: bracket - usize::from(is_image)..end + 1,
            words: bracket + 1..middle,
            address: address_start..address_start + address.len(),
            is_image,
        })
    }
}

/// Words without the marks around them; tags as they are.
fn write_plain(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['*', '`', '\\', '_', '<']) {
        let (before, mark) = rest.split_at(at);
        out.push_str(before);
        let behind = &mark[1..];
        rest = behind;
        match mark.as_bytes()[0] {
            b'<' => {
                let window = &mark.as_bytes()[..mark.len().min(LINK_MAX)];
                let end = memchr(b'>', window).unwrap_or_default() + 1;
                out.push_str(&mark[..end]);
                rest = &mark[end..];
            }
            b'\\' if behind.starts_with(|c: char| c.is_ascii_punctuation()) => {
                let escaped = &behind[..1];
                out.push_str(if escaped == "<" { "&lt;" } else { escaped });
                rest = &behind[1..];
            }
            b'\\' => out.push('\\'),
            // Inside a word it is one.
            b'_' if before.ends_with(char::is_alphanumeric)
                && behind.starts_with(char::is_alphanumeric) =>
            {
                out.push('_');
            }
            // Between spaces it is a sign.
            b'*' if before.ends_with(' ') && behind.starts_with(' ') => out.push('*'),
            _ => {}
        }
    }
    out.push_str(rest);
}
