//! One element as a selector asks for it: `p.note.late[data-arm="b"]:not(.open)`.

use scraper::node::Element;

/// Classes, attributes and refused classes of one selector.
const PARTS_MAX: usize = 8;

/// Classes that an element has all of, attributes beside them, and classes that it must not have.
#[derive(Debug, Default)]
pub(super) struct Compound {
    name: String,
    classes: Vec<String>,
    /// With the value that is asked for, if one is.
    attributes: Vec<(String, Option<String>)>,
    without: Vec<String>,
}

impl Compound {
    /// Reads a selector of one element with a class and something else; `None` for any other.
    pub(super) fn read(selector: &str) -> Option<Compound> {
        let mut compound = Compound::default();
        let name_end = name_length(selector);
        compound.name = selector[..name_end].to_ascii_lowercase();
        let mut rest = &selector[name_end..];
        while !rest.is_empty() {
            rest = compound.part(rest)?;
        }
        let parts = compound.classes.len() + compound.attributes.len() + compound.without.len();
        let parts = parts + usize::from(!compound.name.is_empty());
        let has_class = !compound.classes.is_empty();
        (has_class && (2..=PARTS_MAX).contains(&parts)).then_some(compound)
    }

    /// Reads one part off the front of `rest`; what is left of it.
    fn part<'s>(&mut self, rest: &'s str) -> Option<&'s str> {
        if let Some(class) = rest.strip_prefix('.') {
            let (class, rest) = class.split_at(name_length(class));
            self.classes.push(some_name(class)?);
            return Some(rest);
        }
        if let Some(attribute) = rest.strip_prefix('[') {
            let (attribute, rest) = attribute.split_once(']')?;
            let (name, value) = match attribute.split_once('=') {
                Some((name, value)) => (name, Some(value.trim_matches(['"', '\'', ' ']))),
                None => (attribute, None),
            };
            let name = name.trim();
            let is_plain = name_length(name) == name.len() && name != "class";
            let name = some_name(name).filter(|_| is_plain)?;
            self.attributes.push((name, value.map(str::to_string)));
            return Some(rest);
        }
        let refused = rest.strip_prefix(":not(.")?;
        let (class, rest) = refused.split_at(name_length(refused));
        self.without.push(some_name(class)?);
        rest.strip_prefix(')')
    }

    /// The class by which it is looked up.
    pub(super) fn first(&self) -> &str {
        self.classes.first().map_or("", String::as_str)
    }

    /// Attributes that it asks for.
    pub(super) fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn matches(&self, element: &Element) -> bool {
        let class = element.attr("class").unwrap_or_default();
        let has = |name: &String| class.split_ascii_whitespace().any(|own| own == name);
        let is_as_asked = |(name, asked): &(String, Option<String>)| {
            let value = element.attr(name);
            value.is_some_and(|value| asked.as_ref().is_none_or(|asked| asked == value))
        };
        (self.name.is_empty() || self.name == element.name())
            && self.classes.iter().all(has)
            && !self.without.iter().any(has)
            && self.attributes.iter().all(is_as_asked)
    }

    /// Whether all that this one matches `other` matches too.
    pub(super) fn is_within(&self, other: &Compound) -> bool {
        (other.name.is_empty() || self.name.is_empty() || self.name == other.name)
            && other
                .classes
                .iter()
                .all(|class| self.classes.contains(class))
            && other
                .attributes
                .iter()
                .all(|asked| self.attributes.contains(asked))
            && !other
                .without
                .iter()
                .any(|class| self.classes.contains(class))
    }
}

/// Bytes of a name at the front of a text.
fn name_length(text: &str) -> usize {
    let is_end = |c: char| !(c.is_alphanumeric() || c == '-' || c == '_');
    text.find(is_end).unwrap_or(text.len())
}

fn some_name(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_string())
}
