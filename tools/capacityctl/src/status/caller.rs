//! The user in whose name an operator changes a status.

use shared::{
    domain::{ResetLimits, ServiceId, Timestamp},
    operations::{AccessError, StatusUpdateCommand, UpdateError},
    runtime::{reset_limits, table_names},
    store::{AuditContext, TableNames, UpdateTables},
};
use uuid::Uuid;

use crate::{Error, target::Target, users};

/// The user in whose name a status is changed, and what the change needs.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) limits: ResetLimits,
    pub(super) tables: UpdateTables,
    names: TableNames,
    username: String,
    subject: String,
    operator: String,
    request_id: String,
}

impl Caller {
    /// Looks the user up, and finds out who the operator is.
    ///
    /// # Errors
    ///
    /// There is no such user, or a setting is missing, or nobody says who the operator is.
    pub(super) async fn find(target: &Target, username: &str) -> Result<Self, Error> {
        let names = table_names(&target.settings()).map_err(Error::Settings)?;
        let user = users::find(target.client(), &names.users, username).await?;
        Ok(Self {
            limits: reset_limits(&target.settings()).map_err(Error::Settings)?,
            tables: UpdateTables::new(target.client(), names.clone()),
            names,
            username: username.to_owned(),
            subject: user.subject,
            operator: target.operator().await?.to_string(),
            request_id: Uuid::new_v4().to_string(),
        })
    }

    /// The command to change a status at this time.
    pub(super) fn command(&self, service: ServiceId, now: Timestamp) -> StatusUpdateCommand<'_> {
        StatusUpdateCommand {
            subject: &self.subject,
            operator: Some(&self.operator),
            service: Some(service),
            key: None,
            audit: AuditContext { at: now, request_id: &self.request_id },
        }
    }

    /// Why the change of a status is not stored.
    pub(super) fn failure<R>(
        &self,
        service: ServiceId,
        error: UpdateError<R>,
        rejected: impl FnOnce(R) -> Error,
    ) -> Error {
        let username = self.username.clone();
        let TableNames { services, status_history, users, .. } = &self.names;
        match error {
            UpdateError::Access(AccessError::UserUnknown) => Error::UnknownUser(username),
            UpdateError::Access(AccessError::UserInactive) => Error::InactiveUser(username),
            UpdateError::Access(AccessError::ServiceNotFound) => Error::NoActiveService(service),
            UpdateError::Access(AccessError::NotPermitted) => {
                Error::NotPermitted { username, service }
            }
            UpdateError::Rejected(reason) => rejected(reason),
            // Only requests with an idempotency key reuse one.
            UpdateError::Conflict | UpdateError::KeyReused => {
                Error::ConcurrentModification { table: services.to_owned() }
            }
            UpdateError::Store(fault) => Error::Fault {
                tables: format!("tables {services}, {status_history} and {users}"),
                fault,
            },
        }
    }

    /// Where the change is stored.
    pub(super) fn stored(&self, target: &Target) -> String {
        let (TableNames { services, status_history, .. }, place) = (&self.names, target.place());
        format!("stored in tables {services} and {status_history} {place}")
    }
}
