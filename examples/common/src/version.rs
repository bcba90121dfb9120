//! Versions as entity tags: `"7"` is version 7. It never takes a write that does not say what it
//! replaces.

use crate::problem::Problem;

/// The entity tag of a version.
#[must_use]
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// The version that a write expects, from the values of all `if-match` headers; or from the body's
/// `version`, where there is no such header.
///
/// # Errors
/// 428 where neither is there; 400 where the header is no single version of ours, or the two differ.
pub fn expected<V: AsRef<[u8]>>(
    if_match: impl IntoIterator<Item = V>,
    in_body: Option<u64>,
) -> Result<u64, Problem> {
    let unusable = || Problem::bad_request("If-Match must be one version, such as \"7\"");
    let mut values = if_match.into_iter();
    let Some(value) = values.next() else {
        return in_body.ok_or_else(Problem::precondition_required);
    };
    if values.next().is_some() {
        return Err(unusable());
    }
    let text = std::str::from_utf8(value.as_ref()).map_err(|_| unusable())?.trim();
    let digits = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .ok_or_else(unusable)?;
    let version: u64 = digits.parse().map_err(|_| unusable())?;
    match in_body {
        Some(other) if other != version => Err(Problem::bad_request("If-Match and version differ")),
        _ => Ok(version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_one_quoted_number() {
        assert_eq!(expected([etag(7)], None), Ok(7));
        assert_eq!(expected(["\"7\""], Some(7)), Ok(7));
        let none: [&str; 0] = [];
        assert_eq!(expected(none, Some(3)), Ok(3));
        assert_eq!(expected(none, None), Err(Problem::precondition_required()));
        assert_eq!(expected(["\"7\""], Some(8)).unwrap_err().status(), 400);
        for bad in [
            "*",
            "7",
            "W/\"7\"",
            "\"7\", \"8\"",
            "\"\"",
            "\"-1\"",
            "\"+1\"",
            "\"99999999999999999999\"",
        ] {
            assert_eq!(expected([bad], None).unwrap_err().status(), 400, "{bad}");
        }
        assert_eq!(expected(["\"1\"", "\"1\""], None).unwrap_err().status(), 400);
    }
}
