//! The egress guard for frameworks that are no tower: what it finds, and whether the answer may
//! leave. It never logs what it found. Over tower, use `dynacrypt::redact::EgressGuard`.

use dynacrypt::observe;
use dynacrypt::redact::Redactor;
use dynacrypt::reveal::RevealPass;

use crate::problem::Problem;

/// Looks at whole answers before they leave.
#[derive(Debug, Clone, Default)]
pub struct Egress {
    redactor: Redactor,
}

impl Egress {
    /// Looks for these shapes and canaries.
    #[must_use]
    pub fn new(redactor: Redactor) -> Self {
        Self { redactor }
    }

    /// Whether an answer may leave: no secret in headers (values) or body, or a body that reveals one
    /// on purpose, with the pass of its `Revealed`.
    ///
    /// # Errors
    /// 500, to be sent in its place.
    pub fn check<V: AsRef<[u8]>>(
        &self,
        headers: impl IntoIterator<Item = V>,
        body: &[u8],
        pass: Option<&RevealPass>,
    ) -> Result<(), Problem> {
        let in_headers = headers.into_iter().any(|value| self.finds("header", value.as_ref()));
        let in_body =
            !in_headers && !pass.is_some_and(RevealPass::redeem) && self.finds("body", body);
        if in_headers || in_body { Err(Problem::internal()) } else { Ok(()) }
    }

    fn finds(&self, place: &'static str, bytes: &[u8]) -> bool {
        let hits = self.redactor.find(bytes);
        for hit in &hits {
            let shape = hit.shape().name();
            tracing::warn!(target: observe::EGRESS, shape, place, "a secret in a response");
        }
        !hits.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use dynacrypt::reveal::Revealed;
    use dynacrypt::{Principal, Record, Secret};

    use super::*;

    #[derive(Record)]
    #[dynacrypt(table = "things")]
    struct Thing {
        #[dynacrypt(partition_key, owner)]
        id: String,
        #[encrypted]
        key: Secret<String>,
    }

    #[test]
    fn a_secret_in_header_or_body_does_not_leave() {
        let egress = Egress::new(Redactor::new().canaries(["CANARY-1"]).unwrap());
        assert_eq!(egress.check(["text/plain"], b"in order", None), Ok(()));
        assert_eq!(egress.check(["a"], b"x CANARY-1", None), Err(Problem::internal()));
        assert_eq!(egress.check(["CANARY-1"], b"", None), Err(Problem::internal()));
    }

    #[test]
    fn what_is_revealed_leaves_once_and_in_the_body_alone() {
        let egress = Egress::new(Redactor::new().canaries(["CANARY-1"]).unwrap());
        let (secret, caller) = (Secret::from("CANARY-1"), Principal::owner("a"));
        let pass = Revealed::new(&secret, Thing::columns().key, &caller, "a test").unwrap().pass();
        assert!(egress.check(["CANARY-1"], b"CANARY-1", Some(&pass)).is_err());
        assert_eq!(egress.check(["a"], b"CANARY-1", Some(&pass)), Ok(()));
        assert!(egress.check(["a"], b"CANARY-1", Some(&pass)).is_err());
    }
}
