//! The forms in which a canary can turn up: plain, in another case, encoded, reversed, as a list of
//! numbers. It never searches for one, and never shows one.

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};

/// Each form of these bytes, with its name. Two of them can be the same bytes.
pub(crate) fn forms(plain: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![
        ("plain", plain.to_vec()),
        ("lower case", plain.to_ascii_lowercase()),
        ("upper case", plain.to_ascii_uppercase()),
        ("reversed", plain.iter().rev().copied().collect()),
        ("hex", list(plain, "", |byte| format!("{byte:02x}"))),
        ("upper-case hex", list(plain, "", |byte| format!("{byte:02X}"))),
        ("list of hex bytes", list(plain, ", ", |byte| format!("{byte:02x}"))),
        ("list of bytes", list(plain, ", ", u8::to_string)),
        ("compact list of bytes", list(plain, ",", u8::to_string)),
        ("multi-line list of bytes", list(plain, ",\n    ", u8::to_string)),
        ("escaped bytes", plain.escape_ascii().collect()),
    ];
    for alignment in 0..3 {
        forms.push(("base64", base64::<Base64Unpadded>(plain, alignment)));
        forms.push(("URL-safe base64", base64::<Base64UrlUnpadded>(plain, alignment)));
    }
    if let Ok(text) = std::str::from_utf8(plain) {
        forms.extend([
            ("lower case", text.to_lowercase().into_bytes()),
            ("upper case", text.to_uppercase().into_bytes()),
            ("reversed", text.chars().rev().collect::<String>().into_bytes()),
            ("UTF-16 (little-endian)", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("UTF-16 (big-endian)", text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            ("escaped", text.escape_debug().collect::<String>().into_bytes()),
            ("JSON", json(text)),
            ("percent-encoded", percent(text)),
        ]);
    }
    forms
}

fn list(bytes: &[u8], separator: &str, write: impl Fn(&u8) -> String) -> Vec<u8> {
    bytes.iter().map(write).collect::<Vec<_>>().join(separator).into_bytes()
}

/// The characters of base64 that these bytes decide alone, where 0 to 2 bytes of another's stand
/// before them.
fn base64<E: Encoding>(bytes: &[u8], alignment: usize) -> Vec<u8> {
    let padded = [&vec![0; alignment], bytes].concat();
    // Characters have 6 bits: the first 2 or 3 hold bits of what stands before, the last may hold
    // bits of what follows.
    let first = (alignment * 8).div_ceil(6);
    let end = padded.len() * 8 / 6;
    E::encode_string(&padded).into_bytes().get(first..end).unwrap_or_default().to_vec()
}

fn json(text: &str) -> Vec<u8> {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().into()
}

fn percent(text: &str) -> Vec<u8> {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes()
        .flat_map(|byte| if plain(byte) { vec![byte] } else { format!("%{byte:02X}").into_bytes() })
        .collect()
}
