//! Secrets by their shapes: what they look like, where they are in a text. It never keeps or shows
//! one.

mod numbers;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::bytes::Regex;

use crate::forms::forms;

/// Fewer bytes than this turn up by chance.
const MIN_CANARY_LEN: usize = 4;

/// What a secret looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// The id of an AWS access key: `AKIA…`, `ASIA…`.
    AwsAccessKeyId,
    /// An AWS secret access key, beside a name that says so: by itself it looks like any hash.
    AwsSecretAccessKey,
    /// A secret or restricted key of Stripe's, or the secret of one of its webhooks.
    StripeKey,
    /// A token of GitHub's: `ghp_…`, `github_pat_…` and their relatives.
    GitHubToken,
    /// A token or webhook of Slack's.
    SlackToken,
    /// An API key or client secret of Google's.
    GoogleApiKey,
    /// A key of GitLab's, npm's, SendGrid's, OpenAI's or Anthropic's.
    OtherApiKey,
    /// A private key in PEM, or the beginning of one.
    PrivateKey,
    /// A JSON Web Token.
    JsonWebToken,
    /// A payment card number of a known issuer, whose check digit fits.
    PaymentCard,
    /// A US social security number with its separators, of an area, group and serial that exist.
    SocialSecurityNumber,
    /// A text that was given as a canary, in one of its forms.
    Canary,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 12] = [
        Self::AwsAccessKeyId,
        Self::AwsSecretAccessKey,
        Self::StripeKey,
        Self::GitHubToken,
        Self::SlackToken,
        Self::GoogleApiKey,
        Self::OtherApiKey,
        Self::PrivateKey,
        Self::JsonWebToken,
        Self::PaymentCard,
        Self::SocialSecurityNumber,
        Self::Canary,
    ];

    /// Its name, such as `payment-card`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AwsAccessKeyId => "aws-access-key-id",
            Self::AwsSecretAccessKey => "aws-secret-access-key",
            Self::StripeKey => "stripe-key",
            Self::GitHubToken => "github-token",
            Self::SlackToken => "slack-token",
            Self::GoogleApiKey => "google-api-key",
            Self::OtherApiKey => "other-api-key",
            Self::PrivateKey => "private-key",
            Self::JsonWebToken => "json-web-token",
            Self::PaymentCard => "payment-card",
            Self::SocialSecurityNumber => "social-security-number",
            Self::Canary => "canary",
        }
    }
}

/// A secret that was found: its shape and its place, in bytes. What it is, it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    shape: Shape,
    start: usize,
    end: usize,
}

impl Hit {
    /// What it looks like.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Where it begins.
    #[must_use]
    pub fn start(&self) -> usize {
        self.start
    }

    /// Where it ends: the place after its last byte.
    #[must_use]
    pub fn end(&self) -> usize {
        self.end
    }
}

/// Whether, and to where, a match is what it looks like.
type Confirm = fn(&[u8], usize, usize) -> Option<usize>;

struct Pattern {
    shape: Shape,
    regex: Regex,
    confirm: Confirm,
}

