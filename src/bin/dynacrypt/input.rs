//! Files in, text out: what the subcommands share. It never interprets what it reads.

use std::fmt::Display;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use dynacrypt::schema::SchemaDescription;

/// Why a subcommand could not do its work.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl Failure {
    /// A failure over this file.
    pub(crate) fn at(path: &Path, reason: &dyn Display) -> Self {
        Self(format!("{}: {reason}", path.display()))
    }
}

impl From<dynacrypt::Error> for Failure {
    fn from(error: dynacrypt::Error) -> Self {
        Self(error.to_string())
    }
}

/// A file, or standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    text.map_err(|error| Failure::at(path, &error))
}

/// The schemas in a file: one document, or a list of them.
pub(crate) fn schemas(path: &Path) -> Result<Vec<SchemaDescription>, Failure> {
    SchemaDescription::list_from_json(&read(path)?).map_err(|error| Failure::at(path, &error))
}

/// Writes to standard output. Where nobody reads it any more, there is nothing left to do.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let written = io::stdout().lock().write_all(text.as_bytes());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure(error.to_string())),
        _ => Ok(()),
    }
}

/// Writes to standard error.
pub(crate) fn complain(message: &str) {
    // There is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "dynacrypt: {message}");
}
