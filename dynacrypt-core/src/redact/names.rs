//! Names of sensitive fields, whichever way they are written. It never sees a value.

use std::collections::HashSet;

/// Headers that are credentials, whatever a schema says.
const HEADERS: [&str; 5] =
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"];

#[derive(Clone)]
pub(super) struct Names {
    /// Letters and digits alone, in lower case.
    known: HashSet<String>,
}

impl Default for Names {
    fn default() -> Self {
        Self { known: HEADERS.into_iter().map(plain).collect() }
    }
}

impl Names {
    pub(super) fn insert(&mut self, name: &str) {
        let plain = plain(name);
        if !plain.is_empty() {
            self.known.insert(plain);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether a name, or the last part of a path of names, is known.
    pub(super) fn contains(&self, name: &str) -> bool {
        let last = name.rsplit(['.', '/', ':']).next().unwrap_or(name);
        self.known.contains(&plain(name)) || self.known.contains(&plain(last))
    }

    /// As [`contains`](Self::contains), for the name of a header.
    pub(super) fn contains_header(&self, name: &str) -> bool {
        self.contains(name) || name.strip_prefix("x-").is_some_and(|rest| self.contains(rest))
    }
}

/// Whether a name is one of the headers whose values have separators of their own.
pub(super) fn is_header(name: &str) -> bool {
    HEADERS.iter().any(|header| plain(header) == plain(name))
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_every_case() {
        let mut names = Names::default();
        names.insert("api_key");
        names.insert("stra\u{df}e");
        names.insert("_");
        for known in [
            "api_key",
            "apiKey",
            "ApiKey",
            "API_KEY",
            "api-key",
            "apikey",
            "api key",
            "user.api_key",
            "Set-Cookie",
            "stra\u{df}e",
        ] {
            assert!(names.contains(known), "{known}");
        }
        assert!(!names.contains("api") && !names.contains("api_keys") && !names.contains("_"));
        assert!(names.contains_header("x-api_key") && !names.contains_header("x-request-id"));
    }
}
