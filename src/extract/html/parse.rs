//! Text to tree, within a budget that does not depend on the clock: the same page always ends
//! the same way.
//!
//! The tree is html5ever's. Its tokenizer reads character by character and takes longer than all
//! else here; tags that hold nothing out of the ordinary are read by `Tag` instead, which has to
//! find their ends anyway, and handed to html5ever's tree builder. Whatever is out of the ordinary
//! goes through html5ever's tokenizer. The tree is the same in any case.

use std::ops::Range;

use html5ever::{
    Attribute, LocalName, QualName,
    driver::{self, ParseOpts, Parser},
    ns,
    tendril::{StrTendril, TendrilSink},
    tokenizer::{
        Tag as TagToken,
        TagKind::{EndTag, StartTag},
        Token, TokenSink, TokenizerOpts,
    },
};
use memchr::{memchr, memchr_iter, memchr3};
use scraper::{Html, HtmlTreeSink};

use super::{
    over_limit::OverLimit,
    tag::{RAW, TEXT, Tag, end_tag},
};
use crate::{model::ParseLimits, text};

/// Bytes fed between two looks at the budget. Unclosed formatting elements are opened again in
/// every paragraph, so that work can grow with the square of what is fed: small pieces keep the
/// overshoot at a fraction of the node budget.
const PIECE: usize = 1 << 10;

/// Nodes for each tag of the text. An honest page has two, an element and the text behind it, and
/// a few more where formatting is opened again; a hostile one has hundreds.
const NODES_PER_TAG: usize = 8;

/// Nodes that are free whatever the text.
const NODES_FREE: usize = 20_000;

/// Parses `html` into the tree that html5ever makes of it. `Err` if that has more nodes or levels
/// than `limits` and the tags of the page allow.
pub fn parse(html: &str, limits: &ParseLimits) -> Result<Html, OverLimit> {
    let tags = memchr_iter(b'<', html.as_bytes()).count();
    let nodes_max = limits.nodes.min(NODES_FREE + NODES_PER_TAG * tags);
    let sink = HtmlTreeSink::new(Html::new_document());
    // html5ever drops a byte order mark at the beginning of each piece that it is fed.
    let html = html.strip_prefix('\u{feff}').unwrap_or(html);
    let tokenizer = TokenizerOpts {
        discard_bom: false,
        ..TokenizerOpts::default()
    };
    let options = ParseOpts {
        tokenizer,
        ..ParseOpts::default()
    };
    let mut feeder = Feeder {
        parser: driver::parse_document(sink, options),
        html,
        whole: StrTendril::from_slice(html),
        at: 0,
        is_inside: false,
    };
    let mut looked_at = 0;
    while feeder.at < html.len() {
        feeder.step();
        if feeder.at - looked_at >= PIECE {
            looked_at = feeder.at;
            feeder.check(nodes_max, limits.depth)?;
        }
    }
    feeder.check(nodes_max, limits.depth)?;
    Ok(feeder.parser.finish())
}

/// Hands a page to html5ever piece by piece.
struct Feeder<'h> {
    parser: Parser<HtmlTreeSink>,
    html: &'h str,
    /// The same, to take pieces of without copying them.
    whole: StrTendril,
    /// Fed up to here.
    at: usize,
    /// The tokenizer may stand inside something: it reads what is left.
    is_inside: bool,
}

