//! Why a page is not shown: one table of code, status and what people read. Nothing else writes a 4xx or 5xx.

use std::error::Error;

use lambda_http::http::StatusCode;
use shared::{
    auth::AuthError,
    http::{Problem, RequestError},
    operations::AccessError,
};

/// Why a person does not get the page that they asked for.
#[derive(Debug)]
pub enum PageProblem {
    /// Nobody is signed in, or no longer.
    SignInFirst {
        /// The page to go to afterwards.
        to: Option<String>,
    },
    /// The person's subject is not in the users table.
    NotRegistered {
        /// The subject, which an administrator needs to register them.
        subject: String,
    },
    /// A form came from another site, from a page of an earlier session, or from none.
    ForeignForm,
    /// The sign-in was not begun in this browser, or too long ago.
    SignInNotBegun,
    /// The person gave up at the issuer, or the issuer refused them.
    SignInRefused,
    /// The issuer refuses the code: it is used or expired, or of another sign-in.
    SignInCodeRefused,
    /// The issuer's tokens are not acceptable: a defect, or an attack.
    SignInInvalid(Box<dyn Error + Send + Sync>),
    /// The issuer did not answer.
    IssuerUnavailable(Box<dyn Error + Send + Sync>),
    /// The system failed while it stored a change, or before or after.
    MaybeStored(Problem),
    /// The session could not be ended.
    NotSignedOut(Problem),
    /// What the API refuses too.
    Problem(Problem),
}

/// What a person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What went wrong.
    pub heading: &'static str,
    /// What to do now.
    pub advice: &'static str,
}

impl PageProblem {
    /// The table.
    const fn row(&self) -> (&'static str, StatusCode, Explanation) {
        match self {
            Self::SignInFirst { .. } => (
                "SIGN_IN_FIRST",
                StatusCode::UNAUTHORIZED,
                explain(
                    "You are not signed in",
                    "You signed out, or your session ended. Nothing was stored. Sign in and look at the status again.",
                ),
            ),
            Self::NotRegistered { .. } => (
                "USER_UNKNOWN",
                StatusCode::FORBIDDEN,
                explain(
                    "You are signed in, but not registered",
                    "Ask the person who administers this service to register you. Give them this identifier:",
                ),
            ),
            Self::ForeignForm => (
                "FOREIGN_FORM",
                StatusCode::FORBIDDEN,
                explain(
                    "This form is no longer valid",
                    "Nothing was stored. Open the page again and repeat what you did.",
                ),
            ),
            Self::SignInNotBegun => ("SIGN_IN_NOT_BEGUN", StatusCode::BAD_REQUEST, SIGN_IN_AGAIN),
            Self::SignInCodeRefused => {
                ("SIGN_IN_CODE_REFUSED", StatusCode::BAD_REQUEST, SIGN_IN_AGAIN)
            }
            Self::SignInRefused => (
                "SIGN_IN_REFUSED",
                StatusCode::FORBIDDEN,
                explain(
                    "You are not signed in",
                    "The sign-in was cancelled or refused. Try again, or ask the person who administers your account.",
                ),
            ),
            Self::SignInInvalid(_) => (
                "SIGN_IN_INVALID",
                StatusCode::BAD_GATEWAY,
                explain(
                    "Sorry, signing in does not work",
                    "Try again. If it fails again, tell the person who administers this service.",
                ),
            ),
            Self::IssuerUnavailable(_) => (
                "ISSUER_UNAVAILABLE",
                StatusCode::BAD_GATEWAY,
                explain(
                    "Sorry, signing in does not work at the moment",
                    "The sign-in service did not answer. Try again in a minute.",
                ),
            ),
            Self::MaybeStored(problem) => (
                problem.code(),
                problem.status(),
                explain(
                    "Sorry, your change may not be stored",
                    "Something went wrong. Look at the status before you try again.",
                ),
            ),
            Self::NotSignedOut(problem) => (
                problem.code(),
                problem.status(),
                explain(
                    "You may still be signed in",
                    "Signing out did not work. Go back and sign out again. If others use this computer too, stay until it works.",
                ),
            ),
            // The API asks for other credentials then. The person's sign-in is valid.
            Self::Problem(problem @ Problem::Access(AccessError::UserInactive)) => {
                (problem.code(), StatusCode::FORBIDDEN, explanation(problem))
            }
            Self::Problem(problem) => (problem.code(), problem.status(), explanation(problem)),
        }
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.row().1
    }

    /// What a person reads.
    #[must_use]
    pub const fn explanation(&self) -> Explanation {
        self.row().2
    }
}

const SIGN_IN_AGAIN: Explanation = explain(
    "Sign in again",
    "This sign-in took too long, was finished already, or began in another browser.",
);

const fn explain(heading: &'static str, advice: &'static str) -> Explanation {
    Explanation { heading, advice }
}

const fn explanation(problem: &Problem) -> Explanation {
    match problem {
        Problem::Access(AccessError::UserInactive) => explain(
            "Your access has ended",
            "Ask the person who administers this service if you still need it.",
        ),
        Problem::Access(AccessError::NotPermitted) | Problem::Auth(AuthError::ScopeMissing(_)) => {
            explain(
                "You may not do this",
                "You are not registered to change this service's status. Nothing was stored.",
            )
        }
        Problem::Access(AccessError::ServiceNotFound) => explain(
            "There is no such service",
            "It does not exist, or it has been closed in the directory.",
        ),
        Problem::PathNotFound => explain("There is no such page", "Check the address."),
        Problem::InvalidQuery(_) | Problem::InvalidCursor => {
            explain("This address is not complete", "Go back to the board and choose again.")
        }
        Problem::BodyTooLarge => {
            explain("Your notes are too long", "Nothing was stored. Notes may have 900 characters.")
        }
        Problem::Conflict => explain(
            "Others are changing this status",
            "Nothing was stored. Look at the status again.",
        ),
        Problem::StoreUnavailable(_) | Problem::TablesUnreachable(..) => explain(
            "Sorry, no status can be shown at the moment",
            "Ring the service. Try again in a minute.",
        ),
        _ => explain(
            "Sorry, there is a problem",
            "Ring the service if you need its status now. Try again later.",
        ),
    }
}

impl RequestError for PageProblem {
    fn code(&self) -> &'static str {
        self.row().0
    }

    fn fault(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Problem(problem) | Self::MaybeStored(problem) | Self::NotSignedOut(problem) => {
                problem.fault()
            }
            Self::SignInInvalid(cause) | Self::IssuerUnavailable(cause) => Some(cause.as_ref()),
            Self::SignInFirst { .. }
            | Self::NotRegistered { .. }
            | Self::ForeignForm
            | Self::SignInNotBegun
            | Self::SignInRefused
            | Self::SignInCodeRefused => None,
        }
    }
}
