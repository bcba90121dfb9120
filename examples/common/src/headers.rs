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

/// Headers for a page of this service's own files: nothing inline, nothing from elsewhere, and no
/// text that becomes markup or script (trusted types, without a policy that could make any).
#[must_use]
pub fn page() -> Vec<Header> {
    let policy = ContentSecurityPolicy::new()
        .default_src(vec!["'none'"])
        .script_src(vec!["'self'"])
        .style_src(vec!["'self'"])
        .connect_src(vec!["'self'"])
        .img_src(vec!["'self'"])
        .base_uri(vec!["'none'"])
        .form_action(vec!["'none'"])
        .frame_ancestors(vec!["'none'"])
        .require_trusted_types_for(vec!["'script'"])
        .trusted_types(vec!["'none'"]);
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
        for (name, value) in headers.iter().chain(&page()) {
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

    #[test]
    fn a_page_has_the_same_headers_but_for_its_policy() {
        let differ: Vec<_> = api().into_iter().zip(page()).filter(|(a, b)| a != b).collect();
        let [(_, (name, policy))] = differ.as_slice() else { panic!("{differ:?}") };
        assert_eq!(*name, "Content-Security-Policy");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        for part in ["default-src 'none'", "script-src 'self'", "trusted-types 'none'"] {
            assert!(policy.contains(part), "{part} in {policy}");
        }
    }
}
