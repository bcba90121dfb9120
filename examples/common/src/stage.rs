//! The three deployments in which a table is moved from an old format. It never reads one.

use std::time::{Duration, SystemTime};

use clap::ValueEnum;
use time::{Date, Month};

/// Which deployment of the migration this is. Run each everywhere before the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, ValueEnum)]
pub enum Stage {
    /// Read both forms, and write nothing: the old service still writes, and does not read ours.
    #[value(name = "1")]
    ReadBoth,
    /// Read both forms, write sealed: now the table is moved.
    #[value(name = "2")]
    WriteSealed,
    /// Refuse the old form.
    #[default]
    #[value(name = "3")]
    RefuseOld,
}

impl Stage {
    /// Whether the old form is still read.
    #[must_use]
    pub fn reads_old(self) -> bool {
        self < Self::RefuseOld
    }

    /// Whether anything is written.
    #[must_use]
    pub fn writes(self) -> bool {
        self > Self::ReadBoth
    }
}

impl From<Stage> for dynacrypt::legacy::Stage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::ReadBoth => Self::ReadBoth,
            Stage::WriteSealed => Self::WriteSealed,
            Stage::RefuseOld => Self::RefuseOld,
        }
    }
}

/// The beginning of a day in UTC, such as `2027-01-01`.
pub(crate) fn day(text: &str) -> Result<SystemTime, String> {
    let parts: Option<Vec<u16>> = text.split('-').map(|part| part.parse().ok()).collect();
    let date = match parts.as_deref() {
        Some(&[year, month, day]) => {
            u8::try_from(month).ok().zip(u8::try_from(day).ok()).and_then(|(month, day)| {
                let month = Month::try_from(month).ok()?;
                Date::from_calendar_date(year.into(), month, day).ok()
            })
        }
        _ => None,
    };
    let seconds = date.map(|date| date.midnight().assume_utc().unix_timestamp());
    seconds
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .ok_or_else(|| "a day is written as 2027-01-01".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_utc() {
        let days = |days: u64| SystemTime::UNIX_EPOCH + Duration::from_hours(24 * days);
        assert_eq!(day("1970-01-02"), Ok(days(1)));
        assert_eq!(day("2027-01-01"), Ok(days(57 * 365 + 14))); // 14 leap days
        for text in ["", "2027", "2027-02-30", "2027-13-01", "1969-12-31", "2027-01-01T00"] {
            assert!(day(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_the_first_writes_nothing_and_the_last_reads_nothing_old() {
        for (stage, reads_old, writes) in [
            (Stage::ReadBoth, true, false),
            (Stage::WriteSealed, true, true),
            (Stage::RefuseOld, false, true),
        ] {
            assert_eq!((stage.reads_old(), stage.writes()), (reads_old, writes));
        }
    }
}
