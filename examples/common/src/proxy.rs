//! Which forwarding headers count: those of configured proxies, and of nobody else. It never decides
//! who the caller is.

use std::net::IpAddr;

use crate::problem::Problem;

/// The proxies whose word counts.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpAddr>);

impl TrustedProxies {
    /// These addresses.
    #[must_use]
    pub fn new(addresses: &[IpAddr]) -> Self {
        Self(addresses.iter().map(IpAddr::to_canonical).collect())
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// The address that a request came from: the peer's, or what a trusted proxy says of it.
    ///
    /// `proto` and `forwarded_for` are the values of all `x-forwarded-proto` and `x-forwarded-for`
    /// headers, in order. From a peer that is no trusted proxy, both are ignored.
    ///
    /// # Errors
    /// 400 where a trusted proxy took the request over something else than HTTPS.
    pub fn admit<V: AsRef<[u8]>>(
        &self,
        peer: IpAddr,
        proto: impl IntoIterator<Item = V>,
        forwarded_for: impl IntoIterator<Item = V>,
    ) -> Result<IpAddr, Problem> {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return Ok(peer);
        }
        // The connection to us is TLS either way; each hop that is named must have been.
        if !entries(proto).iter().all(|hop| hop.eq_ignore_ascii_case("https")) {
            return Err(Problem::https_required());
        }
        // From the right: each proxy appends whom it heard from. The first that is none of ours is
        // the client; what stands left of it is the client's own claim.
        for hop in entries(forwarded_for).iter().rev() {
            match hop.parse::<IpAddr>() {
                Ok(address) if self.trusts(address) => {}
                Ok(address) => return Ok(address.to_canonical()),
                Err(_) => break,
            }
        }
        Ok(peer)
    }
}

fn entries<V: AsRef<[u8]>>(values: impl IntoIterator<Item = V>) -> Vec<String> {
    let mut entries = Vec::new();
    for value in values {
        // What is no text is an entry that is no `https` and no address.
        let text = String::from_utf8_lossy(value.as_ref());
        entries.extend(text.split(',').map(|entry| entry.trim().to_owned()));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.1";
    const CLIENT: &str = "203.0.113.9";

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn admit(peer: &str, proto: &[&str], forwarded: &[&str]) -> Result<IpAddr, Problem> {
        let proxies = TrustedProxies::new(&[ip(PROXY), ip("10.0.0.2")]);
        proxies.admit(ip(peer), proto.iter().copied(), forwarded.iter().copied())
    }

    #[test]
    fn headers_of_anybody_else_are_ignored() {
        assert_eq!(admit(CLIENT, &["http"], &["198.51.100.1"]), Ok(ip(CLIENT)));
        let nobody = TrustedProxies::default();
        assert_eq!(nobody.admit(ip(PROXY), ["http"], ["198.51.100.1"]), Ok(ip(PROXY)));
    }

    #[test]
    fn a_trusted_proxy_must_have_taken_it_over_https() {
        assert_eq!(admit(PROXY, &["https"], &[]), Ok(ip(PROXY)));
        assert_eq!(admit(PROXY, &[], &[]), Ok(ip(PROXY)));
        for proto in
            [&["http"][..], &["https, http"], &["http", "https"], &["HTTP"], &["wss"], &[""]]
        {
            assert_eq!(admit(PROXY, proto, &[CLIENT]), Err(Problem::https_required()), "{proto:?}");
        }
    }

    #[test]
    fn the_client_is_the_rightmost_that_is_no_proxy() {
        let spoofed = format!("192.0.2.66, {CLIENT}, 10.0.0.2");
        assert_eq!(admit(PROXY, &["https"], &[&spoofed]), Ok(ip(CLIENT)));
        assert_eq!(admit(PROXY, &["https"], &["192.0.2.66", CLIENT]), Ok(ip(CLIENT)));
        assert_eq!(admit(PROXY, &["https"], &["192.0.2.66, nonsense"]), Ok(ip(PROXY)));
    }

    #[test]
    fn a_mapped_address_is_the_same_proxy() {
        assert_eq!(admit("::ffff:10.0.0.1", &["http"], &[]), Err(Problem::https_required()));
    }
}
