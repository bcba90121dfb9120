//! Exports: full and incremental, plain and gzip, whole and damaged. No service is called.

use super::*;

const CLEAN: &str = r#""id":{"S":"user-1"},"name":{"S":"Ada"}"#;

fn secret() -> String {
    line(&format!(r#""id":{{"S":"user-2"}},"note":{{"S":"{CARD}"}}"#))
}

fn audit(folder: &tempfile::TempDir, arguments: &[&str]) -> (Value, i32) {
    let arguments = [&["export", "--format", "json"], arguments].concat();
    let output = run(folder.path(), &arguments, b"");
    (json(&output), output.status.code().unwrap())
}

#[test]
fn a_folder_of_an_export_is_read_and_its_manifests_are_not() {
    let folder = folder();
    let two = [line(CLEAN), secret()].concat();
    write(
        &folder,
        "x/01/data/a.json.gz",
        [gzip(two.as_bytes()), gzip(secret().as_bytes())].concat(),
    );
    write(&folder, "x/01/data/b.json", &two);
    write(&folder, "x/01/manifest-files.json", "{\"itemCount\":1}");
    write(&folder, "x/01/manifest-summary.json", "{}");
    write(&folder, "x/01/manifest-summary.md5", "abc");
    write(&folder, "x/_started", "");
    let (report, code) = audit(&folder, &["x"]);
    assert_eq!((found(&report), code), (vec![finding("secret-shape", "note", 3)], 1));
    assert_eq!(report["items"]["seen"], 5);
    let first = &report["findings"][0]["first"];
    assert_eq!((&first[0]["file"], &first[0]["line"]), (&"x/01/data/a.json.gz".into(), &2.into()));
    assert_eq!((&first[2]["file"], &first[2]["line"]), (&"x/01/data/b.json".into(), &2.into()));
    write(&folder, "empty/readme.txt", "");
    assert_eq!(run(folder.path(), &["export", "empty"], b"").status.code(), Some(2));
}

#[test]
fn incremental_exports_have_two_images() {
    let folder = folder();
    let lines = format!(
        r#"{{"Metadata":{{"WriteTimestampMicros":{{"N":"1"}}}},"Keys":{{"id":{{"S":"1"}}}},"OldImage":{{"id":{{"S":"1"}},"note":{{"S":"{CARD}"}}}},"NewImage":{{"id":{{"S":"1"}}}}}}
{{"Metadata":{{"WriteTimestampMicros":"2"}},"Keys":{{"id":{{"S":"{CARD}"}}}}}}
"#
    );
    write(&folder, "i.json", lines);
    let (report, code) = audit(&folder, &["i.json", "--show-keys"]);
    assert_eq!(code, 1);
    let expected = [finding("secret-shape", "id", 1), finding("secret-shape", "note", 1)];
    assert_eq!(found(&report), expected);
    let first = |at: usize| report["findings"][at]["first"][0].clone();
    assert_eq!((&first(0)["image"], &first(0)["key"]), (&"Keys".into(), &"id=[REDACTED]".into()));
    assert_eq!((&first(1)["image"], &first(1)["key"]), (&"OldImage".into(), &"id=1".into()));
    assert_eq!(report["items"]["seen"], 3);
}

#[test]
fn standard_input_is_read_plain_and_packed() {
    let folder = folder();
    for input in [secret().into_bytes(), gzip(secret().as_bytes())] {
        let output = run(folder.path(), &["export", "-"], &input);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stdout).contains("at stdin:1"), "{}", text(&output.stdout));
    }
    let output = run(folder.path(), &["export", "-"], line(CLEAN).as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("1 item, 0 sealed\n\nnothing found"));
}

#[test]
fn what_is_damaged_is_told_and_the_rest_is_read() {
    let folder = folder();
    let lines = [&line(CLEAN), "{\"Item\":\n", "\n", &secret(), "{\"x\":1}\n"].concat();
    write(&folder, "m.json", lines);
    let (report, code) = audit(&folder, &["m.json"]);
    assert_eq!(code, 3);
    assert_eq!(found(&report), [finding("secret-shape", "note", 1)]);
    assert_eq!((&report["complete"], &report["unreadable"]["count"]), (&false.into(), &2.into()));
    let first = &report["unreadable"]["first"];
    assert_eq!((&first[0]["line"], &first[0]["reason"]), (&2.into(), &"not JSON".into()));
    assert_eq!(first[1]["line"], 5);

    // Many lines, of which the last is cut off, and some that were whole before it.
    let packed = gzip(line(CLEAN).repeat(20_000).as_bytes());
    write(&folder, "t.json.gz", &packed[..packed.len() - 20]);
    let (report, code) = audit(&folder, &["t.json.gz"]);
    assert_eq!(code, 3);
    assert!(report["items"]["seen"].as_u64().unwrap() > 1_000);
    assert_eq!(report["unreadable"]["count"], 1);
    let mut broken = packed.clone();
    broken[packed.len() / 2] ^= 0xFF;
    write(&folder, "b.json.gz", broken);
    assert_eq!(audit(&folder, &["b.json.gz"]).1, 3);
    // Findings that do not count do not hide it.
    assert_eq!(audit(&folder, &["m.json", "--fail-on", "never"]).1, 3);
}