/// Bounded repetitions, so that a text of nothing but beginnings costs no more than another. Where
/// a pattern has a group, the group is the secret.
const PATTERNS: [(Shape, &str, Confirm); 10] = [
    (Shape::AwsAccessKeyId, r"(?-u)A(?:KIA|SIA)[A-Z0-9]{16}", word),
    (
        Shape::AwsSecretAccessKey,
        r#"(?i-u)secret[a-z0-9_.\- ]{0,20}key["'\\]{0,3}\s{0,3}(?:=>|[=:])\s{0,3}["'\\]{0,3}([a-z0-9/+]{40})"#,
        base64_word,
    ),
    (Shape::StripeKey, r"(?-u)(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9+/]{10,250}", word_start),
    (
        Shape::GitHubToken,
        r"(?-u)gh[oprsu]_[A-Za-z0-9]{36,250}|github_pat_[A-Za-z0-9_]{22,250}",
        word_start,
    ),
    (
        Shape::SlackToken,
        r"(?-u)xox[abeoprs](?:\.xox[abp])?-[A-Za-z0-9-]{10,250}|xapp-[0-9]-[A-Za-z0-9-]{10,250}|hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_]{20,250}",
        word_start,
    ),
    (
        Shape::GoogleApiKey,
        r"(?-u)AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{20,250}",
        word_start,
    ),
    (
        Shape::OtherApiKey,
        r"(?-u)glpat-[A-Za-z0-9_-]{20,250}|npm_[A-Za-z0-9]{36}|SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}|sk-(?:ant|proj|svcacct)-[A-Za-z0-9_-]{20,250}",
        word_start,
    ),
    (
        Shape::JsonWebToken,
        r"(?-u)eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,3}",
        word_start,
    ),
    (
        Shape::PaymentCard,
        r"(?-u)[0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4}|[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{4}|[0-9]{4} [0-9]{6} [0-9]{4,5}|[0-9]{4}-[0-9]{6}-[0-9]{4,5}|[0-9]{14,19}",
        numbers::card,
    ),
    (
        Shape::SocialSecurityNumber,
        r"(?-u)[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}",
        numbers::social_security,
    ),
];

/// A test holds that none of them is missing.
static COMPILED: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let compiled = PATTERNS.into_iter().filter_map(|(shape, pattern, confirm)| {
        Some(Pattern { shape, regex: Regex::new(pattern).ok()?, confirm })
    });
    compiled.collect()
});

const PEM_BEGIN: &[u8] = b"-----BEGIN ";
const PEM_END: &[u8] = b"-----END ";
const PEM_KEY: &[u8] = b"PRIVATE KEY";
/// What may stand between `-----BEGIN ` and the end of its line.
const PEM_LABEL_LEN: usize = 64;

#[derive(Clone)]
pub(super) struct Detector {
    shapes: BTreeSet<Shape>,
    canaries: Vec<Vec<u8>>,
    search: Option<AhoCorasick>,
    /// The longest canary that goes over a line end.
    over_lines: usize,
}

impl Default for Detector {
    fn default() -> Self {
        Self {
            shapes: Shape::ALL.into_iter().collect(),
            canaries: Vec::new(),
            search: None,
            over_lines: 0,
        }
    }
}

impl Detector {
    pub(super) fn remove(&mut self, shape: Shape) {
        self.shapes.remove(&shape);
    }

    pub(super) fn has_canaries(&self) -> bool {
        self.search.is_some()
    }

    /// How many bytes a canary may reach over a line end.
    pub(super) fn over_lines(&self) -> usize {
        self.over_lines
    }

    pub(super) fn canaries(
        &mut self,
        canaries: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<(), &'static str> {
        for canary in canaries {
            let canary = canary.as_ref();
            if canary.len() < MIN_CANARY_LEN {
                return Err("a canary has fewer than 4 bytes: it would turn up by chance");
            }
            self.canaries.extend(forms(canary).into_iter().map(|(_, bytes)| bytes));
        }
        self.canaries.retain(|form| form.len() >= MIN_CANARY_LEN);
        self.canaries.sort_unstable();
        self.canaries.dedup();
        let over = self.canaries.iter().filter(|form| form.contains(&b'\n'));
        self.over_lines = over.map(Vec::len).max().unwrap_or(0);
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&self.canaries)
            .map_err(|_| "there are too many canaries")?;
        self.search = Some(search);
        Ok(())
    }

    /// What is found, in order, what overlaps joined to the first.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = self.over_lines_unordered(text);
        for pattern in COMPILED.iter().filter(|pattern| self.shapes.contains(&pattern.shape)) {
            pattern.find(text, &mut hits);
        }
        in_order(hits)
    }

    /// What is found that may go over a line end.
    pub(super) fn find_over_lines(&self, text: &[u8]) -> Vec<Hit> {
        in_order(self.over_lines_unordered(text))
    }

    fn over_lines_unordered(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        if self.shapes.contains(&Shape::PrivateKey) {
            private_keys(text, &mut hits);
        }
        let search = self.search.as_ref().filter(|_| self.shapes.contains(&Shape::Canary));
        if let Some(search) = search {
            let hit = |found: aho_corasick::Match| Hit {
                shape: Shape::Canary,
                start: found.start(),
                end: found.end(),
            };
            hits.extend(search.find_iter(text).map(hit));
        }
        hits
    }
}

