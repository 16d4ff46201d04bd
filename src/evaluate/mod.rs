//! What is built in, measured on labelled sets: labels and what was made of the pages or texts come
//! in, reports and broken floors go out.
//!
//! A report is a table as text and one object as JSON. Reading folders, the clock and the threads
//! are the caller's.

pub mod cases;
pub mod extraction;
pub mod floors;
pub mod left_out;
pub mod lines;
pub mod opinion;
pub mod residue;
pub mod rules;
pub mod sources;
pub mod texts;
pub mod translation;

mod figures;
mod made_up;
