//! The three deployments in which a table is moved from an old format. It never reads one.

use std::time::SystemTime;

use clap::ValueEnum;
use dynacrypt::legacy;
use time::{Date, Month};

/// Which deployment of the migration this is. Run each everywhere before the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, ValueEnum)]
pub enum Stage {
    /// Read both forms. What is written is sealed, so others must read both before this writes.
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

    /// Whether anything is written: in the first deployment the old program still does.
    #[must_use]
    pub fn writes(self) -> bool {
        self > Self::ReadBoth
    }
}

impl From<Stage> for legacy::Stage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::ReadBoth => Self::ReadBoth,
            Stage::WriteSealed => Self::WriteSealed,
            Stage::RefuseOld => Self::RefuseOld,
        }
    }
}

/// The beginning of a day in UTC, from a date such as `2027-01-31`.
///
/// # Errors
/// Where it is none; the text of the error has nothing of it.
pub fn day(text: &str) -> Result<SystemTime, &'static str> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let date = match (year, month, day, parts.next()) {
        (Some(year), Some(month), Some(day), None) => parse(year, month, day),
        _ => None,
    };
    Ok(date.ok_or("a day is YYYY-MM-DD")?.midnight().assume_utc().into())
}

fn parse(year: &str, month: &str, day: &str) -> Option<Date> {
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_day_is_its_beginning() {
        let at = |seconds| Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(day("1970-01-02"), at(86_400));
        assert_eq!(day("2027-01-01"), at(1_798_761_600));
        for bad in ["", "2027", "2027-1", "2027-13-01", "2027-02-29", "2027-01-01-01", "a-b-c"] {
            assert!(day(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn stages_are_those_of_the_library() {
        for (stage, number) in
            [(Stage::ReadBoth, 1), (Stage::WriteSealed, 2), (Stage::RefuseOld, 3)]
        {
            assert_eq!(legacy::Stage::from(stage).number(), number);
            assert_eq!((stage.reads_old(), stage.writes()), (number < 3, number > 1));
        }
    }
}
