//! `/web/statistics/{id}`.

use lambda_http::Request;
use shared::{
    auth::Scope,
    domain::{Service, Timestamp, Window},
    http::{Context, Response, service_id},
    operations::{StatisticsError, read_statistics, read_user_and_service},
    store::StoreFault,
};
use web::{
    local_time::LocalTime,
    page::{Frame, Person, page},
    pages::{Place, Shares, StatisticsPage, WindowView},
    problem::PageProblem,
};

use super::Deps;

pub(super) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let visitor = deps.visitor(request, context).await?;
    visitor.require(Scope::Read)?;
    let (subject, id, now) = (visitor.subject.as_str(), service_id(request), context.now);
    let found = read_user_and_service(&deps.users, &deps.services, subject, id).await;
    let (user, service) = found.map_err(|error| PageProblem::of_read(error, subject))?;
    let last = |days| last_days(deps, &service, days, now);
    let (week, month, quarter) = tokio::join!(last(7), last(28), last(92));
    let title = format!("Time in each status: {}", service.details.name);
    let content = StatisticsPage {
        frame: Frame::new(&deps.site, &title, Some(Person::new(&user, &visitor))),
        service: Place { id: service.id(), name: service.details.name },
        until: LocalTime::of(now).seen_at(now),
        windows: vec![week?, month?, quarter?],
    };
    page(&deps.site, request, now, content)
}

/// The statistics of the days before `now`.
///
/// # Errors
/// The store failed.
async fn last_days(
    deps: &Deps,
    service: &Service,
    days: u32,
    now: Timestamp,
) -> Result<WindowView, StoreFault> {
    let view = |content| WindowView { days, content };
    let Ok(window) = Window::new(now.minus_seconds(days * 24 * 60 * 60), now) else {
        return Ok(view(Err("there was no such time")));
    };
    Ok(view(match read_statistics(&deps.history, service, window, now).await {
        Ok(statistics) => Ok(Shares::new(window, statistics)),
        Err(StatisticsError::Pruned(_)) => Err("changes of that time were deleted"),
        Err(StatisticsError::TooManyChanges) => Err("there are more than 5,000 changes"),
        Err(StatisticsError::Store(fault)) => return Err(fault),
    }))
}
