//! Front pages and section pages: which of their links lead to articles.
//!
//! Nothing tells but the shape of the address, the words of the link and what is around it, so all
//! are weighed. What is taken for an article and is none costs one fetch; the extractor then says
//! so.

mod gather;
mod headline;
mod state;
mod weight;

use super::{
    document::LinkDocument,
    links::{Found, LinkList, left_out},
    tokens,
};
use crate::model::{Page, PageKind};
use gather::FrontLinks;

/// Links taken from one page, from the top: a front page shows a few hundred.
pub const LINKS_MAX: usize = 500;

pub(super) fn read(page: &Page, document: &LinkDocument<'_>) -> Found {
    let links_of = (FrontLinks::of_the_site(page), FrontLinks::of_others(page));
    let ((own, others), wrong) = tokens::read(document.text(), links_of);
    let mut links = LinkList::new(page, LINKS_MAX);
    for url in weight::articles(own.links()) {
        links.add(url, PageKind::Article, None);
    }
    let foreign = weight::articles(others.links()).count();
    let foreign = left_out(foreign, "links to articles");
    (links.into_vec(), wrong.into_iter().chain(foreign).collect())
}
