//! Second opinions: what is sent to a language model, and what is believed of its answer.
//!
//! A text is made into a [`Sheet`] of numbered lines, the sheet into [`Messages`]. What comes back
//! is read against the same sheet: words that do not stand in it are dropped. Who is asked about
//! what, how often, and whether the model still is what it was, is decided here too; the calls are
//! made elsewhere. What a remark weighs is `score`'s business.
//!
//! A page can speak to the model. It may get itself passed over, or words of its own marked, and
//! no more: nothing that a model says leads anywhere, and it can quote only the text it was shown.

mod answer;
mod budget;
mod chat;
mod consultation;
mod fixed;
mod folded;
mod outcome;
pub mod pace;
mod prompt;
mod sheet;
mod wanted;

pub use self::{
    answer::{Dropped, NoAnswer, Reading, read},
    budget::{Exhausted, Limits, Spent},
    chat::{NoReply, Reply, Tokens, reply, request},
    consultation::Consultation,
    fixed::{AnswerBefore, FIXED, FixedText, changed, next, quotes},
    outcome::Outcome,
    prompt::{Mark, Messages, fingerprint, key, messages},
    sheet::Sheet,
    wanted::{SAMPLED, is_wanted},
};
