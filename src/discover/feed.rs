//! RSS 0.9x, 1.0, 2.0, Atom (RFC 4287) and JSON Feed 1.x: the links and dates of their entries.
//!
//! Read as a stream, so that a feed that is cut short or broken in the middle still yields what
//! stands before, and so that full texts, which most feeds carry, are never held in memory.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

use url::Url;

use super::{
    dates::Dates,
    document::{LinkDocument, LinkFormat},
    entry::{ENTRIES_READ_MAX, FeedEntry, LinkForm},
    json_feed::{self, JsonItem},
    links::{Found, LinkList, problem, resolve},
    xml::{self, Attributes, Node},
};
use crate::{
    canonical::Shape,
    model::{Date, Page, PageKind, Problem},
};

/// Entries kept of one feed, the newest first. The busiest agencies list some hundred.
pub const ENTRIES_MAX: usize = 1_000;

/// Bytes of a link or date; longer ones are neither.
const FIELD_MAX: usize = 8 * 1_024;

/// The relation of a link to the page of the entry (RFC 4287, 4.2.7.2), short and as an IRI.
const ALTERNATE: &[&str] = &[
    "alternate",
    "http://www.iana.org/assignments/relation/alternate",
];

/// The relations of a feed to its older pages: those of RFC 5005, paged (3) and archived (4).
const OLDER: &[&str] = &[
    "next",
    "prev-archive",
    "http://www.iana.org/assignments/relation/next",
    "http://www.iana.org/assignments/relation/prev-archive",
];

/// Older pages taken from one: a feed names one by either relation.
const OLDER_MAX: usize = 4;

/// Where the older pages of a feed are, if it names them.
pub(super) fn older(document: &LinkDocument<'_>, home: &Url) -> Vec<Url> {
    if document.format == LinkFormat::JsonFeed {
        let (feed, _) = json_feed::read(document.text());
        let next = feed.next_url.and_then(|next| resolve(&next, home));
        return next.into_iter().collect();
    }
    let mut reader = FeedReader::new(home);
    let _ = xml::walk(document.text(), |path, node| reader.step(path, &node));
    reader.older
}

pub(super) fn read(page: &Page, document: &LinkDocument<'_>, dates: &Dates<'_>) -> Found {
    let (entries, wrong) = match document.format {
        LinkFormat::JsonFeed => json_entries(document.text(), &page.final_url),
        _ => xml_entries(document.text(), &page.final_url),
    };
    let mut problems: Vec<Problem> = wrong.into_iter().collect();
    if entries.len() >= ENTRIES_READ_MAX {
        problems.push(problem(format!(
            "read only the first {ENTRIES_READ_MAX} entries"
        )));
    }
    let shared = shared_links(&entries);
    let mut dated: Vec<(Option<Date>, &FeedEntry)> = entries
        .iter()
        .map(|entry| (entry.date(dates), entry))
        .collect();
    // The sort is stable: what bears no date stays in the feed's order, after what does.
    dated.sort_by_key(|(date, _)| Reverse(date.map(|date| date.instant())));
    let mut links = LinkList::new(page, ENTRIES_MAX);
    for (date, entry) in dated {
        if let Some(url) = article_url(entry, &shared) {
            links.add(url.clone(), PageKind::Article, date);
        }
    }
    (links.into_vec(), problems)
}

/// Links that lead to no article of their own: several entries with different permalinks share
/// them. One permalink that all entries share tells nothing.
fn shared_links(entries: &[FeedEntry]) -> HashSet<&Url> {
    let mut permalinks: HashMap<&Url, HashSet<&Url>> = HashMap::new();
    for entry in entries {
        if let (Some(url), Some(permalink)) = (entry.url(), &entry.permalink) {
            permalinks.entry(url).or_default().insert(permalink);
        }
    }
    permalinks
        .into_iter()
        .filter(|(_, permalinks)| permalinks.len() > 1)
        .map(|(url, _)| url)
        .collect()
}

