//! `/web/board/{id}`.

use lambda_http::Request;
use shared::{
    http::{Context, Problem, Response, list_cursor, service_id},
    operations::{self, AccessError, BoardRequest, read_board, read_user},
    store::ServicePage,
};
use web::{
    directory::Directory,
    list_query::ListQuery,
    page::page,
    pages::{Board, Counts, Filter},
    problem::PageProblem,
    visitor::Visitor,
};

use super::{
    Deps,
    list::{above, name, reloading, rows, unreadable_rows},
};

/// The filters of the page.
const FILTERS: [&str; 3] = ["status", "type", "name"];

/// What the address asks for.
struct Asked {
    query: ListQuery,
    list: BoardRequest,
}

pub(super) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let visitor = deps.visitor(request, context).await?;
    let subject = &visitor.subject;
    let of_read = |error| PageProblem::of_read(error, subject);
    let asked = match Asked::read(request, context) {
        Ok(asked) => asked,
        Err(problem) => {
            // Who may not use the pages learns no more.
            read_user(&deps.users, subject).await.map_err(of_read)?;
            return Err(problem.into());
        }
    };
    let found = read_board(&deps.users, &deps.services, subject, &asked.list).await;
    let found = found.map_err(of_read)?.ok_or(Problem::InvalidCursor)?;
    page(&deps.site, request, context.now, board(deps, context, &visitor, asked, found))
}

impl Asked {
    fn read(request: &Request, context: &Context) -> Result<Self, Problem> {
        let top = service_id(request).ok_or(AccessError::ServiceNotFound)?;
        let query = ListQuery::read(request, &FILTERS)?;
        let (type_id, name) = (query.type_id, query.name_part());
        let mut list = BoardRequest { top, type_id, name, position: None, now: context.now };
        list.position = query.position(&list.filter())?;
        Ok(Self { query, list })
    }
}

fn board(
    deps: &Deps,
    context: &Context,
    visitor: &Visitor,
    Asked { query, list }: Asked,
    found: operations::Board,
) -> Board {
    let operations::Board { user, top, ancestors, page } = found;
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
    let next = next.map(|position| list_cursor::encode(&list.filter(), &position));
    let title = format!("Board: {}", name(list.top, top.as_ref().ok()));
    Board {
        frame: reloading(deps.live_frame(&title, &user, visitor), &query),
        top: list.top,
        above: above(&ancestors),
        counts,
        is_broken: top.is_err(),
        next: next.map(|cursor| query.page_at(Some(cursor))),
        filter: filter(&deps.directory, query, all - rows.len()),
        rows,
        unreadable,
    }
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
