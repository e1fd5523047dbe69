//! `history redact`: replaces the notes of a change, in history and, while they are current, in the service's row.

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem};
use serde_json::json;
use shared::{
    domain::{Note, ServiceId, Timestamp},
    store::{
        ItemUpdate,
        keys::{history, services},
    },
};

use super::stored_change::{ChangeReference, StoredChange, find, with_same_notes};
use crate::{
    Error, Output,
    arguments::not_blank,
    audit::{Audit, Entry, Resource},
    concurrency::MAX_DECISIONS,
    service,
    services::DirectoryChange,
    target::{CHANGES_TABLE, SERVICES_TABLE, STATUS_HISTORY_TABLE, Target},
    transaction,
    update::{Update, UpdateOutcome},
};

/// A transaction has at most 100 writes: these, the service's row, the row of recent changes and the audit row.
const MAX_CHANGES: usize = 97;

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
    /// Show which changes have the same notes, change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Replaces the notes of a change, and of those with the same notes.
pub(crate) async fn redact(target: &Target, redaction: Redaction) -> Result<Output, Error> {
    let (now, audit) = (target.now(), Audit::of(target, "history redact").await?);
    let (services, history) = (target.table(SERVICES_TABLE)?, target.table(STATUS_HISTORY_TABLE)?);
    let changes = target.table(CHANGES_TABLE)?;
    let tables = format!("{services}, {changes}, {history} or {}", audit.table());
    let (notes, mut decisions, mut stored) = (redacted_notes(now), 0, false);
    while decisions < MAX_DECISIONS {
        let current = CurrentRow::read(target, redaction.id).await?;
        let change = find(target, redaction.id, redaction.change).await?;
        let same = SameNotes::read(target, change).await?;
        let left = same.left();
        match same.redacted_at() {
            Some(_) if left.is_empty() && stored => {
                let text = format!("stored in tables {services} and {history} {}", target.place());
                return Ok(same.output(&text));
            }
            Some(at) if left.is_empty() => {
                let text = format!("these notes were redacted at {at}; nothing was changed");
                return Ok(same.output(&text));
            }
            _ if redaction.dry_run => return Ok(same.output("dry run: nothing was changed")),
            _ => {}
        }
        let mut writes = current.writes((services, changes), &left, &notes, target.now())?;
        for change in &left {
            writes.push(change_update(change, &notes, now).into_write(history)?);
        }
        writes.push(audit.put(row(&same, &left, &redaction.reason))?);
        match transaction::send_soon(target.client(), &tables, writes).await? {
            // Look again: the deadline may have been moved meanwhile.
            UpdateOutcome::Stored => (decisions, stored) = (0, true),
            // An update of the status, or somebody else's redaction, came first.
            UpdateOutcome::Refused => decisions += 1,
        }
    }
    Err(Error::ConcurrentModification { table: services.to_owned() })
}

/// A change, and all with the same notes: those of an update and of the moves of its deadline.
struct SameNotes {
    service: ServiceId,
    version: u64,
    id: String,
    /// The oldest first.
    changes: Vec<StoredChange>,
}

impl SameNotes {
    async fn read(target: &Target, change: StoredChange) -> Result<Self, Error> {
        let (service, version, id) = (change.service, change.version, change.id.clone());
        Ok(Self { service, version, id, changes: with_same_notes(target, change).await? })
    }

    /// What is left to redact, the newest first; not more than one transaction can.
    fn left(&self) -> Vec<&StoredChange> {
        let left = self.changes.iter().rev().filter(|change| self.redaction(change).is_none());
        left.take(MAX_CHANGES).collect()
    }

    /// When the change's notes were redacted. A deadline that was moved afterwards has the text of the redaction.
    fn redaction(&self, change: &StoredChange) -> Option<Timestamp> {
        let same = self.changes.iter().filter(|other| other.notes == change.notes);
        change.redacted_at.or_else(|| same.filter_map(|other| other.redacted_at).next())
    }

