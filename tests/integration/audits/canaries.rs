//! No value leaves the program: canaries in every place of items, in every kind of input, searched
//! for in everything that it prints.

use dynacrypt::testing::assert_absent;

use super::*;

const CANARIES: [&str; 12] = [
    "CANARY-s-Zx81",
    "42424242429",
    "CANARY-b-Qq17",
    "CANARY-list-Uu55",
    "CANARY-map-Ww33",
    "CANARY-set-Pp99",
    "CANARY-member-Rr21",
    "CANARY-key-Tt64",
    "CANARY-deep-Kk08",
    "4111 1111 1111 1111",
    "078-05-1120",
    "CANARY-broken-Mm77",
];

fn attributes() -> String {
    let b = "Q0FOQVJZLWItUXExNw==";
    format!(
        r#""id":{{"S":"CANARY-key-Tt64"}},"password":{{"S":"CANARY-s-Zx81"}},"pin":{{"N":"42424242429"}},
        "token":{{"B":"{b}"}},"secrets":{{"L":[{{"S":"CANARY-list-Uu55"}}]}},
        "credentials":{{"M":{{"password":{{"S":"CANARY-map-Ww33"}},"CANARY-member-Rr21":{{"S":"{CARD}"}}}}}},
        "tokens":{{"SS":["CANARY-set-Pp99"]}},"api_keys":{{"BS":["{b}"]}},"ssn":{{"S":"078-05-1120"}},
        "note":{{"S":"CANARY-s-Zx81 {CARD} 078-05-1120"}},
        "deep":{{"M":{{"CANARY-member-Rr21":{{"L":[{{"M":{{"secret":{{"S":"CANARY-deep-Kk08"}}}}}}]}}}}}}"#
    )
    .replace('\n', " ")
}

fn inputs() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let attributes = attributes();
    let whole = line(&attributes);
    let images = format!(
        r#"{{"Keys":{{"id":{{"S":"CANARY-key-Tt64"}}}},"NewImage":{{{attributes}}},"OldImage":{{{attributes}}}}}"#
    );
    let event = format!(r#"{{"Records":[{{"eventID":"CANARY-s-Zx81 ","dynamodb":{images}}}]}}"#);
    let broken = [
        "{\"Item\":{\"CANARY-broken-Mm77\":{\"S\":\"CANARY-broken-Mm77\n",
        "{\"Item\":{\"x\":{\"CANARY-broken-Mm77\":\"CANARY-broken-Mm77\"}}}\n",
        "{\"Item\":{\"x\":\"CANARY-broken-Mm77\"}}\n",
        "{\"Item\":{\"x\":{\"N\":4242424242901}}}\n",
        "{\"Item\":{\"x\":{\"B\":\"CANARY-broken-Mm77\"}}}\n",
        "{\"CANARY-broken-Mm77\":\"CANARY-broken-Mm77\"}\n",
        "CANARY-broken-Mm77\n",
        "{\"Records\":[{\"dynamodb\":{\"NewImage\":{\"x\":\"CANARY-broken-Mm77\"}}}]}\n",
    ]
    .concat();
    let mut cut = gzip(whole.repeat(50).as_bytes());
    cut.truncate(cut.len() - 9);
    vec![
        ("export", "full", whole.clone().into_bytes()),
        ("export", "incremental", images.clone().into_bytes()),
        ("export", "malformed", [broken.clone(), whole].concat().into_bytes()),
        ("export", "cut off", cut),
        ("stream", "event", event.clone().into_bytes()),
        ("stream", "malformed", [broken, event].concat().into_bytes()),
    ]
}

#[test]
fn no_report_and_no_message_shows_a_value() {
    let folder = folder();
    let shop =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy/shop.schema.json"));
    write(&folder, "shop.schema.json", shop.unwrap());
    for (command, name, input) in inputs() {
        for format in ["text", "json", "sarif"] {
            let mut arguments = vec![command, "-", "--format", format];
            if format == "json" {
                arguments.extend(["--schema", "shop.schema.json"]);
            }
            let output = run(folder.path(), &arguments, &input);
            let all = text(&output.stdout) + &text(&output.stderr);
            assert!(all.contains("secret-shape"), "{command} {name} {format}: {all}");
            assert_absent(&all, CANARIES);
        }
    }
}

/// Keys that are asked for are told, and nothing else is.
#[test]
fn keys_are_all_that_is_told_on_request() {
    let folder = folder();
    let input = line(&attributes());
    for format in ["text", "json", "sarif"] {
        let arguments = ["export", "-", "--format", format, "--show-keys", "--key", "id"];
        let output = run(folder.path(), &arguments, input.as_bytes());
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(all.contains("CANARY-key-Tt64") && all.contains("CANARY-member-Rr21"), "{all}");
        let others = CANARIES
            .into_iter()
            .filter(|canary| !canary.contains("-key-") && !canary.contains("-member-"));
        assert_absent(&all, others);
    }
}
