//! The links of a page, and what is said of each where it stands.

use std::collections::HashMap;

use html5ever::tokenizer::Tag;
use url::Url;

use super::{
    headline::{HEADLINE, width},
    state,
};
use crate::{
    canonical::{Shape, same_site},
    discover::{
        links::resolve,
        tokens::{self, Base},
    },
    model::Page,
};

/// Different addresses looked at on one page.
const CANDIDATES_MAX: usize = 20_000;

/// Bytes of the text of a link or a heading that are counted.
const TEXT_MAX: usize = 1_000;

/// Bytes of data in one script.
const DATA_MAX: usize = 1 << 20;

/// A narrower text than this ("More", a number) says less than the label of the link.
const SAYS_SOMETHING: usize = 15;

/// Elements that scripts make a link of as a whole.
const CARDS: &[&str] = &[
    "a", "article", "button", "div", "figure", "h2", "h3", "h4", "li", "p", "section", "span",
    "td", "tr",
];

/// Attributes from which such scripts take the address.
const DATA_ADDRESSES: &[&str] = &["data-href", "data-url", "data-link"];

/// An address on the page, and the best that was seen of the links to it.
pub(super) struct FrontLink {
    pub(super) url: Url,
    pub(super) shape: Shape,
    /// Of the longest text, see [`width`].
    pub(super) width: usize,
    /// Whether every link to it stands in a menu or a footer.
    pub(super) in_menu: bool,
    /// Whether a link to it is, holds or belongs to a heading.
    pub(super) is_headed: bool,
    /// Whether the data of the page list it.
    pub(super) is_listed: bool,
}

/// Gathers the links of a page while it streams by.
pub(super) struct FrontLinks<'a> {
    page: &'a Page,
    /// Whether it is the links of the page's own site that are gathered, or those of others.
    is_own: bool,
    base: Base,
    places: HashMap<Url, usize>,
    found: Vec<FrontLink>,
    link: Option<OpenLink>,
    heading: Option<OpenHeading>,
    /// The width of a heading without a link, which the next link without words belongs to.
    orphan: Option<usize>,
    /// A link without words, which the next heading without a link belongs to.
    wordless: Option<usize>,
    /// Menus and footers that are open.
    menus: usize,
    raw: Option<RawElement>,
}

/// The link that is open, and what was read of it so far.
struct OpenLink {
    /// Its place among those found.
    at: usize,
    text: String,
    label: usize,
    in_heading: bool,
    /// The element that it ends with, and how many of this name are open within.
    element: String,
    depth: usize,
}

struct OpenHeading {
    text: String,
    has_link: bool,
}

/// An element whose content is no text for readers.
enum RawElement {
    Data(String),
    Code,
}

