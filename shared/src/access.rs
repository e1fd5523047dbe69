//! What reading one service takes of the caller: the order in which that is found out is contract.

use lambda_http::Request;

use crate::{
    auth::{self, Authenticator, Scope},
    domain::Service,
    http::{Context, Problem, service_id},
    store::Reader,
};

/// The active service that the request names, if the caller may read: one round trip.
///
/// # Errors
/// [`Problem::Refused`], [`Problem::ServiceNotFound`], or the store failed.
pub async fn readable_service(
    authenticator: &Authenticator,
    reader: &Reader,
    request: &Request,
    context: &Context,
) -> Result<Service, Problem> {
    let principal = authenticator.authenticate(request, Scope::Read, context.now).await?;
    let (user, service) = reader.user_and_service(&principal.subject, service_id(request)).await?;
    auth::active(user)?;
    service.filter(|service| service.directory.active).ok_or(Problem::ServiceNotFound)
}
