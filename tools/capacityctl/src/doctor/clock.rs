//! Compares this machine's clock with DynamoDB's.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::BeforeDeserializationInterceptorContextRef,
    },
    error::BoxError,
};
use aws_smithy_types::date_time::{DateTime, Format};
use shared::{domain::Timestamp, http::Clock};

use crate::findings::{Findings, Verdict};

/// With more skew, a reset after a few minutes would be visibly early or late.
const MAX_SKEW_SECONDS: i64 = 2;

/// The date of DynamoDB's last response, and this machine's time when it arrived.
#[derive(Clone, Debug, Default)]
pub(super) struct ResponseDate(Arc<Mutex<Option<(String, Timestamp)>>>);

impl Intercept for ResponseDate {
    fn name(&self) -> &'static str {
        "ResponseDate"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").map(str::to_owned);
        let date = date.map(|date| (date, Clock::system().now()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

/// Checks how far this machine's clock is from DynamoDB's.
pub(super) fn check(date: &ResponseDate, findings: &mut Findings) {
    let date = date.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let both = date.and_then(|(theirs, ours)| {
        Some((DateTime::from_str(&theirs, Format::HttpDate).ok()?, ours))
    });
    let Some((theirs, ours)) = both else {
        findings.add("clock", Verdict::Skipped, "DynamoDB's response has no date", None);
        return;
    };
    let difference = ours.epoch_seconds() - theirs.secs();
    let found = skew_text(difference);
    if difference.abs() <= MAX_SKEW_SECONDS {
        findings.add("clock", Verdict::Ok, found, None);
    } else {
        let advice = "set this machine's clock: `status set` and `status get` use it";
        findings.add("clock", Verdict::Bad, found, Some(advice));
    }
}

/// This machine's clock compared with DynamoDB's.
fn skew_text(seconds_ahead: i64) -> String {
    let unit = if seconds_ahead.abs() == 1 { "second" } else { "seconds" };
    match seconds_ahead {
        0 => "the same time as DynamoDB's".to_owned(),
        1.. => format!("{seconds_ahead} {unit} ahead of DynamoDB's"),
        _ => format!("{} {unit} behind DynamoDB's", -seconds_ahead),
    }
}
