//! What names, roles, classes and ids say about an element. Web authors name their boxes alike
//! the world over; the words below are the families of such names.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use html5ever::local_name;
use scraper::node::Element;

use crate::extract::html::{HiddenNames, is_hidden_style};

/// A set of families.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::extract) struct Families(u32);

macro_rules! families {
    ($($name:ident = $bit:expr, $doc:literal;)*) => {
        impl Families { $(#[doc = $doc] pub(in crate::extract) const $name: Families = Families(1 << $bit);)* }
    };
}

families! {
    NAVIGATION = 0, "Menus, breadcrumbs, pagination, tables of contents.";
    SIDE = 1, "Sidebars, footers, widgets.";
    RELATED = 2, "Links to other stories.";
    SHARE = 3, "Share and follow buttons.";
    SUBSCRIBE = 4, "Newsletter forms, paywall and registration prompts.";
    AUTHOR = 5, "Bylines and author boxes.";
    META = 6, "Dates, tags, categories, reading times, credits.";
    COMMENTS = 7, "Readers' comments.";
    ADVERT = 8, "Advertising.";
    CONSENT = 9, "Cookie and consent notices.";
    CAPTION = 10, "Captions and credits of media.";
    HIDDEN = 11, "Not shown, or shown to screen readers only.";
    OVERLAY = 12, "Pop-ups and players.";
    HEADER = 13, "The head of a page or an article.";
    FORM = 14, "Forms.";
    BODY = 15, "Says that it holds an article's body.";
    ARTICLE = 16, "Says that it holds an article, head and all.";
    LEAD = 18, "Opening paragraph set apart from the body.";
    MAIN = 17, "Says that it holds the main content.";
}

impl Families {
    /// No family.
    pub(in crate::extract) const NONE: Families = Families(0);

    /// Both sets together.
    pub(in crate::extract) const fn with(self, other: Families) -> Families {
        Families(self.0 | other.0)
    }

    /// Whether the sets have a family in common.
    pub(in crate::extract) const fn meets(self, other: Families) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the family with this number is in the set.
    pub(in crate::extract) const fn has_bit(self, bit: usize) -> bool {
        self.0 >> bit & 1 == 1
    }

    /// What is in this set and not in `other`.
    pub(in crate::extract) const fn without(self, other: Families) -> Families {
        Families(self.0 & !other.0)
    }
}

/// What the class and id attributes of a page say, each read once: pages repeat them.
#[derive(Debug)]
pub(super) struct FamilyCache<'a> {
    known: HashMap<&'a str, Families, RandomState>,
    /// What the style sheets of the page hide.
    hidden: &'a HiddenNames,
}

impl<'a> FamilyCache<'a> {
    pub(super) fn new(hidden: &'a HiddenNames) -> FamilyCache<'a> {
        FamilyCache {
            known: HashMap::default(),
            hidden,
        }
    }

    fn by_tokens(&mut self, names: &'a str) -> Families {
        *self.known.entry(names).or_insert_with(|| by_tokens(names))
    }
}

/// The families of one element.
pub(in crate::extract) fn of<'a>(element: &'a Element, known: &mut FamilyCache<'a>) -> Families {
    let page = is_page(element);
    let mut found = by_name(element.name());
    // The name of a custom element is its author's, as a class is.
    if element.name().contains('-') {
        found = found.with(known.by_tokens(element.name()));
    }
    let mut streamed = false;
    for (name, value) in &element.attrs {
        let said = match name.local {
            local_name!("class") | local_name!("id") if !page => {
                // React streams content into hidden boxes `S:0`, `S:1` … that a script moves
                // into place.
                streamed |= name.local == local_name!("id") && value.starts_with("S:");
                known.by_tokens(value)
            }
            local_name!("role") => by_role(value),
            local_name!("itemprop") => by_itemprop(value),
            local_name!("hidden") => Families::HIDDEN,
            local_name!("aria-hidden") if **value == *"true" => Families::HIDDEN,
            local_name!("style") if is_hidden_style(value) => Families::HIDDEN,
            _ => continue,
        };
        found = found.with(said);
    }
    if page || streamed {
        found = found.without(Families::HIDDEN);
    }
    found
}

/// Whether an inline element is not shown to readers: hidden, or for screen readers only. Text
/// that is merely silent to screen readers is shown.
pub(super) fn is_unseen<'a>(element: &'a Element, known: &mut FamilyCache<'a>) -> bool {
    element.attrs.iter().any(|(name, value)| match name.local {
        local_name!("class") => known.by_tokens(value).meets(Families::HIDDEN),
        _ => false,
    }) || hides(element, known.hidden)
}

