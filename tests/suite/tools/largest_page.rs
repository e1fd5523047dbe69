//! The limits of an import keep the largest page of a list below what Lambda can return.

use serde_json::{Value, json};
use shared::domain::limits;

use crate::harness::{App, Meter, client, fresh_tables, gateway_settings};

/// Lambda's limit for a synchronous response.
const MAX_RESPONSE_BYTES: usize = 6 * 1024 * 1024;
/// Four bytes in UTF-8. No character that a text may have takes more, not even one that JSON in JSON escapes twice.
const LONG_CHARACTER: &str = "\u{1F3E5}";

#[tokio::test]
async fn the_largest_page_that_an_import_allows_can_be_returned() {
    let client = client();
    let tables = fresh_tables(&client).await;
    let [name, town, postcode, ods_code, phone] = [
        limits::MAX_NAME_CHARS,
        limits::MAX_TOWN_CHARS,
        limits::MAX_POSTCODE_CHARS,
        limits::MAX_ODS_CODE_CHARS,
        limits::MAX_PHONE_CHARS - 1,
    ]
    .map(|longest| LONG_CHARACTER.repeat(longest));
    let first = 999_999_999_999_999_000_u64;
    let services = (first..first + 100).map(|id| {
        let parent = (id > first).then_some(first);
        json!({"id": id, "name": name, "typeId": first, "parentId": parent, "town": town,
            "postcode": postcode, "odsCode": ods_code, "phone": format!("{phone}1"),
            "reviewAfterMinutes": limits::MAX_REVIEW_AFTER_MINUTES, "active": true})
    });
    let services = services.collect::<Value>().to_string();
    capacityctl::services::import(&client, &tables.services, services.as_bytes())
        .await
        .expect("services");
    let user = json!([{"username": LONG_CHARACTER.repeat(limits::MAX_USERNAME_BYTES / 4), "subject": "s", "active": true,
        "permissions": ["editCapacity"], "services": [first]}]);
    capacityctl::users::import(&client, &tables.users, user.to_string().as_bytes())
        .await
        .expect("a user");
    let app = App::new(client, tables.clone(), &gateway_settings(&tables));
    let red = json!({
        "status": "RED", "reason": "INFECTION_CONTROL", "notes": LONG_CHARACTER.repeat(900),
    });
    for id in first..first + 100 {
        assert_eq!(app.put(id, red.clone()).by("s").send().await.status, 200);
    }
    let page = app.list("limit=100").by("s").send().await;
    assert_eq!(page.ids().len(), 100);
    // The response is JSON in a JSON text.
    let size = Value::String(page.body.to_string()).to_string().len();
    assert!(size < MAX_RESPONSE_BYTES, "{size} bytes");
    // As `store::read_units` has it: two units for each row. The caller's row is half a unit.
    let (app, meter) = Meter::below(&app);
    let ids: Vec<_> = (first..first + 100).map(|id| id.to_string()).collect();
    app.list(&format!("id={}", ids.join(","))).by("s").send().await.ok();
    assert_eq!(meter.take().units, 200.5);
}
