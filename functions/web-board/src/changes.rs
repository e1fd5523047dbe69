//! `/web/board/{id}/changes`: what has changed since a board was read, so that it need not be read again.

use lambda_http::Request;
use shared::{
    domain::Service,
    http::{Context, Problem, Response, changes_cursor},
    operations::{Changes, ChangesCursor, ChangesRequest, read_changes},
    store::{ListPosition, UnreadableRow},
    telemetry::unreadable,
};
use web::{
    page::{Frame, page},
    pages::ChangesPage,
    problem::PageProblem,
    status::StatusView,
};

use super::{Deps, board::Asked};

/// The filters of a board, and what the page knows of it.
const PARAMETERS: [&str; 5] = ["status", "type", "name", "since", "until"];

pub(super) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let visitor = deps.visitor(request, context).await?;
    let asked = deps.asked(&visitor, Followed::read(request, context)).await?;
    let (subject, now) = (visitor.subject.as_str(), context.now);
    let wanted =
        ChangesRequest { region: asked.cursor.region, cursor: Some(asked.cursor.clone()), now };
    let found = read_changes(&deps.users, &deps.services, &deps.changes, subject, &wanted).await;
    let found = found.map_err(|error| PageProblem::of_read(error, subject))?;
    page(&deps.site, request, now, asked.changes(deps, context, found))
}

/// The part of a board that a page shows, and what it knows of it.
struct Followed {
    board: Asked,
    end: Option<ListPosition>,
    cursor: ChangesCursor,
}

impl Followed {
    fn read(request: &Request, context: &Context) -> Result<Self, Problem> {
        let board = Asked::read(request, context, &PARAMETERS)?;
        let end = board.query.end(&board.list.filter())?;
        let cursor = board.query.since.as_deref().and_then(|since| {
            let region = changes_cursor::region(since)?;
            changes_cursor::decode(since, region, context.now).ok()
        });
        // Also if it has expired: an alarm counts what followers of the API are told of that.
        let cursor = cursor.ok_or(Problem::InvalidCursor)?;
        Ok(Self { board, end, cursor })
    }

    fn changes(&self, deps: &Deps, context: &Context, found: Changes) -> ChangesPage {
        let Context { request_id, correlation_id, now, .. } = context;
        unreadable::rows(&found.unreadable, request_id, correlation_id.as_deref(), *now);
        let (own, not_own): (Vec<_>, Vec<_>) =
            found.services.into_iter().partition(|service| self.shows(service));
        let mut others = found.removed;
        others.extend(found.unreadable.iter().filter_map(UnreadableRow::service));
        let read_all = found.resync
            || found.has_more
            || others.contains(&self.board.list.top)
            || !(own.is_empty() || self.board.query.statuses.is_empty());
        others.extend(not_own.iter().map(Service::id));
        let shown = if read_all { Vec::new() } else { own };
        let until = self.board.query.until.as_deref();
        let next = self.board.changes_since(deps, &found.cursor, until);
        let frame = Frame::new(&deps.site, "", None).following(Some(next));
        let shown = shown.into_iter().map(|service| StatusView::new(service, *now)).collect();
        ChangesPage { frame, shown, others, read_all }
    }

    /// Whether the page shows this service, whatever its status.
    fn shows(&self, service: &Service) -> bool {
        let (list, path) = (&self.board.list, &service.details.path);
        list.filter().admits(&service.details)
            && list.position.as_ref().is_none_or(|start| start.is_before(path))
            && self.end.as_ref().is_none_or(|end| !end.is_before(path))
    }
}
