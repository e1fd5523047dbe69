//! `history redact`: replaces the notes of a change, in history and, while they are current, in the service's row.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, ConditionCheck, TransactWriteItem, Update, builders::UpdateBuilder,
        error::TransactionCanceledException,
    },
};
use serde_json::json;
use shared::{
    domain::{Note, ServiceId, Timestamp},
    http::Clock,
    store::{
        Expressions, ItemUpdate,
        keys::{history, services},
    },
};

use super::stored_change::{ChangeReference, StoredChange, find};
use crate::{
    Error, Output,
    arguments::not_blank,
    concurrency::{MAX_ATTEMPTS, RETRY_DELAY},
    service,
    target::{SERVICES_TABLE, STATUS_HISTORY_TABLE, Target},
};

/// The arguments of `history redact`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Redaction {
    /// The service's id
    id: ServiceId,
    /// The change: its version, as `status history` lists it, or its id in the table
    change: ChangeReference,
    /// Why; without what is redacted
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = not_blank)]
    reason: String,
}

/// Replaces the notes of a change.
pub(crate) async fn redact(target: &Target, redaction: Redaction) -> Result<Output, Error> {
    let now = Clock::system().now();
    for _ in 0..MAX_ATTEMPTS {
        let current = service::read(target, redaction.id).await?.record.version;
        let change = find(target, redaction.id, redaction.change).await?;
        if let Some(at) = change.redacted_at {
            let text = format!("these notes were redacted at {at}; nothing was changed");
            return Ok(output(&change, &change.notes, &text));
        }
        let notes = redacted_notes(now);
        if send(target, writes(target, &change, current, &notes, now)?).await? {
            let (services, history) =
                (target.table(SERVICES_TABLE)?, target.table(STATUS_HISTORY_TABLE)?);
            let stored = format!("stored in tables {services} and {history} {}", target.place());
            return Ok(output(&change, &notes, &stored));
        }
        // An update of the status, or somebody else's redaction, came first.
        tokio::time::sleep(RETRY_DELAY).await;
    }
    Err(Error::ConcurrentModification { table: target.table(SERVICES_TABLE)?.to_owned() })
}

fn output(change: &StoredChange, notes: &str, what: &str) -> Output {
    let StoredChange { service, version, id, .. } = change;
    let text = format!("service {service}, version {version}: {notes}\n{what}");
    let json = json!({"id": service.get(), "version": version, "changeId": id, "notes": notes});
    Output::new(text, &json)
}

/// What replaces the notes. It begins as all notes do.
fn redacted_notes(now: Timestamp) -> String {
    let note = Note::parse(&format!("notes redacted by an operator at {now}"));
    Note::stored(note.ok().as_ref())
}

/// Replaces the notes in both tables, or in history alone if the service has a newer change.
fn writes(
    target: &Target,
    change: &StoredChange,
    current: u64,
    notes: &str,
    now: Timestamp,
) -> Result<[TransactWriteItem; 2], Error> {
    let write = TransactWriteItem::builder;
    let service = if current == change.version {
        write().update(service_update(target, change, notes)?)
    } else {
        write().condition_check(newer_change(target, change)?)
    };
    let entry = write().update(entry_update(target, change, notes, now)?);
    Ok([service.build(), entry.build()])
}

fn service_update(target: &Target, change: &StoredChange, notes: &str) -> Result<Update, Error> {
    let attributes = ItemUpdate::default()
        .set(services::NOTES, string(notes))
        .only_if(services::VERSION, integer(change.version));
    let table = target.table(SERVICES_TABLE)?;
    let update = update(table, attributes).key(services::ID, integer(change.service));
    update.build().map_err(|error| Error::store(table, error))
}

/// The service's notes are those of a newer change.
fn newer_change(target: &Target, change: &StoredChange) -> Result<ConditionCheck, Error> {
    let table = target.table(SERVICES_TABLE)?;
    let check = ConditionCheck::builder()
        .table_name(table)
        .key(services::ID, integer(change.service))
        .condition_expression("#version > :version")
        .expression_attribute_names("#version", services::VERSION)
        .expression_attribute_values(":version", integer(change.version));
    check.build().map_err(|error| Error::store(table, error))
}

fn entry_update(
    target: &Target,
    change: &StoredChange,
    notes: &str,
    now: Timestamp,
) -> Result<Update, Error> {
    let attributes = ItemUpdate::default()
        .set(history::NOTES, string(notes))
        .set(history::REDACTED_AT, integer(now.epoch_seconds()))
        .only_if(history::CHANGE_ID, string(&change.id))
        .only_if(history::REDACTED_AT, None);
    let table = target.table(STATUS_HISTORY_TABLE)?;
    let update = update(table, attributes)
        .key(history::SERVICE_ID, integer(change.service))
        .key(history::AT, string(&change.at));
    update.build().map_err(|error| Error::store(table, error))
}

fn update(table: &str, attributes: ItemUpdate) -> UpdateBuilder {
    let Expressions { update, condition, names, values } = attributes.build();
    Update::builder()
        .table_name(table)
        .update_expression(update)
        .set_condition_expression(condition)
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(values)
}

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn integer(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Sends the transaction. `false` if another writer came first.
async fn send(target: &Target, writes: [TransactWriteItem; 2]) -> Result<bool, Error> {
    let request = target.client().transact_write_items().set_transact_items(Some(writes.into()));
    match request.send().await.map_err(SdkError::into_service_error) {
        Ok(_) => Ok(true),
        Err(TransactWriteItemsError::TransactionCanceledException(canceled))
            if is_due_to_another_writer(&canceled) =>
        {
            Ok(false)
        }
        Err(error) => Err(Error::store(target.table(STATUS_HISTORY_TABLE)?, error)),
    }
}

fn is_due_to_another_writer(canceled: &TransactionCanceledException) -> bool {
    canceled.cancellation_reasons().iter().any(|reason| {
        matches!(reason.code(), Some("ConditionalCheckFailed" | "TransactionConflict"))
    })
}
