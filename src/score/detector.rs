//! What a detector is, and what it says of itself.

use super::draft::Draft;
use crate::model::Finding;

/// What a rule is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Text that a machine translated or wrote, and nobody read.
    Translation,
    /// Text that belongs to the page and not to the article.
    Boilerplate,
}

impl Family {
    /// The name in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Family::Translation => "translation",
            Family::Boilerplate => "boilerplate",
        }
    }
}

/// A text that shows a rule at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// The language it is in.
    pub lang: &'static str,
    /// The text; `[[ ]]` marks what is flagged.
    pub text: &'static str,
}

/// Texts in which a grade of a rule fires, of [`Counts::TEXTS`]: measured by `benggala eval rules` on
/// texts, most of them news, in German, English, Spanish, French, Indonesian, Malay and Russian;
/// there were no native ones in Spanish and Malay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Written in the language.
    pub native: u32,
    /// Translated by people.
    pub human: u32,
    /// Translated by machines.
    pub machine: u32,
}

impl Counts {
    /// Native, human-translated and machine-translated texts that were searched.
    pub const TEXTS: Counts = Counts::new(2_343, 2_509, 6_399);

    /// So many native, human-translated and machine-translated texts.
    pub const fn new(native: u32, human: u32, machine: u32) -> Counts {
        Counts {
            native,
            human,
            machine,
        }
    }
}

/// How much one finding may decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Marks its words and adds a little. Weak findings never flag an article by themselves, however
    /// many there are.
    Weak,
    /// May flag an article.
    Strong,
}

/// How plainly a rule was broken, and how much that was found to mean. Each grade has its own weight
/// and counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grade {
    /// Unique within its rule: `strong`, `weak`, or one of them and what tells it from its like
    /// (`weak-surname`).
    pub name: &'static str,
    /// How much one finding may decide.
    pub strength: Strength,
    /// What marks this grade, in one clause; empty where the rule has no other.
    pub when: &'static str,
    /// How likely one finding alone makes the article a bad one, in 0..1. For rules about
    /// translation a judgement that measured counts correct (see `evidence.rs`).
    pub weight: f32,
    /// How often it fires.
    pub counts: Counts,
}

impl Grade {
    pub(super) const fn strong(weight: f32, counts: Counts) -> Grade {
        Grade {
            name: "strong",
            strength: Strength::Strong,
            when: "",
            weight,
            counts,
        }
    }

    pub(super) const fn weak(weight: f32, counts: Counts) -> Grade {
        Grade {
            name: "weak",
            strength: Strength::Weak,
            when: "",
            weight,
            counts,
        }
    }

    /// The same, told from the rule's other grades.
    pub(super) const fn when(self, when: &'static str) -> Grade {
        Grade { when, ..self }
    }

    /// The same under another name.
    pub(super) const fn named(self, name: &'static str) -> Grade {
        Grade { name, ..self }
    }
}

/// Everything the rest of the program needs to know about a detector, except how it works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct About {
    /// Kebab-case, names the defect and not the cure.
    pub rule: &'static str,
    /// What is flagged, in one clause.
    pub summary: &'static str,
    /// Why it is evidence.
    pub why: &'static str,
    /// Of what it is evidence.
    pub family: Family,
    /// How plainly it can be broken, heaviest first; at least one.
    pub grades: &'static [Grade],
    /// What it says of a finding: sentences with gaps (`{}`), and what of ours is put into these. They
    /// are told in other languages by these words.
    pub notes: &'static [&'static str],
    /// Must produce exactly the marked findings. Shown by `explain`; run as a test.
    pub flags: &'static [Example],
    /// The nearest innocent texts. Must produce nothing.
    pub passes: &'static [Example],
}

impl About {
    /// What is known of the grade of this name.
    pub fn grade(&self, name: &str) -> Option<&'static Grade> {
        self.grades.iter().find(|grade| grade.name == name)
    }
}

/// One of the notes of a rule, its gaps filled in their order.
pub(super) fn fill(note: &str, gaps: &[&str]) -> String {
    let mut rest = note.split("{}");
    let mut filled = rest.next().unwrap_or_default().to_string();
    for (gap, after) in gaps.iter().zip(rest) {
        filled.extend([gap, after]);
    }
    filled
}

/// A stateless rule. Never fails: text it cannot understand yields no finding.
pub trait Detector: Sync {
    /// What it does and why.
    fn about(&self) -> &'static About;
    /// Adds what it finds in `draft` to `found`.
    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>);
}
