//! Why a store could not be opened, or could not do what it was asked.

/// Why the store cannot be opened.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error(
        "the store {0} is in use by another benggala; stop it, or give this one another `[store] url`"
    )]
    Locked(String),
    /// It is only to be read, and there is none.
    #[error("cannot open the store {0}: there is none yet; `benggala run` makes it")]
    Absent(String),
    /// Written by a newer version.
    #[error(
        "the store {path} has schema {found}, this version knows {known}: run a newer benggala"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its schema version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Written by an older version, and only to be read.
    #[error(
        "the store {path} has schema {found}, this version reads {known}: bring it up to date with \
         `benggala store compact`, or start `benggala run`"
    )]
    Older {
        /// The file.
        path: String,
        /// Its schema version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// It fails as it might later.
    #[error(transparent)]
    Failed(#[from] StoreError),
}

/// Why the store could not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened or written.
    #[error("cannot open the store {path}: {why}")]
    Open {
        /// The file.
        path: String,
        /// What the system says, and what to do.
        why: String,
    },
    /// The file is damaged.
    #[error(
        "the store {path} is damaged ({why}); recover what is left with: sqlite3 {path} .recover | sqlite3 recovered.db"
    )]
    Corrupt {
        /// The file.
        path: String,
        /// What the database says.
        why: String,
    },
    /// Something was done to the file while it was open: what is written now may be lost.
    #[error(
        "the store {path} is not the file that was opened: {why}; put it back as it was, or restart"
    )]
    Moved {
        /// The file.
        path: String,
        /// What was done to it.
        why: String,
    },
    /// No space left; try again later.
    #[error("no space left for the store")]
    Full,
    /// A value in the store is not what it should be.
    #[error("unreadable value in the store: {0}")]
    Value(String),
    /// Anything else from the database.
    #[error("the store failed: {0}")]
    Database(String),
    /// It was closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Every [`kind`](StoreError::kind).
    pub const KINDS: [&'static str; 6] = ["open", "corrupt", "moved", "full", "database", "closed"];

    /// The `kind` label of `benggala_store_errors_total`.
    pub const fn kind(&self) -> &'static str {
        match self {
            StoreError::Open { .. } => "open",
            StoreError::Corrupt { .. } | StoreError::Value(_) => "corrupt",
            StoreError::Moved { .. } => "moved",
            StoreError::Full => "full",
            StoreError::Database(_) => "database",
            StoreError::Closed => "closed",
        }
    }
}
