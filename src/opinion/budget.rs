//! How many calls a day may cost.

use crate::model::Zone;

/// Calls in one day at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// In all.
    pub per_day: u64,
    /// About the articles of one source.
    pub per_source: u64,
    /// By whose clocks a day is counted.
    pub zone: Zone,
}

/// Calls that the day has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// In all.
    pub today: u64,
    /// About the articles of the source in question; 0 for a text of our own.
    pub of_source: u64,
}

/// Which limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exhausted {
    /// That of the day.
    Day,
    /// That of the source.
    Source,
}

impl Limits {
    /// The limit that forbids one more call.
    pub fn reached(self, spent: Spent) -> Option<Exhausted> {
        if spent.today >= self.per_day {
            Some(Exhausted::Day)
        } else if spent.of_source >= self.per_source {
            Some(Exhausted::Source)
        } else {
            None
        }
    }
}
