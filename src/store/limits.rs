//! How much is looked at and kept, the same in every store.

/// Articles looked at for one key of a fingerprint, the newest: bounds what a phrase costs that thousands
/// use.
pub(super) const POSTINGS_MAX: usize = 32;
/// Fingerprints that a new one is compared with, those with the most keys in common first.
pub(super) const CANDIDATES_MAX: usize = 32;
/// Articles of one cluster. What comes later is counted as a copy, but not added.
pub(super) const CLUSTER_MAX: u64 = 1_000;
/// Other addresses kept for one article.
pub(super) const ALIASES_MAX: usize = 1_000;
/// Fingerprints kept, whatever the configuration says: about two gigabytes.
pub(super) const FINGERPRINTS_MAX: i64 = 2_000_000;
/// Earlier texts kept of one article: the first one and the latest of the others.
pub(super) const VERSIONS_MAX: usize = 20;
/// The articles by which a source is judged anew: its latest.
pub(super) const STANDING_ARTICLES_MAX: usize = 10_000;
/// Dismissals of one site that are heeded, the latest.
pub(super) const DISMISSALS_MAX: usize = 2_000;
/// Articles counted one by one for a tally; what matches more is not counted.
pub(super) const COUNTED_MAX: u64 = 10_000;
/// Sources that are named in an overview.
pub(super) const NAMES_MAX: usize = 300;
/// Rows that cannot be read, in the place of which others are listed.
pub(super) const UNREADABLE_MAX: usize = 100;
