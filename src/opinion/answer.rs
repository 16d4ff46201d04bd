//! What is believed of an answer: words that stand in the text, said to be wrong for a reason.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    folded::folded,
    sheet::{Line, Sheet},
};
use crate::{
    model::{DefectKind, Remark, Span},
    text::Text,
};

/// Findings that are read of one answer.
const FINDINGS_MAX: usize = 8;

/// Words that a quote may have, and characters.
const QUOTE_WORDS: std::ops::RangeInclusive<usize> = 1..=8;
const QUOTE_MAX: usize = 200;

/// Characters of what is said about it.
const SAID_MAX: usize = 200;

/// How sure the model must be.
const CONFIDENCE_MIN: f32 = 0.75;

/// Why a finding was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dropped {
    /// It lacks something, is of no known kind, or is one too many.
    Malformed,
    /// The words do not stand in that paragraph.
    Invented,
    /// They stand in quotation marks: somebody said so.
    Quoted,
    /// Nothing else was meant.
    Meaningless,
    /// The model itself is not sure.
    Unsure,
    /// The words were named already.
    Overlapping,
}

impl Dropped {
    /// Every reason.
    pub const ALL: [Dropped; 6] = [
        Dropped::Malformed,
        Dropped::Invented,
        Dropped::Quoted,
        Dropped::Meaningless,
        Dropped::Unsure,
        Dropped::Overlapping,
    ];

    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Dropped::Malformed => "malformed",
            Dropped::Invented => "invented",
            Dropped::Quoted => "quoted",
            Dropped::Meaningless => "meaningless",
            Dropped::Unsure => "unsure",
            Dropped::Overlapping => "overlapping",
        }
    }
}

/// An answer that holds no list of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer holds no JSON object with findings")]
pub struct NoAnswer;

/// What an answer says, finding by finding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// What is believed.
    pub remarks: Vec<Remark>,
    /// Why the others are not.
    pub dropped: Vec<Dropped>,
}

impl Reading {
    /// Whether at least half of it held. A model that errs oftener is believed in nothing.
    pub fn is_credible(&self) -> bool {
        self.dropped.len() <= self.remarks.len()
    }
}

/// A finding as the model gives it. Other fields are passed over.
#[derive(Debug, Deserialize)]
struct Said {
    p: u32,
    quote: String,
    class: DefectKind,
    #[serde(default)]
    intended: Option<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    why: Option<String>,
    confidence: f32,
}

/// Reads what a model said of a sheet.
///
/// # Errors
/// If that is not one JSON object with a list of findings, be it in a fence of code, behind its
/// thoughts or between words.
pub fn read(content: &str, sheet: &Sheet<'_>) -> Result<Reading, NoAnswer> {
    let mut reading = Reading::default();
    let mut taken: Vec<(u32, Span)> = Vec::new();
    for (at, value) in findings(content)?.into_iter().enumerate() {
        let said = serde_json::from_value::<Said>(value).ok();
        let said = said.filter(|_| at < FINDINGS_MAX);
        let checked = said
            .ok_or(Dropped::Malformed)
            .and_then(|said| check(&said, sheet, &mut taken));
        match checked {
            Ok(remark) => reading.remarks.push(remark),
            Err(why) => reading.dropped.push(why),
        }
    }
    Ok(reading)
}

/// The first JSON object of the answer proper, and its list.
fn findings(content: &str) -> Result<Vec<Value>, NoAnswer> {
    #[derive(Deserialize)]
    struct Answer {
        findings: Vec<Value>,
    }
    let (_, answer) = content.rsplit_once("</think>").unwrap_or(("", content));
    let start = answer.find('{').ok_or(NoAnswer)?;
    let mut objects = serde_json::Deserializer::from_str(&answer[start..]).into_iter::<Answer>();
    let first = objects.next().ok_or(NoAnswer)?;
    Ok(first.map_err(|_| NoAnswer)?.findings)
}

fn check(said: &Said, sheet: &Sheet<'_>, taken: &mut Vec<(u32, Span)>) -> Result<Remark, Dropped> {
    let quote = folded(&said.quote);
    let words = Text::new(&quote).words.len();
    if quote.chars().count() > QUOTE_MAX || !QUOTE_WORDS.contains(&words) {
        return Err(Dropped::Malformed);
    }
    let line = sheet.line(said.p).ok_or(Dropped::Invented)?;
    let span = place(said.kind_in(sheet)?, &quote, line, sheet, taken)?;
    let intended = clause(said.intended.as_deref());
    if said.class.has_meaning() && intended.as_ref().is_none_or(|meant| *meant == quote) {
        return Err(Dropped::Meaningless);
    }
    if !(0.0..=1.0).contains(&said.confidence) {
        return Err(Dropped::Malformed);
    }
    if said.confidence < CONFIDENCE_MIN {
        return Err(Dropped::Unsure);
    }
    taken.push((said.p, span.clone()));
    let words = sheet.text_of(line).raw.get(span.clone());
    Ok(Remark {
        quote: words.unwrap_or_default().to_string(),
        span: (line.number > 0).then_some(span),
        kind: said.class,
        intended,
        source: clause(said.source.as_deref()),
        why: clause(said.why.as_deref()).unwrap_or_default(),
        confidence: said.confidence,
    })
}

impl Said {
    /// The kind, unless there is none such in the language.
    fn kind_in(&self, sheet: &Sheet<'_>) -> Result<DefectKind, Dropped> {
        let is_english = sheet.lang.is_some_and(|lang| lang.as_str() == "en");
        match self.class {
            DefectKind::Spun if !is_english => Err(Dropped::Malformed),
            kind => Ok(kind),
        }
    }
}

/// The first place in the paragraph that the finding may mean, in bytes of the body or headline.
fn place(
    kind: DefectKind,
    quote: &str,
    line: &Line,
    sheet: &Sheet<'_>,
    taken: &[(u32, Span)],
) -> Result<Span, Dropped> {
    let text = sheet.text_of(line);
    let mut why = Dropped::Invented;
    for place in line.folded.places(quote) {
        let span = line.start + place.start..line.start + place.end;
        let overlaps = |(number, other): &(u32, Span)| {
            *number == line.number && other.start < span.end && span.start < other.end
        };
        if kind != DefectKind::Residue && is_quoted(text, &span) {
            why = Dropped::Quoted;
        } else if taken.iter().any(overlaps) {
            why = Dropped::Overlapping;
        } else {
            return Ok(span);
        }
    }
    Err(why)
}

/// Whether its first letter stands in quotation marks.
fn is_quoted(text: &Text<'_>, span: &Span) -> bool {
    let words = text.raw.get(span.clone()).unwrap_or_default();
    let letter = words.find(char::is_alphanumeric).unwrap_or(0);
    text.quotation(span.start + letter).is_some()
}

/// What the model says of its own, for people to read: short, plain, and without addresses, which
/// some reader of notes would turn into links.
fn clause(said: Option<&str>) -> Option<String> {
    let said = folded(said?);
    let words = said.split(' ').map(|word| match is_address(word) {
        true => "…",
        false => word,
    });
    let text: String = words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(SAID_MAX)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_string())
}

fn is_address(word: &str) -> bool {
    let word = word.to_lowercase();
    word.contains("://") || word.contains("www.") || word.contains("mailto:")
}
