//! `dynacrypt audit export`: files of exports to S3. It never changes one, and keeps no line.

use std::path::{Path, PathBuf};
use std::{fs, io};

use dynacrypt::audit::{ExportRecord, Malformed, Place, Source};

use super::lines::{Line, Lines};
use super::{Audit, Common};
use crate::Outcome;
use crate::input::{self, Failure};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files of an export, or folders with them; `-` for standard input. In folders, files that end in
    /// `.json` or `.gz` are read, and manifests are not.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(args: Args) -> Result<Outcome, Failure> {
    let names: Vec<String> = args.paths.iter().map(|path| name_of(path)).collect();
    let mut audit = args.common.begin(Source::Export(names.join(" ")))?;
    for path in args.paths {
        if path != Path::new("-")
            && fs::metadata(&path).map_err(|e| Failure::at(&path, &e))?.is_dir()
        {
            let found = files(&path)?;
            if found.is_empty() {
                return Err(Failure::at(&path, &"no file of an export"));
            }
            for file in &found {
                read(&mut audit, file);
            }
        } else {
            read(&mut audit, &path);
        }
    }
    audit.end()
}

/// What a path is called in reports.
fn name_of(path: &Path) -> String {
    if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() }
}

/// The data files below a folder, in order. Links are not followed.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: io::Error| Failure::at(folder, &error);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        entries.push(entry.map_err(failed)?);
    }
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut found = Vec::new();
    for entry in entries {
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            found.extend(files(&entry.path())?);
        } else if kind.is_file() && is_data(&entry.path()) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn is_data(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ends = |end: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(end));
    (ends("json") || ends("gz")) && !name.starts_with("manifest-")
}

fn read(audit: &mut Audit, path: &Path) {
    let file = name_of(path);
    let place = |line| Place::Export { file: file.as_str().into(), line };
    let Ok(mut lines) = Lines::open(path) else {
        return audit.report.unreadable(&place(1), Malformed::Broken);
    };
    for number in 1.. {
        let outcome = match lines.next() {
            Ok(None) => return,
            Ok(Some(Line::Text([]))) => continue,
            Ok(Some(Line::Text(text))) => ExportRecord::from_line(text),
            Ok(Some(Line::TooLong)) => Err(Malformed::TooLong),
            Err(_) => return audit.report.unreadable(&place(number), Malformed::Broken),
        };
        match outcome {
            Ok(ref record) => audit.report.record(&audit.auditor, &place(number), record),
            Err(why) => audit.report.unreadable(&place(number), why),
        }
        // The whole file is.
        if matches!(outcome, Err(Malformed::Ion)) {
            input::complain(&format!("{file}: {}", Malformed::Ion));
            return;
        }
    }
}
