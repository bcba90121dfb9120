//! The demonstration: a token issuer of this process, and a folder with what a client needs. It never
//! prints or logs a token, and has no part in a service that is given a real key.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jsonwebtoken::{Algorithm, EncodingKey, Header, get_current_timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Result;
use crate::options::Options;
use crate::tls::Identity;
use crate::tokens::Verifier;

/// The two owners.
pub const OWNERS: [(&str, &str); 2] = [("ada", "user-ada"), ("bob", "user-bob")];
/// Seconds that a token of the folder counts.
const LIFETIME: u64 = 8 * 60 * 60;
/// Seconds that a token counts which is signed on demand.
pub const SHORT_LIFETIME: u64 = 15 * 60;

/// An issuer of tokens with a key of its own.
pub struct Issuer {
    pair: rcgen::KeyPair,
}

impl Issuer {
    /// With a new Ed25519 key.
    ///
    /// # Errors
    /// Where the operating system gives no randomness.
    pub fn generate() -> Result<Self> {
        Ok(Self { pair: rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519)? })
    }

    /// The public key, PEM.
    #[must_use]
    pub fn public_key(&self) -> String {
        self.pair.public_key_pem()
    }

    /// A token with these claims.
    ///
    /// # Errors
    /// Where the claims are no JSON object.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String> {
        self.sign_with(claims, |_| ())
    }

    pub(crate) fn sign_with(
        &self,
        claims: &impl Serialize,
        change: impl FnOnce(&mut Header),
    ) -> Result<String> {
        let mut header = Header::new(Algorithm::EdDSA);
        change(&mut header);
        let key = EncodingKey::from_ed_der(self.pair.serialized_der());
        Ok(jsonwebtoken::encode(&header, claims, &key)?)
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer").finish_non_exhaustive()
    }
}

/// The folder of a demonstration.
#[derive(Debug)]
pub struct Demo {
    issuer: Issuer,
    iss: String,
    aud: String,
    folder: PathBuf,
    database: Option<String>,
    _temporary: Option<TempDir>,
}

/// The verifier of a service: under the key that it was given, or of a demonstration.
///
/// Without a key, a service on the embedded database makes a demonstration, in a folder for this
/// user alone, which goes with the process; on any other it does not start.
///
/// # Errors
/// Where the key cannot be read, the folder cannot be written, or neither is given.
pub fn verifier(options: &Options, identity: &Identity) -> Result<(Verifier, Option<Demo>)> {
    if let Some(verifier) = Verifier::load(&options.tokens)? {
        return Ok((verifier, None));
    }
    let (folder, temporary) = match &options.demo {
        Some(folder) => (folder.clone(), None),
        None if options.is_embedded() => {
            let temporary = tempfile::Builder::new().prefix("dynacrypt-demo-").tempdir()?;
            (temporary.path().to_owned(), Some(temporary))
        }
        None => return Err("whose tokens count? give --jwt-public-key, or --demo to try it".into()),
    };
    let issuer = Issuer::generate()?;
    write(&folder, &issuer, options, identity)?;
    tracing::warn!(
        folder = %folder.display(),
        "a demonstration: tokens of two owners, ada.jwt and bob.jwt, are in the folder"
    );
    let (iss, aud) = (options.tokens.jwt_issuer.clone(), options.tokens.jwt_audience.clone());
    let verifier = Verifier::new(&issuer.public_key(), &iss, &aud)?;
    Ok((verifier, Some(Demo { issuer, iss, aud, folder, database: None, _temporary: temporary })))
}

impl Demo {
    /// Says also where the embedded database is, so that a script can look at what is stored.
    #[must_use]
    pub fn with_database(mut self, endpoint_url: Option<String>) -> Self {
        self.database = endpoint_url;
        self
    }

    /// A token for one of the two owners, by name, that counts for [`SHORT_LIFETIME`]; `None` for
    /// anybody else.
    ///
    /// # Errors
    /// Where it cannot be signed.
    ///
    /// # Security
    /// Whoever gets it is the owner: this is for a demonstration's own page, and for no other service.
    pub fn token(&self, name: &str) -> Result<Option<(&'static str, String)>> {
        let Some((_, sub)) = OWNERS.into_iter().find(|(owner, _)| *owner == name) else {
            return Ok(None);
        };
        let now = get_current_timestamp();
        let token = self.issuer.sign(&claims(sub, &self.iss, &self.aud, now, SHORT_LIFETIME))?;
        Ok(Some((sub, token)))
    }

