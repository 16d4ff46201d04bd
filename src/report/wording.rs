//! What conclusions are called when people read them: the same words in the terminal and on the
//! page.

use super::{Document, tongue::Tongue};
use crate::{
    model::{FetchOutcome, Lang, Policy, Reason, Scores, Timestamp, Verdict},
    style,
};

/// A state in words, and what can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording {
    /// What is the case.
    pub what: &'static str,
    /// What the reader can do.
    pub advice: &'static str,
}

/// Residue from which a text that passes needs cleaning: two lines of the page were left in it.
const CLEANING_AT: f32 = 0.3;

/// `flagged`, `passed` or `not judged`, and whether a text that passes needs cleaning.
pub fn verdict(verdict: Verdict, scores: Scores) -> &'static str {
    match verdict {
        Verdict::Flag => "flagged",
        Verdict::Pass if scores.residue >= CLEANING_AT => "passed, needs cleaning",
        Verdict::Pass => "passed",
        Verdict::Abstain(_) => "not judged",
    }
}

/// The numbers behind a verdict: the two complaints, from where either is flagged, and what the style
/// alone says.
pub fn scores(document: &Document<'_>, flag_at: Option<f32>) -> String {
    let scores = document.scores;
    let threshold = flag_at.map(|share| format!(" (flagged from {share:.2})"));
    format!(
        "machine translation {:.2}, residue {:.2}{}, style {}",
        scores.machine_translation,
        scores.residue,
        threshold.unwrap_or_default(),
        style_words(document, &Tongue::ENGLISH)
    )
}

/// What the style alone says of machine translation, or why it says nothing.
pub fn style_words(document: &Document<'_>, tongue: &Tongue) -> String {
    if let Some(score) = document.scores.style {
        return format!("{score:.2}");
    }
    let lang = document.lang.and_then(Lang::new);
    let is_served = lang.as_ref().and_then(style::model).is_some();
    let words = document.length();
    if is_served && words < Policy::STYLE_WORDS_MIN {
        let not_asked = tongue.fill("not asked ({} of {} words)");
        let filled = not_asked.with(words).with(Policy::STYLE_WORDS_MIN);
        return filled.to_string();
    }
    tongue.say("no model").to_string()
}

/// What can be done about a document that was not judged.
pub fn advice(document: &Document<'_>, reason: Reason, policy: &Policy) -> String {
    match reason {
        Reason::TooShort => format!(
            "{}; articles are judged from {} (`words_min` under [score])",
            counted(document.length() as u64, "word"),
            policy.words_min
        ),
        Reason::NotHtml if document.url.is_none() => {
            "look whether it is a text at all, and in which encoding".to_string()
        }
        Reason::Empty if document.url.is_none() => {
            "look whether it is the file that is meant".to_string()
        }
        reason => self::reason(reason).advice.to_string(),
    }
}

/// Why there is no verdict.
pub fn reason(reason: Reason) -> Wording {
    let (what, advice) = match reason {
        Reason::TooShort => (
            "the text is too short to be judged fairly",
            "judge the whole article, or lower `words_min` under [score]",
        ),
        Reason::UnknownLanguage => (
            "it is in no language that can be judged",
            "if the page declares the wrong language, name the right one with `lang`",
        ),
        Reason::OtherLanguage => (
            "the text is in another language than `lang` says",
            "leave `lang` out, or name the language that the text is in",
        ),
        Reason::NotAnArticle => (
            "the page holds no article: a section front, a video, a wall or an error page",
            "if it is one, give the site a `body` selector",
        ),
        Reason::NeedsScript => (
            "the page shows nothing until its scripts have run",
            "read the site by a feed that carries whole articles, or by its printed form",
        ),
        Reason::Challenge => (
            "the site answered with a bot wall",
            "ask the site to let the crawler in, or ask it less often",
        ),
        Reason::ParseLimit => (
            "the page broke a limit of the parser",
            "if the page is honest, raise that limit under [extract]",
        ),
        Reason::NotHtml => (
            "it is neither HTML nor text that can be read",
            "look at the URL: it may lead to a PDF, an image or a film, or name a wrong encoding",
        ),
        Reason::Empty => (
            "there is nothing in it",
            "the page may be built by scripts: try its feed or its printed form",
        ),
        Reason::Failed => (
            "the inspection itself failed",
            "this is a fault of benggala; the page is kept, so please report it",
        ),
    };
    Wording { what, advice }
}

