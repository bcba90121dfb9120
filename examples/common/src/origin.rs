//! Whether a browser sent a request from a page of this service's own. It never decides who the
//! caller is, and lets nothing through that does not say where it comes from.

use http::StatusCode;
use http::uri::Authority;

use crate::problem::Problem;

/// The names that this service's own pages come from.
#[derive(Debug, Clone)]
pub struct Origins {
    hosts: Vec<String>,
}

impl Origins {
    /// These names, on whichever port a request was sent to.
    #[must_use]
    pub fn new(hosts: &[String]) -> Self {
        Self { hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect() }
    }

    /// That a request comes from the origin that it goes to: `authority` is what it was sent to
    /// (`:authority`, or the values of `Host`), the others are the values of all `Origin` and
    /// `Sec-Fetch-Site` headers.
    ///
    /// # Errors
    /// 403 where `Origin` is missing or another, where `Sec-Fetch-Site` is there and says so, or where
    /// the request was sent to a name that is not this service's (as a rebound name would be).
    pub fn check<V: AsRef<[u8]>>(
        &self,
        authority: impl IntoIterator<Item = V>,
        origin: impl IntoIterator<Item = V>,
        fetch_site: impl IntoIterator<Item = V>,
    ) -> Result<(), Problem> {
        let mut sites = fetch_site.into_iter();
        let from_page = sites.all(|site| site.as_ref() == b"same-origin");
        if from_page && self.is_same(single(authority), single(origin)) {
            return Ok(());
        }
        Err(Problem::new(StatusCode::FORBIDDEN, "only a page of this service may ask"))
    }

    fn is_same<V: AsRef<[u8]>>(&self, authority: Option<V>, origin: Option<V>) -> bool {
        let (Some(authority), Some(origin)) = (authority, origin) else { return false };
        let Some(origin) = origin.as_ref().strip_prefix(b"https://") else { return false };
        let Ok(named) = Authority::try_from(authority.as_ref()) else { return false };
        !named.as_str().contains('@')
            && self.hosts.contains(&named.host().to_ascii_lowercase())
            && origin.eq_ignore_ascii_case(authority.as_ref())
    }
}

fn single<V>(values: impl IntoIterator<Item = V>) -> Option<V> {
    let mut values = values.into_iter();
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(authority: &[&str], origin: &[&str], site: &[&str]) -> bool {
        let origins = Origins::new(&["localhost".to_owned(), "127.0.0.1".to_owned()]);
        let each = |values: &[&str]| values.iter().map(ToString::to_string).collect::<Vec<_>>();
        let checked = origins.check(each(authority), each(origin), each(site));
        assert!(checked.as_ref().is_ok() || checked.as_ref().unwrap_err().status() == 403);
        checked.is_ok()
    }

    #[test]
    fn the_own_page_passes() {
        let here = "127.0.0.1:8443";
        assert!(passes(&[here], &["https://127.0.0.1:8443"], &["same-origin"]));
        assert!(passes(&[here], &["https://127.0.0.1:8443"], &[]));
        assert!(passes(&["localhost"], &["https://localhost"], &["same-origin"]));
    }

    #[test]
    fn everything_else_does_not() {
        let (here, own) = (&["localhost:8443"][..], &["https://localhost:8443"][..]);
        for origin in [
            &[][..],
            &["null"],
            &["https://evil.example"],
            &["http://localhost:8443"],
            &["https://localhost"],
            &["https://localhost:8444"],
            &["https://127.0.0.1:8443"],
            &["https://localhost:8443.evil.example"],
            &["https://localhost:8443", "https://localhost:8443"],
        ] {
            assert!(!passes(here, origin, &["same-origin"]), "{origin:?}");
        }
        for site in [&["cross-site"][..], &["same-site"], &["none"], &["same-origin", "cross-site"]]
        {
            assert!(!passes(here, own, site), "{site:?}");
        }
        // A name that an attacker's server gave this address: origin and target agree.
        assert!(!passes(&["evil.example:8443"], &["https://evil.example:8443"], &["same-origin"]));
        assert!(!passes(&["localhost@evil.example"], &["https://localhost@evil.example"], &[]));
        assert!(!passes(&[], own, &[]));
    }
}
