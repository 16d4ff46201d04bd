//! A fetched page in, the links it announces out. Discovery is parsing.

use crate::model::{Link, Page, PageKind, Problem};

/// Reads `page` as `kind`. What could be read is returned even when the rest is broken.
pub fn discover(_kind: PageKind, _page: &Page) -> (Vec<Link>, Vec<Problem>) {
    (Vec::new(), Vec::new())
}
