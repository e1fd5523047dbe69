//! `/web`.

use lambda_http::{Request, RequestExt as _, http::StatusCode};
use shared::{
    domain::ServiceId,
    http::{Context, Response},
    operations::{FoundServices, find_services, read_user},
};
use web::{
    page::{Frame, Person, page, page_with_status},
    pages::{Place, SignIn, Start},
    problem::PageProblem,
};

use super::{Deps, list::unreadable_rows};

pub(super) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let number = parameter(request, "service");
    if let Some(Ok(id)) = number.as_deref().map(|text| text.trim().parse::<ServiceId>()) {
        return Ok(deps.site.see_other(&deps.site.path(&format!("/web/services/{id}"))));
    }
    let visitor = match deps.visitor(request, context).await {
        Ok(visitor) => visitor,
        Err(PageProblem::SignInFirst { .. }) => return sign_in(deps, request, context),
        Err(problem) => return Err(problem),
    };
    let regions = &deps.directory.regions.0;
    let (user, found) = tokio::join!(
        read_user(&deps.users, &visitor.subject),
        find_services(&deps.services, regions)
    );
    let user = user.map_err(|error| PageProblem::of_read(error, &visitor.subject))?;
    let frame = Frame::new(&deps.site, "Boards", Some(Person::new(&user, &visitor)));
    let start = start(frame, found?, context, number);
    if start.wrong_number.is_some() {
        let status = StatusCode::BAD_REQUEST;
        return page_with_status(&deps.site, request, context.now, status, start);
    }
    page(&deps.site, request, context.now, start)
}

fn start(
    frame: Frame,
    found: FoundServices,
    context: &Context,
    wrong_number: Option<String>,
) -> Start {
    let FoundServices { services, missing, unreadable } = found;
    let regions = services.into_iter();
    let regions = regions.map(|region| Place { id: region.id(), name: region.details.name });
    let unreadable = unreadable_rows(&unreadable, context);
    Start { frame, regions: regions.collect(), unreadable, missing, wrong_number }
}

fn sign_in(deps: &Deps, request: &Request, context: &Context) -> Result<Response, PageProblem> {
    let frame = Frame::new(&deps.site, "Sign in", None);
    page(&deps.site, request, context.now, SignIn { frame, to: parameter(request, "to") })
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    let query = request.query_string_parameters_ref()?;
    query.first(name).map(str::to_owned)
}
