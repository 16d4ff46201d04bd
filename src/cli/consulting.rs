//! Second opinions, asked for on the command line.

use crate::{
    config::OpinionConfig,
    consult::Endpoint,
    inspect::Inspection,
    model::{Policy, Reason, Verdict},
    opinion::Sheet,
    score,
};

use super::{failure::Failure, output::tell, threads::runtime};

/// The endpoint of a configuration.
pub(super) fn endpoint(config: &OpinionConfig) -> Result<Endpoint, Failure> {
    let endpoint = Endpoint::of(config)?;
    endpoint.ok_or_else(|| {
        Failure::message(
            "nobody gives second opinions: name `url` and `model` under [opinion] in benggala.toml",
        )
    })
}

/// Asks about a document and has the answer heard. A call that fails is told and changes nothing; of
/// what cannot be judged nobody is asked.
pub(super) fn hear(
    endpoint: &Endpoint,
    name: &str,
    inspection: &mut Inspection,
    policy: &Policy,
) -> Result<(), Failure> {
    let article = &inspection.article;
    match inspection.assessment.verdict {
        Verdict::Pass | Verdict::Flag | Verdict::Abstain(Reason::UnknownLanguage) => {}
        Verdict::Abstain(_) => return Ok(()),
    }
    let sheet = Sheet::new(
        article.title.as_deref(),
        &article.body,
        article.lang.as_ref(),
    );
    let asked = runtime()?.block_on(endpoint.ask(&sheet));
    if let Some(why) = &asked.why {
        tell(format!("benggala: {name}: no second opinion: {why}"));
    }
    if let Some(opinion) = &asked.opinion {
        inspection.assessment = score::hear(&inspection.assessment, opinion, policy);
    }
    Ok(())
}
