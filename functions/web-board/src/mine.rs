//! `/web/mine`.

use lambda_http::Request;
use shared::{
    auth::Scope,
    http::{Context, Problem, Response},
    operations::{list_services, read_user},
    store::{PageRequest, ServiceFilter},
};
use web::{page::page, pages::Mine, problem::PageProblem, status::StatusView};

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
    let filter = ServiceFilter { editable: true, ..ServiceFilter::default() };
    let list = PageRequest { filter, position: None, limit: 100, now: context.now };
    let found = list_services(&deps.users, &deps.services, &visitor.subject, &list).await;
    let found = found.map_err(of_read)?.ok_or(Problem::InvalidCursor)?;
    let services = found.services.into_iter();
    let services = services.map(|service| StatusView::new(service, context.now)).collect();
    let frame = deps.live_frame("My services", &user, &visitor);
    page(&deps.site, request, context.now, Mine { frame, services })
}
