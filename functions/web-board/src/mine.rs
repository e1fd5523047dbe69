//! `/web/mine`.

use lambda_http::Request;
use shared::{
    auth::Scope,
    domain::User,
    http::{Context, Problem, Response, list_cursor},
    operations::{AccessError, list_services_of, read_user},
    store::{PageRequest, ServiceFilter, ServicePage},
};
use web::{
    list_query::ListQuery,
    page::{may_update, page},
    pages::Mine,
    problem::PageProblem,
    visitor::{BY_ITSELF, Visitor},
};

use super::{
    Deps,
    list::{reloading, rows, unreadable_rows},
};

/// The most services of a page.
const LIMIT: usize = 100;

pub(super) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let visitor = deps.visitor(request, context).await?;
    let user = read_user(&deps.users, &visitor.subject).await;
    let user = user.map_err(|error| PageProblem::of_read(error, &visitor.subject))?;
    if !may_update(&user) {
        // A script takes a redirection for the end of the session, and would say that the person is signed out.
        if request.headers().contains_key(BY_ITSELF) {
            return Err(Problem::from(AccessError::NotPermitted).into());
        }
        // Everybody comes here after signing in. The first page says who may update.
        return Ok(deps.site.see_other(&deps.site.path("/web")));
    }
    let query = ListQuery::read(request, &["name"])?;
    let filter =
        ServiceFilter { editable: true, name: query.name_part(), ..ServiceFilter::default() };
    let position = query.position(&filter)?;
    let list = PageRequest { filter, position, limit: LIMIT, now: context.now };
    let found = list_services_of(&user, &deps.services, &list).await?;
    let found = found.ok_or(Problem::InvalidCursor)?;
    let mine = mine(deps, context, (&user, &visitor), query, &list.filter, found);
    page(&deps.site, request, context.now, mine)
}

fn mine(
    deps: &Deps,
    context: &Context,
    (user, visitor): (&User, &Visitor),
    query: ListQuery,
    filter: &ServiceFilter,
    found: ServicePage,
) -> Mine {
    let ServicePage { services, unreadable, next } = found;
    let next = next.map(|position| list_cursor::encode(filter, &position));
    Mine {
        frame: reloading(deps.live_frame("My services", user, visitor), &query),
        may_write: visitor.require(Scope::Write).is_ok(),
        rows: rows(services, false, &deps.directory, context.now),
        unreadable: unreadable_rows(&unreadable, context),
        next: next.map(|cursor| query.page_at(Some(cursor))),
        query,
    }
}
