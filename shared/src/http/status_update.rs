//! The fields of an update of a status or of its deadline. All errors are reported together; their codes are contract.

use serde::Serialize;
use strict_json::{Json, Object};

use crate::domain::{
    DeadlineUpdate, Level, Minutes, Note, NoteError, Rag, Reason, RequestedStatus, ResetLimits,
    StatusUpdate,
};

/// One invalid field of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901).
    pub pointer: &'static str,
    /// Which rule: a stable code.
    pub code: &'static str,
    /// The rule, for people.
    pub detail: String,
}

/// Parses the fields of an update. Other members are ignored.
///
/// # Errors
/// VAL-0001 to VAL-0007, one for each invalid field.
pub fn parse_status_update(
    body: &Object,
    limits: ResetLimits,
) -> Result<StatusUpdate, Vec<FieldError>> {
    let status = status(body.member("status"));
    let reset_in = body.member("resetStatusIn").map(|value| reset_in(value, limits)).transpose();
    let note = body.member("notes").map(note).transpose();
    let reason = body.member("reason").map(reason).transpose();
    match (status, reset_in, note, reason) {
        (Ok(rag), Ok(reset_in), Ok(note), Ok(reason)) => {
            let status = requested(rag, reset_in.unwrap_or(limits.default));
            Ok(StatusUpdate { status, note, reason })
        }
        (status, reset_in, note, reason) => {
            let errors = [status.err(), reset_in.err(), note.err(), reason.err()];
            Err(errors.into_iter().flatten().collect())
        }
    }
}

/// Parses the fields of a moved deadline. Other members are ignored.
///
/// # Errors
/// VAL-0003, VAL-0004 or VAL-0008.
pub fn parse_deadline_update(
    body: &Object,
    limits: ResetLimits,
) -> Result<DeadlineUpdate, Vec<FieldError>> {
    // In no minutes it would end at once: that is an update to GREEN.
    let limits = ResetLimits { min: limits.min.max(Minutes(1)), ..limits };
    let reset_in = match body.member("resetStatusIn") {
        Some(value) => reset_in(value, limits),
        None => Err(FieldError {
            pointer: "/resetStatusIn",
            code: "VAL-0008",
            detail: "resetStatusIn is required".to_owned(),
        }),
    };
    match reset_in {
        Ok(reset_in) => Ok(DeadlineUpdate { reset_in }),
        Err(error) => Err(vec![error]),
    }
}

const fn requested(rag: Rag, reset_in: Minutes) -> RequestedStatus {
    match rag {
        Rag::Green => RequestedStatus::Green,
        Rag::Amber => RequestedStatus::Limited { level: Level::Amber, reset_in },
        Rag::Red => RequestedStatus::Limited { level: Level::Red, reset_in },
    }
}

fn status(value: Option<&Json>) -> Result<Rag, FieldError> {
    let error =
        |code, detail: &str| FieldError { pointer: "/status", code, detail: detail.to_owned() };
    let rag = match value {
        None => return Err(error("VAL-0001", "status is required")),
        Some(Json::String(name)) => Rag::parse(name),
        Some(_) => None,
    };
    rag.ok_or_else(|| error("VAL-0002", "status must be RED, AMBER or GREEN"))
}

fn reset_in(value: &Json, limits: ResetLimits) -> Result<Minutes, FieldError> {
    let error = |code, detail| FieldError { pointer: "/resetStatusIn", code, detail };
    let minutes = match value {
        Json::Number(number) => whole_number(number),
        Json::String(text) => whole_text(without_zero_fraction(text.trim())),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    };
    let minutes = minutes.ok_or_else(|| {
        error("VAL-0003", "resetStatusIn must be a whole number of minutes".to_owned())
    })?;
    u32::try_from(minutes)
        .ok()
        .map(Minutes)
        .filter(|minutes| (limits.min..=limits.max).contains(minutes))
        .ok_or_else(|| {
            let ResetLimits { min, max, .. } = limits;
            error("VAL-0004", format!("resetStatusIn must be from {min} to {max} minutes"))
        })
}

fn note(value: &Json) -> Result<Note, FieldError> {
    let parsed = match value {
        Json::String(text) | Json::Number(text) => Note::parse(text),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => Err(NoteError::Blank),
    };
    parsed.map_err(|error| {
        let (code, detail) = match error {
            NoteError::TooLong => ("VAL-0005", "notes must have at most 900 characters"),
            NoteError::Blank => (
                "VAL-0006",
                "notes must be text with a visible character and without NUL, or a number",
            ),
        };
        FieldError { pointer: "/notes", code, detail: detail.to_owned() }
    })
}

fn reason(value: &Json) -> Result<Reason, FieldError> {
    let reason = match value {
        Json::String(name) => Reason::parse(name),
        Json::Number(_) | Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    };
    reason.ok_or_else(|| FieldError {
        pointer: "/reason",
        code: "VAL-0007",
        detail: format!("reason must be one of {}", Reason::NAMES.join(", ")),
    })
}

/// The text before a point that only zeros follow, as the old API took it: `30.0`, `30.`.
fn without_zero_fraction(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    }
}

/// The whole number that an optional sign and digits write, saturating far outside all limits.
fn whole_text(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let magnitude = digits.parse().unwrap_or(i64::MAX);
    Some(if text.starts_with('-') { -magnitude } else { magnitude })
}

/// The value of a JSON number if it has no fraction, saturating far outside all limits.
///
/// Done on the text, because a float would round 1.0000000000000000001 to 1 and overflow at 1e400.
fn whole_number(text: &str) -> Option<i64> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{integer}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.trim_start_matches(['-', '0']).is_empty() {
        return Some(0);
    }
    let dropped = digits.len() - significant.len();
    let shift = i64::try_from(dropped).ok()? - i64::try_from(fraction.len()).ok()?;
    match whole_text(exponent)?.saturating_add(shift) {
        ..0 => None,
        zeros @ 0..=18 => {
            whole_text(&format!("{significant}{}", "0".repeat(usize::try_from(zeros).ok()?)))
        }
        _ => whole_text(&format!("{significant}{}", "0".repeat(19))),
    }
}
