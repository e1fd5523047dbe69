//! `/web/board/{id}/summary`.

use lambda_http::Request;
use shared::{
    http::{Context, Response, service_id},
    operations::read_summary,
    telemetry::unreadable,
};
use web::{
    page::page,
    pages::{Place, SummaryPage, SummaryRow},
    problem::PageProblem,
};

use super::Deps;

pub(super) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let visitor = deps.visitor(request, context).await?;
    let (subject, id, now) = (visitor.subject.as_str(), service_id(request), context.now);
    let found = read_summary(&deps.users, &deps.services, subject, id, now).await;
    let (user, top, summary) = found.map_err(|error| PageProblem::of_read(error, subject))?;
    if let Some(summary) = &summary {
        let Context { request_id, correlation_id, .. } = context;
        unreadable::rows(&summary.unreadable, request_id, correlation_id.as_deref(), now);
    }
    let frame = deps.live_frame(&format!("Counts: {}", top.details.name), &user, &visitor);
    let top = Place { id: top.id(), name: top.details.name };
    let rows = summary.map(|summary| SummaryRow::all(summary, now));
    page(&deps.site, request, now, SummaryPage { frame, top, rows })
}
