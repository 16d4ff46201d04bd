//! How a document is shown to whoever sits at a terminal.

use super::{colour::Style, legend::RuleView};
use crate::model::Policy;

/// What is known of the rules, of the judgement and of the terminal.
#[derive(Debug, Clone, Copy)]
pub struct Manner<'a> {
    /// What each rule is about, and how often it fires.
    pub legend: &'a [RuleView<'a>],
    /// What the document was judged by.
    pub policy: &'a Policy,
    /// How wide lines may be.
    pub columns: usize,
    /// How words stand out.
    pub style: Style,
}
