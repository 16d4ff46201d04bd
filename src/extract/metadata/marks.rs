//! What the attributes of an element tell whoever looks for authors and dates, read in one pass:
//! every element of a page is asked.

use html5ever::local_name;
use scraper::node::Element;

/// The attributes that most often tell something, and what others there are.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::extract) struct Marks<'e> {
    pub(in crate::extract) class: &'e str,
    pub(in crate::extract) id: &'e str,
    pub(in crate::extract) href: &'e str,
    /// Microdata or a link says that it is the author.
    pub(in crate::extract) is_author: bool,
    /// It has attributes in which microdata and RDFa speak of dates.
    pub(in crate::extract) has_properties: bool,
    /// What the class speaks of.
    pub(in crate::extract) speaks: Topics,
}

/// What a class name may speak of; whether it does is for others to find out.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::extract) struct Topics {
    pub(in crate::extract) authors: bool,
    pub(in crate::extract) comments: bool,
    pub(in crate::extract) dates: bool,
    pub(in crate::extract) publication: bool,
}

impl<'e> Marks<'e> {
    pub(in crate::extract) fn of(element: &'e Element) -> Marks<'e> {
        let mut marks = Marks::default();
        for (name, value) in &element.attrs {
            match name.local {
                local_name!("class") => {
                    marks.class = value;
                    marks.speaks = Topics::of(value);
                }
                local_name!("id") => marks.id = value,
                local_name!("href") => marks.href = value,
                local_name!("rel") => marks.is_author |= **value == *"author",
                local_name!("itemprop") => {
                    marks.is_author |= **value == *"author";
                    marks.has_properties = true;
                }
                _ => marks.has_properties |= matches!(&*name.local, "property" | "pubdate"),
            }
        }
        marks
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
                b'u' => found.authors |= is_here("uthor"),
                b'y' => found.authors |= is_here("yline"),
                b'o' => found.comments |= is_here("omment"),
                b'd' => {
                    found.dates |= is_here("date") || is_here("datum");
                    found.comments |= is_here("disqus");
                }
                b't' => found.dates |= is_here("time") || is_here("tanggal"),
                b'f' => found.dates |= is_here("fecha"),
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