/// Whether a box is not shown to readers, nor what stands in it; most are told by more than a word in
/// their names.
pub(in crate::extract) fn is_hidden_box(element: &Element, hidden: &HiddenNames) -> bool {
    let is_page = is_page(element);
    let mut is_streamed = false;
    let mut is_silent = element.name.local == local_name!("dialog")
        && !element.attrs.iter().any(|(name, _)| &*name.local == "open");
    for (name, value) in &element.attrs {
        match name.local {
            local_name!("id") => is_streamed |= value.starts_with("S:"),
            local_name!("aria-hidden") => is_silent |= **value == *"true",
            _ => {}
        }
    }
    !is_page && !is_streamed && (is_silent || hides(element, hidden))
}

/// Whether an element says that it, or its class, is not shown.
fn hides(element: &Element, hidden: &HiddenNames) -> bool {
    element.attrs.iter().any(|(name, value)| match name.local {
        local_name!("hidden") => **value != *"until-found",
        local_name!("style") => is_hidden_style(value),
        local_name!("class") => {
            is_hiding_class(value) || (!hidden.is_empty() && hides_class(element, value, hidden))
        }
        local_name!("id") => !hidden.is_empty() && hidden.has_id(value),
        // AMP: what is no part of the page before a script asks for it, and what is for those
        // alone who have not paid.
        ref other => match &**other {
            "layout" => **value == *"nodisplay",
            "amp-access" => value.trim_start().starts_with("NOT "),
            _ => false,
        },
    })
}

/// Whether the style sheets of the page hide an element of this class attribute.
fn hides_class(element: &Element, class: &str, hidden: &HiddenNames) -> bool {
    let is_shown_again = class.split_ascii_whitespace().any(is_showing);
    let words = class.split_ascii_whitespace();
    let mut words = words.filter(|word| !(is_shown_again && is_hiding(word)));
    words.any(|word| hidden.has_class(word) || hidden.has_compound(word, element))
}

/// Whole class names by which frameworks hide a box from those who see.
const HIDING: [&str; 22] = [
    "a11y-hidden",
    "d-none",
    "display-none",
    "element-hidden",
    "element-invisible",
    "hidden",
    "hide",
    "invisible",
    "is-hidden",
    "is-visually-hidden",
    "off-screen",
    "offscreen",
    "screen-reader",
    "screen-reader-only",
    "screen-reader-text",
    "sr-only",
    "u-hidden",
    "u-visually-hidden",
    "uk-hidden",
    "visually-hidden",
    "visuallyhidden",
    "vh",
];

/// What the classes of a box that is hidden on small screens only end or begin with.
const SHOWING: [&str; 8] = [
    "block",
    "contents",
    "flex",
    "grid",
    "inline",
    "inline-block",
    "table",
    "visible",
];

/// Whether a class attribute hides its box on every screen: `d-none d-md-block` does not.
fn is_hiding_class(class: &str) -> bool {
    class.split_ascii_whitespace().any(is_hiding) && !class.split_ascii_whitespace().any(is_showing)
}