impl<'a> FrontLinks<'a> {
    pub(super) fn of_the_site(page: &'a Page) -> FrontLinks<'a> {
        FrontLinks::new(page, true)
    }

    pub(super) fn of_others(page: &'a Page) -> FrontLinks<'a> {
        FrontLinks::new(page, false)
    }

    fn new(page: &'a Page, is_own: bool) -> FrontLinks<'a> {
        FrontLinks {
            page,
            is_own,
            base: Base::new(&page.final_url),
            places: HashMap::new(),
            found: Vec::new(),
            link: None,
            heading: None,
            orphan: None,
            wordless: None,
            menus: 0,
            raw: None,
        }
    }

    /// All links, each address once, in the order of the page.
    pub(super) fn links(mut self) -> Vec<FrontLink> {
        self.end_link();
        self.found
    }

    /// The place of an address among those found; `None` for what cannot be an article, or is of
    /// another site than is wanted.
    fn place(&mut self, href: &str) -> Option<usize> {
        // Nearly all links of a page name no host: these need not be resolved twice.
        if !self.is_own && !href.contains("//") && same_site(self.base.url(), &self.page.final_url)
        {
            return None;
        }
        let url = resolve(href, self.base.url())?;
        let is_itself = url == self.page.final_url || url == self.page.link.url;
        if is_itself || same_site(&url, &self.page.final_url) != self.is_own {
            return None;
        }
        if let Some(&at) = self.places.get(&url) {
            return Some(at);
        }
        if self.found.len() >= CANDIDATES_MAX {
            return None;
        }
        self.places.insert(url.clone(), self.found.len());
        self.found.push(FrontLink {
            shape: Shape::of(&url),
            url,
            width: 0,
            in_menu: true,
            is_headed: false,
            is_listed: false,
        });
        Some(self.found.len() - 1)
    }

    fn start_link(&mut self, element: &str, tag: &Tag, href: &str) {
        self.end_link();
        if let Some(heading) = &mut self.heading {
            heading.has_link = true;
        }
        let Some(at) = self.place(href) else { return };
        self.found[at].in_menu &= self.menus > 0;
        let labels = ["aria-label", "title"].map(|name| tokens::attribute(tag, name));
        self.link = Some(OpenLink {
            at,
            text: String::new(),
            label: labels.into_iter().flatten().map(width).max().unwrap_or(0),
            in_heading: self.heading.is_some(),
            element: element.to_string(),
            depth: 1,
        });
    }

    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let mut width = width(&link.text);
        if width < SAYS_SOMETHING {
            width = width.max(link.label);
        }
        self.credit(link.at, width, link.in_heading);
        if width == 0 && self.orphan.is_none() {
            self.wordless = Some(link.at);
            return;
        }
        self.wordless = None;
        // "Read more" below a headline; but beside it stands the name of the section, too.
        let is_word = self.found[link.at].is_plain_word();
        if width == 0 || (width < HEADLINE && !is_word) {
            let heading = self.orphan.take().unwrap_or(0);
            self.credit(link.at, heading, heading > 0);
        } else if width >= HEADLINE {
            self.orphan = None;
        }
    }

    fn end_heading(&mut self) {
        let Some(heading) = self.heading.take() else {
            return;
        };
        if heading.has_link {
            return;
        }
        let width = width(&heading.text);
        match self.wordless.take() {
            Some(at) => self.credit(at, width, true),
            None => self.orphan = Some(width),
        }
    }

    fn credit(&mut self, at: usize, width: usize, is_headed: bool) {
        let link = &mut self.found[at];
        link.width = link.width.max(width);
        link.is_headed |= is_headed;
    }

    fn read_data(&mut self, json: &str) {
        for link in state::read(json) {
            if let Some(at) = self.place(&link.href) {
                self.credit(at, width(&link.title), false);
                self.found[at].in_menu = false;
                self.found[at].is_listed |= link.is_listed;
            }
        }
    }
}

impl FrontLink {
    /// Whether the last segment is one word, as the names of sections are.
    pub(super) fn is_plain_word(&self) -> bool {
        let slug = self.shape.slug();
        slug.chars().all(char::is_alphabetic) && slug.is_ascii()
    }
}

impl tokens::Sink for FrontLinks<'_> {
    fn open(&mut self, name: &str, tag: &Tag) {
        if let Some(link) = &mut self.link
            && link.element == name
        {
            link.depth += 1;
        }
        if let Some(href) = href(name, tag) {
            self.start_link(name, tag, &href);
        } else if name == "a" {
            self.end_link();
        }
        match name {
            "base" => self.base.read(tag),
            "nav" | "footer" => self.menus += 1,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => match &mut self.link {
                Some(link) => link.in_heading = true,
                None => {
                    self.heading = Some(OpenHeading {
                        text: String::new(),
                        has_link: false,
                    });
                }
            },
            // Some sites put the headline beside the link and into its label.
            "img" => self.text(tokens::attribute(tag, "alt").unwrap_or_default()),
            "script" => {
                let kind = tokens::attribute(tag, "type").unwrap_or_default();
                self.raw = Some(match kind.to_ascii_lowercase().ends_with("json") {
                    true => RawElement::Data(String::new()),
                    false => RawElement::Code,
                });
            }
            "style" => self.raw = Some(RawElement::Code),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(link) = &mut self.link
            && link.element == name
        {
            link.depth -= 1;
            if link.depth == 0 {
                self.end_link();
            }
        }
        match name {
            "nav" | "footer" => self.menus = self.menus.saturating_sub(1),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.end_heading(),
            "article" | "li" => (self.orphan, self.wordless) = (None, None),
            "script" | "style" => {
                if let Some(RawElement::Data(json)) = self.raw.take() {
                    self.read_data(&json);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.raw {
            Some(RawElement::Data(data)) if data.len() + text.len() <= DATA_MAX => {
                data.push_str(text);
            }
            Some(_) => {}
            None => {
                let link = self.link.as_mut().map(|link| &mut link.text);
                let heading = self.heading.as_mut().map(|heading| &mut heading.text);
                for known in [link, heading].into_iter().flatten() {
                    if known.len() + text.len() <= TEXT_MAX {
                        known.push_str(text);
                    }
                }
            }
        }
    }
}

/// Where an element leads that is clicked: by its own address, or by what a script makes of it.
fn href(name: &str, tag: &Tag) -> Option<String> {
    if !CARDS.contains(&name) {
        return None;
    }
    let is_address = |href: &&str| {
        !href.is_empty() && !href.starts_with('#') && !href.starts_with("javascript:")
    };
    let own = tokens::attribute(tag, "href").filter(|_| name == "a");
    let data = DATA_ADDRESSES
        .iter()
        .find_map(|data| tokens::attribute(tag, data).filter(is_address));
    own.filter(is_address)
        .or(data)
        .map(str::to_string)
        .or_else(|| tokens::attribute(tag, "onclick").and_then(clicked))
}

/// The address in `location.href='/ferry'` or `window.open("/ferry")`.
fn clicked(script: &str) -> Option<String> {
    let at = script
        .find("location")
        .or_else(|| script.find("window.open"))?;
    let after = &script[at..];
    let quote = after.find(['\'', '"'])?;
    let mark = after[quote..].chars().next()?;
    let (address, _) = after[quote + 1..].split_once(mark)?;
    Some(address.to_string())
}
