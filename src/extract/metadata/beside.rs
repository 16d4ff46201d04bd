//! Boxes that stand beside an article and not in it: what is dated or signed there is something else.

use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Node, node::Element};

use super::field::text_of;
use crate::extract::{
    blocks::{Families, families_of},
    html::HiddenNames,
};

/// Families of such boxes.
const BESIDE: Families = Families::NAVIGATION
    .with(Families::SIDE)
    .with(Families::RELATED)
    .with(Families::COMMENTS)
    .with(Families::ADVERT)
    .with(Families::CONSENT);

/// A box that speaks of something beside the article.
#[derive(Debug)]
pub(super) struct BoxBeside {
    pub(super) node: NodeId,
    /// Its element says so, or it holds comments; what other classes say is not believed between the
    /// headline and the text.
    pub(super) is_firm: bool,
    /// It is called a sidebar or the like: some themes keep an article's own data there.
    pub(super) is_side: bool,
}

/// Levels above a node that are looked at.
const LEVELS_MAX: usize = 64;

/// A link with so many bytes more than what it dates is a headline with its date.
const LINKED_BYTES: usize = 20;

/// The boxes around a node that speak of something beside the article, the innermost first: by what
/// they are called, or since they are one link that says more than the `bytes` of the node. They say
/// nothing where the headline stands in them too.
pub(super) fn boxes_beside(
    node: NodeRef<'_, Node>,
    bytes: usize,
    hidden: &HiddenNames,
) -> Vec<BoxBeside> {
    let mut found = Vec::new();
    for above in node.ancestors().take(LEVELS_MAX) {
        let Node::Element(element) = above.value() else {
            continue;
        };
        let is_card = || {
            let linked = ElementRef::wrap(above).and_then(text_of);
            element.name() == "a"
                && element.attr("href").is_some()
                && linked.is_none_or(|text| text.len() > bytes + LINKED_BYTES)
        };
        let families = named_families(element, hidden);
        let is_named = families.meets(BESIDE) && !is_own_foot(above, element);
        let is_firm = families.meets(Families::COMMENTS)
            || matches!(element.name(), "footer" | "nav")
            || (element.name() == "aside" && !is_label(above))
            || is_foot(element)
            || element.attr("role") == Some("complementary");
        let is_card = !is_named && is_card();
        if is_named || is_card {
            found.push(BoxBeside {
                node: above.id(),
                is_firm: is_firm || is_card,
                is_side: element.name() != "aside"
                    && families.meets(Families::SIDE)
                    && !families.meets(Families::RELATED),
            });
        }
    }
    found
}

/// An aside with no more text than this, in bytes, is who wrote the article and when.
const LABEL_BYTES_MAX: usize = 120;

fn is_label(node: NodeRef<'_, Node>) -> bool {
    let text = ElementRef::wrap(node).and_then(text_of);
    text.is_some_and(|text| text.len() <= LABEL_BYTES_MAX)
}

/// Words in the classes of an article, and of its own foot.
const OWN: [&str; 4] = ["article", "entry", "post", "story"];

/// Levels above a foot at which its article stands.
const FOOT_LEVELS: usize = 3;

/// The families of an element. An article is no invitation, whatever its class: editors promote it.
fn named_families(element: &Element, hidden: &HiddenNames) -> Families {
    let families = families_of(element, hidden);
    match element.name() {
        "article" | "main" => families.without(Families::RELATED),
        _ => families,
    }
}

fn class_of(element: &Element) -> String {
    let class = element.attr("class").unwrap_or_default();
    class.to_ascii_lowercase()
}

fn is_foot(element: &Element) -> bool {
    element.name() == "footer" || class_of(element).contains("foot")
}

/// Whether an element is the foot of an article and not of the page.
fn is_own_foot(node: NodeRef<'_, Node>, element: &Element) -> bool {
    let is_own = |class: &str| OWN.iter().any(|own| class.contains(own));
    let above = || {
        node.ancestors()
            .filter_map(|above| above.value().as_element())
    };
    let mut near = above().take(FOOT_LEVELS);
    is_foot(element)
        && (is_own(&class_of(element))
            || above().any(|element| element.name() == "article")
            || near.any(|element| element.name() != "body" && is_own(&class_of(element))))
}

/// Nodes of a box among which the headline is looked for.
const HEAD_NODES: usize = 400;

/// Whether a node stands in comments or among other stories, as their boxes are called; a headline
/// stands in none of them.
pub(super) fn is_anothers(whole: ElementRef<'_>, hidden: &HiddenNames) -> bool {
    const ANOTHERS: Families = Families::RELATED.with(Families::COMMENTS);
    let is_headline = |node: NodeRef<'_, Node>| {
        let element = node.value().as_element();
        element.is_some_and(|element| element.name() == "h1")
    };
    let mut boxes = whole.ancestors().take(LEVELS_MAX);
    boxes.any(|above| {
        let element = above.value().as_element();
        element.is_some_and(|element| named_families(element, hidden).meets(ANOTHERS))
            && !above.descendants().take(HEAD_NODES).any(is_headline)
    })
}
