//! `<unk>`, `▁`: pieces of a translation engine's vocabulary.

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::model::{Finding, Span};

/// See [`ABOUT`].
pub(super) struct EngineToken;

/// Marks in one text that are reported: beyond, one says it all.
const FINDINGS_MAX: usize = 5;
/// Marks in one text that are looked at.
const MARKS_MAX: usize = 50;
/// What the words of a text begin with that speaks of such tokens, in every language of a pack.
const TOPIC: [&str; 2] = ["token", "токен"];

const STRONG: Grade = Grade::strong(0.8, Counts::new(0, 0, 42));

const ABOUT: About = About {
    rule: "engine-token",
    summary: "a token of a translation engine's vocabulary that reached the reader",
    why: "engines cut words into pieces and write a placeholder for what they do not know \
          (SentencePiece, Subword-NMT, Moses); nobody types these signs",
    family: Family::Translation,
    grades: &[STRONG],
    flags: &[
        Example {
            lang: "de",
            text: "Die Fähre liegt seit [[<unk>]] im Hafen, weil die [[⁇]]rzte streiken.",
        },
        Example {
            lang: "en",
            text: "The talks with [[▁]]Kandor lasted from 10 [[@-@]] 12 hours in the harb[[@@]] our.",
        },
    ],
    passes: &[
        Example {
            lang: "en",
            text: "The tokenizer writes ▁ before a word and <unk> for what it does not know.",
        },
        Example {
            lang: "de",
            text: "Und dann sagte er⁇ Nichts. ▁▁▁▁▁ Mehr unter @@@ auf der Seite.",
        },
    ],
};

impl Detector for EngineToken {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let raw = draft.text.raw;
        let spans: Vec<Span> = memchr::memchr3_iter(b'<', b'@', 0xe2, raw.as_bytes())
            .filter_map(|at| Some(at..at + token(raw, at)?))
            .take(MARKS_MAX)
            .filter(|span| draft.quotation(span.start).is_none())
            .take(FINDINGS_MAX)
            .collect();
        if spans.is_empty() || is_topic(draft) {
            return;
        }
        found.extend(spans.into_iter().map(|span| Finding {
            rule: ABOUT.rule,
            grade: STRONG.name,
            note: format!(
                "“{}” is a token of a translation engine",
                &raw[span.clone()]
            ),
            left_out: None,
            span,
        }));
    }
}

fn is_topic(draft: &Draft<'_>) -> bool {
    (0..draft.text.words.len()).any(|at| {
        let word = draft.text.word(at).to_lowercase();
        TOPIC.iter().any(|topic| word.starts_with(topic))
    })
}

/// The length of the token at `at`, if one begins there.
fn token(raw: &str, at: usize) -> Option<usize> {
    let (before, rest) = (raw.get(..at)?, raw.get(at..)?);
    let fits = |token: &str| match token {
        "<unk>" => true,
        // The space that parted the words is still there on both sides.
        "@-@" => ends_in_space(before) && rest["@-@".len()..].starts_with(' '),
        // "harb@@ our": the first piece of a word.
        "@@" => {
            before.ends_with(char::is_alphabetic)
                && rest["@@".len()..]
                    .chars()
                    .next()
                    .is_none_or(char::is_whitespace)
        }
        // A writer's "⁇" stands behind a word, a writer's "▁" in a row of them.
        mark => ends_in_space(before) && begins_word(&rest[mark.len()..]),
    };
    let token = ["<unk>", "@-@", "@@", "⁇", "▁"]
        .into_iter()
        .find(|token| rest.starts_with(token))?;
    fits(token).then_some(token.len())
}

fn ends_in_space(before: &str) -> bool {
    before.chars().next_back().is_none_or(char::is_whitespace)
}

fn begins_word(rest: &str) -> bool {
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    rest.starts_with(char::is_alphabetic)
}
