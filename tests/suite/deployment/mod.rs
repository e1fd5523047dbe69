//! What is deployed and what it writes: template, roles, settings, alarms, logs, metrics, binaries.

mod alarms;
#[cfg(feature = "e2e")]
mod artefacts;
mod audit_record;
#[cfg(feature = "e2e")]
mod deployed_tables;
mod dynamodb_client;
mod everything_told;
mod gateway;
mod iam_roles;
mod logs;
mod metrics;
mod parameters;
mod settings;
mod template;
