//! What this service is told beside what all are: whether it follows the stream; and its backend. It
//! never holds a key.

use clap::Parser;
use dynacrypt::legacy::{AwsEsdk, LegacyReading};
use example_common::backend::Backend;
use example_common::options::Options;
use example_common::{Result, old};

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
}

impl Settings {
    /// Whether the stream is followed.
    pub(crate) fn consumes(&self) -> bool {
        self.consume_stream.unwrap_or_else(|| self.options.is_embedded())
    }

    /// The backend, which in stages 1 and 2 reads the messages of the AWS Encryption SDK too.
    ///
    /// # Errors
    /// As [`old::backend`] and [`old::unwrapper`].
    pub(crate) async fn backend(&self) -> Result<Backend> {
        let messages = async |reading: LegacyReading| {
            Ok(reading.with(AwsEsdk::new(old::unwrapper(&self.options).await?)))
        };
        old::backend(&self.options, messages).await
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
}
