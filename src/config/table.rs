//! One section of the file: its keys, and those it does not know.

use toml::de::DeTable;

use super::{
    keys::{self, Key},
    problem::{Complaint, Lines},
    value::{Context, Read, Value, nearest},
};

/// TOML, or its errors: the first of each line, since one slip often makes several.
pub(super) fn parse(text: &str) -> Result<DeTable<'_>, Vec<Complaint>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(document.into_inner());
    }
    let mut complaints: Vec<Complaint> = errors
        .iter()
        .map(|error| {
            let offset = error.span().map_or(text.len(), |span| span.start);
            complaint(
                Some(offset),
                "",
                format!("this is not TOML: {}", error.message()),
                None,
            )
        })
        .collect();
    complaints.sort_by_key(|complaint| complaint.offset);
    let lines = Lines::of(text);
    complaints.dedup_by_key(|complaint| complaint.offset.map(|at| lines.position(at).line));
    Err(complaints)
}

pub(super) fn complaint(
    offset: Option<usize>,
    key: &str,
    message: String,
    hint: impl Into<Option<String>>,
) -> Complaint {
    Complaint {
        offset,
        key: key.to_string(),
        message,
        hint: hint.into(),
    }
}

/// Fills `into` from `table` and tells what could not be used.
pub(super) fn read_table<T>(
    section: &str,
    table: &DeTable<'_>,
    keys: &[Key<T>],
    into: &mut T,
    context: Context<'_>,
) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (name, toml) in table {
        let key = name.get_ref().as_ref();
        let is_key = |known: &&Key<T>| known.name == key || known.file == Some(key);
        let Some(known) = keys.iter().find(is_key) else {
            complaints.push(unknown_key(
                section,
                key,
                name.span().start,
                &keys::names(keys),
            ));
            continue;
        };
        let value = Value {
            section,
            key,
            toml,
            context,
            content: None,
        };
        let read = if known.name == key {
            (known.set)(into, &value)
        } else {
            set_by_file(known, into, &value)
        };
        complaints.extend(read.err().unwrap_or_default());
        if known.name != key && table.contains_key(known.name) {
            let plain = known.name;
            complaints.push(complaint(
                Some(name.span().start),
                key,
                format!("`{key}` and `{plain}` in {section} say the same thing twice"),
                format!("keep `{key}`"),
            ));
        }
    }
    complaints
}

/// Sets a key to what the file holds that `value` names.
fn set_by_file<T>(key: &Key<T>, into: &mut T, value: &Value<'_>) -> Read<()> {
    let content = value.secret_file()?;
    let value = Value {
        content: Some(content.expose()),
        ..*value
    };
    (key.set)(into, &value)
}

fn unknown_key(section: &str, key: &str, offset: usize, known: &[&'static str]) -> Complaint {
    let home = keys::sections()
        .into_iter()
        .find(|(_, names)| names.contains(&key))
        .map(|(home, _)| header(home));
    let hint = nearest(key, known.iter().copied())
        .map(|near| format!("did you mean `{near}`?"))
        .or_else(|| home.map(|home| format!("`{key}` belongs in {home}")))
        .unwrap_or_else(|| format!("{section} knows {}", known.join(", ")));
    complaint(
        Some(offset),
        key,
        format!("unknown key `{key}` in {section}"),
        hint,
    )
}

/// As it is written in the file.
pub(super) fn header(section: &str) -> String {
    match section {
        "notify" | "source" => format!("[[{section}]]"),
        _ => format!("[{section}]"),
    }
}
