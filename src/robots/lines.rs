//! The lines of a robots.txt: charset, line ends, comments, and the spellings of keys.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// What counts of a file, in bytes (RFC 9309, 2.5, asks for 500 KiB at least).
pub const BYTES_MAX: usize = 500 << 10;

/// What counts of a line, in bytes: eight times the longest URL that may be asked for, as in
/// Google's parser.
pub const LINE_MAX: usize = 16 << 10;

/// The lines that are understood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Key {
    UserAgent,
    Allow,
    Disallow,
    CrawlDelay,
    Sitemap,
}

/// How keys begin, in any case. The misspellings are those that Google's parser forgives.
const SPELLINGS: &[(&str, Key)] = &[
    ("user-agent", Key::UserAgent),
    ("useragent", Key::UserAgent),
    ("user agent", Key::UserAgent),
    ("allow", Key::Allow),
    ("disallow", Key::Disallow),
    ("dissallow", Key::Disallow),
    ("dissalow", Key::Disallow),
    ("disalow", Key::Disallow),
    ("diasllow", Key::Disallow),
    ("disallaw", Key::Disallow),
    ("crawl-delay", Key::CrawlDelay),
    ("crawldelay", Key::CrawlDelay),
    ("crawl delay", Key::CrawlDelay),
    ("sitemap", Key::Sitemap),
    ("site-map", Key::Sitemap),
];

/// The file without its byte order mark and what stands beyond [`BYTES_MAX`]. A line that this
/// limit cuts in two is gone: `/` is not what `/private` meant. UTF-16 with a mark becomes UTF-8;
/// other octets stay as they are, whatever charset they are in.
pub(super) fn plain(text: &[u8]) -> Cow<'_, [u8]> {
    let text = match text.get(..BYTES_MAX) {
        Some(head) => {
            let end = memchr::memrchr2(b'\n', b'\r', head).unwrap_or(0);
            &head[..end]
        }
        None => text,
    };
    match Encoding::for_bom(text) {
        None => Cow::Borrowed(text),
        Some((encoding, mark)) if encoding == UTF_8 => Cow::Borrowed(&text[mark..]),
        Some((encoding, mark)) => {
            let (text, _) = encoding.decode_without_bom_handling(&text[mark..]);
            Cow::Owned(text.into_owned().into_bytes())
        }
    }
}

/// Each line that is understood, with its value. Lines end in LF, CR, both, or NUL.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = (Key, &[u8])> {
    text.split(|byte| matches!(byte, b'\n' | b'\r' | 0))
        .filter_map(line)
}

fn line(line: &[u8]) -> Option<(Key, &[u8])> {
    let end = memchr::memchr(b'#', line).unwrap_or(line.len());
    let (key, value) = split(line[..end.min(LINE_MAX)].trim_ascii())?;
    let begins = |spelling: &str| {
        key.get(..spelling.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(spelling.as_bytes()))
    };
    let (_, key) = SPELLINGS.iter().find(|(spelling, _)| begins(spelling))?;
    Some((*key, value))
}

/// At the first colon, or, where it was forgotten, between the only two words.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(colon) = memchr::memchr(b':', line) {
        return Some((line[..colon].trim_ascii(), line[colon + 1..].trim_ascii()));
    }
    let space = memchr::memchr2(b' ', b'\t', line)?;
    let value = line[space..].trim_ascii();
    let is_one_word = memchr::memchr2(b' ', b'\t', value).is_none();
    is_one_word.then_some((&line[..space], value))
}
