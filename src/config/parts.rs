//! The texts that make up one configuration.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::{
    outside::SecretLookup,
    problem::{Complaint, ConfigErrors, ConfigProblem, Lines, Origin},
    table::{complaint, parse},
    value::Context,
};

/// Bytes of a text at most. A thousand sources take about 100 KiB.
const TEXT_MAX: usize = 32 << 20;

/// The key that names further files.
pub(super) const INCLUDE: &str = "include";

/// One text of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigText {
    /// Where it came from.
    pub origin: Origin,
    /// What it says.
    pub text: String,
    /// Whether another one named it: such a text may name no further ones.
    pub is_included: bool,
}

/// The files that a text names under `include`, as they are written: paths from its own folder, with
/// `*` and `?` in them. Nothing where the text cannot be read, of which [`super::Config::parse`] complains.
pub fn includes(text: &str) -> Vec<String> {
    let root = parse(text).ok();
    let listed = root.as_ref().and_then(|root| root.get(INCLUDE));
    let one = |value: &DeValue<'_>| match value {
        DeValue::String(path) => Some(path.to_string()),
        _ => None,
    };
    match listed.map(|value| value.get_ref()) {
        Some(DeValue::Array(paths)) => paths
            .iter()
            .filter_map(|path| one(path.get_ref()))
            .collect(),
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// A text that is TOML.
pub(super) struct Part<'t> {
    pub(super) text: &'t ConfigText,
    pub(super) root: DeTable<'t>,
    pub(super) lines: Lines<'t>,
}

impl<'t> Part<'t> {
    /// The parts, and what is wrong with those that are none.
    pub(super) fn read_all(texts: &'t [ConfigText]) -> (Vec<Part<'t>>, Vec<ConfigProblem>) {
        let (mut parts, mut problems) = (Vec::new(), Vec::new());
        for text in texts {
            match Part::read(text) {
                Ok(part) => parts.push(part),
                Err(complaints) => {
                    problems
                        .extend(ConfigErrors::new(&text.origin, &text.text, complaints).problems);
                }
            }
        }
        (parts, problems)
    }

    fn read(text: &'t ConfigText) -> Result<Part<'t>, Vec<Complaint>> {
        if text.text.len() > TEXT_MAX {
            let message = format!("the configuration is longer than {TEXT_MAX} bytes");
            return Err(vec![complaint(Some(0), "", message, None)]);
        }
        let root = parse(&text.text)?;
        let lines = Lines::of(&text.text);
        Ok(Part { text, root, lines })
    }

    /// What reading its values needs.
    pub(super) fn context<'a>(&'a self, secrets: &'a SecretLookup<'a>) -> Context<'a> {
        let base = match &self.text.origin {
            Origin::File(path) => path.parent(),
            Origin::BuiltIn | Origin::Environment => None::<&Path>,
        };
        Context { base, secrets }
    }

    /// Where the key of a section stands in it.
    pub(super) fn offset(&self, section: &str, key: &str) -> Option<usize> {
        let table = self.root.get(section)?.get_ref().as_table()?;
        table.get(key).map(|value| value.span().start)
    }
}
