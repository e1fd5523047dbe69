//! The refusals that every operation on service 30 has in common.

use aws_sdk_dynamodb::types::AttributeValue;
use capacityctl::client::local_client;
use local_stack::engine::REGION;
use serde_json::json;

use super::{App, Call};

/// Provokes 401, 403, 404, 503 and 500 for a request that would succeed as `editor`. Afterwards the
/// row of service 30 cannot be read.
pub(crate) async fn refusals(app: &App, request: fn(&App) -> Call<'_>) {
    request(app).send().await.refused(401);
    let claims = json!({"sub": "editor", "token_use": "access", "scope": "none"});
    request(app).claims(claims).send().await.refused(403);
    let unknown = request(app).event(|event| event["pathParameters"]["id"] = "7".into());
    unknown.by("editor").send().await.refused(404);
    let gone = app.without_store();
    // The SDK's waits between attempts take no time: paused time advances whenever all tasks wait.
    tokio::time::pause();
    request(&gone).by("editor").send().await.refused(503);
    tokio::time::resume();
    app.spoil(30).await;
    request(app).by("editor").send().await.refused(500);
}

impl App {
    /// The functions with a store address where nothing answers.
    pub(crate) fn without_store(&self) -> Self {
        self.with_client(local_client("http://127.0.0.1:1", REGION))
    }

    /// Makes a service's row unreadable.
    pub(crate) async fn spoil(&self, id: u64) {
        self.set_attribute(id, "status", AttributeValue::S("BLUE".to_owned())).await;
    }

    /// Stores an attribute in a service's row, as another version of the API could, or somebody by hand.
    pub(crate) async fn set_attribute(&self, id: u64, name: &str, value: AttributeValue) {
        let row = self.client.update_item().table_name(&self.tables.services);
        let row = row.key("id", AttributeValue::N(id.to_string()));
        let row = row.update_expression("SET #name = :value");
        let row = row.expression_attribute_names("#name", name);
        row.expression_attribute_values(":value", value).send().await.expect("a row");
    }

    /// Removes an attribute from a service's row.
    pub(crate) async fn remove_attribute(&self, id: u64, name: &str) {
        let row = self.client.update_item().table_name(&self.tables.services);
        let row = row.key("id", AttributeValue::N(id.to_string()));
        let row = row.update_expression("REMOVE #name");
        row.expression_attribute_names("#name", name).send().await.expect("a row");
    }

    /// Gives a service a review interval.
    pub(crate) async fn set_review_after(&self, id: u64, minutes: u32) {
        self.set_attribute(id, "reviewAfterMinutes", AttributeValue::N(minutes.to_string())).await;
    }
}
