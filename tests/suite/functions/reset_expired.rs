//! `reset-expired`. `contract::resets` tests what it does.

use serde_json::json;

use crate::harness::App;

pub(crate) async fn exercise(app: &App) {
    let red = json!({"status": "RED", "resetStatusIn": 1});
    app.put(30, red).by("editor").send().await.ok();
    app.at(1000);
    assert_eq!(app.run_schedule().await.done, 1);
}
