//! What the attributes of an element tell whoever looks for authors and dates, read in one pass:
//! every element of a page is asked.

use html5ever::local_name;
use scraper::node::Element;

use crate::extract::html::TIMESTAMPS;

/// The attributes that most often tell something, and what others there are.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Attributes<'e> {
    pub(super) class: &'e str,
    pub(super) id: &'e str,
    pub(super) href: &'e str,
    /// What scripts write a date from: `data-timestamp` and the like.
    pub(super) timestamp: &'e str,
    /// Microdata or a link says that it is the author.
    pub(super) is_author: bool,
    /// It has attributes in which microdata and RDFa speak of dates.
    pub(super) has_properties: bool,
    /// What the class speaks of.
    pub(super) speaks: Topics,
}

/// What a class name may speak of; whether it does is for others to find out.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Topics {
    pub(super) authors: bool,
    pub(super) comments: bool,
    pub(super) dates: bool,
    pub(super) publication: bool,
}

impl<'e> Attributes<'e> {
    pub(super) fn of(element: &'e Element) -> Attributes<'e> {
        let mut attributes = Attributes::default();
        for (name, value) in &element.attrs {
            match name.local {
                local_name!("class") => {
                    attributes.class = value;
                    attributes.speaks = Topics::of(value);
                }
                local_name!("id") => attributes.id = value,
                local_name!("href") => attributes.href = value,
                local_name!("rel") => attributes.is_author |= **value == *"author",
                local_name!("itemprop") => {
                    attributes.is_author |= **value == *"author";
                    attributes.has_properties = true;
                }
                _ if TIMESTAMPS.contains(&&*name.local) => attributes.timestamp = value,
                _ => attributes.has_properties |= matches!(&*name.local, "property" | "pubdate"),
            }
        }
        attributes
    }
}

impl Topics {
    fn of(class: &str) -> Topics {
        let mut found = Topics::default();
        let bytes = class.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            let is_here = |word: &str| bytes[at..].starts_with(word.as_bytes());
            match byte {
                // Whatever the case of the first letter.
                b'u' => {
                    found.authors |= is_here("uthor") || is_here("utor") || is_here("uteur");
                    found.authors |= is_here("uhabir");
                }
                b'e' => found.authors |= is_here("enulis") || is_here("eporter"),
                b'i' => found.authors |= is_here("irma"),
                b'r' => found.authors |= is_here("riter"),
                b'v' => found.authors |= is_here("vtor"),
                b'a' => found.authors |= is_here("azar") || is_here("acgia") || is_here("ac-gia"),
                b'y' => found.authors |= is_here("yline"),
                b'o' => found.comments |= is_here("omment"),
                b'd' => {
                    found.dates |= is_here("date") || is_here("datum");
                    found.comments |= is_here("disqus");
                }
                b't' => found.dates |= is_here("time") || is_here("tanggal"),
                b'f' if is_here("fecha") => found.dates = true,
                b'f' => found.authors |= is_here("forfatt") || is_here("författ"),
                b'p' if is_here("publi") => {
                    found.dates = true;
                    found.publication |= is_here("published");
                }
                b'p' => found.dates |= is_here("posted"),
                _ => {}
            }
        }
        found
    }
}
