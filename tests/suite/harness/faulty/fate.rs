//! What can happen to a call.

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::ConnectorError};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use super::{
    answer::{Answer, Cut, Unprocessed, broken, failed, late, refused},
    in_flight::Hidden,
};

/// What happens to a call. If the SDK cannot know that the call was applied, there is also a fate
/// that looks the same without it being applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Applied and answered.
    Passed,
    /// The connection breaks before it is sent.
    Dropped,
    /// Applied, and the connection breaks before the answer.
    AnswerLost,
    /// Not applied, and no answer in time.
    TimedOut,
    /// Applied, and no answer in time.
    AnsweredLate,
    /// Applied after that many further calls, and no answer in time.
    HeldBack(u32),
    /// The transaction is applied, and there is no answer in time. It is in flight for that many
    /// further calls: its rows are still hidden from other reads.
    HalfVisible(Hidden),
    /// Not applied: status 500.
    Failed,
    /// Applied: status 500.
    FailedAfter,
    /// Applied, and the connection is reset in the middle of the answer's body.
    Reset,
    /// Applied, and half of the answer's body looks like all of it.
    Truncated,
    /// Not applied: too many calls.
    Throttled,
    /// Not applied: the table's throughput is exceeded.
    Exceeded,
    /// `BatchGetItem` leaves these keys unprocessed, and says so.
    Unprocessed(Unprocessed),
    /// Not applied: the transaction is cancelled, for that reason.
    Cancelled(&'static str),
    /// Not applied: a transaction with the same token is in progress.
    InProgress,
}

/// The reasons for which a transaction can be cancelled, as the API names them. `None` stands for
/// the members that did not cause it.
const REASONS: [&str; 7] = [
    "ConditionalCheckFailed",
    "TransactionConflict",
    "ProvisionedThroughputExceeded",
    "ThrottlingError",
    "ValidationError",
    "ItemCollectionSizeLimitExceeded",
    "None",
];

/// The reasons for which a `TransactGetItems` can be cancelled.
const READ_REASONS: [&str; 5] = [
    "TransactionConflict",
    "ProvisionedThroughputExceeded",
    "ThrottlingError",
    "ValidationError",
    "None",
];

const UNPROCESSED: [Unprocessed; 4] = [
    Unprocessed::FirstOf(0),
    Unprocessed::FirstOf(1),
    Unprocessed::FirstOf(2),
    Unprocessed::AllButFirst,
];

/// The first row becomes visible before the others, or after them.
const HALF_VISIBLE: [Hidden; 2] = [[0, 4, 4, 4, 4], [4, 0, 0, 0, 0]];

impl Fate {
    /// The fates that a call of that action can have.
    pub(crate) fn of(operation: &str) -> Vec<Self> {
        let mut fates = vec![
            Self::Dropped,
            Self::AnswerLost,
            Self::TimedOut,
            Self::AnsweredLate,
            Self::Failed,
            Self::FailedAfter,
            Self::Reset,
            Self::Truncated,
            Self::Throttled,
            Self::Exceeded,
        ];
        match operation {
            "BatchGetItem" => fates.extend(UNPROCESSED.map(Self::Unprocessed)),
            "TransactWriteItems" => {
                fates.extend([1, 2, 4].map(Self::HeldBack));
                fates.extend(HALF_VISIBLE.map(Self::HalfVisible));
                fates.extend(REASONS.map(Self::Cancelled));
                fates.push(Self::InProgress);
            }
            "TransactGetItems" => fates.extend(READ_REASONS.map(Self::Cancelled)),
            _ => {}
        }
        fates
    }

    /// Its name in figures.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Dropped => "dropped before it was sent",
            Self::AnswerLost => "applied, answer lost",
            Self::TimedOut => "no answer in time, not applied",
            Self::AnsweredLate => "no answer in time, applied",
            Self::HeldBack(_) => "no answer in time, applied later",
            Self::HalfVisible(_) => "no answer in time, half visible",
            Self::Failed => "status 500, not applied",
            Self::FailedAfter => "status 500, applied",
            Self::Reset => "applied, reset in the middle of the answer",
            Self::Truncated => "applied, answer cut in half",
            Self::Throttled => "throttled",
            Self::Exceeded => "throughput exceeded",
            Self::Unprocessed(Unprocessed::FirstOf(_)) => "a key unprocessed",
            Self::Unprocessed(Unprocessed::AllButFirst) => "all keys but one unprocessed",
            Self::Cancelled(reason) => reason,
            Self::InProgress => "transaction in progress",
        }
    }

    /// Whether the call reaches the engine at once.
    pub(super) const fn is_applied(self) -> bool {
        match self {
            Self::Passed
            | Self::AnswerLost
            | Self::AnsweredLate
            | Self::HalfVisible(_)
            | Self::FailedAfter
            | Self::Reset
            | Self::Truncated
            | Self::Unprocessed(_) => true,
            Self::Dropped
            | Self::TimedOut
            | Self::HeldBack(_)
            | Self::Failed
            | Self::Throttled
            | Self::Exceeded
            | Self::Cancelled(_)
            | Self::InProgress => false,
        }
    }

    /// What the SDK gets as the answer to an applied call.
    pub(super) fn after(
        self,
        answer: Answer,
        request: &[u8],
    ) -> Result<HttpResponse, ConnectorError> {
        let Answer { status, body } = answer;
        let half = body.len() / 2;
        let body = match self {
            Self::AnswerLost => return Err(broken()),
            Self::AnsweredLate | Self::HalfVisible(_) => return Err(late()),
            Self::FailedAfter => return Ok(failed()),
            Self::Reset => SdkBody::from_body_1_x(Cut(Some(body.into_iter().take(half).collect()))),
            Self::Truncated => SdkBody::from(body.get(..half).unwrap_or_default().to_vec()),
            Self::Unprocessed(keys) => SdkBody::from(keys.in_answer(&body, request)),
            _ => SdkBody::from(body),
        };
        Ok(HttpResponse::new(status, body))
    }

    /// What the SDK gets instead of an answer.
    pub(super) fn instead(self, request: &[u8]) -> Result<HttpResponse, ConnectorError> {
        match self {
            Self::TimedOut | Self::HeldBack(_) => Err(late()),
            Self::Failed => Ok(failed()),
            Self::Throttled => Ok(refused("ThrottlingException", &[])),
            Self::Exceeded => Ok(refused("ProvisionedThroughputExceededException", &[])),
            Self::InProgress => Ok(refused("TransactionInProgressException", &[])),
            Self::Cancelled(reason) => {
                let request: Value = serde_json::from_slice(request).unwrap_or_default();
                let members = request["TransactItems"].as_array().map_or(0, Vec::len);
                let mut reasons = vec!["None"; members];
                if let Some(first) = reasons.first_mut() {
                    *first = reason;
                }
                Ok(refused("TransactionCanceledException", &reasons))
            }
            _ => Err(broken()),
        }
    }
}
