//! The three forms of a report, as they stand in tests/audit: reviewed by eye, compared byte by byte.
//! `DYNACRYPT_BLESS=1` writes them anew.

use super::*;

#[test]
fn reports_are_as_reviewed() {
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit");
    for (format, golden) in
        [("text", "report.txt"), ("json", "report.json"), ("sarif", "report.sarif")]
    {
        let arguments =
            ["export", "shop.json", "--schema", "../policy/shop.schema.json", "--format", format];
        let output = run(&goldens, &arguments, b"");
        assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
        let golden = goldens.join(golden);
        // The version is that of the day.
        let report = text(&output.stdout).replace(env!("CARGO_PKG_VERSION"), "VERSION");
        if std::env::var_os("DYNACRYPT_BLESS").is_some() {
            std::fs::write(&golden, &report).unwrap();
        }
        assert_eq!(report, std::fs::read_to_string(&golden).unwrap_or_default(), "{format}");
    }
}
