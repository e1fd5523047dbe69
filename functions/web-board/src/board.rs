//! `/web/board/{id}`.

use lambda_http::Request;
use shared::{
    auth::Scope,
    http::{Context, Problem, Response, service_id},
    operations::{AccessError, list_services, read_user},
    store::{PageRequest, ServiceFilter},
};
use web::{page::page, pages::Board, problem::PageProblem, status::StatusView};

use super::Deps;

pub(super) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let visitor = deps.visitor(request, context).await?;
    visitor.require(Scope::Read)?;
    let of_read = |error| PageProblem::of_read(error, &visitor.subject);
    let user = read_user(&deps.users, &visitor.subject).await.map_err(of_read)?;
    let parent = service_id(request).ok_or(Problem::from(AccessError::ServiceNotFound))?;
    let filter = ServiceFilter { parent: Some(parent), ..ServiceFilter::default() };
    let list = PageRequest { filter, position: None, limit: 100, now: context.now };
    let found = list_services(&deps.users, &deps.services, &visitor.subject, &list).await;
    let found = found.map_err(of_read)?.ok_or(Problem::InvalidCursor)?;
    let services = found.services.into_iter();
    let services: Vec<_> = services.map(|service| StatusView::new(service, context.now)).collect();
    let title = services.first().map_or("Board", |first| first.name.as_str());
    let frame = deps.live_frame(title, &user, &visitor);
    page(&deps.site, request, context.now, Board { frame, counts: None, services })
}
