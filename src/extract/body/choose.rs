//! Which blocks are the article. Containers are judged by the mass of running text in them and
//! by what their names say; inside the chosen ones, template blocks are taken out again.

use std::collections::BTreeMap;

use memchr::memmem;

use super::{
    article_body::{bare_text, told_text},
    boxes,
    clean::clean,
    hints::Hints,
    mass::{MASS_BYTES_MIN, mass_of, prefix_sums},
};
use crate::extract::blocks::{Cut, Families, phrases};

/// The body, as indices of blocks in order.
#[derive(Debug, Default, PartialEq)]
pub(in crate::extract) struct Body {
    /// Indices into [`Cut::blocks`].
    pub(in crate::extract) blocks: Vec<usize>,
    /// Bytes of running text in it.
    pub(in crate::extract) mass: usize,
}

/// The way down to the densest container follows a child with this much of its parent's mass.
const DENSEST_PERCENT: usize = 85;

/// Chooses the body of a page.
pub(in crate::extract) fn choose(cut: &Cut<'_>, hints: &Hints<'_>) -> Body {
    if cut.blocks.is_empty() {
        return Body::default();
    }
    let page_mass: usize = cut.blocks.iter().map(mass_of).sum();
    let mut best = Ground::new(cut, Families::NONE, hints).body(hints);
    let last = [Families::NONE, Families::CAPTION, Families::HIDDEN];
    for forgiven in last.map(|families| MISLEADING.with(families)) {
        if best.mass >= RESCUE_BYTES && best.mass as f64 >= RESCUE_SHARE * page_mass as f64 {
            break;
        }
        let other = Ground::new(cut, forgiven, hints).body(hints);
        if other.mass > 2 * best.mass + RESCUE_BYTES {
            best = other;
        }
    }
    best
}

/// Families whose names are found on bodies too, now and then. They are forgiven, and after them captions,
/// in which galleries tell their stories, or hidden boxes, where next to nothing is left otherwise.
const MISLEADING: Families = Families::SIDE
    .with(Families::RELATED)
    .with(Families::SHARE)
    .with(Families::SUBSCRIBE)
    .with(Families::AUTHOR)
    .with(Families::META)
    .with(Families::ADVERT)
    .with(Families::OVERLAY)
    .with(Families::FORM);

/// A body with less than this share of the page's running text is looked for again.
const RESCUE_SHARE: f64 = 0.2;

/// A body under this many bytes of running text is looked for again in other ways.
const RESCUE_BYTES: usize = 250;

/// Sums over blocks, and which containers are template.
struct Ground<'c, 'a> {
    cut: &'c Cut<'a>,
    /// `mass[i]` is the running text before block `i`, template left out.
    mass: Vec<usize>,
    template: Vec<bool>,
}

impl<'c, 'a> Ground<'c, 'a> {
    fn new(cut: &'c Cut<'a>, forgiven: Families, hints: &Hints<'_>) -> Ground<'c, 'a> {
        let raw = prefix_sums(cut.blocks.iter().map(mass_of));
        let template = boxes::template(cut, &raw, boxes::TEMPLATE.without(forgiven));
        let mass = prefix_sums(cut.blocks.iter().enumerate().map(|(index, block)| {
            if template[block.container] || hints.is_foreign(index) {
                0
            } else {
                mass_of(block)
            }
        }));
        Ground {
            cut,
            mass,
            template,
        }
    }

    fn mass(&self, container: usize) -> usize {
        let blocks = &self.cut.containers[container].blocks;
        self.mass[blocks.end] - self.mass[blocks.start]
    }

    fn body(&self, hints: &Hints<'_>) -> Body {
        let chosen = if hints.ruled.is_empty() {
            self.containers(hints)
        } else {
            hints.ruled.to_vec()
        };
        let mut blocks: Vec<usize> = chosen
            .iter()
            .flat_map(|&container| self.cut.containers[container].blocks.clone())
            .collect();
        if hints.ruled.is_empty() {
            blocks.extend(self.lead(&chosen));
        }
        blocks.sort_unstable();
        blocks.dedup();
        let blocks = clean(self.cut, &self.template, &blocks, hints);
        let mass = blocks.iter().map(|&b| mass_of(&self.cut.blocks[b])).sum();
        Body { blocks, mass }
    }

    /// The containers of the body: by what they are called if they hold enough, else by where
    /// the text is.
    fn containers(&self, hints: &Hints<'_>) -> Vec<usize> {
        if let Some(found) = self.by_article_body(hints) {
            return vec![found];
        }
        if let Some(titled) = self.titled_article(hints) {
            return vec![self.densest(titled)];
        }
        let densest = self.densest(0);
        let floor = self.mass(densest);
        for (family, share) in [
            (Families::BODY, 0.5),
            (Families::ARTICLE, 0.4),
            (Families::MAIN, 0.8),
        ] {
            let named = self.named(family);
            let mass: usize = named.iter().map(|&c| self.mass(c)).sum();
            if mass > 0 && mass as f64 >= share * floor as f64 {
                return match named[..] {
                    [only] if family != Families::BODY => vec![self.densest(only)],
                    _ => named,
                };
            }
        }
        vec![densest]
    }