fn is_hiding(word: &str) -> bool {
    HIDING.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn is_showing(word: &str) -> bool {
    let last = word.rsplit([':', '-']).next().unwrap_or_default();
    word.contains([':', '-']) && SHOWING.contains(&last)
}

fn is_page(element: &Element) -> bool {
    matches!(
        element.name.local,
        local_name!("html") | local_name!("body")
    )
}

fn by_name(name: &str) -> Families {
    match name {
        "nav" | "menu" => Families::NAVIGATION,
        "aside" | "footer" => Families::SIDE,
        "header" => Families::HEADER,
        "figcaption" | "caption" => Families::CAPTION,
        "form" | "fieldset" => Families::FORM,
        "dialog" => Families::OVERLAY,
        "address" => Families::AUTHOR,
        "article" => Families::ARTICLE,
        "main" => Families::MAIN,
        "amp-consent" => Families::CONSENT,
        "amp-ad" | "amp-sticky-ad" | "amp-embed" => Families::ADVERT,
        "amp-sidebar" => Families::NAVIGATION,
        _ => Families::NONE,
    }
}

fn by_role(role: &str) -> Families {
    match role {
        "navigation" | "menu" | "menubar" | "search" | "tablist" => Families::NAVIGATION,
        "complementary" | "contentinfo" => Families::SIDE,
        "banner" => Families::HEADER,
        "dialog" | "alertdialog" | "tooltip" => Families::OVERLAY,
        "article" => Families::ARTICLE,
        "main" => Families::MAIN,
        _ => Families::NONE,
    }
}

fn by_itemprop(property: &str) -> Families {
    match property {
        "articleBody" | "reviewBody" => Families::BODY,
        "author" | "publisher" | "editor" => Families::AUTHOR,
        "description" | "alternativeHeadline" => Families::LEAD,
        "datePublished" | "dateModified" | "keywords" | "articleSection" => Families::META,
        "comment" => Families::COMMENTS,
        "caption" => Families::CAPTION,
        _ => Families::NONE,
    }
}

/// Whole class names or ids that say what they hold: `article-body`, `entry_content`.
const BODIES: &[&str] = &[
    "articlebody",
    "articlecontent",
    "articletext",
    "articlebodycontent",
    "articlemaincontent",
    "bodytext",
    "contentbody",
    "detailtext",
    "entrycontent",
    "maincontentarticle",
    "mainarticlecontent",
    "newsbody",
    "newscontent",
    "newstext",
    "pagecontentbody",
    "postbody",
    "postcontent",
    "postentry",
    "posttext",
    "readcontent",
    "richtext",
    "storybody",
    "storycontent",
    "storytext",
    "tdpostcontent",
    "textbody",
    "textcontent",
    "wysiwyg",
];

/// What the names in [`BODIES`] end in: looked at first, since few names do.
const BODY_ENDS: [&str; 6] = ["body", "content", "text", "entry", "article", "wysiwyg"];

/// Prefixes of class names that describe the page and not the box (WordPress' `post_class` and
/// others).
const DESCRIPTIVE: &[&str] = &[
    "author", "category", "format", "has", "hide", "is", "js", "lang", "language", "no", "page",
    "post_tag", "show", "single", "status", "tag", "type", "wf", "with",
];

/// Class names of one attribute that are looked at.
const TOKENS_MAX: usize = 24;
/// Bytes of one class name that are looked at.
const TOKEN_BYTES_MAX: usize = 63;

fn by_tokens(names: &str) -> Families {
    names
        .split_ascii_whitespace()
        .take(TOKENS_MAX)
        .fold(Families::NONE, |found, token| found.with(by_token(token)))
}

/// How names end that tell of a state and not of a content.
const STATES: [&[u8]; 5] = [b"-free", b"-safe", b"-off", b"-disabled", b"-enabled"];

fn by_token(token: &str) -> Families {
    let token = &token.as_bytes()[..token.len().min(TOKEN_BYTES_MAX)];
    let mut letters = [0; TOKEN_BYTES_MAX];
    let mut length = 0;
    for byte in token.iter().filter(|b| b.is_ascii_alphanumeric()) {
        letters[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    let bare = &letters[..length];
    // Left out on paper alone, or what a box is without or may have: "ad-free", "comments-enabled".
    let states = |state: &&[u8]| token.len() > state.len() && token.ends_with(state);
    if bare == b"hiddenprint" || STATES.iter().any(states) {
        return Families::NONE;
    }
    let ends = |names: &[&str]| names.iter().any(|name| bare.ends_with(name.as_bytes()));
    let mut found = look_up(&WHOLE, bare);
    if ends(&BODY_ENDS) && ends(BODIES) {
        found = found.with(Families::BODY);
    }
    let prefix = token
        .iter()
        .position(|b| *b == b'-')
        .map(|end| &token[..end]);
    if prefix.is_some_and(|p| {
        DESCRIPTIVE
            .iter()
            .any(|d| d.as_bytes().eq_ignore_ascii_case(p))
    }) {
        return found;
    }
    by_words(token).with(found)
}

/// The words of an identifier, each looked up: `relatedPosts_list-2` is `related`, `posts`,
/// `list`.
fn by_words(token: &[u8]) -> Families {
    let mut found = Families::NONE;
    let mut word = [0; TOKEN_BYTES_MAX];
    let mut length = 0;
    let mut lower_before = false;
    for byte in token {
        let letter = byte.is_ascii_alphabetic();
        if !letter || (byte.is_ascii_uppercase() && lower_before) {
            found = found.with(look_up(&WORDS, &word[..length]));
            length = 0;
        }
        if letter {
            word[length] = byte.to_ascii_lowercase();
            length += 1;
        }
        lower_before = byte.is_ascii_lowercase();
    }
    found.with(look_up(&WORDS, &word[..length]))
}

/// A sorted table of names, with the lengths that occur for each first letter: most names that
/// are looked up are in no table, and nearly all of these are told by that alone.
struct NameTable {
    rows: &'static [(&'static str, Families)],
    lengths: [u64; 26],
}

impl NameTable {
    const fn new(rows: &'static [(&'static str, Families)]) -> NameTable {
        let mut lengths = [0; 26];
        let mut at = 0;
        while at < rows.len() {
            let name = rows[at].0.as_bytes();
            lengths[(name[0] - b'a') as usize] |= 1 << name.len();
            at += 1;
        }
        NameTable { rows, lengths }
    }
}

