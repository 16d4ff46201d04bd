//! The JSON of `check`, `batch`, `export` and the API: one object a document, its keys always in
//! the same order. Positions count Unicode code points of `body`.

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};
use serde_json::Value;

use super::{ClusterView, CopyView, Document, Entry, Mark, TrailView, VersionView, changes::Piece};
use crate::model::{Evidence, EvidenceKind, Scores, Timestamp};

/// A key of a document's object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// What the caller knows the document by.
    Id,
    /// Its canonical URL.
    Url,
    /// Its title.
    Title,
    /// Its authors.
    Byline,
    /// Its date of publication, as in RFC 3339.
    Published,
    /// The primary subtag of its language.
    Lang,
    /// Its text.
    Body,
    /// `pass`, `flag` or `abstain`.
    Verdict,
    /// Why it abstained.
    Reason,
    /// The numbers.
    Scores,
    /// The words that give it away.
    Findings,
    /// Traces of translation in the page.
    Provenance,
    /// What was weighed for and against translation.
    Evidence,
}

impl Field {
    /// Every key, in the order of output.
    pub const ALL: [Field; 13] = [
        Field::Id,
        Field::Url,
        Field::Title,
        Field::Byline,
        Field::Published,
        Field::Lang,
        Field::Body,
        Field::Verdict,
        Field::Reason,
        Field::Scores,
        Field::Findings,
        Field::Provenance,
        Field::Evidence,
    ];

    /// The key itself.
    pub fn name(self) -> &'static str {
        match self {
            Field::Id => "id",
            Field::Url => "url",
            Field::Title => "title",
            Field::Byline => "byline",
            Field::Published => "published",
            Field::Lang => "lang",
            Field::Body => "body",
            Field::Verdict => "verdict",
            Field::Reason => "reason",
            Field::Scores => "scores",
            Field::Findings => "findings",
            Field::Provenance => "provenance",
            Field::Evidence => "evidence",
        }
    }
}

/// Why a list of fields cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldsError {
    /// A name that is no key.
    #[error("there is no field `{0}`; there are {known}", known = known())]
    Unknown(String),
    /// No name at all.
    #[error("no field is named; there are {known}", known = known())]
    None,
}

fn known() -> String {
    Field::ALL.map(Field::name).join(", ")
}

/// Which keys to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields(Vec<Field>);

impl Fields {
    /// Every key.
    pub fn all() -> Fields {
        Fields(Field::ALL.to_vec())
    }

    /// Every key but one.
    pub fn without(field: Field) -> Fields {
        Fields(Field::ALL.into_iter().filter(|f| *f != field).collect())
    }

    /// Reads `verdict,scores`. The order of output stays that of [`Field::ALL`].
    pub fn parse(list: &str) -> Result<Fields, FieldsError> {
        let names: Vec<&str> = list
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        if names.is_empty() {
            return Err(FieldsError::None);
        }
        let is_known = |name: &str| Field::ALL.iter().any(|field| field.name() == name);
        if let Some(name) = names.iter().find(|name| !is_known(name)) {
            return Err(FieldsError::Unknown((*name).to_string()));
        }
        let wanted = Field::ALL
            .into_iter()
            .filter(|field| names.contains(&field.name()));
        Ok(Fields(wanted.collect()))
    }
}

/// A document as one line of JSON, without the line's end.
pub fn line(document: &Document<'_>, fields: &Fields) -> String {
    text(&Selected { document, fields })
}

/// A line of input that could not be used, as one line of JSON. `line` counts from 1.
pub fn error_line(id: Option<&Value>, line: u64, error: &str) -> String {
    #[derive(Serialize)]
    struct ErrorLine<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Value>,
        line: u64,
        error: &'a str,
    }
    text(&ErrorLine { id, line, error })
}

/// A collected article as one line of JSON: the document's keys, then what the store adds.
pub fn entry_line(entry: &Entry<'_>) -> String {
    text(&EntryJson {
        entry,
        fields: &Fields::all(),
        trail: None,
    })
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .unwrap_or_else(|error| format!("{{\"error\":{}}}", Value::from(error.to_string())))
}

