//! TLS in process: 1.2 or later, named cipher suites, a certificate from files or made at start. It
//! never logs a key, and never accepts what it does not name.

use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, SupportedCipherSuite, version};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::Result;
use crate::options::Options;

/// The cipher suites, in order of preference: with forward secrecy and authenticated encryption alone.
pub const CIPHER_SUITES: [SupportedCipherSuite; 9] = [
    aws_lc_rs::cipher_suite::TLS13_AES_256_GCM_SHA384,
    aws_lc_rs::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
    aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256,
    aws_lc_rs::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    aws_lc_rs::cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    aws_lc_rs::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    aws_lc_rs::cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    aws_lc_rs::cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    aws_lc_rs::cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
];

/// A certificate chain and its private key, as PEM texts.
pub struct Identity {
    chain: String,
    key: Zeroizing<String>,
    authority: Option<String>,
}

impl Identity {
    /// From the files of the options, or made for this process.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn load(options: &Options) -> Result<Self> {
        match (&options.tls_cert, &options.tls_key) {
            (Some(cert), Some(key)) => {
                Ok(Self { chain: read(cert)?, key: Zeroizing::new(read(key)?), authority: None })
            }
            _ => Self::generate(&options.hosts),
        }
    }

    /// For these names, signed by an authority whose key is gone when this returns.
    ///
    /// # Errors
    /// Where a name is none that a certificate can have.
    pub fn generate(hosts: &[String]) -> Result<Self> {
        let now = OffsetDateTime::now_utc();
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, "example authority of one process");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        (params.not_before, params.not_after) =
            (now - Duration::hours(1), now + Duration::days(30));
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

        let mut params = CertificateParams::new(hosts.to_vec())?;
        params.distinguished_name.push(DnType::CommonName, "example service");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        (params.not_before, params.not_after) =
            (now - Duration::hours(1), now + Duration::days(30));
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &authority)?;
        Ok(Self {
            chain: certificate.pem(),
            key: Zeroizing::new(key.serialize_pem()),
            authority: Some(authority.pem()),
        })
    }

    /// What a client must trust, where the certificate was made at start.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// The chain, PEM. For frameworks that build their own configuration.
    #[must_use]
    pub fn chain(&self) -> &str {
        &self.chain
    }

    /// The private key, PEM. For frameworks that build their own configuration.
    ///
    /// # Security
    /// Hand it to the framework and to nobody else.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// A rustls configuration that offers these protocols (ALPN), such as `h2` and `http/1.1`.
    ///
    /// # Errors
    /// Where chain and key are no PEM, or do not belong together.
    pub fn server_config(&self, protocols: &[&str]) -> Result<Arc<ServerConfig>> {
        let provider = CryptoProvider {
            cipher_suites: CIPHER_SUITES.to_vec(),
            ..aws_lc_rs::default_provider()
        };
        let chain = CertificateDer::pem_slice_iter(self.chain.as_bytes())
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes())?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Ok(Arc::new(config))
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity")
            .field("made_at_start", &self.authority.is_some())
            .finish_non_exhaustive()
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_identity_serves_the_named_suites_and_shows_no_key() {
        let identity =
            Identity::generate(&["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let config = identity.server_config(&["http/1.1"]).unwrap();
        assert_eq!(config.crypto_provider().cipher_suites.len(), CIPHER_SUITES.len());
        assert_eq!(config.alpn_protocols, [b"http/1.1".to_vec()]);
        assert!(identity.key().contains("PRIVATE KEY"));
        assert!(!format!("{identity:?}").contains("PRIVATE"));
        assert!(identity.authority().is_some_and(|pem| pem.contains("CERTIFICATE")));
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let hosts = ["localhost".to_owned()];
        let mut identity = Identity::generate(&hosts).unwrap();
        identity.key = Identity::generate(&hosts).unwrap().key;
        assert!(identity.server_config(&[]).is_err());
    }
}