/// The families of a name in lower case.
fn look_up(table: &NameTable, name: &[u8]) -> Families {
    let Some(first) = name.first().filter(|b| b.is_ascii_lowercase()) else {
        return Families::NONE;
    };
    if table.lengths[usize::from(first - b'a')] >> name.len() & 1 == 0 {
        return Families::NONE;
    }
    table
        .rows
        .binary_search_by(|(known, _)| known.as_bytes().cmp(name))
        .map_or(Families::NONE, |at| table.rows[at].1)
}

/// Names that mean something only as a whole, without their separators.
static WHOLE: NameTable = NameTable::new(&[
    ("aboutauthor", Families::AUTHOR),
    ("abouttheauthor", Families::AUTHOR),
    ("alsoread", Families::RELATED),
    ("authorbox", Families::AUTHOR),
    ("bacajuga", Families::RELATED),
    ("catlinks", Families::META),
    ("editsection", Families::META),
    ("jprelatedposts", Families::RELATED),
    ("mostpopular", Families::RELATED),
    ("mostread", Families::RELATED),
    ("mwjumplink", Families::HIDDEN),
    ("printonly", Families::HIDDEN),
    ("readalso", Families::RELATED),
    ("readingtime", Families::META),
    ("readmore", Families::RELATED),
    ("readnext", Families::RELATED),
    ("screenreadertext", Families::HIDDEN),
    ("seealso", Families::RELATED),
    ("skiplink", Families::HIDDEN),
    ("sronly", Families::HIDDEN),
    ("upnext", Families::RELATED),
    ("visuallyhidden", Families::HIDDEN),
    ("youmayalsolike", Families::RELATED),
    ("youmaylike", Families::RELATED),
]);

