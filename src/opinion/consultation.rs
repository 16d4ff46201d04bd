//! One call from end to end: what came of it and what it cost.

use std::time::Duration;

use super::{
    answer::{Dropped, read},
    chat::{Tokens, reply},
    outcome::Outcome,
    sheet::Sheet,
};
use crate::model::{Adviser, Opinion};

/// What came of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct Consultation {
    /// How it ended.
    pub outcome: Outcome,
    /// There is one only if it ended well: a call that failed is no opinion.
    pub opinion: Option<Opinion>,
    /// Quotes that held, whatever became of the whole.
    pub kept: usize,
    /// Those that did not.
    pub dropped: Vec<Dropped>,
    /// What it cost.
    pub tokens: Tokens,
    /// What went wrong, for the log; names no address and no word of the text.
    pub why: Option<String>,
    /// How long the endpoint wants to be left alone.
    pub retry_after: Option<Duration>,
}

impl Consultation {
    /// A call that brought no answer.
    pub fn failed(outcome: Outcome, why: impl Into<String>) -> Consultation {
        Consultation {
            outcome,
            opinion: None,
            kept: 0,
            dropped: Vec::new(),
            tokens: Tokens::default(),
            why: Some(why.into()),
            retry_after: None,
        }
    }

    /// Reads the body of an answer to a sheet.
    pub fn of_answer(body: &[u8], sheet: &Sheet<'_>, adviser: &Adviser) -> Consultation {
        let reply = match reply(body) {
            Ok(reply) => reply,
            Err(why) => return Consultation::failed(Outcome::Invalid, why.to_string()),
        };
        let reading = match read(&reply.content, sheet) {
            Ok(reading) => reading,
            Err(why) => {
                return Consultation {
                    tokens: reply.tokens,
                    ..Consultation::failed(Outcome::Invalid, why.to_string())
                };
            }
        };
        let is_credible = reading.is_credible();
        let kept = reading.remarks.len();
        Consultation {
            outcome: match is_credible {
                true => Outcome::Ok,
                false => Outcome::NotCredible,
            },
            kept,
            why: (!is_credible).then(|| "more than half of what was said did not hold".to_string()),
            dropped: reading.dropped,
            tokens: reply.tokens,
            retry_after: None,
            opinion: is_credible.then(|| Opinion {
                adviser: adviser.clone(),
                remarks: reading.remarks,
            }),
        }
    }
}
