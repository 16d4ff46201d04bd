//! Why no work can be done.

/// What keeps a daemon from its work: the `reason` label of `benggala_unready`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unready {
    /// It has not begun.
    Starting,
    /// It ends.
    Stopping,
    /// The file of the store is not there any more, or another one is in its place.
    File,
    /// The store cannot be written.
    Store,
    /// The store has no room left.
    Full,
    /// The store gives no work out.
    Claims,
    /// The clock is wrong.
    Clock,
    /// Its loop hangs.
    Stuck,
}

impl Unready {
    /// Every reason.
    pub const ALL: [Unready; 8] = [
        Unready::Starting,
        Unready::Stopping,
        Unready::File,
        Unready::Store,
        Unready::Full,
        Unready::Claims,
        Unready::Clock,
        Unready::Stuck,
    ];

    /// The metric label.
    pub fn as_str(self) -> &'static str {
        match self {
            Unready::Starting => "starting",
            Unready::Stopping => "stopping",
            Unready::File => "file",
            Unready::Store => "store",
            Unready::Full => "full",
            Unready::Claims => "claims",
            Unready::Clock => "clock",
            Unready::Stuck => "stuck",
        }
    }

    /// For people, with what to do.
    pub fn sentence(self) -> &'static str {
        match self {
            Unready::Starting => "It has not begun yet.",
            Unready::Stopping => "It is stopping.",
            Unready::File => {
                "The file of the store was removed or replaced: nothing is claimed. Put it back, or restart."
            }
            Unready::Store => "The store cannot be written: the log says why.",
            Unready::Full => {
                "The store is full: nothing is fetched before there is room. Raise `[store] size_max`, make room on its disk, or keep less."
            }
            Unready::Claims => "The store gives no work out: the log says why.",
            Unready::Clock => "The clock is wrong: nothing is asked before it is set.",
            Unready::Stuck => {
                "The daemon's loop hangs: restart it, and please report it with its log."
            }
        }
    }
}
