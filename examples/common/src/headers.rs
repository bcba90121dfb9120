//! Security headers, from `helmet-core`, which has a layer for each framework. It never weakens one
//! for a single route.

use helmet_core::{
    ContentSecurityPolicy, CrossOriginResourcePolicy, Header, ReferrerPolicy,
    StrictTransportSecurity, XContentTypeOptions, XFrameOptions,
};

/// Seconds that a browser remembers to come over HTTPS: two years.
const REMEMBER: u32 = 63_072_000;

/// Headers for answers that are data: nothing in them is run, framed, sniffed, cached or referred
/// from.
#[must_use]
pub fn api() -> Vec<Header> {
    let policy = ContentSecurityPolicy::new()
        .default_src(vec!["'none'"])
        .frame_ancestors(vec!["'none'"])
        .base_uri(vec!["'none'"])
        .form_action(vec!["'none'"]);
    with_policy(policy)
}

/// The same headers with another content security policy, for answers that are pages.
#[must_use]
pub fn with_policy(policy: ContentSecurityPolicy<'_>) -> Vec<Header> {
    vec![
        StrictTransportSecurity::new().max_age(REMEMBER).include_sub_domains().into(),
        XContentTypeOptions::nosniff().into(),
        XFrameOptions::deny().into(),
        policy.into(),
        ReferrerPolicy::no_referrer().into(),
        CrossOriginResourcePolicy::same_origin().into(),
        ("Cache-Control", "no-store".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_a_header_that_can_be_sent() {
        let headers = api();
        for (name, value) in &headers {
            assert!(http::HeaderName::try_from(*name).is_ok(), "{name}");
            assert!(http::HeaderValue::try_from(value).is_ok(), "{value}");
        }
        let text = format!("{headers:?}");
        for part in [
            "max-age=63072000",
            "nosniff",
            "default-src 'none'",
            "frame-ancestors 'none'",
            "no-referrer",
            "no-store",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