fn article_url<'e>(entry: &'e FeedEntry, shared: &HashSet<&Url>) -> Option<&'e Url> {
    let url = entry.url()?;
    let is_front_page = Shape::of(url).segments().is_empty() && url.query().is_none();
    let permalink = entry
        .permalink
        .as_ref()
        .filter(|_| is_front_page || shared.contains(url));
    permalink.or(Some(url))
}

fn json_entries(text: &str, base: &Url) -> (Vec<FeedEntry>, Option<Problem>) {
    let (feed, wrong) = json_feed::read(text);
    let entry = |item: JsonItem| {
        let url = item.url.or(item.external_url);
        let mut entry = FeedEntry {
            permalink: item.id.as_deref().and_then(|id| permalink(id, base)),
            published: item.date_published,
            updated: item.date_modified,
            ..FeedEntry::default()
        };
        entry.offer(url.and_then(|url| written(&url, base)), LinkForm::Html);
        entry
    };
    (feed.items.into_iter().map(entry).collect(), wrong)
}

fn xml_entries(text: &str, home: &Url) -> (Vec<FeedEntry>, Option<Problem>) {
    let mut reader = FeedReader::new(home);
    let wrong = xml::walk(text, |path, node| reader.step(path, &node));
    (reader.entries, wrong)
}

/// Follows the stream and keeps its place in it.
struct FeedReader {
    entries: Vec<FeedEntry>,
    current: FeedEntry,
    /// The text of the field that is open.
    field: String,
    /// Whether the text of the field that is open is an address.
    is_address: bool,
    /// The address of the feed, or of the site where an RSS feed names it: against what relative
    /// links are resolved where no `xml:base` is given.
    home: Url,
    /// XML Base, each resolved against the one around it, with the depth of its element.
    bases: Vec<(usize, Url)>,
    /// Where the feed goes on.
    older: Vec<Url>,
}

impl FeedReader {
    fn new(home: &Url) -> FeedReader {
        FeedReader {
            entries: Vec::new(),
            current: FeedEntry::default(),
            field: String::new(),
            is_address: false,
            home: home.clone(),
            bases: Vec::new(),
            older: Vec::new(),
        }
    }

    fn base(&self) -> &Url {
        self.bases.last().map_or(&self.home, |(_, base)| base)
    }

    fn step(&mut self, path: &[String], node: &Node<'_>) -> ControlFlow<()> {
        let name = path.last().map_or("", String::as_str);
        let parent = path.len().checked_sub(2).map_or("", |at| path[at].as_str());
        match node {
            Node::Open(attributes) => {
                self.rebase(attributes, path.len());
                if is_entry(name) {
                    let about = attributes.get("about");
                    self.current = FeedEntry {
                        permalink: about.and_then(|about| permalink(&about, self.base())),
                        ..FeedEntry::default()
                    };
                } else if is_entry(parent) || parent == "channel" {
                    self.open(name, parent, attributes);
                }
                if name == "link" && !is_entry(parent) {
                    self.go_on(attributes);
                }
            }
            Node::Text(text) => {
                let is_kept = (is_entry(parent) && is_field(name)) || is_site_link(parent, name);
                if is_kept && self.field.len() + text.len() <= FIELD_MAX {
                    self.field.push_str(text);
                }
            }
            Node::Close => {
                if is_entry(name) {
                    self.entries.push(std::mem::take(&mut self.current));
                    if self.entries.len() >= ENTRIES_READ_MAX {
                        return ControlFlow::Break(());
                    }
                } else if is_entry(parent) {
                    self.close(name);
                } else if is_site_link(parent, name) && self.is_address {
                    self.home = written(&self.field, &self.home).unwrap_or(self.home.clone());
                }
                self.bases.retain(|(depth, _)| *depth < path.len());
            }
        }
        ControlFlow::Continue(())
    }

    fn rebase(&mut self, attributes: &Attributes<'_>, depth: usize) {
        let base = attributes
            .get("base")
            .filter(|base| base.len() <= FIELD_MAX)
            .and_then(|base| self.base().join(base.trim()).ok());
        self.bases.extend(base.map(|base| (depth, base)));
    }

