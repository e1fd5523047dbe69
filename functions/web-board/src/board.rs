//! `/web/board/{id}`.

use lambda_http::Request;
use shared::{
    domain::{ServiceId, Timestamp},
    http::{Context, Problem, Response, changes_cursor, list_cursor, service_id},
    operations::{self, AccessError, BoardRequest, ChangesCursor, read_board},
    store::ServicePage,
};
use web::{
    directory::Directory,
    list_query::ListQuery,
    page::page,
    pages::{Board, Counts, Filter},
    problem::PageProblem,
    visitor::{BY_ITSELF, Visitor},
};

use super::{
    Deps,
    list::{above, name, reloading, rows, unreadable_rows},
};

/// The filters of the page.
const FILTERS: [&str; 3] = ["status", "type", "name"];

/// What the address asks for.
pub(super) struct Asked {
    pub(super) query: ListQuery,
    pub(super) list: BoardRequest,
}

pub(super) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let visitor = deps.visitor(request, context).await?;
    let asked = deps.asked(&visitor, Asked::read(request, context, &FILTERS)).await?;
    let subject = &visitor.subject;
    let found = read_board(&deps.users, &deps.services, subject, &asked.list).await;
    let found = found.map_err(|error| PageProblem::of_read(error, subject))?;
    let found = found.ok_or(Problem::InvalidCursor)?;
    page(&deps.site, request, context.now, board(deps, (request, context), &visitor, asked, found))
}

impl Asked {
    /// What an address with these parameters asks for.
    pub(super) fn read(
        request: &Request,
        context: &Context,
        parameters: &[&str],
    ) -> Result<Self, Problem> {
        let top = service_id(request).ok_or(AccessError::ServiceNotFound)?;
        let query = ListQuery::read(request, parameters)?;
        let (type_id, name) = (query.type_id, query.name_part());
        let mut list = BoardRequest { top, type_id, name, position: None, now: context.now };
        list.position = query.position(&list.filter())?;
        Ok(Self { query, list })
    }

    /// Where the page reads what has changed since then. The next page starts at `until`.
    pub(super) fn changes_since(
        &self,
        deps: &Deps,
        since: &ChangesCursor,
        until: Option<&str>,
    ) -> String {
        let page = deps.site.path(&format!("/web/board/{}/changes", self.list.top));
        format!("{page}{}", self.query.changes(&changes_cursor::encode(since), until))
    }
}

fn board(
    deps: &Deps,
    (request, context): (&Request, &Context),
    visitor: &Visitor,
    asked: Asked,
    found: operations::Board,
) -> Board {
    let operations::Board { user, top, ancestors, page } = found;
    let cursor = page.next.as_ref().map(|next| list_cursor::encode(&asked.list.filter(), next));
    let changes = top.as_ref().ok().map(|top| {
        let since = known(request, top.details.path.root(), context.now);
        asked.changes_since(deps, &since, cursor.as_deref())
    });
    let Asked { query, list } = asked;
    let ServicePage { services, unreadable, next } = page;
    let mut rows = rows(services, next.is_some(), &deps.directory, context.now);
    let unreadable = unreadable_rows(&unreadable, context);
    let is_whole = query.cursor.is_none() && next.is_none() && top.is_ok();
    let counts = is_whole.then(|| Counts::of(&rows, unreadable.len()));
    let all = rows.len();
    rows.retain(|row| query.shows(row.view.rag));
    for row in rows.iter_mut().filter(|row| row.view.id == list.top) {
        row.has_board = false;
    }
    let title = format!("Board: {}", name(list.top, top.as_ref().ok()));
    let frame = deps.live_frame(&title, &user, visitor).following(changes);
    Board {
        frame: reloading(frame, &query),
        top: list.top,
        above: above(&ancestors),
        counts,
        is_broken: top.is_err(),
        next: cursor.map(|cursor| query.page_at(Some(cursor))),
        filter: filter(&deps.directory, query, all - rows.len()),
        rows,
        unreadable,
    }
}

/// What the page knows that reads itself again; else what one knows that begins.
fn known(request: &Request, region: ServiceId, now: Timestamp) -> ChangesCursor {
    let known = request.headers().get(BY_ITSELF).and_then(|value| value.to_str().ok());
    let known = known.and_then(|text| changes_cursor::decode(text, region, now).ok());
    known.unwrap_or_else(|| ChangesCursor::beginning(region, now))
}

fn filter(directory: &Directory, query: ListQuery, hidden: usize) -> Filter {
    let mut kinds: Vec<_> =
        directory.types.all().into_iter().map(|(id, name)| (id, name.to_owned())).collect();
    if let Some(id) = query.type_id.filter(|id| kinds.iter().all(|(own, _)| own != id)) {
        kinds.push((id, directory.types.name(id)));
    }
    let statuses = query.statuses.iter().map(|rag| rag.as_str()).collect::<Vec<_>>().join(" or ");
    let kind = query.type_id.map(|id| format!("the type {}", directory.types.name(id)));
    let name = query.name.as_ref().map(|name| format!("names with “{name}”"));
    let words = [Some(statuses).filter(|text| !text.is_empty()), kind, name];
    Filter { words: words.into_iter().flatten().collect(), query, kinds, hidden }
}