/// What to do about a source most of whose pages hold no article.
pub const NO_ARTICLES: &str = "look at one of them: behind a consent wall or a log-in, ask the site \
    for access; if they are articles, give the source a `body` selector";

/// What to do about pages that are asked for no more.
pub const PARKED: &str = "reading it ended the daemon, or its row cannot be read; `benggala store check` \
    names it";

/// What to do about a source that answers and lists nothing.
pub const NOTHING_LISTED: &str = "open it in a browser: has it moved, or does it show its articles only \
    to scripts? `benggala add` finds feeds";

/// What to do about a source that lists articles none of which are read.
pub const ALL_FILTERED: &str = "look whether its dates are right and its address is the present one; \
    a longer `link_age` of the source reads older articles, and \"0s\" an archive without dates";

/// What to do where the guard against private addresses has stopped a request.
pub const ALLOW_PRIVATE: &str = "if it is meant, name its network under [fetch], as allow_private = \
    [\"127.0.0.0/8\"]";

/// What to do about a failed poll, as a sentence without its full stop. `error` is what the store keeps of it, which begins with or
/// contains the name of the outcome.
pub fn poll_advice(error: &str) -> &'static str {
    let named = |outcome: &FetchOutcome| {
        error
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .any(|word| word.eq_ignore_ascii_case(outcome.as_str()))
    };
    let Some(outcome) = FetchOutcome::ALL
        .iter()
        .filter(|outcome| **outcome != FetchOutcome::Ok)
        .find(|outcome| named(outcome))
    else {
        return "It is asked again by itself";
    };
    match outcome {
        FetchOutcome::Ok | FetchOutcome::NotModified | FetchOutcome::Cancelled => {
            "Nothing to do: it is asked again by itself"
        }
        FetchOutcome::Local => {
            "This machine is out of handles or ports: raise its limit (LimitNOFILE) or lower “concurrency”"
        }
        FetchOutcome::Redirect => "Look where the address leads and configure the new one",
        FetchOutcome::Http4xx => "Look whether the address has moved; benggala add finds feeds",
        FetchOutcome::Http5xx => "The site is in trouble; it is asked again by itself",
        FetchOutcome::Throttled => "The site asks for fewer requests: set a longer “every”",
        FetchOutcome::Timeout => "The site is slow; raise “timeout” under [fetch] if that lasts",
        FetchOutcome::Dns => {
            "Look for a slip in the host's name; if there is none, its name servers are in trouble"
        }
        FetchOutcome::Connect => "Nobody answers there; it is asked again by itself",
        FetchOutcome::Tls => {
            "The site's certificate is not valid; it must be mended there, or named as “certificate” of the source"
        }
        FetchOutcome::TooLarge => "Raise “feed_max” under [fetch] if the size is meant",
        FetchOutcome::Decode => {
            "The answer was cut short or wrongly encoded; asked again by itself"
        }
        FetchOutcome::Blocked => {
            "Either robots.txt or the guard against private addresses forbids it"
        }
        FetchOutcome::RobotsUnreachable => {
            "Nothing is asked of the site until its robots.txt can be read; that is tried by itself"
        }
        FetchOutcome::Challenge => {
            "The site shows a bot wall: ask it to let the crawler in, or ask it less often"
        }
    }
}

/// `then` as seen from `now`: `5 min ago`, `in 2 h`, and the date when that is far.
pub fn age(then: Timestamp, now: Timestamp) -> String {
    Tongue::ENGLISH.age(then, now)
}

/// A count with its noun: `1 article`, `2 articles`.
pub fn counted(n: u64, noun: &str) -> String {
    Tongue::ENGLISH.counted(n, noun)
}
