//! A page that shows nothing without its scripts, where its source has a browser for it.

use tokio::time::Instant;

use crate::{
    metrics::labels::RENDERED,
    model::{Headers, Page},
    render::Showing,
};

use super::{
    active::ActiveConfig,
    facts::{Facts, Step},
    resources::Resources,
};

/// The page as its scripts leave it, in the place of what was fetched: that is what is judged, kept and
/// judged again. `None` where its source names no browser, or the browser does not do its work: then the
/// article stays one that needs scripts.
pub(super) async fn shown(
    resources: &Resources,
    active: &ActiveConfig,
    facts: &mut Facts,
    page: &Page,
    until: Instant,
) -> Option<Page> {
    let source = active.source(&page.link.source)?;
    let (way, asked) = (resources.way(&facts.lease), resources.clock.now());
    let showing = Showing {
        browser: source.render.as_ref()?,
        page,
        fetcher: &active.fetcher,
        way: &way,
        bytes_max: active.config.fetch.body_max,
        until,
    };
    let rendered = resources.renderer.render(showing).await;
    let outcome = rendered
        .as_ref()
        .map_or_else(|error| error.outcome(), |_| RENDERED);
    let renders = &resources.metrics.renders_total;
    renders.with_label_values(&[outcome]).inc();
    // Its parts were asked for until now.
    facts.at = resources.clock.now();
    facts.steps.push(Step::new("render", asked, facts.at));
    match rendered {
        Ok(rendered) => {
            let exchange = &mut facts.exchange;
            exchange.wire_bytes += rendered.wire_bytes;
            exchange.robots.extend(rendered.robots);
            exchange.body = rendered.html;
            let kind = ("content-type", "text/html; charset=utf-8");
            exchange.headers = Headers(vec![(kind.0.to_string(), kind.1.to_string())]);
            facts.page()
        }
        Err(error) => {
            tracing::warn!(%error, "a page that needs its scripts was not shown");
            None
        }
    }
}
