//! A directory whose texts are as long as an import allows, with statuses whose notes are.

use serde_json::{Value, json};
use shared::domain::limits;

use super::{App, client, directory::long_ago_in, fresh_tables, gateway_settings};

/// Four bytes in UTF-8. No character that a text may have takes more, not even one that JSON in JSON escapes twice.
const LONG_CHARACTER: &str = "\u{1F3E5}";

/// Services of these ids, each with its parent. The user `s` may update all that are below the first.
pub(crate) async fn largest_rows(services: &[(u64, Option<u64>)]) -> App {
    let client = client();
    let tables = fresh_tables(&client).await;
    let directory: Value = services.iter().map(|(id, parent)| service(*id, *parent)).collect();
    capacityctl::services::import(&long_ago_in(&client, &tables), directory.to_string().as_bytes())
        .await
        .expect("services");
    let username = LONG_CHARACTER.repeat(limits::MAX_USERNAME_BYTES / 4);
    let user = json!([{"username": username, "subject": "s", "active": true,
        "permissions": ["editCapacity"], "services": [services[0].0]}]);
    capacityctl::users::import(&client, &tables.users, user.to_string().as_bytes())
        .await
        .expect("a user");
    let app = App::new(client, tables.clone(), &gateway_settings(&tables));
    let red = json!({
        "status": "RED", "reason": "INFECTION_CONTROL", "notes": LONG_CHARACTER.repeat(900),
    });
    for (id, _) in services {
        assert_eq!(app.put(*id, red.clone()).by("s").send().await.status, 200);
    }
    app
}

fn service(id: u64, parent: Option<u64>) -> Value {
    let [name, town, postcode, ods_code, phone] = [
        limits::MAX_NAME_CHARS,
        limits::MAX_TOWN_CHARS,
        limits::MAX_POSTCODE_CHARS,
        limits::MAX_ODS_CODE_CHARS,
        limits::MAX_PHONE_CHARS - 1,
    ]
    .map(|longest| LONG_CHARACTER.repeat(longest));
    json!({"id": id, "name": name, "typeId": id, "parentId": parent, "town": town,
        "postcode": postcode, "odsCode": ods_code, "phone": format!("{phone}1"),
        "reviewAfterMinutes": limits::MAX_REVIEW_AFTER_MINUTES, "active": true})
}