    /// Containers of a family that together make one article: nested ones are followed inwards
    /// while they keep the text, several stand for one body cut in parts.
    fn named(&self, family: Families) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for (index, container) in self.cut.containers.iter().enumerate() {
            if !container.families.meets(family) || self.template[index] || self.mass(index) == 0 {
                continue;
            }
            match found.last().copied() {
                Some(outer) if self.cut.encloses(outer, index) => {
                    if self.mass(index) * 10 >= self.mass(outer) * 8 {
                        found.pop();
                        found.push(index);
                    }
                }
                _ => found.push(index),
            }
        }
        self.one_article(found)
    }

    /// Of containers in several articles, those of the article with the most text.
    fn one_article(&self, found: Vec<usize>) -> Vec<usize> {
        let owner = |index: usize| {
            self.cut
                .ancestors(index)
                .find(|&c| self.cut.containers[c].families.meets(Families::ARTICLE))
        };
        let mut groups: BTreeMap<Option<usize>, usize> = BTreeMap::new();
        for &index in &found {
            *groups.entry(owner(index)).or_default() += self.mass(index);
        }
        let most = groups.values().max().copied().unwrap_or_default();
        let best = groups
            .into_iter()
            .find(|(_, mass)| mass * 10 >= most * 7)
            .and_then(|(article, _)| article);
        found.into_iter().filter(|&i| owner(i) == best).collect()
    }

    /// Of several whole articles of one kind on a page, the one that the title names, be it the
    /// shortest. Parts of one article differ in their classes.
    fn titled_article(&self, hints: &Hints<'_>) -> Option<usize> {
        let title = hints.title?;
        let mut articles: Vec<usize> = Vec::new();
        for (index, container) in self.cut.containers.iter().enumerate() {
            let within = articles
                .last()
                .is_some_and(|&a| self.cut.encloses(a, index));
            let whole = container.families.meets(Families::ARTICLE)
                && !self.template[index]
                && self.mass(index) >= RESCUE_BYTES;
            if whole && !within {
                articles.push(index);
            }
        }
        let says_title = |article: usize| {
            self.cut.blocks[self.cut.containers[article].blocks.clone()]
                .iter()
                .filter(|block| block.heading > 0)
                .any(|block| phrases::same_words(self.cut.text_of(block), title))
        };
        let class = |article: usize| self.cut.containers[article].element.attr("class");
        let titled = articles
            .iter()
            .copied()
            .find(|&article| says_title(article))?;
        let alike = articles
            .iter()
            .filter(|&&other| class(other) == class(titled));
        (alike.count() > 1).then_some(titled)
    }

    /// Opening paragraphs that stand before the body, under the headline.
    fn lead(&self, chosen: &[usize]) -> Vec<usize> {
        let Some(first) = chosen
            .iter()
            .map(|&c| self.cut.containers[c].blocks.start)
            .min()
        else {
            return Vec::new();
        };
        let blocks = &self.cut.blocks;
        let Some(headline) = blocks[..first].iter().rposition(|block| block.heading == 1) else {
            return Vec::new();
        };
        let is_lead = |&index: &usize| {
            let block = &blocks[index];
            let marked = self
                .cut
                .ancestors(block.container)
                .take(LEAD_LEVELS)
                .any(|c| self.cut.containers[c].families.meets(Families::LEAD));
            let fits = (LEAD_BYTES_MIN..=LEAD_BYTES_MAX).contains(&block.len());
            marked && fits && block.link_share() < 0.3 && self.is_shown(block.container)
        };
        (headline + 1..first)
            .filter(is_lead)
            .take(LEAD_BLOCKS_MAX)
            .collect()
    }

    /// Not template but for a name of its own that leads also have.
    fn is_shown(&self, container: usize) -> bool {
        let own = &self.cut.containers[container];
        !self.template[container]
            || (own.families.meets(Families::LEAD) && !self.template[own.parent])
    }

    /// Goes down from `from` while one child keeps nearly all the text.
    fn densest(&self, from: usize) -> usize {
        let mut here = from;
        loop {
            let mass = self.mass(here);
            let next = self
                .children(here)
                .find(|&child| mass > 0 && self.mass(child) * 100 >= mass * DENSEST_PERCENT);
            match next {
                Some(child) if self.cut.containers[child].end > child + 1 => here = child,
                _ => return here,
            }
        }
    }

    /// The innermost container that holds nearly all blocks found in JSON-LD's `articleBody`.
    fn by_article_body(&self, hints: &Hints<'_>) -> Option<usize> {
        let told = told_text(hints.article_body?);
        if told.len() < RESCUE_BYTES {
            return None;
        }
        let finder_text = told.as_bytes();
        let matched = prefix_sums(self.cut.blocks.iter().enumerate().map(|(at, block)| {
            let small = block.len() < MASS_BYTES_MIN;
            if small || at >= COMPARED_BLOCKS_MAX || self.template[block.container] {
                return 0;
            }
            let start = bare_text(self.cut.text_of(block), 48);
            let known = memmem::find(finder_text, start.as_bytes()).is_some();
            if known { block.len() } else { 0 }
        }));
        let all = matched.last().copied().unwrap_or_default();
        if all < RESCUE_BYTES || all * 2 < told.len() {
            return None;
        }
        let share = |container: usize| {
            let blocks = &self.cut.containers[container].blocks;
            matched[blocks.end] - matched[blocks.start]
        };
        let mut here = 0;
        while let Some(child) = self
            .children(here)
            .find(|&child| share(child) * 100 >= all * 95)
        {
            here = child;
        }
        Some(here)
    }

    fn children(&self, container: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.cut.containers[container].end;
        let mut next = container + 1;
        std::iter::from_fn(move || {
            let here = (next < end).then_some(next)?;
            next = self.cut.containers[here].end;
            Some(here)
        })
    }
}

/// How far up from a lead its mark is looked for.
const LEAD_LEVELS: usize = 3;
/// Leads are this long, in bytes, and this many at most.
const LEAD_BYTES_MIN: usize = 60;
const LEAD_BYTES_MAX: usize = 900;
const LEAD_BLOCKS_MAX: usize = 3;

/// Blocks that are compared with `articleBody`.
const COMPARED_BLOCKS_MAX: usize = 5_000;
