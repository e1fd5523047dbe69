//! `/web/services/{id}`.

use lambda_http::Request;
use shared::{
    auth::Scope,
    http::{Context, Response, service_id},
    operations::{read_service, read_user},
};
use web::{page::page, pages::ServicePage, problem::PageProblem, status::StatusView};

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
    let id = service_id(request);
    let service = read_service(&deps.users, &deps.services, &visitor.subject, id).await;
    let service = StatusView::new(service.map_err(of_read)?, context.now);
    let frame = deps.live_frame(&service.name, &user, &visitor);
    page(&deps.site, request, context.now, ServicePage { frame, service })
}
