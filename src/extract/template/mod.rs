//! In: the blocks of a page, its body and the site's memory. Out: the body without lines that the
//! site shows on other articles too, what the memory learns, and the lines left out amid the body.

pub(super) mod left_out;
mod lines;

pub(super) use lines::{Lines, Said, fingerprint};
