//! Links that a page carries as data: the lists of JSON-LD (schema.org), and the state that a page
//! drawn by scripts starts from.

use serde_json::Value;

/// Values looked at in one script.
const VALUES_MAX: usize = 100_000;

/// Members that hold the address of a page, the surest first.
const ADDRESSES: &[&str] = &["url", "href", "link", "canonicalUrl", "permalink", "path"];

/// Members that hold its headline, the surest first.
const TITLES: &[&str] = &["headline", "title", "name"];

/// Types of JSON-LD that list the menu and the way to the page.
const MENUS: &[&str] = &["BreadcrumbList", "SiteNavigationElement"];

/// A link found in data.
#[derive(Debug)]
pub(super) struct StateLink {
    pub(super) href: String,
    pub(super) title: String,
    /// Whether it stands in a list that says it is one.
    pub(super) is_listed: bool,
}

/// The links in the JSON of a script; none if it is no JSON.
pub(super) fn read(json: &str) -> Vec<StateLink> {
    let Ok(root) = serde_json::from_str::<Value>(json.trim()) else {
        return Vec::new();
    };
    let mut links = Vec::new();
    let mut seen = 0;
    // A stack of what is left to look at, the next on top.
    let mut open = vec![(&root, false)];
    while let Some((value, in_list)) = open.pop() {
        seen += 1;
        if seen > VALUES_MAX {
            break;
        }
        match value {
            Value::Array(values) => open.extend(values.iter().rev().map(|value| (value, in_list))),
            Value::Object(members) if !is_of_type(value, MENUS) => {
                let in_list = in_list || is_of_type(value, &["ItemList"]);
                links.extend(link(value, in_list));
                open.extend(members.values().rev().map(|value| (value, in_list)));
            }
            _ => {}
        }
    }
    links
}

fn link(object: &Value, in_list: bool) -> Option<StateLink> {
    let text = |name: &&str| object.get(name)?.as_str();
    let is_item = in_list && is_of_type(object, &["ListItem"]);
    let item = object.get("item").and_then(Value::as_str);
    let href = ADDRESSES
        .iter()
        .find_map(text)
        .or(item.filter(|_| is_item))?;
    let title = TITLES.iter().find_map(text);
    let is_address = href.starts_with('/') || href.starts_with("http");
    (is_address && (is_item || title.is_some())).then(|| StateLink {
        href: href.to_string(),
        title: title.unwrap_or_default().to_string(),
        is_listed: in_list,
    })
}

fn is_of_type(object: &Value, names: &[&str]) -> bool {
    let is_it = |value: &Value| value.as_str().is_some_and(|name| names.contains(&name));
    match object.get("@type") {
        Some(Value::Array(types)) => types.iter().any(is_it),
        Some(value) => is_it(value),
        None => false,
    }
}
