//! Canaries in each of their forms, and the search for them. It never shows one.

use std::collections::HashSet;

use crate::forms::forms;

/// Fewer bytes than this turn up by chance.
pub(super) const MIN_LEN: usize = 4;

/// One form of one canary.
struct Needle {
    /// Place of the canary in the list that was given.
    canary: usize,
    form: &'static str,
    bytes: Vec<u8>,
}

/// Every form of every canary.
pub(super) struct Needles {
    /// By first byte, so that a log of megabytes is read once and not once a form.
    by_first: Vec<Vec<Needle>>,
}

/// A form that was found, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) canary: usize,
    pub(super) form: &'static str,
    pub(super) offset: usize,
}

impl Needles {
    /// Fails where the search would prove nothing: no canary, or one that is too short.
    pub(super) fn new<C: AsRef<[u8]>>(
        canaries: impl IntoIterator<Item = C>,
    ) -> Result<Self, &'static str> {
        let mut by_first: Vec<Vec<Needle>> = (0..256).map(|_| Vec::new()).collect();
        let mut is_empty = true;
        for (canary, bytes) in canaries.into_iter().enumerate() {
            let bytes = bytes.as_ref();
            if bytes.len() < MIN_LEN {
                return Err("a canary has fewer than 4 bytes: it would turn up by chance");
            }
            let mut seen = HashSet::new();
            for (form, bytes) in forms(bytes) {
                let slot = bytes.first().and_then(|first| by_first.get_mut(usize::from(*first)));
                if let Some(slot) = slot.filter(|_| seen.insert(bytes.clone())) {
                    slot.push(Needle { canary, form, bytes });
                    is_empty = false;
                }
            }
        }
        if is_empty {
            Err("no canary was given: the search proves nothing")
        } else {
            Ok(Self { by_first })
        }
    }

    /// The first place at which a form occurs in these bytes, and that form.
    pub(super) fn find(&self, haystack: &[u8]) -> Option<Hit> {
        haystack.iter().enumerate().find_map(|(offset, first)| {
            let here = haystack.get(offset..)?;
            let mut starting = self.by_first.get(usize::from(*first))?.iter();
            let needle = starting.find(|needle| here.starts_with(&needle.bytes))?;
            Some(Hit { canary: needle.canary, form: needle.form, offset })
        })
    }
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};

    use super::*;

    const CANARY: &str = "Canary \"é\"\n42?>";

    fn found(haystack: impl AsRef<[u8]>) -> Option<&'static str> {
        Needles::new([CANARY]).unwrap().find(haystack.as_ref()).map(|hit| hit.form)
    }

    #[test]
    fn base64_is_found_at_each_alignment_whatever_stands_around() {
        for before in 0..7 {
            for after in 0..4 {
                let bytes = [
                    &b"\xff\x01\x7f\x80\x00\xaa\x55"[..before],
                    CANARY.as_bytes(),
                    &[0xff; 4][..after],
                ]
                .concat();
                assert_eq!(
                    found(Base64Unpadded::encode_string(&bytes)),
                    Some("base64"),
                    "{before} {after}"
                );
                let url = Base64UrlUnpadded::encode_string(&bytes);
                assert!(found(url).unwrap().ends_with("base64"), "{before} {after}");
            }
        }
    }

    #[test]
    fn each_form_is_found() {
        let bytes = CANARY.as_bytes();
        for (form, text) in [
            ("plain", format!("x{CANARY}y").into_bytes()),
            ("lower case", CANARY.to_lowercase().into_bytes()),
            ("upper case", CANARY.to_uppercase().into_bytes()),
            ("reversed", CANARY.chars().rev().collect::<String>().into_bytes()),
            ("reversed", bytes.iter().rev().copied().collect()),
            ("list of bytes", format!("{bytes:?}").into_bytes()),
            ("multi-line list of bytes", format!("{bytes:#?}").into_bytes()),
            ("compact list of bytes", serde_json::to_vec(bytes).unwrap()),
            ("list of hex bytes", format!("{bytes:02x?}").into_bytes()),
            ("escaped bytes", format!("b\"{}\"", bytes.escape_ascii()).into_bytes()),
            ("escaped", format!("{CANARY:?}").into_bytes()),
            ("JSON", serde_json::to_vec(CANARY).unwrap()),
            ("percent-encoded", b"q=Canary%20%22%C3%A9%22%0A42%3F%3E".to_vec()),
            ("hex", bytes.iter().flat_map(|b| format!("{b:02x}").into_bytes()).collect()),
            (
                "upper-case hex",
                bytes.iter().flat_map(|b| format!("{b:02X}").into_bytes()).collect(),
            ),
            ("UTF-16 (little-endian)", CANARY.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("UTF-16 (big-endian)", CANARY.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ] {
            let hit = found(&text);
            // Escapes of Debug and JSON agree on most texts.
            assert!(
                hit == Some(form) || (form == "JSON" && hit == Some("escaped")),
                "{form}: {hit:?}"
            );
        }
        let blob = aws_smithy_types::Blob::new(bytes);
        assert!(found(format!("{blob:?}")).is_some() && found(format!("{blob:#?}")).is_some());
        assert_eq!(found("Canary \"é\"\n42?"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn the_place_is_told() {
        let needles = Needles::new(["first-canary", "second-canary"]).unwrap();
        let hit = needles.find(b"... second-canary").unwrap();
        assert_eq!(hit, Hit { canary: 1, form: "plain", offset: 4 });
    }

    #[test]
    fn a_search_that_proves_nothing_is_refused() {
        assert!(Needles::new(["abc"]).is_err());
        assert!(Needles::new(["long enough", ""]).is_err());
        assert!(Needles::new(Vec::<String>::new()).is_err());
        assert!(Needles::new([[0_u8, 1, 2, 3]]).is_ok());
    }
}
