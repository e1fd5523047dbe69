//! Who is calling: from the gateway's claims, or from a token that the function verifies itself.
//! What the caller may do is not decided here.

mod claims;
#[cfg(feature = "jwt")]
mod jwks;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(feature = "jwt")]
mod published;

use std::fmt;

use lambda_http::Request;

use crate::{
    config::Environment,
    domain::{Timestamp, User},
    store::keys::MAX_SUBJECT_BYTES,
};

/// The least right that a token gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `capacity/read`
    Read,
    /// `capacity/write`
    Write,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "capacity/read",
            Self::Write => "capacity/write",
        })
    }
}

/// Why a caller may not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No token, or one that is not accepted.
    Unauthenticated,
    /// The token lacks the scope.
    ScopeMissing(Scope),
    /// The token's subject is not in the users table.
    UserUnknown,
    /// The user may not use the API any more.
    UserInactive,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthenticated => f.write_str("a valid access token is needed"),
            Self::ScopeMissing(scope) => write!(f, "the token lacks the scope {scope}"),
            Self::UserUnknown => {
                f.write_str("the token is valid, but its subject is not a known user")
            }
            Self::UserInactive => f.write_str("the user has been deactivated"),
        }
    }
}

/// Whom an accepted token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The token's `sub`. Nothing else in a token says who somebody is.
    pub subject: String,
    /// The token's `scope`, space-separated.
    scopes: String,
}

impl Principal {
    /// `None` if the subject could be no key of the users table.
    fn new(subject: &str, scopes: &str) -> Option<Self> {
        let sized = (1..=MAX_SUBJECT_BYTES).contains(&subject.len());
        sized.then(|| Self { subject: subject.to_owned(), scopes: scopes.to_owned() })
    }

    fn require(self, scope: Scope) -> Result<Self, Refusal> {
        let wanted = scope.to_string();
        if self.scopes.split(' ').any(|own| own == wanted) {
            Ok(self)
        } else {
            Err(Refusal::ScopeMissing(scope))
        }
    }
}

/// The user, if there is one and they may use the API.
///
/// # Errors
/// [`Refusal::UserUnknown`] and [`Refusal::UserInactive`].
pub fn active(user: Option<User>) -> Result<User, Refusal> {
    match user {
        None => Err(Refusal::UserUnknown),
        Some(user) if user.active => Ok(user),
        Some(_) => Err(Refusal::UserInactive),
    }
}

/// How callers are known (`AUTH_MODE`).
#[derive(Debug)]
pub enum Authenticator {
    /// `gateway`: a JWT authorizer has verified the token; its claims come in the request context.
    Gateway,
    /// `jwt`: nothing in front has verified anything.
    #[cfg(feature = "jwt")]
    Jwt(Box<jwt::Verifier>),
}

impl Authenticator {
    /// Reads `AUTH_MODE` and, where the function verifies tokens, the settings of that.
    pub fn read(environment: &mut Environment) -> Option<Self> {
        match environment.required("AUTH_MODE")?.as_str() {
            "gateway" => Some(Self::Gateway),
            #[cfg(feature = "jwt")]
            "jwt" => jwt::Verifier::read(environment).map(|verifier| Self::Jwt(Box::new(verifier))),
            #[cfg(not(feature = "jwt"))]
            "jwt" => {
                environment.report("AUTH_MODE", "jwt is not built into this binary");
                None
            }
            _ => {
                environment.report("AUTH_MODE", "is neither gateway nor jwt");
                None
            }
        }
    }

    /// Whom the request speaks for, if its token has the scope.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`] and [`Refusal::ScopeMissing`].
    #[cfg_attr(
        not(feature = "jwt"),
        expect(clippy::unused_async, reason = "verifying may fetch keys")
    )]
    pub async fn authenticate(
        &self,
        request: &Request,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Principal, Refusal> {
        let principal = match self {
            Self::Gateway => claims::principal(request),
            #[cfg(feature = "jwt")]
            Self::Jwt(verifier) => verifier.principal(request, now).await,
        };
        #[cfg(not(feature = "jwt"))]
        let _ = now;
        principal.ok_or(Refusal::Unauthenticated)?.require(scope)
    }
}
