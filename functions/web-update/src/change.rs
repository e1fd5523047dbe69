//! What a form changes: the same as the API's two updates do, and only if the status is still the one that the person saw.

use shared::{
    domain::{DeadlineUpdate, Minutes, Service, ServiceId, StatusRecord},
    http::{
        Context, FieldError, Preconditions, Problem, parse_deadline_update, parse_status_update,
        sha256,
    },
    operations::{
        AuthorisedUpdate, StatusUpdateCommand, UpdateError, Updated, authorise_status_update,
    },
    store::IdempotencyKey,
    telemetry::metrics,
};
use strict_json::{Json, Object};
use web::{
    asked::{Asked, ETAG, KEY},
    form::Form,
    problem::PageProblem,
    visitor::Visitor,
};

use super::{Deps, ENDPOINT};

/// The most bytes of a form's idempotency key.
const MAX_KEY_BYTES: usize = 100;

/// A form that a person sent.
pub(crate) struct SentForm<'a> {
    pub(crate) visitor: &'a Visitor,
    pub(crate) asked: Asked,
    service: Option<ServiceId>,
    key: Option<IdempotencyKey>,
    /// The status that the person saw.
    seen: Preconditions,
}

impl<'a> SentForm<'a> {
    /// Reads a form.
    ///
    /// # Errors
    /// [`PageProblem::ForeignForm`] if it has no idempotency key: every form of the pages has one.
    pub(crate) fn read(
        form: &Form,
        visitor: &'a Visitor,
        service: Option<ServiceId>,
    ) -> Result<Self, PageProblem> {
        let key = form.value(KEY).filter(|key| (1..=MAX_KEY_BYTES).contains(&key.len()));
        let key = key.ok_or(PageProblem::ForeignForm)?;
        // No key of the API has a space, so clients of the same user never use one of these.
        let key = format!("form {key}");
        Ok(Self {
            visitor,
            asked: Asked::read(form),
            service,
            key: service.map(|service| IdempotencyKey::new(&visitor.subject, service, &key)),
            seen: Preconditions::seen(form.value(ETAG).unwrap_or_default()),
        })
    }

    /// Stores the change.
    ///
    /// # Errors
    /// As the API's updates.
    pub(crate) async fn apply(
        &self,
        deps: &Deps,
        context: &Context,
    ) -> Result<Updated, UpdateError<Problem>> {
        let update = self.authorise(deps, context, self.key.clone()).await?;
        let hash = || sha256(self.asked.canonical_text().as_bytes());
        let on_cancelled =
            |cancellation| metrics::cancelled(ENDPOINT.function, cancellation, context.now);
        match &self.asked {
            Asked::Status(typed) => {
                let body = typed.body();
                let decide = |service: &Service, effective: StatusRecord| {
                    self.seen.check_required(service, effective)?;
                    parse_status_update(&body, deps.reset_limits).map_err(Problem::ValidationFailed)
                };
                update.apply(hash, decide, on_cancelled).await
            }
            Asked::Extension(minutes) => {
                let decide = |service: &Service, effective: StatusRecord| {
                    self.seen.check_required(service, effective.clone())?;
                    extension(*minutes, &effective, deps, context)
                };
                update.move_deadline(hash, decide, on_cancelled).await
            }
        }
    }

    /// Reads the service, and checks that the person may update it.
    pub(crate) async fn authorise<'b>(
        &'b self,
        deps: &'b Deps,
        context: &'b Context,
        key: Option<IdempotencyKey>,
    ) -> Result<AuthorisedUpdate<'b>, UpdateError<Problem>> {
        let command = StatusUpdateCommand {
            subject: &self.visitor.subject,
            operator: None,
            service: self.service,
            key,
            audit: context.audit(),
        };
        authorise_status_update(&deps.tables, command).await
    }
}

/// What remains until the deadline and so much more, if the API would take that.
fn extension(
    minutes: Option<Minutes>,
    effective: &StatusRecord,
    deps: &Deps,
    context: &Context,
) -> Result<DeadlineUpdate, Problem> {
    let Some(minutes) = minutes else {
        return Err(Problem::ValidationFailed(vec![not_offered()]));
    };
    let DeadlineUpdate { reset_in } = DeadlineUpdate::extend_by(minutes, effective, context.now)?;
    let field = ("resetStatusIn".to_owned(), Json::Number(reset_in.to_string()));
    let body = Object::from_iter([field]);
    parse_deadline_update(&body, deps.reset_limits).map_err(Problem::ValidationFailed)
}

fn not_offered() -> FieldError {
    let detail = "extend must be the minutes of a button".to_owned();
    FieldError { pointer: "/extend", code: "VAL-0003", detail }
}
