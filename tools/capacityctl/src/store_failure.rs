//! Why AWS refused a call or could not be reached, and what the administrator can do about it.

use std::{error::Error, iter};

use aws_sdk_dynamodb::{
    error::{ErrorMetadata, ProvideErrorMetadata},
    types::error::{
        InternalServerError, ProvisionedThroughputExceededException, RequestLimitExceeded,
        ResourceNotFoundException, ThrottlingException, TransactionCanceledException,
    },
};
use aws_smithy_runtime_api::client::result::ConnectorError;

use crate::client::PLAIN_HTTP;

/// A call of DynamoDB, or of the Security Token Service, that failed.
#[derive(Debug)]
pub(crate) struct StoreFailure {
    /// AWS's own code and message, or why there is no answer.
    pub(crate) reason: String,
    /// What to do about it.
    pub(crate) advice: &'static str,
}

impl StoreFailure {
    /// Finds what AWS said in an error and its sources.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Self {
        let said = chain(error).find_map(|error| KNOWN.iter().find_map(|known| known(error)));
        said.unwrap_or_else(|| Self::without_answer(error))
    }

    fn answered(code: &str, message: Option<&str>) -> Self {
        let reason = match message {
            Some(message) => format!("{code}: {message}"),
            None => code.to_owned(),
        };
        Self { reason, advice: advice(code) }
    }

    /// The call did not reach AWS, or something else answered.
    fn without_answer(error: &(dyn Error + 'static)) -> Self {
        let is_about = |word| chain(error).any(|error| error.to_string().contains(word));
        let cause = innermost(error);
        let (reason, advice) = if is_about("credential") {
            // The list of all places that were searched helps nobody.
            let cause = cause.split(". Attempted:").next().unwrap_or_default();
            (cause.to_owned(), "sign in, or set AWS_PROFILE or other variables with credentials")
        } else if is_about("Missing Region") {
            ("no region is set".to_owned(), "set AWS_REGION")
        } else if is_about(PLAIN_HTTP) {
            (cause, "use https: requests and answers hold personal data")
        } else if is_about("failed to construct request") {
            (cause, "check the settings of the region and the endpoint")
        } else if is_about("timed out") || chain(error).any(|error| error.is::<ConnectorError>()) {
            let reason = format!("no answer: {cause}");
            (reason, "check the region, the endpoint and the network")
        } else {
            let reason = format!("the answer is not one of AWS's: {cause}");
            (reason, "check the endpoint and the network")
        };
        Self { reason, advice }
    }
}

/// Reads the code and the message of one type of error.
type Reader = fn(&(dyn Error + 'static)) -> Option<StoreFailure>;

/// The types of errors that have a code and that a command may get.
const KNOWN: [Reader; 8] = [
    read::<aws_sdk_dynamodb::Error>,
    read::<ErrorMetadata>,
    read::<InternalServerError>,
    read::<ProvisionedThroughputExceededException>,
    read::<RequestLimitExceeded>,
    read::<ResourceNotFoundException>,
    read::<ThrottlingException>,
    read::<TransactionCanceledException>,
];

fn read<T: ProvideErrorMetadata + Error + 'static>(
    error: &(dyn Error + 'static),
) -> Option<StoreFailure> {
    let meta = error.downcast_ref::<T>()?.meta();
    Some(StoreFailure::answered(meta.code()?, meta.message()))
}

fn advice(code: &str) -> &'static str {
    match code {
        "AccessDeniedException" => {
            "the credentials are valid but lack this right: docs/security.md lists what each command needs"
        }
        "ResourceNotFoundException" => "check the table's name, the region and the account",
        "ExpiredTokenException" | "ExpiredToken" => "the credentials have expired: sign in again",
        "ThrottlingException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded" => {
            "DynamoDB accepts no more requests at the moment: run the command again in a minute"
        }
        "InternalServerError" | "ServiceUnavailable" => {
            "DynamoDB has a fault: run the command again in a minute"
        }
        "ValidationException" => {
            "the table may be another one, or of another version: `cargo ctl doctor` checks tables and indexes"
        }
        "IncompleteSignatureException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException"
        | "UnrecognizedClientException" => "check the credentials and this machine's clock",
        _ => "DynamoDB's documentation of errors explains the code",
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |error| (*error).source())
}

/// The text of an error's first cause; those around it say less.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}
