//! In: the tree of a page, its JSON-LD, its text and its address. Out: title, authors, dates,
//! address, language, section and picture, each from the most explicit place that has it; the page
//! that the article goes on; and whether a copy may be kept.

mod authors;
pub(super) mod dates;
mod fields;
pub(super) mod jsonld;
mod marks;
mod names;
mod next_page;
pub(super) mod noarchive;
mod stamps;
mod titles;

pub(super) use fields::{Said, fill, read};
pub(super) use next_page::next;
