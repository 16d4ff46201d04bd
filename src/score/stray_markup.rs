//! `<br />`, `**bold**`, `[caption id="3"]`, `\u00e9`: markup that reached the reader as text.

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade,
    excuse::{Topic, is_cited},
};
use crate::{
    model::{Finding, Span},
    text::head,
};

/// See [`ABOUT`].
pub(super) struct StrayMarkup;

/// Findings in one text: beyond, one says it all.
const FINDINGS_MAX: usize = 6;
/// Pieces of one text that are looked at.
const PIECES_MAX: usize = 400;
/// Bytes of one piece, at most.
const PIECE_MAX: usize = 240;
/// Bytes between two signs that stress what stands between them, at most.
const STRESSED_MAX: usize = 90;
/// Elements that the text of pages is made of.
const ELEMENTS: &str = " a article aside b blockquote body br button center cite dd div dl dt em embed \
                        figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hr i iframe img \
                        input label li nav ol p ref section small source span strong sub sup table td \
                        th tr u ul ";
/// Attributes that remain where a tag was cut before them.
const ATTRIBUTES: [&str; 9] = [
    "class", "href", "src", "style", "target", "rel", "alt", "width", "height",
];
/// What only the scripts of pages say.
const SCRIPT: [&str; 11] = [
    "adsbygoogle",
    "googletag.",
    "dataLayer.push(",
    "document.write(",
    "document.getElement",
    "window.addEventListener",
    "$(document)",
    "(function(",
    "function(){",
    "function() {",
    "<![CDATA[",
];
/// Signs of program code outside of what was found, and how many of them make a text one about it.
const CODE: [&str; 8] = [" = ", "==", "=>", "::", "();", "{\n", "()", "```"];
const CODE_MIN: usize = 3;
/// What follows `Ã` and `â€` where two bytes of UTF-8 were read as two letters.
const AFTER_A: &str = "©¨¼¶¤Ÿ±³¡ª§´¢£¥¸®";
const AFTER_EURO: &str = "™œ˜“”¦\u{9d}\u{99}\u{9c}";

const STRONG: Grade = Grade::strong(0.3, Counts::new(3, 0, 0))
    .when("tags, Markdown, short codes, styles, scripts, escapes, the clock of subtitles");
const WEAK: Grade =
    Grade::weak(0.1, Counts::new(0, 0, 0)).when("letters that were read in another encoding");

const TAG: &str = "a tag of HTML is shown as text";
const MARKDOWN: &str = "a sign of Markdown or of a wiki is shown as text";
const SHORT_CODE: &str = "a short code of the site's software was not run";
const STYLE: &str = "a style or a record of data stands in the text";
const SCRIPTED: &str = "a piece of a script stands in the text";
const ESCAPE: &str = "an escaped character is shown as text";
const CLOCK: &str = "the clock of subtitles stands in the text";
const ENCODING: &str = "a letter was read in another encoding";

const ABOUT: About = About {
    rule: "stray-markup",
    summary: "a piece of markup that reached the reader as text",
    why: "a machine put the text together or cut it out, and nobody looked at the result",
    family: Family::Boilerplate,
    grades: &[STRONG, WEAK],
    notes: &[
        TAG, MARKDOWN, SHORT_CODE, STYLE, SCRIPTED, ESCAPE, CLOCK, ENCODING,
    ],
    flags: &[
        Example {
            lang: "en",
            text: "The ferry is late.[[<br />]] The [[**new pier**]] opens in May, [[[caption id=\"3\"]]] he said.",
        },
        Example {
            lang: "fr",
            text: "Le maire a parl[[Ã©]] du bac ; [[.titre { color: red; }]] il ouvre en mai.",
        },
    ],
    passes: &[Example {
        lang: "en",
        text: "Prices: a < b > c, 5 ** 3, f**k it* [sic], [Video] Rain. Press “<p>” to start; ### \
               marks the end.",
    }],
};

