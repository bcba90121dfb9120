//! The command line and environment of every service. It never holds a token or a private key, only
//! the names of files.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::stage::{self, Stage};

/// How long an old form is read after a start, unless it is said until when.
const OLD_FORM: Duration = Duration::from_hours(30 * 24);

/// What a service is told when it starts.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Options {
    /// HTTPS, and nothing else, on this address
    #[arg(long, env = "LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8443")]
    pub listen: SocketAddr,
    /// Plain HTTP on this address: sends every request to HTTPS
    #[arg(long, env = "LISTEN_HTTP", value_name = "ADDRESS")]
    pub listen_http: Option<SocketAddr>,
    /// Names that clients know this service by: where plain HTTP is sent to, and what a certificate
    /// made at start is for
    #[arg(
        long = "host",
        env = "HOSTS",
        value_name = "NAME",
        value_delimiter = ',',
        default_value = "localhost,127.0.0.1"
    )]
    pub hosts: Vec<String>,
    /// A proxy whose `x-forwarded-proto` and `x-forwarded-for` count (repeatable)
    #[arg(
        long = "trusted-proxy",
        env = "TRUSTED_PROXIES",
        value_name = "IP",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<IpAddr>,
    /// Certificate chain, PEM; without it one is made at start
    #[arg(long, env = "TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate, PEM
    #[arg(long, env = "TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Where items and keys come from.
    #[command(flatten)]
    pub backend: BackendOptions,
    /// Whose bearer tokens count.
    #[command(flatten)]
    pub tokens: TokenOptions,
    /// For trying it out: a key pair for this process, and into this folder what a client needs
    /// (certificate, tokens of two owners, addresses)
    #[arg(long, env = "DEMO", value_name = "DIR", conflicts_with = "jwt_public_key")]
    pub demo: Option<PathBuf>,
    /// Deployment of the migration from the old format
    #[arg(long, env = "STAGE", value_enum, default_value = "3")]
    pub stage: Stage,
    /// File with the key of the old format; in deployments 1 and 2
    #[arg(long, env = "LEGACY_KEY_FILE", value_name = "FILE")]
    pub legacy_key: Option<PathBuf>,
    /// The old form is read before this day alone (UTC); 30 days from the start unless said
    #[arg(long, env = "LEGACY_UNTIL", value_name = "YYYY-MM-DD", value_parser = stage::day)]
    pub legacy_until: Option<SystemTime>,
    /// Requests a second that a caller may send
    #[arg(long, env = "RATE_PER_SECOND", value_name = "N", default_value = "20")]
    pub rate_per_second: NonZeroU32,
    /// Requests that a caller may send at once
    #[arg(long, env = "RATE_BURST", value_name = "N", default_value = "40")]
    pub rate_burst: NonZeroU32,
    /// Requests under way at once; what comes beyond them is answered 503
    #[arg(long, env = "MAX_REQUESTS", value_name = "N", default_value = "512")]
    pub max_requests: usize,
    /// What is logged: a level, or targets with levels, such as `info,hyper=warn`
    #[arg(long, env = "LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,
    /// What to do; `serve` unless said otherwise.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Where items and keys come from. Without any of these: the embedded database, and a wrapping key
/// of this process.
#[derive(Debug, Args)]
pub struct BackendOptions {
    /// DynamoDB (and KMS, with `--kms-key-id`) at this endpoint, such as http://127.0.0.1:8000
    #[arg(long, env = "DYNAMODB_ENDPOINT_URL", value_name = "URL")]
    pub dynamodb_endpoint_url: Option<String>,
    /// The standard AWS environment: region, credentials and endpoints from variables and profiles
    #[arg(long)]
    pub aws: bool,
    /// ARN of the KMS key that wraps the data keys
    #[arg(long, env = "KMS_KEY_ID", value_name = "ARN")]
    pub kms_key_id: Option<String>,
    /// KMS at an endpoint of its own
    #[arg(long, env = "KMS_ENDPOINT_URL", value_name = "URL", requires = "kms_key_id")]
    pub kms_endpoint_url: Option<String>,
    /// File with the wrapping key, base64, where there is no KMS
    #[arg(long, env = "WRAPPING_KEY_FILE", value_name = "FILE", conflicts_with = "kms_key_id")]
    pub wrapping_key_file: Option<PathBuf>,
    /// Name of the table, where it is not the record's
    #[arg(long, env = "DYNAMODB_TABLE", value_name = "NAME")]
    pub table: Option<String>,
    /// Create the table where it is absent (the embedded database always does)
    #[arg(long, env = "CREATE_TABLE")]
    pub create_table: bool,
}

/// Whose bearer tokens count.
#[derive(Debug, Args)]
pub struct TokenOptions {
    /// Public key of the tokens' issuer, PEM: Ed25519 (EdDSA) or P-256 (ES256)
    #[arg(long, env = "JWT_PUBLIC_KEY", value_name = "FILE")]
    pub jwt_public_key: Option<PathBuf>,
    /// Issuer (`iss`) that tokens must have
    #[arg(
        long,
        env = "JWT_ISSUER",
        value_name = "ISSUER",
        default_value = "https://issuer.example"
    )]
    pub jwt_issuer: String,
    /// Audience (`aud`) that tokens must have
    #[arg(long, env = "JWT_AUDIENCE", value_name = "AUDIENCE", default_value = "example-service")]
    pub jwt_audience: String,
}

/// What a service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Serve (the default)
    Serve,
}

impl Options {
    /// Reads the command line and environment, under the name and purpose of a service. Ends the
    /// process where they make no sense, or ask for help.
    #[must_use]
    pub fn read(name: &'static str, about: &'static str) -> Self {
        let matches = Self::command().name(name).about(about).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// Whether the database is the embedded one.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.backend.is_embedded()
    }

    /// From when on the old form is not read.
    #[must_use]
    pub fn legacy_end(&self) -> SystemTime {
        self.legacy_until.unwrap_or_else(|| SystemTime::now() + OLD_FORM)
    }
}

impl BackendOptions {
    pub(crate) fn is_embedded(&self) -> bool {
        !self.aws && self.dynamodb_endpoint_url.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound_and_the_defaults_are_safe() {
        Options::command().debug_assert();
        let options = Options::try_parse_from(["service"]).unwrap();
        assert!(options.listen.ip().is_loopback() && options.listen_http.is_none());
        assert!(options.trusted_proxies.is_empty() && options.is_embedded());
        assert_eq!(options.stage, Stage::RefuseOld);
    }

    #[test]
    fn lists_and_stages_are_read() {
        let options = Options::try_parse_from([
            "service",
            "--trusted-proxy",
            "10.0.0.1,::1",
            "--trusted-proxy",
            "10.0.0.2",
            "--stage",
            "1",
            "serve",
        ])
        .unwrap();
        assert_eq!(options.trusted_proxies.len(), 3);
        assert!(options.stage.reads_old());
        assert_eq!(options.command, Some(Command::Serve));
        assert!(Options::try_parse_from(["service", "--tls-cert", "a.pem"]).is_err());
        assert!(
            Options::try_parse_from(["service", "--demo", "d", "--jwt-public-key", "k"]).is_err()
        );
    }
}
