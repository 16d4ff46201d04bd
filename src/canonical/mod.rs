//! One URL for one page, and what its spelling tells of the page.

mod day;
mod escapes;
mod identity;
mod normal;
mod query;
mod shape;
mod site;

pub use day::{Day, day_in, day_of_folders};
pub use identity::accepted;
pub use normal::{LENGTH_MAX, canonical};
pub use query::TRACKING;
pub use shape::Shape;
pub use site::{authority, same_site};
