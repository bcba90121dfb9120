//! Bearer tokens: JSON Web Tokens, verified, become the caller. It never trusts a claim before the
//! signature, never logs a token, and never says which check failed.

use std::fmt;

use dynacrypt::Principal;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;

use crate::Result;
use crate::options::TokenOptions;
use crate::problem::Problem;

/// Bytes of a token that are looked at.
const MAX_TOKEN: usize = 4096;
/// Bytes of a subject: it becomes a key.
const MAX_SUBJECT: usize = 256;
/// Seconds by which clocks may differ.
const LEEWAY: u64 = 30;

/// Who sent a request, as its token proves.
#[derive(Clone)]
pub struct Caller {
    principal: Principal,
    id: String,
}

impl Caller {
    /// The principal, for the repository.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The owner's id: the token's subject.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}

/// Verifies tokens of one issuer, for one audience, under one key and its one algorithm.
pub struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

impl Verifier {
    /// For tokens under this public key (PEM): Ed25519, then EdDSA is the algorithm, or P-256, then
    /// ES256 is. What a token says of its algorithm decides nothing.
    ///
    /// # Errors
    /// Where the key is neither.
    pub fn new(public_key: &str, issuer: &str, audience: &str) -> Result<Self> {
        let pem = public_key.as_bytes();
        let (key, algorithm) = match DecodingKey::from_ed_pem(pem) {
            Ok(key) => (key, Algorithm::EdDSA),
            Err(_) => match DecodingKey::from_ec_pem(pem) {
                Ok(key) => (key, Algorithm::ES256),
                Err(_) => return Err("the token key is neither Ed25519 nor P-256, as PEM".into()),
            },
        };
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY;
        Ok(Self { key, validation })
    }

    /// As the options say; `None` where they name no key.
    ///
    /// # Errors
    /// Where the key cannot be read.
    pub fn load(options: &TokenOptions) -> Result<Option<Self>> {
        let Some(file) = &options.jwt_public_key else { return Ok(None) };
        let pem = std::fs::read_to_string(file)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        Self::new(&pem, &options.jwt_issuer, &options.jwt_audience).map(Some)
    }

    /// The caller, from the values of all `authorization` headers of a request.
    ///
    /// # Errors
    /// 401 where there is no bearer token, more than one, or one that does not count.
    pub fn caller<V: AsRef<[u8]>>(
        &self,
        authorization: impl IntoIterator<Item = V>,
    ) -> std::result::Result<Caller, Problem> {
        let mut values = authorization.into_iter();
        let value = values.next().ok_or_else(Problem::unauthenticated)?;
        if values.next().is_some() {
            return Err(Problem::unauthenticated());
        }
        let token = bearer(value.as_ref()).ok_or_else(Problem::unauthenticated)?;
        if token.len() > MAX_TOKEN {
            return Err(Problem::invalid_token());
        }
        let token = decode::<Claims>(token, &self.key, &self.validation)
            .map_err(|_| Problem::invalid_token())?;
        // RFC 7515, 4.1.11: extensions that must be understood, and are not.
        if token.header.crit.is_some() {
            return Err(Problem::invalid_token());
        }
        let id = token.claims.sub;
        if id.is_empty() || id.len() > MAX_SUBJECT || id.chars().any(char::is_control) {
            return Err(Problem::invalid_token());
        }
        Ok(Caller { principal: Principal::owner(&id), id })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("algorithms", &self.validation.algorithms)
            .finish_non_exhaustive()
    }
}

/// The token of `Bearer TOKEN`.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(7)?;
    let token = token.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"bearer ") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests;