    /// Says where the service listens, in `ready.json`: the last file to be written, and whole.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn announce(&self, https: SocketAddr, http: Option<SocketAddr>) -> Result<()> {
        let ready = json!({
            "https": https.to_string(),
            "http": http.map(|address| address.to_string()),
            "database": self.database,
            "pid": std::process::id(),
        });
        let unfinished = self.folder.join("ready.json.new");
        write_private(&unfinished, &ready.to_string())?;
        std::fs::rename(unfinished, self.folder.join("ready.json"))?;
        Ok(())
    }
}

fn write(folder: &Path, issuer: &Issuer, options: &Options, identity: &Identity) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    match std::fs::remove_file(folder.join("ready.json")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    if let Some(authority) = identity.authority() {
        write_private(&folder.join("ca.pem"), authority)?;
    }
    let now = get_current_timestamp();
    let (iss, aud) = (options.tokens.jwt_issuer.as_str(), options.tokens.jwt_audience.as_str());
    for (name, sub) in OWNERS {
        let token = issuer.sign(&claims(sub, iss, aud, now, LIFETIME))?;
        write_private(&folder.join(format!("{name}.jwt")), &token)?;
    }
    // Tokens that must not count, to show that they do not.
    let [(_, sub), _] = OWNERS;
    let sound = claims(sub, iss, aud, now, LIFETIME);
    let expired = claims(sub, iss, aud, now - LIFETIME - 600, LIFETIME);
    let other_issuer = claims(sub, "https://other.example", aud, now, LIFETIME);
    for (name, token) in [
        ("expired", issuer.sign(&expired)?),
        ("other-audience", issuer.sign(&claims(sub, iss, "another-service", now, LIFETIME))?),
        ("other-issuer", issuer.sign(&other_issuer)?),
        ("other-key", Issuer::generate()?.sign(&sound)?),
    ] {
        write_private(&folder.join(format!("{name}.jwt")), &token)?;
    }
    Ok(())
}

fn claims(sub: &str, iss: &str, aud: &str, now: u64, lifetime: u64) -> Value {
    json!({ "sub": sub, "iss": iss, "aud": aud, "exp": now + lifetime, "iat": now })
}

/// A file that this user alone can read; one that is there already is replaced.
fn write_private(path: &Path, text: &str) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn the_folder_has_what_a_client_needs_for_this_user_alone() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("demo");
        let options = Options::parse_from(["service", "--demo", folder.to_str().unwrap()]);
        let identity = Identity::generate(&options.hosts).unwrap();
        let (verifier, demo) = verifier(&options, &identity).unwrap();
        let ask = |name: &str| {
            let token = std::fs::read_to_string(folder.join(format!("{name}.jwt"))).unwrap();
            verifier.caller([format!("Bearer {token}")]).map(|caller| caller.id().to_owned())
        };
        assert_eq!((ask("ada"), ask("bob")), (Ok("user-ada".into()), Ok("user-bob".into())));
        for name in ["expired", "other-audience", "other-issuer", "other-key"] {
            assert!(ask(name).is_err(), "{name}");
        }
        assert!(!folder.join("ready.json").exists());
        let demo = demo.unwrap();
        let (id, token) = demo.token("bob").unwrap().unwrap();
        let caller = verifier.caller([format!("Bearer {token}")]).unwrap();
        assert_eq!((id, caller.id()), ("user-bob", "user-bob"));
        for nobody in ["", "user-ada", "Ada", "mallory"] {
            assert_eq!(demo.token(nobody).unwrap(), None, "{nobody}");
        }
        demo.announce("127.0.0.1:1".parse().unwrap(), None).unwrap();
        #[cfg(unix)]
        for file in std::fs::read_dir(&folder).unwrap() {
            let file = file.unwrap();
            let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata().unwrap());
            assert_eq!(mode & 0o777, 0o600, "{:?}", file.path());
        }
        assert!(folder.join("ready.json").exists());
    }

    #[test]
    fn without_a_key_only_the_embedded_database_is_demonstrated_on() {
        let identity = Identity::generate(&["localhost".to_owned()]).unwrap();
        let (_, demo) = verifier(&Options::parse_from(["service"]), &identity).unwrap();
        let folder = demo.as_ref().unwrap().folder.clone();
        assert!(folder.join("ada.jwt").exists());
        drop(demo);
        assert!(!folder.exists());
        assert!(verifier(&Options::parse_from(["service", "--aws"]), &identity).is_err());
    }
}
