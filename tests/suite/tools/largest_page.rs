//! The limits of an import keep the largest page of a list below what Lambda can return.

use serde_json::Value;

use crate::harness::{Meter, largest_rows};

/// Lambda's limit for a synchronous response.
const MAX_RESPONSE_BYTES: usize = 6 * 1024 * 1024;

#[tokio::test]
async fn the_largest_page_that_an_import_allows_can_be_returned() {
    let first = 999_999_999_999_999_000_u64;
    let services: Vec<_> =
        (first..first + 100).map(|id| (id, (id > first).then_some(first))).collect();
    let app = largest_rows(&services).await;
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
