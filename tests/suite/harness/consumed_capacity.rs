//! The capacity that reads consume, as the store reports it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{
            AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
        },
    },
    error::BoxError,
    operation::scan::ScanOutput,
    types::{AttributeValue, KeysAndAttributes},
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use super::{App, World, gateway_settings};

/// What was read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reads {
    /// Calls of the store.
    pub(crate) calls: u32,
    /// Capacity units.
    pub(crate) units: f64,
    /// Scans.
    pub(crate) scans: u32,
    /// Items that scans read.
    pub(crate) scanned: u64,
}

/// Counts the reads of one client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter(Arc<Mutex<Reads>>);

impl Meter {
    /// The functions of that app on the same tables, and a meter of their reads.
    pub(crate) fn below(app: &App) -> (App, Self) {
        let meter = Self::default();
        let config = app.client.config().to_builder().interceptor(meter.clone());
        let client = Client::from_conf(config.build());
        (App::new(client, app.tables.clone(), &gateway_settings(&app.tables)), meter)
    }

    /// What was read since the last call.
    pub(crate) fn take(&self) -> Reads {
        std::mem::take(&mut *self.0.lock().expect("no panic while held"))
    }
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let mut body: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        body["ReturnConsumedCapacity"] = "TOTAL".into();
        let text = body.to_string();
        request.headers_mut().insert("content-length", text.len().to_string());
        *request.body_mut() = SdkBody::from(text);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().unwrap_or_default();
        let body: Value = serde_json::from_slice(bytes)?;
        let mut reads = self.0.lock().expect("no panic while held");
        reads.calls += 1;
        let consumed = &body["ConsumedCapacity"];
        let tables = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
        reads.units +=
            tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum::<f64>();
        let output = context.output_or_error().ok();
        if let Some(scan) = output.and_then(|output| output.downcast_ref::<ScanOutput>()) {
            reads.scans += 1;
            reads.scanned += u64::try_from(scan.scanned_count()).unwrap_or_default();
        }
        Ok(())
    }
}

/// The rules are those of "Read consistency" and "Capacity unit consumption" in DynamoDB's documentation: 4 KB a unit,
/// half if eventually consistent. A query or a scan rounds up the sum of what it reads, `BatchGetItem` each item, and
/// an item that does not exist counts as one.
#[tokio::test]
async fn the_engine_counts_units_as_dynamodb_documents() {
    let (app, meter) = Meter::below(&World::default().start().await);
    let (client, table) = (&app.client, &app.tables.services);
    let number = |number: u64| AttributeValue::N(number.to_string());
    for id in 1..=3 {
        let row = client.put_item().table_name(table).item("id", number(id));
        let row =
            row.item("region", number(9)).item("path", AttributeValue::S(format!("/9/{id}/")));
        // The index projects the name, but not the notes.
        let text = AttributeValue::S("x".repeat(3_000));
        row.item("name", text.clone()).item("notes", text).send().await.expect("a row");
    }
    meter.take();
    client.scan().table_name(table).consistent_read(true).send().await.expect("rows");
    assert_eq!(meter.take().units, 5.0, "18 KB");
    let query = client.query().table_name(table).index_name("hierarchy");
    let query = query.key_condition_expression("#region = :region");
    let query = query.expression_attribute_names("#region", "region");
    query.expression_attribute_values(":region", number(9)).send().await.expect("entries");
    assert_eq!(meter.take().units, 1.5, "9 KB, eventually consistent");
    let keys = (1..=4).map(|id| HashMap::from([("id".to_owned(), number(id))]));
    let keys = KeysAndAttributes::builder().set_keys(Some(keys.collect())).consistent_read(true);
    let keys = keys.build().expect("keys");
    client.batch_get_item().request_items(table, keys).send().await.expect("rows");
    assert_eq!(meter.take().units, 7.0, "three rows of 6 KB, and one that does not exist");
}
