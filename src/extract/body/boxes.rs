//! Which boxes of a page are template, by what they are called, and when a name is not believed.

use crate::extract::blocks::{Cut, Families};

/// Families whose boxes are not part of an article.
pub(in crate::extract) const TEMPLATE: Families = Families::NAVIGATION
    .with(Families::SIDE)
    .with(Families::RELATED)
    .with(Families::SHARE)
    .with(Families::SUBSCRIBE)
    .with(Families::AUTHOR)
    .with(Families::META)
    .with(Families::COMMENTS)
    .with(Families::ADVERT)
    .with(Families::CONSENT)
    .with(Families::CAPTION)
    .with(Families::HIDDEN)
    .with(Families::OVERLAY)
    .with(Families::FORM);

/// A name is overruled by this share of the page's text: a theme may call its content column
/// `content-sidebar-wrap`.
const OVERRULED_AT: f64 = 0.4;

/// Names that hold even so: comments may well outweigh a short article.
const FIRM: Families = Families::COMMENTS.with(Families::CONSENT);

/// Which containers are template, by their own name or that of one around them. `raw` are the sums of
/// running text before each block.
pub(in crate::extract) fn template(cut: &Cut<'_>, raw: &[usize], families: Families) -> Vec<bool> {
    let total = raw.last().copied().unwrap_or_default();
    let mass = |index: usize| {
        let blocks = &cut.containers[index].blocks;
        raw[blocks.end] - raw[blocks.start]
    };
    let told = told_bodies(cut, families, &mass);
    let mut template = vec![false; cut.containers.len()];
    let mut body_within = vec![false; cut.containers.len()];
    for (index, container) in cut.containers.iter().enumerate() {
        if container.families.meets(Families::BODY) && mass(index) * 3 >= total {
            for above in cut.ancestors(index) {
                body_within[above] = true;
            }
        }
    }
    // A German opinion is a "Kommentar", headline and all, and so are the boxes in it.
    let mut opinion = vec![false; cut.containers.len()];
    for (index, container) in cut.containers.iter().enumerate() {
        let named = container.families.meets(families);
        let firm = container.families.meets(FIRM);
        let told_elsewhere = || {
            told.iter()
                .any(|&body| !cut.encloses(index, body) && !cut.encloses(body, index))
        };
        let heavy = mass(index) as f64 >= OVERRULED_AT * total as f64
            && mass(index) > 0
            && !(named && told_elsewhere());
        let titled = || {
            cut.blocks[container.blocks.clone()]
                .iter()
                .any(|block| block.heading == 1)
        };
        opinion[index] = opinion[container.parent] || (firm && titled());
        let overruled = body_within[index] || (heavy && (!firm || opinion[index]));
        let is_unseen = container.is_unseen && families.meets(Families::HIDDEN);
        template[index] = (named && !overruled) || is_unseen || template[container.parent];
    }
    template
}

/// Containers that are called an article's body, hold one and stand in nothing that is called
/// template: with one of them on the page, a heavy sidebar is a heavy sidebar.
fn told_bodies(cut: &Cut<'_>, families: Families, mass: &impl Fn(usize) -> usize) -> Vec<usize> {
    let mut named = vec![false; cut.containers.len()];
    let mut told = Vec::new();
    for (index, container) in cut.containers.iter().enumerate() {
        named[index] = container.families.meets(families) || named[container.parent];
        if container.families.meets(Families::BODY)
            && !named[index]
            && mass(index) >= TOLD_BYTES_MIN
        {
            told.push(index);
        }
    }
    told
}

/// A box called a body counts as one from this much running text on, in bytes.
const TOLD_BYTES_MIN: usize = 500;
