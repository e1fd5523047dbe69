//! What the pages with lists have in common.

use std::collections::BTreeSet;

use shared::{
    domain::{Service, ServiceId, Timestamp},
    http::Context,
    store::UnreadableRow,
    telemetry::unreadable,
};
use web::{
    directory::Directory,
    list_query::ListQuery,
    page::Frame,
    pages::{Place, Row, Unreadable},
    status::StatusView,
};

/// The services of a page. One with services below it on the page has a board of its own; the last one too, if the list
/// goes on, because they may be on the next page.
pub(super) fn rows(
    services: Vec<Service>,
    goes_on: bool,
    directory: &Directory,
    now: Timestamp,
) -> Vec<Row> {
    let paths = services.iter().map(|service| &service.details.path);
    let mut with_board: BTreeSet<ServiceId> = paths.filter_map(|path| path.parent()).collect();
    with_board.extend(services.last().filter(|_| goes_on).map(Service::id));
    let row = |service: Service| {
        let has_board = with_board.contains(&service.id());
        let view = StatusView::new(service, now);
        Row { kind: directory.types.name(view.type_id), has_board, view }
    };
    services.into_iter().map(row).collect()
}

/// The services that cannot be read, each logged and counted.
pub(super) fn unreadable_rows(rows: &[UnreadableRow], context: &Context) -> Vec<Unreadable> {
    let Context { request_id, correlation_id, now, .. } = context;
    unreadable::rows(rows, request_id, correlation_id.as_deref(), *now);
    (1..).zip(rows).map(|(number, row): (u32, _)| unreadable_row(row, number)).collect()
}

fn unreadable_row(row: &UnreadableRow, number: u32) -> Unreadable {
    match row.service() {
        Some(id) => Unreadable { key: id.to_string(), name: format!("Service {id}") },
        None => Unreadable {
            key: format!("unreadable-{number}"),
            name: "A service without a readable number".to_owned(),
        },
    }
}

/// The services above one. One that was closed has no board, and one whose key is no number has no address.
pub(super) fn above(ancestors: &[Result<Service, UnreadableRow>]) -> Vec<Place> {
    ancestors.iter().filter_map(place).collect()
}

fn place(service: &Result<Service, UnreadableRow>) -> Option<Place> {
    let id = match service {
        Ok(service) if service.details.active => service.id(),
        Ok(_) => return None,
        Err(row) => row.service()?,
    };
    Some(Place { id, name: name(id, service.as_ref().ok()) })
}

/// The name of a service, also if its row cannot be read.
pub(super) fn name(id: ServiceId, service: Option<&Service>) -> String {
    service.map_or_else(|| format!("Service {id}"), |service| service.details.name.clone())
}

/// The frame of a page with this list, which a browser without scripts reloads.
pub(super) fn reloading(frame: Frame, query: &ListQuery) -> Frame {
    frame.reloading(query.reloads, query.reloading(true), query.reloading(false))
}
