//! RFC 3339 text for nanoseconds since 1970, and back, in the proleptic Gregorian calendar. It never
//! knows a leap second or a time zone by name.

/// Nanoseconds of a day, an hour, a minute, a second.
const DAY: i128 = 24 * HOUR;
const HOUR: i128 = 60 * MINUTE;
const MINUTE: i128 = 60 * SECOND;
const SECOND: i128 = 1_000_000_000;

/// 0000-01-01T00:00:00Z, and the first nanosecond after year 9999.
const FIRST: i128 = -719_528 * DAY;
const END: i128 = 2_932_897 * DAY;

/// Whether the time lies in the years 0 to 9999, which RFC 3339 has.
pub(in crate::codec) fn has_form(nanos: i128) -> bool {
    (FIRST..END).contains(&nanos)
}

/// The time in UTC, with nine digits after the second.
///
/// One whose year has no four digits is written as ISO 8601 extends the year, with a sign: such a
/// text names the time, is never stored, and is not read back.
pub(in crate::codec) fn write(nanos: i128) -> String {
    let (days, rest) = (nanos.div_euclid(DAY), nanos.rem_euclid(DAY));
    let (year, month, day) = date(days);
    let year = if has_form(nanos) { format!("{year:04}") } else { format!("{year:+05}") };
    format!(
        "{year}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:09}Z",
        rest / HOUR,
        rest / MINUTE % 60,
        rest / SECOND % 60,
        rest % SECOND
    )
}

/// Reads every RFC 3339 time of at most nine digits after the second.
pub(in crate::codec) fn read(text: &str) -> Option<i128> {
    let mut text = text.as_bytes();
    let text = &mut text;
    let year = digits(text, 4)?;
    let (month, day) = (after(b"-", text)?, after(b"-", text)?);
    let (hour, minute, second) = (after(b"Tt", text)?, after(b":", text)?, after(b":", text)?);
    let valid = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !valid {
        return None;
    }
    let mut nanos = 0;
    if let Some(fraction) = text.strip_prefix(b".") {
        let len = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = fraction.split_at_checked(len)?;
        let places = u32::try_from(len).ok().filter(|places| (1..=9).contains(places))?;
        nanos = number(digits)? * 10_i128.pow(9 - places);
        *text = rest;
    }
    let offset = match *text {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let mut rest = rest;
            let (hours, minutes) = (digits(&mut rest, 2)?, after(b":", &mut rest)?);
            if !rest.is_empty() || hours >= 24 || minutes >= 60 {
                return None;
            }
            let offset = hours * HOUR + minutes * MINUTE;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    let days = days_before(year, month) + day - 1;
    Some(days * DAY + hour * HOUR + minute * MINUTE + second * SECOND + nanos - offset)
}

/// Takes so many digits from the beginning.
fn digits(text: &mut &[u8], len: usize) -> Option<i128> {
    let (digits, rest) = text.split_at_checked(len)?;
    *text = rest;
    number(digits)
}

/// Takes one of these separators, and two digits.
fn after(separators: &[u8], text: &mut &[u8]) -> Option<i128> {
    let (found, rest) = text.split_first()?;
    *text = rest;
    separators.contains(found).then(|| digits(text, 2)).flatten()
}

fn number(digits: &[u8]) -> Option<i128> {
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    all_digits.then(|| digits.iter().fold(0, |value, digit| value * 10 + i128::from(digit - b'0')))
}

fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i128, month: i128) -> i128 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

// Both ways count in eras of 400 years, 146,097 days each, that begin on 1 March of year 0: the
// leap day is then the last of its year. 719,468 days lie between that day and 1970.
const ERA: i128 = 146_097;
const TO_1970: i128 = 719_468;

/// Days from 1970 to the first of a month.
fn days_before(year: i128, month: i128) -> i128 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = (month + 9) % 12;
    let day_of_year = (153 * from_march + 2) / 5;
    era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - TO_1970
}

/// Year, month and day of a count of days from 1970.
fn date(days: i128) -> (i128, i128, i128) {
    let days = days + TO_1970;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i128::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_times() {
        for (nanos, text) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (951_782_400 * SECOND, "2000-02-29T00:00:00.000000000Z"),
            (1_700_000_000 * SECOND + 123_456_789, "2023-11-14T22:13:20.123456789Z"),
            (-11_670_998_400 * SECOND, "1600-02-29T00:00:00.000000000Z"),
            (FIRST, "0000-01-01T00:00:00.000000000Z"),
            (END - 1, "9999-12-31T23:59:59.999999999Z"),
        ] {
            assert_eq!(write(nanos), text);
            assert_eq!(read(text), Some(nanos), "{text}");
        }
        assert_eq!(write(END), "+10000-01-01T00:00:00.000000000Z");
        assert_eq!(write(FIRST - 1), "-0001-12-31T23:59:59.999999999Z");
        assert!(!has_form(END) && !has_form(FIRST - 1));
    }

    #[test]
    fn other_forms_are_read_too() {
        for (text, seconds) in [
            ("2023-11-14T22:13:20Z", 1_700_000_000),
            ("2023-11-14t22:13:20.000z", 1_700_000_000),
            ("2023-11-15T00:13:20+02:00", 1_700_000_000),
            ("2023-11-14T16:43:20.0-05:30", 1_700_000_000),
        ] {
            assert_eq!(read(text), Some(seconds * SECOND), "{text}");
        }
        assert_eq!(read("1970-01-01T00:00:00.5Z"), Some(SECOND / 2));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2023",
            "2023-11-14",
            "2023-11-14T22:13:20",
            "2023-11-14 22:13:20Z",
            "2023-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2023-00-01T00:00:00Z",
            "2023-01-00T00:00:00Z",
            "2023-01-01T24:00:00Z",
            "2023-01-01T00:60:00Z",
            "2016-12-31T23:59:60Z",
            "2023-01-01T00:00:00.Z",
            "2023-01-01T00:00:00.0000000001Z",
            "2023-01-01T00:00:00+1:00",
            "2023-01-01T00:00:00+24:00",
            "2023-01-01T00:00:00+00:60",
            "2023-01-01T00:00:00+0000",
            "2023-01-01T00:00:00ZZ",
            "+2023-01-01T00:00:00Z",
            "+10000-01-01T00:00:00.000000000Z",
            "２023-01-01T00:00:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn times_come_back_and_sort(a in FIRST..END, b in FIRST..END) {
            prop_assert_eq!(read(&write(a)), Some(a));
            prop_assert_eq!(write(a).cmp(&write(b)), a.cmp(&b));
        }

        #[test]
        fn nothing_panics(text in ".{0,40}", near in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+Z-]{0,24}", nanos in -(1_i128 << 94)..(1_i128 << 94)) {
            let _ = (read(&text), read(&near), write(nanos));
        }
    }
}
