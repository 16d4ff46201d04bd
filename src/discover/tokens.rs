//! HTML as a stream of tags and text. Finding links needs no tree: without one there is no
//! nesting to go too deep, and nothing grows with the page but what the caller keeps.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, states::RawKind,
    },
};

use url::Url;

use super::links::problem;
use crate::{model::Problem, text::head};

/// Bytes of a page that are read.
const BYTES_MAX: usize = 5 << 20;

/// Bytes given to the tokenizer at a time; the limits are looked at in between.
const PIECE: usize = 4 << 10;

/// Attributes of one tag: the tokenizer compares each with all before it. A tag with more ends the
/// reading.
const ATTRIBUTES_MAX: usize = 1_000;

/// White space without a single token: so many spaces lie only within one tag of thousands of
/// attributes, which must be stopped before it is whole, or within a huge comment.
const SILENT_SPACES_MAX: usize = 16 << 10;

/// Follows the tags and the text of a page.
pub(super) trait Sink {
    /// A start tag, its name in lower case.
    fn open(&mut self, name: &str, tag: &Tag);
    /// An end tag, its name in lower case.
    fn close(&mut self, name: &str);
    /// Text, possibly in several pieces.
    fn text(&mut self, text: &str);
}

/// Two that follow one page.
impl<A: Sink, B: Sink> Sink for (A, B) {
    fn open(&mut self, name: &str, tag: &Tag) {
        self.0.open(name, tag);
        self.1.open(name, tag);
    }

    fn close(&mut self, name: &str) {
        self.0.close(name);
        self.1.close(name);
    }

    fn text(&mut self, text: &str) {
        self.0.text(text);
        self.1.text(text);
    }
}

/// Reads `html` into `sink`, up to the limits; tells where it stopped short.
pub(super) fn read<S: Sink>(html: &str, sink: S) -> (S, Option<Problem>) {
    let tokenizer = Tokenizer::new(
        Watched(RefCell::new(Progress {
            sink,
            tokens: 0,
            over: false,
        })),
        Default::default(),
    );
    let stopped = feed(&tokenizer, html);
    if stopped.is_none() {
        tokenizer.end();
    }
    let state = tokenizer.sink.0.into_inner();
    (state.sink, stopped)
}

fn feed<S: Sink>(tokenizer: &Tokenizer<Watched<S>>, html: &str) -> Option<Problem> {
    let queue = BufferQueue::default();
    let (mut from, mut tokens, mut spaces) = (0, 0, 0);
    while from < html.len() {
        if from >= BYTES_MAX {
            return Some(problem(format!("read only the first {from} bytes")));
        }
        let piece = head(&html[from..], PIECE);
        let to = from + piece.len();
        queue.push_back(StrTendril::from_slice(piece));
        // Control comes back early only for scripts, which nobody runs here.
        let _ = tokenizer.feed(&queue);
        let state = tokenizer.sink.0.borrow();
        spaces = if state.tokens > tokens { 0 } else { spaces };
        spaces += piece.bytes().filter(u8::is_ascii_whitespace).count();
        tokens = state.tokens;
        if state.over || spaces > SILENT_SPACES_MAX {
            return Some(problem(format!(
                "stopped at byte {to}: a tag with too many attributes"
            )));
        }
        from = to;
    }
    None
}

struct Progress<S> {
    sink: S,
    tokens: u64,
    over: bool,
}

struct Watched<S>(RefCell<Progress<S>>);

impl<S: Sink> TokenSink for Watched<S> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                state.tokens += 1;
                state.over |= tag.attrs.len() > ATTRIBUTES_MAX;
                if state.over {
                    return TokenSinkResult::Continue;
                }
                match tag.kind {
                    TagKind::StartTag => {
                        state.sink.open(&tag.name, &tag);
                        return raw(&tag.name);
                    }
                    TagKind::EndTag => state.sink.close(&tag.name),
                }
            }
            Token::CharacterTokens(text) => {
                state.tokens += 1;
                state.sink.text(&text);
            }
            Token::CommentToken(_) | Token::DoctypeToken(_) => state.tokens += 1,
            Token::NullCharacterToken | Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

/// What the tree builder would tell the tokenizer: the content of these elements is no markup
/// (HTML 13.2.6.2).
fn raw(name: &str) -> TokenSinkResult<()> {
    match name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
            TokenSinkResult::RawData(RawKind::Rawtext)
        }
        "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
        _ => TokenSinkResult::Continue,
    }
}

/// Against what the links of a page are resolved: its address, or the first `<base>` that has one
/// (HTML, 4.2.3).
pub(super) struct Base {
    url: Url,
    is_given: bool,
}

impl Base {
    pub(super) fn new(page: &Url) -> Base {
        Base {
            url: page.clone(),
            is_given: false,
        }
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Reads a `<base>` element.
    pub(super) fn read(&mut self, tag: &Tag) {
        let Some(href) = attribute(tag, "href").filter(|_| !self.is_given) else {
            return;
        };
        self.is_given = true;
        // One that is no address, or not on the web, leaves that of the page.
        if let Some(url) = self.url.join(href).ok().filter(|url| url.has_host()) {
            self.url = url;
        }
    }
}

/// The value of an attribute, trimmed.
pub(super) fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs
        .iter()
        .find(|attribute| &*attribute.name.local == name)
        .map(|attribute| attribute.value.trim())
}
