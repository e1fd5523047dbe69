//! `/web`.

use lambda_http::{Request, RequestExt as _};
use shared::{
    auth::Scope,
    http::{Context, Response},
    operations::read_user,
};
use web::{
    page::{Frame, Person, page},
    pages::{SignIn, Start},
    problem::PageProblem,
};

use super::Deps;

pub(super) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let visitor = match deps.visitor(request, context).await {
        Ok(visitor) => visitor,
        Err(PageProblem::SignInFirst { .. }) => return sign_in(deps, request, context),
        Err(problem) => return Err(problem),
    };
    visitor.require(Scope::Read)?;
    let user = read_user(&deps.users, &visitor.subject).await;
    let user = user.map_err(|error| PageProblem::of_read(error, &visitor.subject))?;
    let frame = Frame::new(&deps.site, "Boards", Some(Person::new(&user, &visitor)));
    page(&deps.site, request, context.now, Start { frame, regions: Vec::new() })
}

fn sign_in(deps: &Deps, request: &Request, context: &Context) -> Result<Response, PageProblem> {
    let query = request.query_string_parameters_ref();
    let to = query.and_then(|query| query.first("to")).map(str::to_owned);
    let frame = Frame::new(&deps.site, "Sign in", None);
    page(&deps.site, request, context.now, SignIn { frame, to })
}
