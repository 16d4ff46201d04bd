//! What is known of single sites: selectors for their pages, by host.

use std::{collections::BTreeMap, sync::LazyLock};

use toml::de::DeValue;

use super::{
    keys,
    outside::no_secrets,
    problem::{Complaint, ConfigErrors, Origin},
    table::{parse, read_table},
    value::Context,
};
use crate::model::SiteRules;

/// `config/sites.toml`, as built in.
pub const SITES: &str = include_str!("../../config/sites.toml");

static BUILT_IN: LazyLock<BTreeMap<String, SiteRules>> =
    LazyLock::new(|| parse_sites(SITES, &Origin::BuiltIn).unwrap_or_default());

/// The built-in rules for a host, or for the nearest domain above it that has some:
/// `www.news.example` and `m.news.example` are served by `news.example`.
pub fn site_rules(host: &str) -> Option<&'static SiteRules> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let mut name = host.as_str();
    loop {
        if let Some(rules) = BUILT_IN.get(name) {
            return Some(rules);
        }
        name = name.split_once('.')?.1;
    }
}

/// Reads a file of site rules: a section per host with `body` and `remove`.
///
/// # Errors
/// Every problem at once, as with [`Config::parse`](super::Config::parse).
pub fn parse_sites(
    text: &str,
    origin: &Origin,
) -> Result<BTreeMap<String, SiteRules>, ConfigErrors> {
    let mut sites = BTreeMap::new();
    let mut complaints = Vec::new();
    match parse(text) {
        Err(syntax) => complaints = syntax,
        Ok(root) => {
            let context = Context {
                base: None,
                secrets: &no_secrets,
            };
            for (host, value) in &root {
                let header = format!("[{:?}]", host.get_ref());
                let DeValue::Table(table) = value.get_ref() else {
                    complaints.push(not_a_site(host.get_ref(), value.span().start));
                    continue;
                };
                let mut rules = SiteRules::default();
                complaints.extend(read_table(&header, table, keys::SITE, &mut rules, context));
                sites.insert(host.get_ref().to_string(), rules);
            }
        }
    }
    if complaints.is_empty() {
        Ok(sites)
    } else {
        Err(ConfigErrors::new(origin, text, complaints))
    }
}

fn not_a_site(host: &str, offset: usize) -> Complaint {
    Complaint {
        offset: Some(offset),
        key: host.to_string(),
        message: format!("`{host}` must be the section of a host"),
        hint: Some(r#"write ["news.example"] above its selectors"#.to_string()),
    }
}
