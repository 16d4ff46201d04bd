//! In: labelled pages. Out: the model of the block classifier, and how well it does on pages that it
//! did not see; and whose each line of a page is.
//!
//! Pages of one domain always stay together: no page is judged by a model that saw another page of
//! its site.

mod alignment;
mod course;
mod lesson;
mod names;
mod shown;

pub use self::{
    course::{Course, TREES},
    lesson::Lesson,
    shown::shown_lines,
};
pub use super::body::classify::Judges;