#[test]
fn a_line_beyond_every_limit_is_passed_over() {
    let folder = folder();
    let huge = "A".repeat(24 * 1024 * 1024);
    let bomb = [line(CLEAN), line(&format!(r#""x":{{"S":"{huge}"}}"#)), secret()].concat();
    write(&folder, "bomb.json.gz", gzip(bomb.as_bytes()));
    let (report, code) = audit(&folder, &["bomb.json.gz"]);
    assert_eq!(code, 3);
    let reason = &report["unreadable"]["first"][0];
    assert_eq!(
        (&reason["line"], &reason["reason"]),
        (&2.into(), &"longer than any line of an export".into())
    );
    assert_eq!(found(&report), [finding("secret-shape", "note", 1)]);
    assert_eq!(report["findings"][0]["first"][0]["line"], 3);
}

#[test]
fn ion_is_not_read_and_says_so() {
    let folder = folder();
    write(&folder, "i.ion", "$ion_1_0 {Item:{id:\"1\"}}\n$ion_1_0 {Item:{id:\"2\"}}\n");
    let output = run(folder.path(), &["export", "i.ion"], b"");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("i.ion: Amazon Ion, which is not read"));
    assert!(text(&output.stdout).contains("not read, 1: the report is not of the whole"));
}

#[test]
fn schemas_names_and_shapes_are_the_operators() {
    let folder = folder();
    let shop =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy/shop.schema.json"));
    write(&folder, "shop.schema.json", shop.unwrap());
    let order = line(&format!(
        r#""pk":{{"S":"USER#1"}},"sk":{{"S":"ORDER#2026#00000001"}},"card":{{"S":"{CARD}"}},"blood":{{"S":"A"}}"#
    ));
    write(&folder, "e.json", order);
    let schema = ["e.json", "--schema", "shop.schema.json"];
    let (report, code) = audit(&folder, &schema);
    assert_eq!(code, 1);
    let by_schema = [finding("encrypted-in-the-clear", "card", 1), finding("not-sealed", "", 1)];
    assert_eq!(found(&report), by_schema);
    assert_eq!(report["findings"][0]["record"], "Order");
    let (report, _) = audit(&folder, &[&schema[..], &["--sensitive", "BLOOD"]].concat());
    assert!(found(&report).contains(&finding("sensitive-name", "blood", 1)));
    let (report, code) = audit(&folder, &["e.json", "--without-shape", "payment-card"]);
    assert_eq!((found(&report), code), (vec![], 0));
    let (report, _) = audit(&folder, &["e.json", "--show-keys", "--key", "pk"]);
    assert_eq!(report["findings"][0]["first"][0]["key"], "pk=USER#1");
    for (fail_on, expected) in [("error", 1), ("warning", 1), ("note", 1), ("never", 0)] {
        assert_eq!(audit(&folder, &["e.json", "--fail-on", fail_on]).1, expected, "{fail_on}");
    }
    write(&folder, "w.json", line(r#""password":{"S":"x"}"#));
    for (fail_on, expected) in [("error", 0), ("warning", 1), ("note", 1), ("never", 0)] {
        assert_eq!(audit(&folder, &["w.json", "--fail-on", fail_on]).1, expected, "{fail_on}");
    }
}

#[test]
fn the_report_goes_where_it_is_told_to() {
    let folder = folder();
    write(&folder, "e.json", secret());
    let output = run(folder.path(), &["export", "e.json", "--output", "r.txt"], b"");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(std::fs::read_to_string(folder.path().join("r.txt")).unwrap().contains("secret-shape"));
}

#[test]
fn wrong_use_is_told_apart() {
    let folder = folder();
    write(&folder, "e.json", secret());
    write(&folder, "bad.schema.json", "{}");
    for arguments in [
        &["export"] as &[&str],
        &["export", "none.json"],
        &["export", "e.json", "none.json"],
        &["export", "e.json", "--schema", "none.json"],
        &["export", "e.json", "--schema", "bad.schema.json"],
        &["export", "e.json", "--format", "xml"],
        &["export", "e.json", "--without-shape", "none"],
        &["export", "e.json", "--locations", "0"],
        &["export", "e.json", "--output", "no/such/folder"],
        &["stream", "none.json"],
        &["stream", "arn:aws:dynamodb:us-east-1:1:table/t/stream/1", "--from", "latest"],
        &["table", "t", "--rate-limit", "-1"],
        &["table", "t", "--segments", "0"],
        &["table", "t", "--endpoint-url", "http://192.0.2.1:1"],
        &[],
    ] {
        let output = run(folder.path(), arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}
