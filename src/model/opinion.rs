//! What a second reader says of a text.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Span;

/// Who gives second opinions: the model behind an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Adviser {
    /// As the endpoint calls it.
    pub model: String,
    /// The operator's own word for the version behind that name.
    pub revision: Option<String>,
}

/// As readers are told: `model`, or `model (revision)`.
impl fmt::Display for Adviser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.revision {
            Some(revision) => write!(f, "{} ({revision})", self.model),
            None => f.write_str(&self.model),
        }
    }
}

/// Which articles a second opinion is asked about: `[opinion] only`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskAbout {
    /// Those that passed and might not have, and a few others.
    Suspicious,
    /// All that were judged, and those in a language that nothing else serves.
    All,
    /// Those that are flagged already.
    Flagged,
}

impl AskAbout {
    /// Every choice.
    pub const ALL: [AskAbout; 3] = [AskAbout::Suspicious, AskAbout::All, AskAbout::Flagged];

    /// The name in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            AskAbout::Suspicious => "suspicious",
            AskAbout::All => "all",
            AskAbout::Flagged => "flagged",
        }
    }
}

/// What is wrong with the words that a second reader points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DefectKind {
    /// A word in a sense that it does not have there.
    Sense,
    /// A name that was translated.
    Name,
    /// A place that was translated, or is another one.
    Place,
    /// An idiom that was put into this language word by word.
    Idiom,
    /// Words that come again and again.
    Loop,
    /// A set term whose words were exchanged for others; in English alone.
    Spun,
    /// A title or pronoun that gives a named person the wrong sex.
    Referent,
    /// What an engine, an assistant or a page left standing.
    Residue,
}

impl DefectKind {
    /// Every kind.
    pub const ALL: [DefectKind; 8] = [
        DefectKind::Sense,
        DefectKind::Name,
        DefectKind::Place,
        DefectKind::Idiom,
        DefectKind::Loop,
        DefectKind::Spun,
        DefectKind::Referent,
        DefectKind::Residue,
    ];

    /// For the reader.
    pub const fn in_words(self) -> &'static str {
        match self {
            DefectKind::Sense => "wrong sense",
            DefectKind::Name => "translated name",
            DefectKind::Place => "wrong place",
            DefectKind::Idiom => "idiom word by word",
            DefectKind::Loop => "said again and again",
            DefectKind::Spun => "spun term",
            DefectKind::Referent => "wrong person",
            DefectKind::Residue => "left standing",
        }
    }

    /// Whether something else must have been meant.
    pub const fn has_meaning(self) -> bool {
        !matches!(self, DefectKind::Loop | DefectKind::Residue)
    }
}

/// Words that a second reader points at. They were checked: they stand in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remark {
    /// The words as they stand in the text.
    pub quote: String,
    /// Bytes of `body`; `None` for words of the headline.
    pub span: Option<Span>,
    /// What is wrong with them.
    pub kind: DefectKind,
    /// What was meant.
    pub intended: Option<String>,
    /// What may have stood in the language that it was translated from.
    pub source: Option<String>,
    /// The reason in a clause; may be empty.
    pub why: String,
    /// How sure the reader is, in 0..=1.
    pub confidence: f32,
}

/// What a second reader says of one text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opinion {
    /// Who says so.
    pub adviser: Adviser,
    /// Nothing, for most texts.
    pub remarks: Vec<Remark>,
}

/// By what an opinion is found again: a hash of the text, of what was asked, and of who was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OpinionKey(pub [u8; 32]);