/// What a piece of markup is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Tag,
    Markdown,
    ShortCode,
    Style,
    Script,
    Escape,
    Clock,
    Encoding,
}

impl Kind {
    fn note(self) -> &'static str {
        match self {
            Kind::Tag => TAG,
            Kind::Markdown => MARKDOWN,
            Kind::ShortCode => SHORT_CODE,
            Kind::Style => STYLE,
            Kind::Script => SCRIPTED,
            Kind::Escape => ESCAPE,
            Kind::Clock => CLOCK,
            Kind::Encoding => ENCODING,
        }
    }

    fn grade(self) -> Grade {
        match self {
            Kind::Encoding => WEAK,
            _ => STRONG,
        }
    }
}

impl Detector for StrayMarkup {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let pieces = pieces(draft.text.raw);
        if pieces.is_empty() {
            return;
        }
        let spans: Vec<Span> = pieces.iter().map(|(span, _)| span.clone()).collect();
        if is_code(draft.text.raw, &spans) {
            return;
        }
        let topic = Topic::new(draft, &spans);
        let shown = pieces.into_iter().filter(|(span, kind)| {
            *kind == Kind::Encoding
                || !(is_cited(draft, span.start) || topic.excuses(draft, span.start))
        });
        found.extend(shown.take(FINDINGS_MAX).map(|(span, kind)| Finding {
            rule: ABOUT.rule,
            grade: kind.grade().name,
            note: kind.note().to_string(),
            left_out: None,
            span,
        }));
    }
}

/// The pieces of markup in a text, in order, none within another.
fn pieces(raw: &str) -> Vec<(Span, Kind)> {
    let bytes = raw.as_bytes();
    let mut hits: Vec<(Span, Kind)> = memchr::memchr3_iter(b'<', b'[', b'*', bytes)
        .chain(memchr::memchr3_iter(b'#', b'{', b'=', bytes))
        .chain(memchr::memchr3_iter(b']', b'\\', b'|', bytes))
        .chain(memchr::memchr3_iter(b'>', 0xc3, 0xe2, bytes))
        .filter_map(|at| piece(raw, at))
        .take(PIECES_MAX)
        .collect();
    let scripts = SCRIPT
        .iter()
        .filter_map(|sign| Some((memchr::memmem::find(bytes, sign.as_bytes())?, sign.len())));
    hits.extend(scripts.map(|(at, len)| (at..at + len, Kind::Script)));
    hits.sort_by_key(|(span, _)| (span.start, usize::MAX - span.end));
    hits.dedup_by(|next, kept| next.0.start < kept.0.end);
    hits
}

/// Whether a text holds program code beside the pieces at `spans`.
fn is_code(raw: &str, spans: &[Span]) -> bool {
    let signs = CODE
        .iter()
        .flat_map(|sign| memchr::memmem::find_iter(raw.as_bytes(), sign));
    let outside = signs.filter(|at| !spans.iter().any(|span| span.contains(at)));
    outside.take(CODE_MIN).count() == CODE_MIN
}

fn piece(raw: &str, at: usize) -> Option<(Span, Kind)> {
    let (before, rest) = raw.split_at_checked(at)?;
    let (from, len, kind) = match rest.as_bytes().first()? {
        b'<' => (at, tag(rest, "<", ">")?, Kind::Tag),
        b'[' => (at, short_code(rest)?, Kind::ShortCode),
        b'*' => (at, stressed(before, rest)?, Kind::Markdown),
        b'#' => (at, heading(before, rest)?, Kind::Markdown),
        b']' => return Some((link(raw, at)?, Kind::Markdown)),
        b'|' => (at, ruler(rest)?, Kind::Markdown),
        b'{' => return Some((style(raw, at)?, Kind::Style)),
        b'=' => return Some((attribute(raw, at)?, Kind::Tag)),
        b'\\' => (at, escape(before, rest)?, Kind::Escape),
        b'>' => return Some((clock(raw, at)?, Kind::Clock)),
        _ => (at, misread(rest)?, Kind::Encoding),
    };
    Some((from..from + len, kind))
}