/// A collected article, ready to be serialised.
#[derive(Debug, Clone, Copy)]
pub struct EntryJson<'a> {
    /// The article.
    pub entry: &'a Entry<'a>,
    /// Which of the document's keys to write.
    pub fields: &'a Fields,
    /// Where else it stood and how it changed, where that was looked up.
    pub trail: Option<&'a TrailView<'a>>,
}

impl Serialize for EntryJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        serialize_fields(&mut map, &self.entry.document, self.fields)?;
        map.serialize_entry("source", self.entry.source)?;
        map.serialize_entry("fetched_at", &self.entry.fetched_at)?;
        map.serialize_entry("rules", &self.entry.rules.to_string())?;
        map.serialize_entry("reviews", self.entry.reviews)?;
        map.serialize_entry("shelf", self.entry.shelf.as_str())?;
        map.serialize_entry("cluster", &self.entry.cluster.map(ClusterJson::from))?;
        map.serialize_entry("other_addresses", &self.entry.aliases)?;
        if let Some(trail) = self.trail {
            let copies: Vec<_> = trail.copies.iter().map(CopyJson::from).collect();
            let versions: Vec<_> = trail.versions.iter().map(VersionJson::from).collect();
            map.serialize_entry("copies", &copies)?;
            map.serialize_entry("addresses", &trail.aliases)?;
            map.serialize_entry("versions", &versions)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct ClusterJson<'a> {
    id: i64,
    articles: u64,
    sources: u64,
    first: FirstJson<'a>,
}

#[derive(Serialize)]
struct FirstJson<'a> {
    id: i64,
    source: &'a str,
    fetched_at: Timestamp,
}

impl<'a> From<ClusterView<'a>> for ClusterJson<'a> {
    fn from(view: ClusterView<'a>) -> ClusterJson<'a> {
        ClusterJson {
            id: view.id,
            articles: view.articles,
            sources: view.sources,
            first: FirstJson {
                id: view.first,
                source: view.first_source,
                fetched_at: view.first_at,
            },
        }
    }
}

#[derive(Serialize)]
struct CopyJson<'a> {
    id: i64,
    url: &'a str,
    source: &'a str,
    title: Option<&'a str>,
    fetched_at: Timestamp,
}

impl<'a> From<&CopyView<'a>> for CopyJson<'a> {
    fn from(view: &CopyView<'a>) -> CopyJson<'a> {
        CopyJson {
            id: view.id,
            url: view.url,
            source: view.source,
            title: view.title,
            fetched_at: view.fetched_at,
        }
    }
}

#[derive(Serialize)]
struct VersionJson<'a> {
    from: Timestamp,
    until: Timestamp,
    title: Option<&'a str>,
    body: &'a str,
    changes: &'a [Vec<Piece>],
}

impl<'a> From<&'a VersionView<'a>> for VersionJson<'a> {
    fn from(view: &'a VersionView<'a>) -> VersionJson<'a> {
        VersionJson {
            from: view.from,
            until: view.until,
            title: view.title,
            body: view.body,
            changes: &view.changes,
        }
    }
}

struct Selected<'a> {
    document: &'a Document<'a>,
    fields: &'a Fields,
}

impl Serialize for Selected<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.0.len()))?;
        serialize_fields(&mut map, self.document, self.fields)?;
        map.end()
    }
}

