//! Small judgements on single lines of text.

/// Whether `text` ends as a sentence does, in any script.
pub(in crate::extract) fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'', '”', '’', '»', '“', '」', '』', ')', ']', '）']);
    text.ends_with([
        '.', '!', '?', '…', ':', ';', '。', '！', '？', '؟', '۔', '।', '॥', '։', '።', '၊', '။',
    ])
}

/// Whether two lines say the same but for case, spaces and punctuation.
pub(in crate::extract) fn same_words(a: &str, b: &str) -> bool {
    let mut letters = letters(a).peekable();
    letters.peek().is_some() && letters.eq(self::letters(b))
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    let alphanumeric = text.chars().filter(|c| c.is_alphanumeric());
    alphanumeric.flat_map(char::to_lowercase).take(400)
}

/// Whether half of the words of `line` are in `other` too.
pub(in crate::extract) fn is_variant(line: &str, other: &str) -> bool {
    let other = other.to_lowercase();
    let (mut shared, mut all) = (0, 0);
    for word in line.to_lowercase().split_whitespace().take(60) {
        all += 1;
        shared += usize::from(other.contains(word));
    }
    shared * 2 >= all && all > 0
}

/// Words that open a byline in the languages of the packs, with what follows them.
const BY: &[&str] = &[
    "by ",
    "von ",
    "par ",
    "por ",
    "oleh ",
    "penulis",
    "written by",
    "autor",
    "author",
    "da ",
    "door ",
    "av ",
    "af ",
    "editor:",
    "reporter:",
    "text:",
    "laporan ",
];

/// Longest line that can be a byline or a date line, in bytes.
const LINE_BYTES_MAX: usize = 140;

/// Whether a line names the author: it opens as bylines do or is little more than the name.
pub(in crate::extract) fn is_byline(text: &str, byline: Option<&str>) -> bool {
    if text.len() > LINE_BYTES_MAX || ends_sentence(text) {
        return false;
    }
    let lower = text.to_lowercase();
    let named = byline.is_some_and(|names| {
        names
            .split(", ")
            .any(|name| name.len() > 3 && lower.contains(&name.to_lowercase()))
    });
    let opens = BY.iter().any(|word| lower.starts_with(word));
    (named && text.len() < 100) || (opens && text.split_whitespace().count() <= 12)
}

/// Whether a line is little more than a date or a time.
pub(in crate::extract) fn is_date_line(text: &str) -> bool {
    if text.len() > LINE_BYTES_MAX {
        return false;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        return false;
    }
    let words = text.split_whitespace().count();
    let year = text
        .split(|c: char| !c.is_ascii_digit())
        .any(|run| run.len() == 4 && (run.starts_with("19") || run.starts_with("20")));
    let clock = text.split_whitespace().any(|word| {
        let mut parts = word.split([':', '.']);
        matches!((parts.next(), parts.next()), (Some(h), Some(m))
            if (1..=2).contains(&h.len()) && m.len() >= 2 && h.bytes().all(|b| b.is_ascii_digit())
                && m.as_bytes()[..2].iter().all(u8::is_ascii_digit))
    });
    (year && digits >= 5 && words <= 12) || (clock && words <= 8 && !ends_sentence(text))
}

/// Lines that stand alone around an article and never in it, in lower case, without their
/// punctuation.
const FURNITURE: &[&str] = &[
    "advertisement",
    "advertisment",
    "anzeige",
    "article continues below",
    "contents hide",
    "download pdf",
    "empfohlener redaktioneller inhalt",
    "iklan",
    "listen to this article",
    "loading",
    "press enter or click to view image in full size",
    "print",
    "publicidad",
    "publicité",
    "pubblicità",
    "read more",
    "reklama",
    "scroll to continue",
    "scroll to continue with content",
    "share",
    "share this",
    "sponsored",
    "story continues below advertisement",
    "tags",
    "werbung",
];

/// Openings of credit lines of pictures, in lower case.
const CREDITS: &[&str] = &[
    "photo:",
    "photos:",
    "photo by ",
    "photograph:",
    "photo illustration:",
    "image:",
    "image credit",
    "images:",
    "illustration:",
    "credit:",
    "(credit",
    "picture:",
    "foto:",
    "fotos:",
    "bild:",
    "bildquelle",
    "dok.",
    "crédit photo",
    "crédits photo",
    "©",
    "zdj.",
    "fot.",
    "getty images",
    "istock",
];

/// Whether a short line is furniture: an advertising mark, a button, a picture credit.
pub(in crate::extract) fn is_furniture(text: &str) -> bool {
    if text.len() > LINE_BYTES_MAX {
        return false;
    }
    let lower = text.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    FURNITURE.contains(&bare) || CREDITS.iter().any(|opening| lower.starts_with(opening))
}

/// Headings of what follows an article, in lower case: the heading is one of these, or opens with
/// one that ends in a space.
const AFTERWARDS: &[&str] = &[
    "about the author",
    "about the authors",
    "about author",
    "articles liés",
    "artikel terkait",
    "artikel lainnya",
    "berita terkait",
    "berita lainnya",
    "comments",
    "das könnte sie auch interessieren",
    "discover more from ",
    "if you like it please share it",
    "join the conversation",
    "join the discussion",
    "keep reading",
    "kommentare",
    "komentar",
    "latest news",
    "latest posts",
    "leave a comment",
    "leave a reply",
    "lesen sie auch",
    "mehr zum thema",
    "mehr zum thema ",
    "more from ",
    "more on this story",
    "more stories",
    "noticias relacionadas",
    "over de auteur",
    "read next",
    "related",
    "related articles",
    "related content",
    "related news",
    "related posts",
    "related reading",
    "related stories",
    "related topics",
    "recommended",
    "recommended for you",
    "recent posts",
    "share this article",
    "share this post",
    "sur le même sujet",
    "thanks for your feedback",
    "weitere artikel",
    "weiterführende links",
    "you may also like",
    "you might also like",
    "you might like",
    "zobacz także",
    "über den autor",
];

/// Whether a heading opens what follows an article and not a part of it.
pub(in crate::extract) fn opens_afterwards(heading: &str) -> bool {
    if heading.len() > LINE_BYTES_MAX {
        return false;
    }
    let lower = heading.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    AFTERWARDS
        .iter()
        .any(|known| *known == bare || (known.ends_with(' ') && bare.starts_with(known)))
}
