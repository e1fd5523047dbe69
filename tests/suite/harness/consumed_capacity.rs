//! The capacity that reads consume, as the store reports it.

use std::sync::{Arc, Mutex};

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
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use super::{App, gateway_settings};

/// What was read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reads {
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
