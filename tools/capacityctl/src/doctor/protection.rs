//! Checks deletion protection, point-in-time recovery and time to live. A table restored from a backup
//! has none of them.

use aws_sdk_dynamodb::types::{TableDescription, TimeToLiveStatus};

use crate::{
    findings::{Findings, Verdict},
    target::Target,
};

/// Checks what protects a table from loss.
pub(super) async fn check(
    target: &Target,
    name: &str,
    table: &TableDescription,
    findings: &mut Findings,
) {
    if table.deletion_protection_enabled != Some(true) {
        let advice = "deploy with deletion protection, unless the stack is disposable";
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
        let advice = "a restore leaves it off: switch it on with `aws dynamodb update-continuous-backups`; or the \
                      credentials lack dynamodb:DescribeContinuousBackups";
        findings.add(
            format!("table {name}"),
            Verdict::Warning,
            "point-in-time recovery is off or unknown",
            Some(advice),
        );
    }
}

/// Checks that DynamoDB deletes expired items.
pub(super) async fn check_time_to_live(target: &Target, name: &str, findings: &mut Findings) {
    let answer = target.client().describe_time_to_live().table_name(name).send().await.ok();
    let status = answer.and_then(|answer| answer.time_to_live_description?.time_to_live_status);
    if status != Some(TimeToLiveStatus::Enabled) {
        let advice = "a restore leaves it off, and the table only grows: switch it on with `aws dynamodb \
                      update-time-to-live`; or the credentials lack dynamodb:DescribeTimeToLive";
        let found = "time to live is off or unknown";
        findings.add(format!("table {name}"), Verdict::Warning, found, Some(advice));
    }
}
