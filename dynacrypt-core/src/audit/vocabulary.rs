//! Names that say secret, for items without a schema. It never sees a value.

use crate::redact::Redactor;

/// What a name is, or ends in: `stripe_api_key`, `userPassword`.
const ENDINGS: [&str; 61] = [
    "access key",
    "access token",
    "account number",
    "api key",
    "api secret",
    "api token",
    "apikey",
    "auth token",
    "bank account",
    "bearer token",
    "card number",
    "client secret",
    "credential",
    "credentials",
    "credit card",
    "cvc",
    "cvv",
    "date of birth",
    "debit card",
    "driver license",
    "drivers license",
    "driving licence",
    "encryption key",
    "iban",
    "id token",
    "jwt",
    "mfa secret",
    "national id",
    "national insurance number",
    "one time code",
    "otp secret",
    "passcode",
    "passphrase",
    "passport",
    "passport number",
    "passwd",
    "password",
    "passwords",
    "pin code",
    "private key",
    "recovery code",
    "recovery codes",
    "refresh token",
    "routing number",
    "secret",
    "secret key",
    "secrets",
    "session token",
    "signing key",
    "social security number",
    "ssh key",
    "ssn",
    "tax id",
    "taxpayer id",
    "token",
    "tokens",
    "totp secret",
    "webhook secret",
    "api keys",
    "access keys",
    "private keys",
];
/// What says secret by itself alone: `map_pin` does not.
const WHOLE: [&str; 8] = ["pin", "pwd", "pan", "dob", "otp", "cookie", "sin", "nino"];
/// What a secret may be followed by.
const TRAILING: [&str; 9] =
    ["value", "text", "plain", "plaintext", "clear", "raw", "hash", "b64", "base64"];
/// Tokens that are positions or names, not credentials.
const HARMLESS: [&str; 11] = [
    "next",
    "page",
    "paging",
    "pagination",
    "continuation",
    "idempotency",
    "request",
    "sync",
    "cursor",
    "start",
    "cancellation",
];

/// Names that say secret: those of the vocabulary, and those that the caller adds.
#[derive(Clone)]
pub(super) struct Vocabulary {
    endings: Redactor,
    /// Whole names.
    whole: Redactor,
}

impl Vocabulary {
    pub(super) fn new() -> Self {
        Self { endings: Redactor::new().names(ENDINGS), whole: Redactor::new().names(WHOLE) }
    }

    pub(super) fn with(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.whole = self.whole.names(names);
        self
    }

    /// Whether a name says that its value is a secret.
    pub(super) fn says_secret(&self, name: &str) -> bool {
        // Longer than any name that somebody chose: data.
        if name.len() > 255 {
            return false;
        }
        if self.whole.is_sensitive(name) {
            return true;
        }
        let mut words = words(name);
        while words.len() > 1 && words.last().is_some_and(|word| is_trailing(word)) {
            words.pop();
        }
        // `password2` and `password` are one.
        if let Some(last) = words.last_mut() {
            let len = last.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            last.truncate(if len == 0 { last.len() } else { len });
        }
        let harmless =
            |at: usize| words.get(at).is_some_and(|word| HARMLESS.contains(&word.as_str()));
        (1..=words.len().min(4)).any(|count| {
            let start = words.len() - count;
            let ending = words.get(start..).unwrap_or_default().concat();
            self.endings.is_sensitive(&ending)
                && !(ending.starts_with("token") && start.checked_sub(1).is_some_and(harmless))
        })
    }
}

fn is_trailing(word: &str) -> bool {
    TRAILING.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The words of a name, in lower case: `apiKey`, `API_KEY` and `api-key` have the same two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let begins_word = c.is_uppercase()
            && (before.is_lowercase()
                || before.is_ascii_digit()
                || before.is_uppercase() && rest.peek().is_some_and(|next| next.is_lowercase()));
        if !c.is_alphanumeric() || begins_word {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_secret_are_known_however_they_are_written() {
        let vocabulary = Vocabulary::new().with(["blood_type"]);
        for name in [
            "password",
            "userPassword",
            "PASSWORD",
            "password_hash",
            "password2",
            "ssn",
            "SSN",
            "stripe_api_key",
            "stripeAPIKey",
            "APIKey",
            "api-keys",
            "accessToken",
            "refresh_token",
            "token",
            "github.token",
            "client_secret",
            "clientSecretValue",
            "SocialSecurityNumber",
            "card_number",
            "cardNumber",
            "creditCard",
            "cvv",
            "pin",
            "PIN",
            "dateOfBirth",
            "tax_id",
            "passportNumber",
            "privateKey",
            "authorization",
            "bloodType",
            "oauth2_tokens",
            "iban",
            "recovery-codes",
        ] {
            assert!(vocabulary.says_secret(name), "{name}");
        }
        for name in [
            "name",
            "token_count",
            "token_type",
            "tokenExpiresAt",
            "next_token",
            "nextPageToken",
            "idempotencyToken",
            "map_pin",
            "password_changed_at",
            "secretary",
            "sort_key",
            "key",
            "passenger",
            "pk",
            "assn",
            "cardholder_id",
            "has_password_reset",
            "",
            "_",
            "api",
        ] {
            assert!(!vocabulary.says_secret(name), "{name}");
        }
        assert!(!vocabulary.says_secret(&format!("{}_password", "x".repeat(300))));
    }
}
