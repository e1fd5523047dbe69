//! The cursors of followers of a region's changes.

use super::cursor;
use crate::{
    domain::{Minutes, ServiceId, Timestamp},
    operations::{ChangesCursor, KnownRows},
};

/// The first field of a cursor: what it is for and the version of its format.
const CHANGES: &str = "changes1";

/// How long a cursor counts.
const COUNTS: Minutes = Minutes(24 * 60);

/// By how much the clock that wrote a cursor may be ahead of the one that reads it.
const MAX_AHEAD: Minutes = Minutes(10);

/// Why a cursor cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCursor {
    /// It was altered, or belongs to another region.
    Invalid,
    /// It is older than a day.
    Expired,
}

/// The text of a cursor.
#[must_use]
pub fn encode(own: &ChangesCursor) -> String {
    let ChangesCursor { region, time, delivered, many } = own;
    cursor::encode(&[
        CHANGES.to_owned(),
        region.to_string(),
        time.epoch_seconds().to_string(),
        delivered.count.to_string(),
        delivered.digest.clone(),
        many.count.to_string(),
        many.digest.clone(),
    ])
}

/// The cursor of this text, for this region at this time.
///
/// # Errors
/// It cannot be followed.
pub fn decode(text: &str, region: ServiceId, now: Timestamp) -> Result<ChangesCursor, NoCursor> {
    let own = parse(text).filter(|own| own.region == region && own.time <= now.plus(MAX_AHEAD));
    let own = own.ok_or(NoCursor::Invalid)?;
    if own.time.plus(COUNTS) < now { Err(NoCursor::Expired) } else { Ok(own) }
}

/// The region of a cursor. `None` if the cursor was altered.
#[must_use]
pub fn region(text: &str) -> Option<ServiceId> {
    Some(parse(text)?.region)
}

fn parse(text: &str) -> Option<ChangesCursor> {
    let [region, time, delivered, delivered_digest, many, many_digest] =
        cursor::decode(text, CHANGES)?;
    let known =
        |count: &str, digest: String| Some(KnownRows { count: count.parse().ok()?, digest });
    Some(ChangesCursor {
        region: region.parse().ok()?,
        time: Timestamp::from_epoch_seconds(time.parse().ok()?)?,
        delivered: known(&delivered, delivered_digest)?,
        many: known(&many, many_digest)?,
    })
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_counts_for_a_day_and_its_region() {
        let now = Timestamp::from_epoch_seconds(1_795_251_600).expect("a time");
        let region: ServiceId = "10".parse().expect("an id");
        let known = |count| KnownRows { count, digest: "0123456789_-cdef".to_owned() };
        let own = ChangesCursor { region, time: now, delivered: known(3), many: known(0) };
        let text = encode(&own);
        assert!(text.len() <= 200, "{}", text.len());
        let later = |minutes| decode(&text, region, now.plus(Minutes(minutes)));
        assert_eq!([later(0), later(24 * 60)], [Ok(own.clone()), Ok(own)]);
        assert_eq!(later(24 * 60 + 1), Err(NoCursor::Expired));
        // Another clock may be ten minutes behind.
        assert!(decode(&text, region, now.minus_seconds(600)).is_ok());
        let invalid = Err(NoCursor::Invalid);
        assert_eq!(decode(&text, region, now.minus_seconds(601)), invalid);
        assert_eq!(decode(&text, "20".parse().expect("an id"), now), invalid);
        let altered: String = text.chars().rev().collect();
        assert_eq!(decode(&altered, region, now), invalid);
    }
}
