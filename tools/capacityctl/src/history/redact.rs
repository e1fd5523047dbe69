//! `history redact`: replaces the notes of a change, in history and, while they are current, in the service's row.

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem};
use serde_json::json;
use shared::{
    domain::{Note, ServiceId, Timestamp},
    http::Clock,
    store::{
        ItemUpdate,
        keys::{history, services},
    },
};

use super::stored_change::{ChangeReference, StoredChange, find};
use crate::{
    Error, Output,
    arguments::not_blank,
    audit::{Audit, Entry, Resource},
    concurrency::MAX_DECISIONS,
    service,
    target::{SERVICES_TABLE, STATUS_HISTORY_TABLE, Target},
    transaction,
    update::{Update, UpdateOutcome},
};

/// The arguments of `history redact`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Redaction {
    /// The service's id
    id: ServiceId,
    /// The change: its version, as `status history` lists it, or its `change_id`, as the logs have it
    change: ChangeReference,
    /// Why, for the audit table; do not repeat what is redacted
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = not_blank)]
    reason: String,
}

/// Replaces the notes of a change.
pub(crate) async fn redact(target: &Target, redaction: Redaction) -> Result<Output, Error> {
    let (now, audit) = (Clock::system().now(), Audit::of(target, "history redact").await?);
    let (services, history) = (target.table(SERVICES_TABLE)?, target.table(STATUS_HISTORY_TABLE)?);
    let tables = format!("{services}, {history} or {}", audit.table());
    for _ in 0..MAX_DECISIONS {
        let current = service::read(target, redaction.id).await?.record.version;
        let change = find(target, redaction.id, redaction.change).await?;
        if let Some(at) = change.redacted_at {
            let text = format!("these notes were redacted at {at}; nothing was changed");
            return Ok(output(&change, &change.notes, &text));
        }
        let notes = redacted_notes(now);
        let writes = vec![
            service_write(services, &change, current, &notes)?,
            change_update(&change, &notes, now).into_write(history)?,
            audit.put(row(&change, &redaction.reason))?,
        ];
        match transaction::send(target.client(), &tables, writes).await? {
            UpdateOutcome::Stored => {
                let stored =
                    format!("stored in tables {services} and {history} {}", target.place());
                return Ok(output(&change, &notes, &stored));
            }
            // An update of the status, or somebody else's redaction, came first.
            UpdateOutcome::Refused => {}
        }
    }
    Err(Error::ConcurrentModification { table: services.to_owned() })
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

/// The audit row, which does not repeat the notes.
fn row(change: &StoredChange, reason: &str) -> Entry {
    Entry::now(Resource::Service(change.service))
        .detail("version", integer(change.version))
        .detail("changeId", string(&change.id))
        .detail("reason", string(reason))
}

/// Replaces the service's notes if they are those of the change. Otherwise checks that they are of a newer one.
fn service_write(
    table: &str,
    change: &StoredChange,
    current: u64,
    notes: &str,
) -> Result<TransactWriteItem, Error> {
    let (id, version) = (integer(change.service), integer(change.version));
    if current == change.version {
        let attributes = ItemUpdate::default()
            .set(services::NOTES, string(notes))
            .only_if(services::VERSION, version);
        return Update::new(services::ID, id, attributes).into_write(table);
    }
    let check = ConditionCheck::builder()
        .table_name(table)
        .key(services::ID, id)
        .condition_expression("#version > :version")
        .expression_attribute_names("#version", services::VERSION)
        .expression_attribute_values(":version", version);
    let check = check.build().map_err(|error| Error::store(table, error))?;
    Ok(TransactWriteItem::builder().condition_check(check).build())
}

fn change_update(change: &StoredChange, notes: &str, now: Timestamp) -> Update {
    let attributes = ItemUpdate::default()
        .set(history::NOTES, string(notes))
        .set(history::REDACTED_AT, integer(now.epoch_seconds()))
        .only_if(history::CHANGE_ID, string(&change.id))
        .only_if(history::REDACTED_AT, None);
    Update::new(history::SERVICE_ID, integer(change.service), attributes)
        .with_sort_key(history::AT, string(&change.at))
}

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn integer(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
