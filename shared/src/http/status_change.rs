//! What the operations that change a status have in common: the order of their refusals, their conditions, and their
//! answer.

use lambda_http::{
    Request,
    http::{
        HeaderName, HeaderValue,
        header::{HeaderMap, IF_MATCH, IF_NONE_MATCH},
    },
};
use strict_json::Object;

use super::{
    Context, EntityTags, Problem, Representation, Response, idempotency_key, json_object,
    service_id,
};
use crate::{
    auth::Principal,
    domain::{Service, StatusRecord},
    operations::{AuthorisedUpdate, StatusUpdateCommand, Updated, authorise_status_update},
    store::{IdempotencyKey, UpdateTables},
    telemetry::audit,
};

const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Checks that the caller may update the service of the path, and then reads the body.
///
/// # Errors
/// What the caller gets for a missing right, and after that for a body that is no JSON object or an invalid
/// `Idempotency-Key`.
pub async fn authorise_change<'a>(
    tables: &'a UpdateTables,
    request: &Request,
    caller: &'a Principal,
    context: &'a Context,
) -> Result<(AuthorisedUpdate<'a>, Object), Problem> {
    let (subject, service) = (caller.subject.as_str(), service_id(request));
    let client_key = idempotency_key(request.headers());
    let key = service.zip(client_key.as_ref().ok().and_then(Option::as_deref));
    let key = key.map(|(service, key)| IdempotencyKey::new(subject, service, key));
    let command =
        StatusUpdateCommand { subject, operator: None, service, key, audit: context.audit() };
    let update = authorise_status_update::<Problem>(tables, command).await?;
    let body = json_object(request)?;
    client_key?;
    Ok((update, body))
}

/// Which current tags the client allows a change of.
#[derive(Clone, Debug)]
pub struct Preconditions {
    if_match: Option<EntityTags>,
    if_none_match: Option<EntityTags>,
}

impl Preconditions {
    /// Reads `If-Match` and `If-None-Match`.
    #[must_use]
    pub fn read(headers: &HeaderMap) -> Self {
        Self {
            if_match: EntityTags::read(headers, &IF_MATCH),
            if_none_match: EntityTags::read(headers, &IF_NONE_MATCH),
        }
    }

    /// The status that the client saw had this tag.
    #[must_use]
    pub fn seen(tag: &str) -> Self {
        let if_match = Some(EntityTags::List(vec![tag.to_owned()]));
        Self { if_match, if_none_match: None }
    }

    /// Compares them with the status that readers see now, in the order of RFC 9110, section 13.2.2.
    ///
    /// # Errors
    /// [`Problem::PreconditionFailed`] and [`Problem::CurrentTagExcluded`].
    pub fn check(&self, service: &Service, effective: StatusRecord) -> Result<(), Problem> {
        if self.if_match.is_none() && self.if_none_match.is_none() {
            return Ok(());
        }
        let current = Representation::new(&service.details, effective)?;
        let current = current.etag();
        if self.if_match.as_ref().is_some_and(|tags| !tags.match_strongly(current)) {
            return Err(Problem::PreconditionFailed(current.clone()));
        }
        if self.if_none_match.as_ref().is_some_and(|tags| tags.match_weakly(current)) {
            return Err(Problem::CurrentTagExcluded(current.clone()));
        }
        Ok(())
    }

    /// As [`check`](Self::check), and `If-Match` must name a tag: `*` stands for none that the client has seen.
    ///
    /// # Errors
    /// [`Problem::PreconditionRequired`], [`Problem::PreconditionFailed`] and [`Problem::CurrentTagExcluded`].
    pub fn check_required(
        &self,
        service: &Service,
        effective: StatusRecord,
    ) -> Result<(), Problem> {
        match &self.if_match {
            Some(EntityTags::List(tags)) if !tags.is_empty() => self.check(service, effective),
            Some(_) | None => Err(Problem::PreconditionRequired),
        }
    }
}

/// Writes the changes to the audit record: again for a repeat, since the function that stored them may have died before
/// it wrote the record.
pub fn record_changes(updated: &Updated, context: &Context) {
    let Updated { service, changes, replayed, .. } = updated;
    let record = if *replayed { audit::status_change_repeated } else { audit::status_changed };
    changes.iter().for_each(|change| record(context.origin(), service, change));
}

/// The status that readers saw right after the change, whose changes go to the audit record.
///
/// # Errors
/// [`Problem::Internal`] if it cannot be written as JSON.
pub fn changed_response(updated: Updated, context: &Context) -> Result<Response, Problem> {
    record_changes(&updated, context);
    let Updated { service, effective, replayed, .. } = updated;
    let mut response = Representation::new(&service, effective)?.into_response();
    if replayed {
        response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}
