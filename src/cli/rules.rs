//! `benggala rules` and `benggala explain`.

use std::io::Write;

use crate::{inspect::legend, report::legend as print};

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
        let likeness = |name: &str| strsim::jaro_winkler(name, &args.rule);
        let nearest = names
            .iter()
            .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        return Err(Failure::message(format!(
            "there is no rule `{}`; did you mean `{}`?\n  there are {}",
            args.rule,
            nearest.unwrap_or(&""),
            names.join(", ")
        )));
    };
    write!(out(), "{}", print::explain(rule, columns(), style()))?;
    Ok(Outcome::Clean)
}