/// The length of the tag that `rest` begins with, between signs that may be escaped: `<p>`, `</b>`,
/// `<img src="…">`, `<!-- … -->`.
pub(super) fn tag(rest: &str, open: &str, close: &str) -> Option<usize> {
    let rest = head(rest, PIECE_MAX);
    let inside = rest.strip_prefix(open)?;
    if inside.starts_with("!--") {
        return Some(open.len() + "!--".len());
    }
    let end = inside.find(close)?;
    let body = inside[..end].trim_start_matches('/');
    let name_end = body
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(body.len());
    let name = format!(" {} ", body[..name_end].to_ascii_lowercase());
    let rest = body[name_end..].trim_end_matches('/').trim();
    let attributes = rest.is_empty() || (rest.contains('=') && !rest.contains('<'));
    (name.len() > 2 && attributes && ELEMENTS.contains(&name))
        .then_some(open.len() + end + close.len())
}

/// `[/caption]`, `[caption id="3"]`, `[url=…]`
fn short_code(rest: &str) -> Option<usize> {
    let inside = &head(rest, PIECE_MAX)[1..];
    let end = inside.find(']')?;
    let inside = &inside[..end];
    let is_name = |c: char| c.is_ascii_lowercase() || matches!(c, '_' | '-');
    let named = |text: &str| !text.is_empty() && text.chars().all(is_name);
    let fits = match inside.strip_prefix('/') {
        Some(name) => named(&name.to_ascii_lowercase()),
        None => {
            let (name, value) = inside.split_once('=')?;
            let mut names = name.split(' ');
            value.starts_with(|c: char| !c.is_whitespace() && c != '=') && names.all(named)
        }
    };
    fits.then_some(end + 2)
}

/// `**so**`: two asterisks that hug the words between them.
fn stressed(before: &str, rest: &str) -> Option<usize> {
    let is_free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '*');
    let inside = head(rest, STRESSED_MAX).strip_prefix("**")?;
    let end = inside.find("**").filter(|&end| end >= 2)?;
    let words = &inside[..end];
    let hugs = !words.starts_with(char::is_whitespace) && !words.ends_with(char::is_whitespace);
    let plain = words.contains(char::is_alphabetic) && !words.contains(['*', '\n']);
    let free = is_free(before.chars().next_back()) && is_free(inside[end + 2..].chars().next());
    (hugs && plain && free).then_some(end + 4)
}

/// `## Words` where a line or a sentence begins. A release ends with `###` alone.
fn heading(before: &str, rest: &str) -> Option<usize> {
    let signs = rest.bytes().take_while(|b| *b == b'#').count();
    let words = rest[signs..].strip_prefix(' ')?;
    let before = before.trim_end_matches(' ');
    let opens = before.is_empty() || before.ends_with(['\n', '.', '!', '?', '”', '“', '»', '"']);
    let fits = (2..=6).contains(&signs) && opens && words.starts_with(char::is_alphanumeric);
    fits.then_some(signs)
}

/// `[words](https://…`, with the bracket before it where it is near.
fn link(raw: &str, at: usize) -> Option<Span> {
    let target = raw[at..].strip_prefix("](")?;
    let is_target = ["http:", "https:", "www.", "/", "mailto:"]
        .iter()
        .any(|start| target.starts_with(start));
    let line = &raw[raw[..at].rfind('\n').map_or(0, |end| end + 1)..at];
    let from = line
        .rfind('[')
        .filter(|open| line.len() - open <= STRESSED_MAX)
        .map_or(at, |open| at - line.len() + open);
    let address = head(target, PIECE_MAX);
    let end = address
        .find(|c: char| c.is_whitespace() || c == ')')
        .unwrap_or(address.len());
    let closes = usize::from(target[end..].starts_with(')'));
    is_target.then_some(from..at + 2 + end + closes)
}