fn in_order(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.start, usize::MAX - hit.end));
    let mut joined: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match joined.last_mut() {
            Some(last) if hit.start < last.end => last.end = last.end.max(hit.end),
            _ => joined.push(hit),
        }
    }
    joined
}

impl Pattern {
    fn find(&self, text: &[u8], hits: &mut Vec<Hit>) {
        let mut at = 0;
        while let Some((whole, start, end)) = self.next(text, at) {
            match (self.confirm)(text, start, end) {
                Some(end) => {
                    hits.push(Hit { shape: self.shape, start, end });
                    at = end;
                }
                // What is no secret may begin with a part of one.
                None => at = whole + 1,
            }
        }
    }

    /// The next match: where it begins, and where the secret in it does and ends.
    fn next(&self, text: &[u8], at: usize) -> Option<(usize, usize, usize)> {
        let found = self.regex.find_at(text, at)?;
        // Groups are slow to find, and one pattern has one.
        let secret = if self.regex.captures_len() > 1 {
            self.regex.captures_at(text, found.start())?.get(1)?
        } else {
            found
        };
        Some((found.start(), secret.start(), secret.end()))
    }
}

/// Whether a byte is part of a word.
fn is_word(byte: Option<&u8>) -> bool {
    byte.is_some_and(u8::is_ascii_alphanumeric)
}

fn before(text: &[u8], at: usize, by: usize) -> Option<&u8> {
    at.checked_sub(by).and_then(|at| text.get(at))
}

/// A match with no letter or digit at either end.
fn word(text: &[u8], start: usize, end: usize) -> Option<usize> {
    (!is_word(before(text, start, 1)) && !is_word(text.get(end))).then_some(end)
}

/// A match with no letter or digit before it.
fn word_start(text: &[u8], start: usize, end: usize) -> Option<usize> {
    (!is_word(before(text, start, 1))).then_some(end)
}

/// A match that is not the beginning of a longer piece of base64.
fn base64_word(text: &[u8], _: usize, end: usize) -> Option<usize> {
    let next = text.get(end);
    let goes_on = is_word(next) || next.is_some_and(|byte| b"/+=".contains(byte));
    (!goes_on).then_some(end)
}

/// Private keys, each to the end of its last line, or of what may stand in one where that is cut off.
fn private_keys(text: &[u8], hits: &mut Vec<Hit>) {
    let mut at = 0;
    while let Some(start) = position(text, PEM_BEGIN, at) {
        let label = start + PEM_BEGIN.len();
        let until = text.len().min(label + PEM_LABEL_LEN);
        let label_end = position(text.get(..until).unwrap_or_default(), b"-----", label);
        let named = text.get(label..label_end.unwrap_or(until)).unwrap_or_default();
        if !named.windows(PEM_KEY.len()).any(|window| window == PEM_KEY) {
            at = label;
            continue;
        }
        let rest = text.get(label..).unwrap_or_default();
        let run = label + rest.iter().take_while(|byte| is_of_pem(**byte)).count();
        let run_text = text.get(..run).unwrap_or_default();
        let end = position(run_text, PEM_END, label)
            .and_then(|end| position(run_text, b"-----", end + PEM_END.len()))
            .map_or(run, |end| end + 5);
        hits.push(Hit { shape: Shape::PrivateKey, start, end });
        at = end;
    }
}

/// Base64, the words of headers, line ends and how they are escaped.
fn is_of_pem(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=-:,.\\% \t\r\n".contains(&byte)
}

fn position(text: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find(text.get(from..)?, needle).map(|found| found + from)
}

#[cfg(test)]
mod tests;
