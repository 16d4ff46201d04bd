//! In: the blocks of a page, its body and the site's memory. Out: the body without lines that the
//! site shows on other articles too, what the memory learns, and the lines left out amid the body.

mod fingerprint;
mod left_out;
mod lines;
mod setting;

pub(super) use fingerprint::fingerprint;
pub(super) use left_out::left_out;
pub(super) use lines::{SaidParagraphs, TemplateLines};
