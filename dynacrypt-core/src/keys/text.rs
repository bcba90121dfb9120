//! Keys as operators hold them: in files and environment variables. The only reader of the
//! environment. It never keeps, shows or writes what it read.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};

/// What a key file holds, up to `most` bytes and one more, so that a longer file is noticed and not
/// read.
pub(crate) fn read_file(path: impl AsRef<Path>, most: usize) -> Result<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(Vec::with_capacity(most + 1));
    File::open(path)
        .and_then(|file| file.take(most as u64 + 1).read_to_end(&mut text))
        .map_err(|error| invalid("the key file cannot be read").with_source(error))?;
    Ok(text)
}

/// What an environment variable holds.
pub(crate) fn read_env(variable: &str) -> Result<Zeroizing<Vec<u8>>> {
    std::env::var_os(variable)
        .map(|text| Zeroizing::new(text.into_encoded_bytes()))
        .ok_or_else(|| invalid("the environment variable is not set"))
}

/// The text without one line end.
pub(crate) fn trim_line_end(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidKey).with_reason(reason)
}
