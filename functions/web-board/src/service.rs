//! `/web/services/{id}`.

use lambda_http::{Request, RequestExt as _};
use shared::{
    auth::Scope,
    domain::{Change, Service, Timestamp, User, authorise_update},
    http::{Context, Problem, Response, service_id},
    operations::read_user_and_service,
    store::{TimeRange, error_chain},
    telemetry::metrics,
};
use web::{
    asked::Typed,
    local_time::LocalTime,
    page::page,
    pages::{Done, PastChange, ServicePage, UpdateForm},
    problem::PageProblem,
    status::StatusView,
    visitor::Visitor,
};

use super::{Deps, list::above};

/// How many changes the page shows.
const CHANGES: usize = 10;

pub(super) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let visitor = deps.visitor(request, context).await?;
    let (subject, id) = (visitor.subject.as_str(), service_id(request));
    let found = read_user_and_service(&deps.users, &deps.services, subject, id).await;
    let (user, service) = found.map_err(|error| PageProblem::of_read(error, subject))?;
    // Both need the service: where it belongs, and its version, which history must agree with.
    let (ancestors, changes) = tokio::join!(
        deps.services.services(service.details.path.ancestors()),
        last_changes(deps, &service, context)
    );
    let (above, now) = (above(&ancestors?), context.now);
    let done = parameter(request, "done").map(|version| {
        let version = version.parse().ok()?;
        Done::find(changes.as_deref().unwrap_or_default(), version, subject, now)
    });
    let history =
        changes.map(|changes| changes.iter().map(|change| PastChange::new(change, now)).collect());
    let frame = deps.live_frame(&service.details.name, &user, &visitor);
    let form = form(deps, request, now, &visitor, (&user, &service))?;
    let review_due = review_due(&service, now);
    let service = StatusView::new(service, now);
    let content = ServicePage { frame, service, review_due, above, done, form, history };
    page(&deps.site, request, now, content)
}

/// The last changes, newest first. A page that cannot read them shows the status nevertheless.
async fn last_changes(deps: &Deps, service: &Service, context: &Context) -> Option<Vec<Change>> {
    match deps.history.page(service, TimeRange::default(), None, CHANGES, context.now).await {
        Ok(page) => Some(page.changes),
        Err(fault) => {
            let Context { request_id, correlation_id, now, .. } = context;
            let error = error_chain(&fault);
            let code = Problem::from(fault).code();
            tracing::error!(code, request_id, correlation_id, error, "history_not_shown");
            metrics::fault(code, *now);
            None
        }
    }
}

/// The form, if this person may update the service.
fn form(
    deps: &Deps,
    request: &Request,
    now: Timestamp,
    visitor: &Visitor,
    (user, service): (&User, &Service),
) -> Result<Option<UpdateForm>, PageProblem> {
    let may_update =
        visitor.require(Scope::Write).is_ok() && authorise_update(user, service).is_some();
    let typed = || Typed::status(parameter(request, "set"));
    let form = may_update.then(|| UpdateForm::new(service, deps.reset_limits, now, typed()));
    Ok(form.transpose()?)
}

fn review_due(service: &Service, now: Timestamp) -> Option<String> {
    let after = service.details.review_after?;
    let due = service.record.clone().effective_at(now).review_due(after)?;
    Some(LocalTime::of(due).seen_at(now))
}

/// The first value of a parameter in the address.
fn parameter<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.query_string_parameters_ref()?.first(name)
}