/// `|---|---|`
fn ruler(rest: &str) -> Option<usize> {
    let end = rest
        .find(|c: char| !matches!(c, '|' | '-' | ':' | ' '))
        .unwrap_or(rest.len());
    let ruler = rest[..end].trim_end();
    (ruler.contains("---") && ruler.ends_with('|')).then_some(ruler.len())
}

/// `.title { color: red; }`, `{"id":3}`
fn style(raw: &str, at: usize) -> Option<Span> {
    let inside = head(&raw[at + 1..], PIECE_MAX);
    let (name, value) = inside.split_once(':')?;
    let name = name.trim();
    let quoted = name.len() > 2 && name.starts_with('"') && name.ends_with('"');
    let is_name = |c: char| c.is_ascii_lowercase() || c == '-';
    let property = name.len() > 2 && name.chars().all(is_name);
    let end = value.find(['}', '\n'])?;
    let declares = value[..end].contains(';') || quoted;
    if !(quoted || property) || !declares || !value[end..].starts_with('}') {
        return None;
    }
    let selector = raw[..at].trim_end_matches(' ');
    let is_selector = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '#' | '-' | '_');
    let from = selector.trim_end_matches(is_selector).len();
    let from = match selector[from..].starts_with(['.', '#']) {
        true => from,
        false => at,
    };
    let close = inside.len() - value.len() + end;
    Some(from..at + close + 2)
}

/// `class="text">` of a tag that was cut before it.
fn attribute(raw: &str, at: usize) -> Option<Span> {
    let value = head(&raw[at + 1..], PIECE_MAX);
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let end = value[1..].find(quote)? + 2;
    let closes = value[end..].trim_start_matches([' ', '/']);
    let name = ATTRIBUTES
        .iter()
        .find(|name| raw[..at].ends_with(*name))
        .filter(|_| closes.starts_with('>'))?;
    Some(at - name.len()..at + 1 + value.len() - closes.len() + 1)
}

/// `\u00e9`, `\"`, `\n` behind a sentence.
fn escape(before: &str, rest: &str) -> Option<usize> {
    let mut letters = rest[1..].chars();
    let first = letters.next()?;
    let next = letters.next();
    let ends = before.ends_with(['.', '!', '?', ':', ',', '"', '”', '\\']) || before.is_empty();
    match first {
        'u' => {
            let digits = rest.get(2..6)?;
            let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
            hex.then_some(6)
        }
        '"' => Some(2),
        'n' | 'r' if ends => {
            let free = next.is_none_or(|c| c.is_whitespace() || c.is_uppercase() || c == '\\');
            free.then_some(2)
        }
        _ => None,
    }
}

/// `00:00:01,000 --> 00:00:04,500`, by its arrow.
fn clock(raw: &str, at: usize) -> Option<Span> {
    let is_clock = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | ',');
    let is_time = |text: &str| text.matches(':').count() >= 1 && text.len() >= "00:00".len();
    let start = raw[..at].strip_suffix("--")?.trim_end_matches(' ');
    let from = start.trim_end_matches(is_clock).len();
    let after = &raw[at + 1..];
    let time = after.trim_start_matches(' ');
    let rest = time.trim_start_matches(is_clock);
    let end = raw.len() - rest.len();
    let second = &time[..time.len() - rest.len()];
    (is_time(&start[from..]) && is_time(second)).then_some(from..end)
}

/// The length of what two or three bytes of UTF-8 look like in another encoding.
fn misread(rest: &str) -> Option<usize> {
    let (sign, after) = match rest.strip_prefix("â€") {
        Some(after) => (AFTER_EURO, after),
        None => (AFTER_A, rest.strip_prefix('Ã')?),
    };
    let next = after.chars().next().filter(|c| sign.contains(*c))?;
    Some(rest.len() - after.len() + next.len_utf8())
}
