//! `benggala rules` and `benggala explain`.

use std::io::Write;

use crate::{config::nearest, inspect::legend, report::legend as print};

use super::{
    failure::{Failure, Outcome},
    output::{columns, out, style},
};

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// A rule's name, as `benggala rules` lists them
    rule: String,
}

pub(super) fn rules() -> Result<Outcome, Failure> {
    write!(
        out(),
        "{}",
        print::rules_table(&legend(), columns(), style())
    )?;
    Ok(Outcome::Clean)
}

pub(super) fn explain(args: &ExplainArgs) -> Result<Outcome, Failure> {
    let rules = legend();
    let Some(rule) = rules.iter().find(|rule| rule.rule == args.rule) else {
        let names: Vec<&str> = rules.iter().map(|rule| rule.rule).collect();
        let meant = nearest(&args.rule, names.iter().copied());
        let meant = meant.map(|near| format!("; did you mean `{near}`?"));
        return Err(Failure::message(format!(
            "there is no rule `{}`{}\n  there are {}",
            args.rule,
            meant.unwrap_or_default(),
            names.join(", ")
        )));
    };
    write!(out(), "{}", print::explain(rule, columns(), style()))?;
    Ok(Outcome::Clean)
}
