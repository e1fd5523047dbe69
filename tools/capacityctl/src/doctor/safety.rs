//! What a table of AWS has besides keys and indexes, and loses when it is restored from a backup.

use aws_sdk_dynamodb::types::{TableDescription, TimeToLiveStatus};

use crate::{
    checks::{Findings, Verdict},
    target::Target,
};

/// What keeps a table from being lost.
pub(super) async fn look(
    target: &Target,
    name: &str,
    table: &TableDescription,
    findings: &mut Findings,
) {
    if table.deletion_protection_enabled != Some(true) {
        let advice = "deploy with deletion protection, unless the stack is to be thrown away";
        findings.add(format!("table {name}"), Verdict::Warning, "can be deleted", Some(advice));
    }
    let request = target.client().describe_continuous_backups().table_name(name);
    let recoverable = request.send().await.ok().is_some_and(|answer| {
        let backups = answer.continuous_backups_description();
        let recovery = backups.and_then(|backups| backups.point_in_time_recovery_description());
        recovery
            .and_then(|recovery| recovery.point_in_time_recovery_status())
            .is_some_and(|status| status.as_str() == "ENABLED")
    });
    if !recoverable {
        let advice = "deploy again: the template has point-in-time recovery on; or the credentials lack dynamodb:DescribeContinuousBackups";
        findings.add(
            format!("table {name}"),
            Verdict::Warning,
            "not known to be recoverable to a point in time",
            Some(advice),
        );
    }
}

/// Whether rows go that count no more.
pub(super) async fn look_at_expiry(target: &Target, name: &str, findings: &mut Findings) {
    let answer = target.client().describe_time_to_live().table_name(name).send().await.ok();
    let status = answer.and_then(|answer| answer.time_to_live_description?.time_to_live_status);
    if status != Some(TimeToLiveStatus::Enabled) {
        let advice = "after a restore the time to live is off, and the table only grows: \
                      `aws dynamodb update-time-to-live`; or the credentials lack dynamodb:DescribeTimeToLive";
        let found = "its rows are not known to expire";
        findings.add(format!("table {name}"), Verdict::Warning, found, Some(advice));
    }
}
