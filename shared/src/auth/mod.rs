//! Who is calling: from the gateway's claims, or from a token that the function verifies itself. What the
//! caller may do is not decided here.

#[cfg(feature = "jwt")]
mod bearer;
mod claims;

use std::fmt;

use lambda_http::Request;

use crate::domain::{Timestamp, limits::MAX_SUBJECT_BYTES};

/// A scope of an access token.
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

/// Why a token is not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthError {
    /// There is no token, or it is not accepted.
    Unauthenticated,
    /// The token lacks the scope.
    ScopeMissing(Scope),
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthenticated => f.write_str("a valid access token is required"),
            Self::ScopeMissing(scope) => write!(f, "the token does not have the scope {scope}"),
        }
    }
}

impl std::error::Error for AuthError {}

/// The caller that an accepted token identifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The token's `sub`. No other claim identifies anybody.
    pub subject: String,
    /// The token's `scope`, separated by spaces.
    scopes: String,
}

impl Principal {
    /// `None` if the subject cannot be a key of the users table.
    fn new(subject: &str, scopes: &str) -> Option<Self> {
        let fits = (1..=MAX_SUBJECT_BYTES).contains(&subject.len());
        fits.then(|| Self { subject: subject.to_owned(), scopes: scopes.to_owned() })
    }

    fn require(self, scope: Scope) -> Result<Self, AuthError> {
        let required = scope.to_string();
        if self.scopes.split(' ').any(|own| own == required) {
            Ok(self)
        } else {
            Err(AuthError::ScopeMissing(scope))
        }
    }
}

/// How the function learns who is calling (`AUTH_MODE`).
#[derive(Debug)]
pub enum Authenticator {
    /// `gateway`: a JWT authorizer has verified the token. Its claims are in the request context.
    Gateway {
        /// The issuer that the claims must name.
        issuer: String,
    },
    /// `jwt`: nothing in front of the function has verified the token.
    #[cfg(feature = "jwt")]
    Jwt(Box<oidc::Verifier>),
}

impl Authenticator {
    /// The caller of a request, if the token has the scope.
    ///
    /// # Errors
    /// [`AuthError::Unauthenticated`] and [`AuthError::ScopeMissing`].
    #[cfg_attr(
        not(feature = "jwt"),
        expect(clippy::unused_async, reason = "verification may fetch keys")
    )]
    pub async fn authenticate(
        &self,
        request: &Request,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Principal, AuthError> {
        let principal = match self {
            Self::Gateway { issuer } => claims::principal(issuer, request),
            #[cfg(feature = "jwt")]
            Self::Jwt(verifier) => bearer::principal(verifier, request, now).await,
        };
        #[cfg(not(feature = "jwt"))]
        let _ = now;
        principal.ok_or(AuthError::Unauthenticated)?.require(scope)
    }
}
