//! What this service is told beside what all are: whether it follows the stream, and until when it
//! reads the old form. It never holds a key.

use std::time::{Duration, SystemTime};

use clap::Parser;
use dynacrypt::legacy::{AwsEsdk, KmsUnwrapper, LegacyReading};
use example_common::Result;
use example_common::backend::{self, Backend};
use example_common::options::Options;

/// How long the old form is read, from the start on, unless told otherwise.
const OLD_FORM: Duration = Duration::from_hours(30 * 24);

/// The command line and environment.
#[derive(Debug, Parser)]
pub(crate) struct Settings {
    /// What all services are told.
    #[command(flatten)]
    pub(crate) options: Options,
    /// Follow the table's stream, and keep a history of each member (on the embedded database:
    /// unless told otherwise)
    #[arg(
        long,
        env = "CONSUME_STREAM",
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    consume_stream: Option<bool>,
    /// Until when stages 1 and 2 read the old form, in seconds since 1970: from then on it is
    /// refused, whatever the stage (thirty days from the start, unless told otherwise)
    #[arg(long, env = "OLD_FORM_UNTIL", value_name = "SECONDS")]
    old_form_until: Option<u64>,
}

impl Settings {
    /// Whether the stream is followed.
    pub(crate) fn consumes(&self) -> bool {
        self.consume_stream.unwrap_or_else(|| self.options.is_embedded())
    }

    /// The key that the messages of the AWS Encryption SDK were written under, where the stage
    /// reads them.
    ///
    /// # Errors
    /// Where the stage reads them, and no KMS key is named.
    pub(crate) fn old_key(&self) -> Result<Option<&str>> {
        if !self.options.stage.reads_old() {
            return Ok(None);
        }
        self.options.backend.kms_key_id.as_deref().map(Some).ok_or_else(|| {
            "--stage 1 and 2 read messages of the AWS Encryption SDK, whose data keys KMS wrapped: \
             give --kms-key-id"
                .into()
        })
    }

    /// The backend, which reads the old form where the stage says so.
    ///
    /// # Errors
    /// As [`old_key`](Self::old_key), and where the backend cannot be reached.
    pub(crate) async fn backend(&self) -> Result<Backend> {
        let old_key = self.old_key()?;
        let backend = Backend::open(&self.options.backend).await?;
        let Some(arn) = old_key else { return Ok(backend) };
        let kms = backend::kms(&self.options.backend).await;
        let format = AwsEsdk::new(KmsUnwrapper::new(kms, [arn]));
        let reading = LegacyReading::until(self.end()).with(format);
        Ok(backend.at_stage(self.options.stage, reading))
    }

    fn end(&self) -> SystemTime {
        match self.old_form_until {
            Some(seconds) => SystemTime::UNIX_EPOCH + Duration::from_secs(seconds),
            None => SystemTime::now() + OLD_FORM,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn settings(more: &[&str]) -> Settings {
        Settings::parse_from(["service"].into_iter().chain(more.iter().copied()))
    }

    #[test]
    fn the_stream_is_followed_where_it_is_wanted() {
        Settings::command().debug_assert();
        assert!(settings(&[]).consumes());
        assert!(!settings(&["--aws"]).consumes());
        assert!(settings(&["--aws", "--consume-stream", "serve"]).consumes());
        assert!(!settings(&["--consume-stream=false"]).consumes());
    }

    #[test]
    fn the_old_form_needs_kms() {
        for stage in ["1", "2"] {
            let error = settings(&["--stage", stage]).old_key().unwrap_err();
            assert!(error.to_string().contains("--kms-key-id"), "{error}");
            let key = ["--stage", stage, "--kms-key-id", "arn:aws:kms:eu-west-1:1:key/1"];
            assert!(settings(&key).old_key().unwrap().is_some());
        }
        assert!(settings(&["--stage", "3"]).old_key().unwrap().is_none());
    }
}