impl Feeder<'_> {
    /// Feeds the text up to the next tag, and that tag.
    fn step(&mut self) {
        if self.is_inside {
            return self.tokenize_rest();
        }
        let bytes = self.html.as_bytes();
        let Some(NextMark { at: start, is_tag }) = self.next_mark() else {
            return self.tokenize_rest();
        };
        if !is_tag {
            let end = memchr(b'>', &bytes[start..]).map(|n| start + n + 1);
            let goes_on = bytes[start..].starts_with(b"<![") || bytes[start..].starts_with(b"<!--");
            return match end.filter(|_| !goes_on) {
                Some(end) => self.tokenize(end),
                None => self.tokenize_rest(),
            };
        }
        let is_end = bytes.get(start + 1) == Some(&b'/');
        let tag = Tag::read(self.html, start + usize::from(is_end));
        // After these start tags the tokenizer goes on by other rules.
        let has_rules = tag.is_one_of(&RAW).or(tag.is_one_of(&["plaintext"]));
        if !tag.is_complete || (!is_end && has_rules.is_some()) {
            return self.tokenize_rest();
        }
        if !is_end && let Some(name) = tag.is_one_of(&TEXT) {
            return match self.after_text(&tag, name) {
                Some(end) => self.tokenize(end),
                None => self.tokenize_rest(),
            };
        }
        let text = &self.html[self.at..start];
        if !is_plain(text) || !is_plain(tag.text) {
            return self.tokenize(tag.end);
        }
        if !text.is_empty() {
            self.hand_over(Token::CharacterTokens(self.piece(self.at..start)));
        }
        self.hand_over(Token::TagToken(self.token(&tag, is_end)));
        self.at = tag.end;
    }

    /// The next `<` that is no mere sign.
    fn next_mark(&self) -> Option<NextMark> {
        let bytes = self.html.as_bytes();
        memchr_iter(b'<', &bytes[self.at..]).find_map(|n| {
            let at = self.at + n;
            let is_tag = match bytes.get(at + 1)? {
                b'/' => bytes.get(at + 2).is_some_and(u8::is_ascii_alphabetic),
                b'!' | b'?' => false,
                byte if byte.is_ascii_alphabetic() => true,
                _ => return None,
            };
            Some(NextMark { at, is_tag })
        })
    }

    /// The end of an element whose contents are text, unless a tag seems to be in it too.
    fn after_text(&self, tag: &Tag<'_>, name: &str) -> Option<usize> {
        end_tag(self.html, name, tag.end)
            .filter(|(inner, _)| !self.html[inner.clone()].contains('<'))
            .map(|(_, end)| end)
    }

    /// What html5ever's tokenizer would make of a plain tag.
    fn token(&self, tag: &Tag<'_>, is_end: bool) -> TagToken {
        let mut attrs: Vec<Attribute> = Vec::with_capacity(tag.attributes);
        let mut had_duplicate_attributes = false;
        for attribute in tag.attributes(self.html) {
            let name = QualName::new(None, ns!(), local_name(attribute.name));
            if attrs.iter().any(|known| known.name == name) {
                had_duplicate_attributes = true;
                continue;
            }
            let value = self.piece(attribute.value);
            attrs.push(Attribute { name, value });
        }
        TagToken {
            kind: if is_end { EndTag } else { StartTag },
            name: local_name(tag.name),
            self_closing: tag.self_closing,
            attrs,
            had_duplicate_attributes,
        }
    }

    fn piece(&self, span: Range<usize>) -> StrTendril {
        self.whole.subtendril(span.start as u32, span.len() as u32)
    }

    /// The answer would concern scripts, encodings and elements that are not handed over.
    fn hand_over(&self, token: Token) {
        let _ = self.parser.tokenizer.sink.process_token(token, 1);
    }

    /// Feeds the next piece of what is left by html5ever's tokenizer.
    fn tokenize_rest(&mut self) {
        self.is_inside = true;
        self.tokenize(self.at + text::head(&self.html[self.at..], PIECE).len());
    }

    /// Feeds up to `end` by html5ever's tokenizer.
    fn tokenize(&mut self, end: usize) {
        let piece = self.piece(self.at..end);
        self.parser.process(piece);
        self.at = end;
    }

    fn check(&self, nodes_max: usize, depth_max: usize) -> Result<(), OverLimit> {
        let page = self.parser.tokenizer.sink.sink.0.borrow();
        let last = page.tree.nodes().next_back();
        let depth = last.map_or(0, |node| node.ancestors().take(depth_max + 1).count());
        match page.tree.nodes().len() > nodes_max || depth > depth_max {
            true => Err(OverLimit),
            false => Ok(()),
        }
    }
}

/// A `<` with which a tag begins, or a declaration or something else up to the next `>`.
struct NextMark {
    at: usize,
    is_tag: bool,
}

/// Nothing in it that the tokenizer would change.
fn is_plain(text: &str) -> bool {
    memchr3(b'&', b'\r', b'\0', text.as_bytes()).is_none()
}

fn local_name(name: &str) -> LocalName {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => LocalName::from(name.to_ascii_lowercase()),
        false => LocalName::from(name),
    }
}