/// Single words of names, in order.
static WORDS: NameTable = NameTable::new(&[
    ("abstract", Families::LEAD),
    ("ad", Families::ADVERT),
    ("addtoany", Families::SHARE),
    ("ads", Families::ADVERT),
    ("adsbygoogle", Families::ADVERT),
    ("adslot", Families::ADVERT),
    ("adthrive", Families::ADVERT),
    ("advert", Families::ADVERT),
    ("advertisement", Families::ADVERT),
    ("advertising", Families::ADVERT),
    ("anzeige", Families::ADVERT),
    ("artikelterkait", Families::RELATED),
    ("author", Families::AUTHOR),
    ("authors", Families::AUTHOR),
    ("autor", Families::AUTHOR),
    ("bacajuga", Families::RELATED),
    ("bajada", Families::LEAD),
    ("beritaterkait", Families::RELATED),
    ("binhluan", Families::COMMENTS),
    ("bio", Families::AUTHOR),
    ("breadcrumb", Families::NAVIGATION),
    ("breadcrumbs", Families::NAVIGATION),
    ("byline", Families::AUTHOR),
    ("bylines", Families::AUTHOR),
    ("caption", Families::CAPTION),
    ("captions", Families::CAPTION),
    ("chapo", Families::LEAD),
    ("comentarii", Families::COMMENTS),
    ("comentario", Families::COMMENTS),
    ("comentarios", Families::COMMENTS),
    ("comment", Families::COMMENTS),
    ("commentaire", Families::COMMENTS),
    ("commentaires", Families::COMMENTS),
    ("commenti", Families::COMMENTS),
    ("commentlist", Families::COMMENTS),
    ("comments", Families::COMMENTS),
    ("consent", Families::CONSENT),
    ("contributor", Families::AUTHOR),
    ("cookie", Families::CONSENT),
    ("cookies", Families::CONSENT),
    ("copyright", Families::SIDE),
    ("credit", Families::CAPTION),
    ("credits", Families::CAPTION),
    ("czytajtakze", Families::RELATED),
    ("czytajtez", Families::RELATED),
    ("date", Families::META),
    ("dateline", Families::META),
    ("dek", Families::LEAD),
    ("description", Families::LEAD),
    ("disclaimer", Families::SIDE),
    ("diskusi", Families::COMMENTS),
    ("disqus", Families::COMMENTS),
    ("donate", Families::SUBSCRIBE),
    ("donation", Families::SUBSCRIBE),
    ("entradilla", Families::LEAD),
    ("excerpt", Families::LEAD),
    ("figcaption", Families::CAPTION),
    ("follow", Families::SHARE),
    ("footer", Families::SIDE),
    ("gdpr", Families::CONSENT),
    ("glosario", Families::SIDE),
    ("glosarium", Families::SIDE),
    ("glossar", Families::SIDE),
    ("glossary", Families::SIDE),
    ("hashtags", Families::META),
    ("hidden", Families::HIDDEN),
    ("ingress", Families::LEAD),
    ("intro", Families::LEAD),
    ("introduction", Families::LEAD),
    ("introtext", Families::LEAD),
    ("kicker", Families::META),
    ("komentar", Families::COMMENTS),
    ("komentare", Families::COMMENTS),
    ("komentari", Families::COMMENTS),
    ("komentarz", Families::COMMENTS),
    ("komentarze", Families::COMMENTS),
    ("kommentar", Families::COMMENTS),
    ("kommentare", Families::COMMENTS),
    ("kommentarer", Families::COMMENTS),
    ("kommentarfeld", Families::COMMENTS),
    ("kommentit", Families::COMMENTS),
    ("laesogsaa", Families::RELATED),
    ("lead", Families::LEAD),
    ("lede", Families::LEAD),
    ("leesook", Families::RELATED),
    ("leggianche", Families::RELATED),
    ("lesogsa", Families::RELATED),
    ("lightbox", Families::OVERLAY),
    ("linksisip", Families::RELATED),
    ("lirelaussi", Families::RELATED),
    ("masthead", Families::NAVIGATION),
    ("menu", Families::NAVIGATION),
    ("meta", Families::META),
    ("metadata", Families::META),
    ("modal", Families::OVERLAY),
    ("morefrom", Families::RELATED),
    ("nav", Families::NAVIGATION),
    ("navbar", Families::NAVIGATION),
    ("navigation", Families::NAVIGATION),
    ("newsletter", Families::SUBSCRIBE),
    ("newsletters", Families::SUBSCRIBE),
    ("noprint", Families::HIDDEN),
    ("offscreen", Families::HIDDEN),
    ("onetrust", Families::CONSENT),
    ("opmerkingen", Families::COMMENTS),
    ("outbrain", Families::RELATED),
    ("overlay", Families::OVERLAY),
    ("pager", Families::NAVIGATION),
    ("pagination", Families::NAVIGATION),
    ("popular", Families::RELATED),
    ("popup", Families::OVERLAY),
    ("promo", Families::RELATED),
    ("promoted", Families::RELATED),
    ("pubdate", Families::META),
    ("published", Families::META),
    ("rating", Families::META),
    ("reacties", Families::COMMENTS),
    ("readtime", Families::META),
    ("recirc", Families::RELATED),
    ("recirculation", Families::RELATED),
    ("recommend", Families::RELATED),
    ("recommendation", Families::RELATED),
    ("recommendations", Families::RELATED),
    ("recommended", Families::RELATED),
    ("register", Families::SUBSCRIBE),
    ("registration", Families::SUBSCRIBE),
    ("regwall", Families::SUBSCRIBE),
    ("relacionadas", Families::RELATED),
    ("relacionados", Families::RELATED),
    ("related", Families::RELATED),
    ("relatedposts", Families::RELATED),
    ("reply", Families::COMMENTS),
    ("respond", Families::COMMENTS),
    ("sapo", Families::LEAD),
    ("share", Families::SHARE),
    ("sharebar", Families::SHARE),
    ("sharedaddy", Families::SHARE),
    ("shares", Families::SHARE),
    ("sharing", Families::SHARE),
    ("sidebar", Families::SIDE),
    ("signup", Families::SUBSCRIBE),
    ("social", Families::SHARE),
    ("socials", Families::SHARE),
    ("sponsor", Families::ADVERT),
    ("sponsored", Families::ADVERT),
    ("standfirst", Families::LEAD),
    ("subheadline", Families::LEAD),
    ("subscribe", Families::SUBSCRIBE),
    ("subscription", Families::SUBSCRIBE),
    ("subtitle", Families::LEAD),
    ("summary", Families::LEAD),
    ("taboola", Families::RELATED),
    ("taglist", Families::META),
    ("tags", Families::META),
    ("tanggapan", Families::COMMENTS),
    ("teaser", Families::RELATED.with(Families::LEAD)),
    ("teasers", Families::RELATED),
    ("terkait", Families::RELATED),
    ("timestamp", Families::META),
    ("tinlienquan", Families::RELATED),
    ("toc", Families::NAVIGATION),
    ("toolbar", Families::NAVIGATION),
    ("tooltip", Families::OVERLAY),
    ("topics", Families::META),
    ("trending", Families::RELATED),
    ("ulasan", Families::COMMENTS),
    ("verwandt", Families::RELATED),
    ("vorspann", Families::LEAD),
    ("weiterlesen", Families::RELATED),
    ("yarpp", Families::RELATED),
    ("yorum", Families::COMMENTS),
    ("yorumlar", Families::COMMENTS),
    ("zergnet", Families::RELATED),
]);
