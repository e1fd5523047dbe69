//! Writes that the store refuses although the caller was authorised, because the service has
//! changed.

use shared::{
    domain::{
        Grant, Level, Minutes, RequestedStatus, ServiceDetails, ServiceId, StatusTransition,
        StatusUpdate, authorise_update,
    },
    store::{AuditContext, SnapshotKeys, UpdateTables, WriteOutcome},
};

use crate::harness::{App, NOW, World, time};

/// A right to update a service.
type Allowed = (Grant, ServiceDetails);

/// The store, and an update of service 30 that was allowed at that time.
async fn allowed(app: &App, at: i64) -> (UpdateTables, Allowed, StatusTransition) {
    let updates = UpdateTables::new(&app.client, app.tables.clone());
    let keys = SnapshotKeys { subject: "editor", service: ServiceId::new(30), idempotency: None };
    let found = updates.read(keys, time(at)).await;
    let found = found.expect("an answer");
    let (user, service) = (found.user.expect("a user"), found.service.expect("a service"));
    let grant = authorise_update(&user, &service).expect("a right");
    let status = RequestedStatus::Limited { level: Level::Red, reset_in: Minutes(5) };
    let update = StatusUpdate { status, note: None, reason: None };
    let transition = update.apply(&service.record, &grant, time(at));
    (updates, (grant, service.details), transition)
}

async fn apply(
    updates: &UpdateTables,
    (grant, service): &Allowed,
    transition: &StatusTransition,
) -> WriteOutcome {
    let audit = AuditContext { at: time(NOW), request_id: "r1" };
    let transaction = updates.transaction(grant, service, transition, None, audit);
    let transaction = transaction.expect("a request");
    updates.send(&transaction).await.expect("an answer")
}

/// Imports one row of the directory.
pub(super) async fn import(app: &App, row: &str) {
    let header = "id,name,typeId,parentId,town,postcode,odsCode,active";
    let file = format!("{header}\n{row}\n");
    capacityctl::services::import(&app.directory(), file.as_bytes()).await.expect("an import");
}

#[tokio::test]
async fn no_update_is_stored_after_the_service_was_closed_or_moved() {
    for change in ["30,Pharmacy,13,20,,,,false", "30,Pharmacy,13,40,,,,true"] {
        let app = World::family().start().await;
        let (updates, grant, transition) = allowed(&app, NOW).await;
        import(&app, change).await;
        assert_eq!(apply(&updates, &grant, &transition).await, WriteOutcome::Cancelled, "{change}");
        assert!(!app.row(30).await.contains_key("version"), "{change}");
        assert_eq!(app.history(30).await.len(), 0, "{change}");
    }
}

#[tokio::test]
async fn an_import_of_other_details_does_not_block_an_update() {
    let app = World::family().start().await;
    let (updates, grant, transition) = allowed(&app, NOW).await;
    import(&app, "30,Renamed,14,20,,,,true").await;
    assert_eq!(apply(&updates, &grant, &transition).await, WriteOutcome::Stored);
    assert_eq!(app.row(30).await["name"].as_s().map(String::as_str), Ok("Renamed"));
}

#[tokio::test]
async fn a_transition_is_stored_on_its_own_version_only() {
    let app = World::family().start().await;
    let (updates, grant, first) = allowed(&app, NOW).await;
    let applied = async |transition| apply(&updates, &grant, transition).await;
    assert_eq!(applied(&first).await, WriteOutcome::Stored);
    assert_eq!(applied(&first).await, WriteOutcome::Cancelled);
    let (_, _, second) = allowed(&app, NOW).await;
    let (_, _, overtaken) = allowed(&app, NOW + 1).await;
    assert_eq!(applied(&second).await, WriteOutcome::Stored);
    for late in [&first, &second, &overtaken] {
        assert_eq!(applied(late).await, WriteOutcome::Cancelled);
    }
    assert_eq!(app.history(30).await.len(), 2);
    assert_eq!(app.row(30).await["version"].as_n().map(String::as_str), Ok("2"));
}
