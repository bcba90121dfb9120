//! Header maps. It never changes a name or the number of values.

use http::header::{CONTENT_LOCATION, LOCATION, REFERER};
use http::{HeaderMap, HeaderValue};

use super::{MASK, Redactor};

pub(super) fn mask(redactor: &Redactor, headers: &HeaderMap) -> HeaderMap {
    let mut masked = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let value = if redactor.names.contains_header(name.as_str()) {
            hidden()
        } else {
            let text = String::from_utf8_lossy(value.as_bytes());
            let shown = if [REFERER, LOCATION, CONTENT_LOCATION].contains(name) {
                redactor.url(&text)
            } else {
                redactor.text(&text)
            };
            if shown == text {
                value.clone()
            } else {
                HeaderValue::from_str(&shown).unwrap_or_else(|_| hidden())
            }
        };
        masked.append(name.clone(), value);
    }
    masked
}

fn hidden() -> HeaderValue {
    HeaderValue::from_static(MASK)
}
