//! What the store refuses although the caller was allowed: the world has changed since.

use shared::{
    config::Environment,
    domain::{
        Grant, Level, Minutes, ServiceId, StatusUpdate, Target, Transition, authorise_update,
    },
    store::{Applied, Recorded, Updates},
};

use crate::harness::{App, NOW, World, gateway_settings, time};

/// The store, and an update of service 30 that was allowed at that time.
async fn allowed(app: &App, at: i64) -> (Updates, Grant, Transition) {
    let mut environment: Environment = gateway_settings(&app.tables).into_iter().collect();
    let updates = Updates::read(&mut environment, &app.client).expect("settings");
    let found = updates.before("editor", ServiceId::new(30), None, time(at)).await;
    let found = found.expect("an answer");
    let (user, service) = (found.user.expect("a user"), found.service.expect("a service"));
    let grant = authorise_update(&user, &service).expect("a right");
    let target = Target::Limited { level: Level::Red, reset_in: Minutes(5) };
    let update = StatusUpdate { target, note: None };
    let transition = update.apply(&service.record, &grant, time(at));
    (updates, grant, transition)
}

async fn apply(updates: &Updates, grant: &Grant, transition: &Transition) -> Applied {
    let recorded = Recorded { at: time(NOW), request_id: "r1" };
    let transaction = updates.transaction(grant, transition, None, recorded).expect("a request");
    updates.send(&transaction).await.expect("an answer")
}

async fn import(app: &App, row: &str) {
    let header = "id,name,typeId,parentId,town,postcode,odsCode,active";
    let file = format!("{header}\n{row}\n");
    capacityctl::services::import(&app.client, &app.tables.services, file.as_bytes())
        .await
        .expect("an import");
}

#[tokio::test]
async fn nothing_is_stored_once_the_service_is_closed_or_has_moved() {
    for change in ["30,Pharmacy,13,20,,,,false", "30,Pharmacy,13,40,,,,true"] {
        let app = World::family().start().await;
        let (updates, grant, transition) = allowed(&app, NOW).await;
        import(&app, change).await;
        assert_eq!(apply(&updates, &grant, &transition).await, Applied::Cancelled, "{change}");
        assert!(!app.row(30).await.contains_key("version"), "{change}");
        assert_eq!(app.history(30).await.len(), 0, "{change}");
    }
}

#[tokio::test]
async fn an_import_that_changes_neither_does_not_stand_in_the_way() {
    let app = World::family().start().await;
    let (updates, grant, transition) = allowed(&app, NOW).await;
    import(&app, "30,Renamed,14,20,,,,true").await;
    assert_eq!(apply(&updates, &grant, &transition).await, Applied::Stored);
    assert_eq!(app.row(30).await["name"].as_s().map(String::as_str), Ok("Renamed"));
}

#[tokio::test]
async fn a_transition_is_applied_on_its_own_version_alone() {
    let app = World::family().start().await;
    let (updates, grant, first) = allowed(&app, NOW).await;
    let applied = async |transition| apply(&updates, &grant, transition).await;
    assert_eq!(applied(&first).await, Applied::Stored);
    assert_eq!(applied(&first).await, Applied::Cancelled);
    let (_, _, second) = allowed(&app, NOW).await;
    let (_, _, overtaken) = allowed(&app, NOW + 1).await;
    assert_eq!(applied(&second).await, Applied::Stored);
    for late in [&first, &second, &overtaken] {
        assert_eq!(applied(late).await, Applied::Cancelled);
    }
    assert_eq!(app.history(30).await.len(), 2);
    assert_eq!(app.row(30).await["version"].as_n().map(String::as_str), Ok("2"));
}
