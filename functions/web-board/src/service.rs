//! `/web/services/{id}`.

use lambda_http::{Request, RequestExt as _};
use shared::{
    auth::Scope,
    domain::{Change, Service, Timestamp, User, Window, authorise_update},
    http::{Context, Problem, Response, service_id},
    operations::read_user_and_service,
    store::{StoreFault, TimeRange, error_chain},
    telemetry::metrics,
};
use web::{
    asked::Typed,
    local_time::LocalTime,
    page::page,
    pages::{Done, PastChange, ServicePage, TimeInStatus, UpdateForm},
    problem::PageProblem,
    status::StatusView,
    visitor::{Visitor, is_by_itself},
};

use super::{Deps, list::above};

/// How many changes the page shows.
const CHANGES: usize = 10;

/// The windows of the time in each status, in days.
const WINDOWS: [u32; 3] = [7, 28, 92];
const DAY: u32 = 24 * 60 * 60;

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
    let (ancestors, changes, time) = tokio::join!(
        deps.services.services(service.details.path.ancestors()),
        last_changes(deps, &service, context),
        time_if_asked(deps, request, &service, context)
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
    let content = ServicePage { frame, service, review_due, above, done, form, history, time };
    page(&deps.site, request, now, content)
}

/// The last changes, newest first. A page that cannot read them shows the status nevertheless.
async fn last_changes(deps: &Deps, service: &Service, context: &Context) -> Option<Vec<Change>> {
    let page = deps.history.page(service, TimeRange::default(), None, CHANGES, context.now).await;
    page.map_err(|fault| not_shown(fault, context)).ok().map(|page| page.changes)
}

/// The time in each status, unless the page asks by itself. As the last changes, it does not prevent the page.
async fn time_if_asked(
    deps: &Deps,
    request: &Request,
    service: &Service,
    context: &Context,
) -> Option<Option<TimeInStatus>> {
    if is_by_itself(request) {
        return None;
    }
    Some(time_in_status(deps, service, context).await)
}

async fn time_in_status(deps: &Deps, service: &Service, context: &Context) -> Option<TimeInStatus> {
    let now = context.now;
    let windows = WINDOWS.map(|days| Window::new(now.minus_seconds(days * DAY), now));
    let [Ok(week), Ok(month), Ok(quarter)] = windows else { return None };
    let known = deps.history.known_changes(service, quarter).await;
    let known = known.map_err(|fault| not_shown(fault, context)).ok()?;
    Some(TimeInStatus::new(&known, &[week, month, quarter], now))
}

/// Records that a part of the page is missing.
fn not_shown(fault: StoreFault, context: &Context) {
    let Context { request_id, correlation_id, now, .. } = context;
    let error = error_chain(&fault);
    let code = Problem::from(fault).code();
    tracing::error!(code, request_id, correlation_id, error, "history_not_shown");
    metrics::fault(code, *now);
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
