//! In: the tree of a page, its JSON-LD, its text and its address. Out: title, authors, dates,
//! address, language, section and picture, each from the most explicit place that has it; the page
//! that the article goes on; and whether a copy may be kept.

mod attributes;
mod author_marks;
mod authors;
mod collected;
mod field;
mod fields;
mod heading;
mod jsonld;
mod names;
mod next_page;
pub(super) mod noarchive;
mod placed_author;
mod published;
mod scripts;
mod stamps;
mod titles;
mod vocabulary;

pub(super) use collected::{Collected, collect};
pub(super) use fields::fill;
pub(super) use jsonld::{JsonLd, Offer};
pub(super) use next_page::next_page;
pub(super) use titles::shown;
pub(super) use vocabulary::Vocabulary;
