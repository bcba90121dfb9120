//! The old form of a service's items, for as long as it is read: until when, and under which key. It
//! never writes one.

use std::time::SystemTime;

use dynacrypt::legacy::{KeyEncoding, KmsUnwrapper, LegacyKey, LegacyReading};
use time::{Date, Month};

use crate::Result;
use crate::backend::{self, Backend};
use crate::options::Options;

/// The backend at the deployment that the options name: in the first two, it reads what `formats` adds
/// too.
///
/// # Errors
/// In the first two without `--legacy-until`; where `formats` fails; as [`Backend::open`].
pub async fn backend(
    options: &Options,
    formats: impl AsyncFnOnce(LegacyReading) -> Result<LegacyReading>,
) -> Result<Backend> {
    let reading = match reading(options)? {
        Some(reading) => Some(formats(reading).await?),
        None => None,
    };
    let backend = Backend::open(&options.backend).await?;
    let Some(reading) = reading else { return Ok(backend) };
    tracing::warn!(stage = options.stage.number(), "items in their old form are read too");
    Ok(backend.at_stage(options.stage, reading))
}

/// What is read of the old form: nothing yet, until the day that the options name; `None` in the third
/// deployment.
///
/// # Errors
/// In the first two without `--legacy-until`.
fn reading(options: &Options) -> Result<Option<LegacyReading>> {
    if !options.stage.reads_old() {
        return Ok(None);
    }
    let until = options
        .legacy_until
        .ok_or("stages 1 and 2 read the old form, and must say until when: give --legacy-until")?;
    Ok(Some(LegacyReading::until(until)))
}

/// The old format's key, from its file.
///
/// # Errors
/// Without `--legacy-key`, or where the file holds no key.
pub fn key(options: &Options, encoding: KeyEncoding) -> Result<LegacyKey> {
    let file = options.legacy_key.as_ref().ok_or(
        "stages 1 and 2 read what was encrypted under a key of its own: give --legacy-key",
    )?;
    Ok(LegacyKey::from_file(file, encoding)?)
}

/// What unwraps the old format's data keys, under the KMS key that the options name.
///
/// # Errors
/// Without `--kms-key-id`.
pub async fn unwrapper(options: &Options) -> Result<KmsUnwrapper> {
    let arn = options.backend.kms_key_id.as_deref().ok_or(
        "stages 1 and 2 read what was encrypted under data keys that KMS wrapped: give --kms-key-id",
    )?;
    Ok(KmsUnwrapper::new(backend::kms(&options.backend).await, [arn]))
}

/// The beginning of a day in UTC, from a date such as `2027-01-31`.
pub(crate) fn day(text: &str) -> std::result::Result<SystemTime, &'static str> {
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

    use clap::Parser;

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

    #[tokio::test]
    async fn the_old_form_needs_an_end_and_a_key() {
        let options = |more: &[&str]| {
            Options::try_parse_from(["service"].into_iter().chain(more.iter().copied())).unwrap()
        };
        let refused = async |more: &[&str]| {
            let options = options(more);
            let formats = async |reading| {
                key(&options, KeyEncoding::Hex)?;
                Ok(reading)
            };
            backend(&options, formats).await.map(drop).unwrap_err().to_string()
        };
        assert!(refused(&["--stage", "1"]).await.contains("--legacy-until"));
        let until = ["--stage", "2", "--legacy-until", "2099-01-01"];
        assert!(refused(&until).await.contains("--legacy-key"));
        let error = unwrapper(&options(&until)).await.unwrap_err().to_string();
        assert!(error.contains("--kms-key-id"), "{error}");
        assert!(reading(&options(&[])).unwrap().is_none());
    }
}