    fn wanted(&self) -> Option<&StoredChange> {
        self.changes.iter().find(|change| change.version == self.version)
    }

    fn redacted_at(&self) -> Option<Timestamp> {
        self.redaction(self.wanted()?)
    }

    /// The other versions with the same notes.
    fn copies<'a>(&self, changes: impl IntoIterator<Item = &'a StoredChange>) -> Vec<String> {
        let versions = changes.into_iter().map(|change| change.version);
        versions.filter(|version| *version != self.version).map(|one| one.to_string()).collect()
    }

    /// Shows the notes only if they are redacted.
    fn output(&self, what: &str) -> Output {
        let Self { service, version, id, .. } = self;
        let redacted = self.wanted().filter(|change| self.redaction(change).is_some());
        let notes = redacted.map(|change| &change.notes);
        let mut lines = vec![match notes {
            Some(notes) => format!("service {service}, version {version}: {notes}"),
            None => format!("service {service}, version {version} has notes"),
        }];
        let copies = self.copies(&self.changes);
        if !copies.is_empty() {
            let list = copies.join(", ");
            lines.push(format!("the same notes, as a deadline was moved: version {list}"));
        }
        lines.push(what.to_owned());
        let versions: Vec<u64> = self.changes.iter().map(|change| change.version).collect();
        let json = json!({"id": service.get(), "version": version, "changeId": id, "versions": versions,
            "notes": notes});
        Output::new(lines.join("\n"), &json)
    }
}

/// What replaces the notes. It begins as all notes do.
fn redacted_notes(now: Timestamp) -> String {
    let note = Note::parse(&format!("notes redacted by an operator at {now}"));
    Note::stored(note.ok().as_ref())
}

/// The audit row, which does not repeat the notes.
fn row(same: &SameNotes, redacted: &[&StoredChange], reason: &str) -> Entry {
    let row = Entry::now(Resource::Service(same.service))
        .detail("version", integer(same.version))
        .detail("changeId", string(&same.id))
        .detail("reason", string(reason));
    let copies = same.copies(redacted.iter().copied());
    // A set is never empty.
    if copies.is_empty() { row } else { row.detail("copies", AttributeValue::Ns(copies)) }
}

/// The service's row.
struct CurrentRow {
    service: ServiceId,
    version: u64,
    directory: DirectoryChange,
}

impl CurrentRow {
    async fn read(target: &Target, service: ServiceId) -> Result<Self, Error> {
        let table = target.table(SERVICES_TABLE)?;
        let item = service::item(target.client(), table, service).await?;
        let directory = DirectoryChange::of(service, Some(&item));
        let version = service::parse(table, item)?.record.version;
        Ok(Self { service, version, directory })
    }

    /// Replaces the notes if they are those of one of the changes: lists show them. Otherwise checks that they are of a
    /// newer one.
    fn writes(
        &self,
        (table, recent): (&str, &str),
        changes: &[&StoredChange],
        notes: &str,
        now: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let id = integer(self.service);
        let newest = changes.iter().map(|change| change.version).max().unwrap_or_default();
        if self.version == newest {
            let attributes = ItemUpdate::default()
                .set(services::NOTES, string(notes))
                .only_if(services::VERSION, integer(newest));
            let update = self.directory.count(Update::new(services::ID, id, attributes));
            let mut writes = self.directory.rows(recent, now, |_| true)?;
            writes.push(update.into_write(table)?);
            return Ok(writes);
        }
        let check = ConditionCheck::builder()
            .table_name(table)
            .key(services::ID, id)
            .condition_expression("#version > :version")
            .expression_attribute_names("#version", services::VERSION)
            .expression_attribute_values(":version", integer(newest));
        let check = check.build().map_err(|error| Error::store(table, error))?;
        Ok(vec![TransactWriteItem::builder().condition_check(check).build()])
    }
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