    fn go_on(&mut self, attributes: &Attributes<'_>) {
        let rel = attributes.get("rel").unwrap_or_default();
        if self.older.len() < OLDER_MAX && rel.split_whitespace().any(|word| is_one_of(OLDER, word))
        {
            let href = attributes.get("href").filter(|href| !href.is_empty());
            let url = href.and_then(|href| resolve(&href, self.base()));
            self.older.extend(url);
        }
    }

    fn open(&mut self, name: &str, parent: &str, attributes: &Attributes<'_>) {
        self.field.clear();
        self.is_address = false;
        match name {
            // RSS: the address is the text. Atom: it is an attribute.
            "link" => {
                let (rel, href) = (attributes.get("rel"), attributes.get("href"));
                self.is_address = rel.is_none() && href.is_none();
                let href = href.filter(|href| !href.is_empty() && is_entry(parent));
                if let Some(href) = href
                    && is_alternate(rel.as_deref())
                {
                    let url = resolve(&href, self.base());
                    self.current.offer(url, form(attributes.get("type")));
                }
            }
            // RSS 2.0: by default it is a link.
            "guid" => {
                let says = attributes.get("isPermaLink");
                self.is_address = says.is_none_or(|is| !is.trim().eq_ignore_ascii_case("false"));
            }
            _ => self.is_address = true,
        }
    }

    fn close(&mut self, name: &str) {
        let field = self.field.trim();
        if field.is_empty() {
            return;
        }
        let text = match name {
            "link" if self.is_address => {
                let url = written(field, self.base());
                return self.current.offer(url, LinkForm::Html);
            }
            "origlink" => {
                let url = written(field, self.base());
                self.current.original = self.current.original.take().or(url);
                return;
            }
            "guid" | "id" if self.is_address => {
                let url = permalink(field, self.base());
                self.current.permalink = self.current.permalink.take().or(url);
                return;
            }
            "guid" if Url::parse(field).is_ok() => {
                self.current.identifier = resolve(field, self.base());
                return;
            }
            "pubdate" | "published" | "date" | "issued" | "created" => &mut self.current.published,
            "updated" | "modified" => &mut self.current.updated,
            _ => return,
        };
        text.get_or_insert_with(|| field.to_string());
    }
}

fn is_entry(name: &str) -> bool {
    matches!(name, "item" | "entry")
}

fn is_site_link(parent: &str, name: &str) -> bool {
    parent == "channel" && name == "link"
}

fn is_field(name: &str) -> bool {
    matches!(
        name,
        "link"
            | "origlink"
            | "guid"
            | "id"
            | "pubdate"
            | "published"
            | "date"
            | "issued"
            | "created"
            | "updated"
            | "modified"
    )
}

/// Whether a link is to the page of the entry: one without a relation is, too.
fn is_alternate(rel: Option<&str>) -> bool {
    let is_it = |word: &str| is_one_of(ALTERNATE, word);
    rel.is_none_or(|rel| rel.trim().is_empty() || rel.split_whitespace().any(is_it))
}

fn is_one_of(relations: &[&str], word: &str) -> bool {
    relations.iter().any(|name| word.eq_ignore_ascii_case(name))
}

fn form(media_type: Option<String>) -> LinkForm {
    let media_type = media_type.unwrap_or_default().to_ascii_lowercase();
    match media_type.split(';').next().map_or("", str::trim) {
        "" => LinkForm::Undeclared,
        "text/html" | "application/xhtml+xml" => LinkForm::Html,
        _ => LinkForm::Other,
    }
}

/// An address as people write it, the scheme sometimes left out: `www.news.example/ferry`.
fn written(text: &str, base: &Url) -> Option<Url> {
    let text = text.trim();
    let names_host = base.host_str().is_some_and(|host| {
        text.strip_prefix(host)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if names_host || text.starts_with("www.") {
        return resolve(&format!("//{text}"), base);
    }
    resolve(text, base)
}

/// An identifier that is an address: a whole one, or a path from the root.
fn permalink(text: &str, base: &Url) -> Option<Url> {
    let is_address = text.starts_with('/') || Url::parse(text).is_ok();
    is_address.then(|| resolve(text, base)).flatten()
}
