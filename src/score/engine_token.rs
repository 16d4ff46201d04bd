//! `<unk>`, `▁`: pieces of a translation engine's vocabulary. `oaicite`, `<|im_start|>`, "Assistant:":
//! what the window of an assistant hides from its user.

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade,
    detector::fill,
    excuse::{Topic, is_cited},
};
use crate::{
    model::{Finding, Span},
    text::head,
};

/// See [`ABOUT`].
pub(super) struct EngineToken;

/// Marks in one text that are reported: beyond, one says it all.
const FINDINGS_MAX: usize = 5;
/// Marks in one text that are looked at.
const MARKS_MAX: usize = 50;
/// What a text is made of that an assistant's window shows as a link or a source: it stands in no
/// word of any language.
const HIDDEN: [&str; 21] = [
    "oaicite",
    "oai_citation",
    "citeturn",
    "turn0search",
    "turn0news",
    "turn1search",
    "attributableIndex",
    "grok_render_citation_card",
    "[cite_start]",
    "[cite: ",
    "sandbox:/mnt/data",
    "utm_source=chatgpt.com",
    "utm_source=openai",
    "utm_source=copilot.com",
    "utm_source=perplexity",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<start_of_turn>",
    "<end_of_turn>",
    "</translation>",
];
/// Bytes inside the brackets of a source, at most.
const SOURCE_MAX: usize = 80;
/// Bytes of a hidden mark, at most.
const HIDDEN_MAX: usize = 200;
/// Who speaks in the record of a conversation with an assistant, in the languages of the packs. Both
/// must open lines of one text.
const ROLES: [[&str; 9]; 2] = [
    [
        "user",
        "human",
        "system",
        "pengguna",
        "benutzer",
        "usuario",
        "utilisateur",
        "usuário",
        "пользователь",
    ],
    [
        "assistant",
        "asisten",
        "pembantu",
        "assistent",
        "asistente",
        "assistente",
        "ассистент",
        "chatgpt",
        "model",
    ],
];
/// What the words of a text begin with that speaks of such tokens, in every language of a pack.
const TOPIC: [&str; 2] = ["token", "токен"];

const STRONG: Grade = Grade::strong(0.8, Counts::new(0, 0, 41));

const NOTE: &str = "“{}” is a sign of an engine or assistant, not of a writer";

const ABOUT: About = About {
    rule: "engine-token",
    summary: "a token of an engine's vocabulary, or a hidden mark of an assistant, that reached the reader",
    why: "engines cut words into pieces and write a placeholder for what they do not know \
          (SentencePiece, Subword-NMT, Moses); assistants mark sources and turns for their window; \
          nobody types these signs",
    family: Family::Translation,
    grades: &[STRONG],
    notes: &[NOTE],
    flags: &[
        Example {
            lang: "de",
            text: "Die Fähre liegt seit [[<unk>]] im Hafen, weil die [[⁇]]rzte streiken.",
        },
        Example {
            lang: "en",
            text: "The harbour closed in May [[:contentReference[oaicite:3]{index=3}]], the mayor said.",
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
        let tokens = memchr::memchr3_iter(b'<', b'@', 0xe2, raw.as_bytes())
            .filter_map(|at| Some(at..at + token(raw, at)?));
        let mut spans: Vec<Span> = tokens
            .chain(hidden(raw))
            .chain(roles(draft))
            .take(MARKS_MAX)
            .filter(|span| !is_cited(draft, span.start))
            .collect();
        spans.sort_by_key(|span| (span.start, usize::MAX - span.end));
        spans.dedup_by(|next, kept| next.start < kept.end);
        spans.truncate(FINDINGS_MAX);
        if spans.is_empty() || is_topic(draft) {
            return;
        }
        let topic = Topic::new(draft, &spans);
        let spans = spans
            .into_iter()
            .filter(|span| !topic.excuses(draft, span.start));
        found.extend(spans.map(|span| Finding {
            rule: ABOUT.rule,
            grade: STRONG.name,
            note: fill(NOTE, &[&raw[span.clone()]]),
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

/// The marks of [`HIDDEN`] and `<|…|>`, with what hangs on them without a space.
fn hidden(raw: &str) -> impl Iterator<Item = Span> + '_ {
    let marks = HIDDEN.into_iter().flat_map(move |mark| {
        memchr::memmem::find_iter(raw.as_bytes(), mark.as_bytes())
            .map(move |at| around(raw, at..at + mark.len()))
    });
    let turns = memchr::memmem::find_iter(raw.as_bytes(), b"<|").filter_map(move |at| {
        let end = head(&raw[at..], HIDDEN_MAX + 2).find("|>")?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let inside = &raw[at + 2..at + end.max(2)];
        (!inside.is_empty() && inside.chars().all(is_name)).then_some(at..at + end + 2)
    });
    marks.chain(turns).chain(sources(raw))
}

/// "【7†source】", with the word for a source in any language.
fn sources(raw: &str) -> impl Iterator<Item = Span> + '_ {
    memchr::memmem::find_iter(raw.as_bytes(), "【").filter_map(move |at| {
        let inside = &raw[at + "【".len()..];
        let end = head(inside, SOURCE_MAX).find('】')?;
        let (number, rest) = inside[..end].split_once('†')?;
        let numbered = number.starts_with(|c: char| c.is_ascii_digit())
            && number.chars().all(|c| c.is_ascii_digit() || c == ':');
        let named = rest.starts_with(char::is_alphabetic);
        (numbered && named).then_some(at..at + end + 2 * "【".len())
    })
}

/// `mark` and what stands around it up to white space, without the sentence's punctuation.
fn around(raw: &str, mark: Span) -> Span {
    let left = raw[..mark.start]
        .trim_end_matches(|c: char| !c.is_whitespace())
        .len();
    let right = raw[mark.end..]
        .find(char::is_whitespace)
        .map_or(raw.len(), |at| mark.end + at);
    let before = &raw[left..mark.start];
    let skipped = match before.find("http") {
        Some(at) => at,
        None => before.find([':', '[', '(', '【']).unwrap_or(before.len()),
    };
    let start = left + skipped;
    let word = raw[start..right].trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    let end = (start + word.len()).max(mark.end);
    match end - start <= HIDDEN_MAX {
        true => start..end,
        false => mark,
    }
}

/// Lines that open with the names of both sides of a conversation with an assistant.
fn roles<'a>(draft: &'a Draft<'_>) -> impl Iterator<Item = Span> + 'a {
    let opens = move |side: usize| {
        draft.lines().filter_map(move |line| {
            let word = draft.text.word(line.start).to_lowercase();
            let names = line.len() > 1 && ROLES[side].contains(&word.as_str());
            let colon = names
                && draft
                    .text
                    .gap_after(line.start)
                    .trim_start()
                    .starts_with(':');
            colon.then(|| draft.span(line.start, line.start + 1))
        })
    };
    let both = opens(0).next().is_some() && opens(1).next().is_some();
    let sides = if both { 0..2 } else { 0..0 };
    sides.flat_map(opens)
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
