//! Formats and parses the timestamps in answers, independently of the code under test. Days are
//! counted from March, so that the leap day is the last of its year.

const DAY: i64 = 86_400;
/// The days of 400 years, the period of the calendar.
const ERA: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// The UTC text of an instant in epoch seconds.
pub(crate) fn text(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(DAY) + EPOCH, seconds.rem_euclid(DAY));
    let (era, day_of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - days_before(year_of_era);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year_of_era + i64::from(month >= 10);
    let month = if month < 10 { month + 3 } else { month - 9 };
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The epoch seconds of such a text.
pub(crate) fn seconds(text: &str) -> i64 {
    let part = |from: usize, to: usize| text[from..to].parse::<i64>().expect("digits");
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    let year = if month > 2 { year } else { year - 1 };
    let month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_era = days_before(year.rem_euclid(400)) + (153 * month + 2) / 5 + day - 1;
    let days = year.div_euclid(400) * ERA + day_of_era - EPOCH;
    days * DAY + part(11, 13) * 3600 + part(14, 16) * 60 + part(17, 19)
}

/// The days of an era before one of its years.
fn days_before(year_of_era: i64) -> i64 {
    365 * year_of_era + year_of_era / 4 - year_of_era / 100
}

#[test]
fn a_time_is_parsed_as_it_is_formatted() {
    for (instant, written) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (1_795_251_600, "2026-11-21T09:00:00Z"),
        (1_835_481_599, "2028-02-29T23:59:59Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!((text(instant).as_str(), seconds(written)), (written, instant));
    }
}