fn serialize_fields<M: SerializeMap>(
    map: &mut M,
    document: &Document<'_>,
    fields: &Fields,
) -> Result<(), M::Error> {
    for field in &fields.0 {
        let key = field.name();
        match field {
            Field::Id => map.serialize_entry(key, &document.id),
            Field::Url => map.serialize_entry(key, &document.url),
            Field::Title => map.serialize_entry(key, &document.title),
            Field::Byline => map.serialize_entry(key, &document.byline),
            Field::Published => map.serialize_entry(key, &document.published),
            Field::Lang => map.serialize_entry(key, &document.lang),
            Field::Body => map.serialize_entry(key, document.body),
            Field::Verdict => map.serialize_entry(key, document.verdict.as_str()),
            Field::Reason => map.serialize_entry(key, &document.verdict.reason()),
            Field::Scores => map.serialize_entry(key, &Rounded::from(document.scores)),
            Field::Findings => map.serialize_entry(key, &Findings(document)),
            Field::Provenance => map.serialize_entry(key, document.provenance),
            Field::Evidence => map.serialize_entry(key, &Weighed(document.evidence)),
        }?;
    }
    Ok(())
}

/// Scores to four decimals: more would be noise of the machine they were computed on.
#[derive(Serialize)]
struct Rounded {
    overall: f64,
    machine_translation: f64,
    residue: f64,
    style: Option<f64>,
    /// The old name of `style`.
    translation: Option<f64>,
    boilerplate: f64,
    body_share: Option<f64>,
}

impl From<Scores> for Rounded {
    fn from(scores: Scores) -> Rounded {
        Rounded {
            overall: round(scores.overall),
            machine_translation: round(scores.machine_translation),
            residue: round(scores.residue),
            style: scores.style.map(round),
            translation: scores.style.map(round),
            boilerplate: round(scores.boilerplate),
            body_share: scores.body_share.map(round),
        }
    }
}

/// To four decimals. Widening first keeps 0.1 from becoming 0.10000000149.
pub(super) fn round(score: f32) -> f64 {
    (f64::from(score) * 1e4).round() / 1e4
}

/// Evidence with its weight to four decimals.
struct Weighed<'a>(&'a [Evidence]);

impl Serialize for Weighed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct EvidenceJson<'a> {
            kind: EvidenceKind,
            name: &'a str,
            grade: &'a str,
            times: u32,
            log_ratio: f64,
        }
        serializer.collect_seq(self.0.iter().map(|evidence| EvidenceJson {
            kind: evidence.kind,
            name: &evidence.name,
            grade: &evidence.grade,
            times: evidence.times,
            log_ratio: round(evidence.log_ratio),
        }))
    }
}

struct Findings<'a>(&'a Document<'a>);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct FindingJson<'a> {
            rule: &'a str,
            grade: &'a str,
            start: usize,
            end: usize,
            text: &'a str,
            note: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            dismissed_by: Option<&'a str>,
        }
        let Findings(document) = self;
        let index = CodePoints::new(document.body, &document.marks);
        let mut seq = serializer.serialize_seq(Some(document.marks.len()))?;
        for mark in &document.marks {
            seq.serialize_element(&FindingJson {
                rule: mark.rule,
                grade: mark.grade,
                start: index.of(mark.span.start),
                end: index.of(mark.span.end),
                text: document.words(mark),
                note: mark.note,
                dismissed_by: mark.dismissed_by,
            })?;
        }
        seq.end()
    }
}

/// Where the bytes that marks begin and end at lie, counted in code points. The body is walked
/// once, however many marks there are.
struct CodePoints(Vec<(usize, usize)>);

impl CodePoints {
    fn new(body: &str, marks: &[Mark<'_>]) -> CodePoints {
        let mut bytes: Vec<usize> = marks
            .iter()
            .flat_map(|mark| [mark.span.start, mark.span.end])
            .collect();
        bytes.sort_unstable();
        bytes.dedup();

        let mut walked = 0;
        let mut count = 0;
        let index = bytes.into_iter().map(|byte| {
            let until = byte.min(body.len());
            count += code_points(&body.as_bytes()[walked..until]);
            walked = until;
            (byte, count)
        });
        CodePoints(index.collect())
    }

    fn of(&self, byte: usize) -> usize {
        let at = self.0.partition_point(|(indexed, _)| *indexed < byte);
        self.0.get(at).map_or(0, |(_, count)| *count)
    }
}

/// Code points that begin in these bytes of UTF-8: all but the continuation bytes.
fn code_points(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}
