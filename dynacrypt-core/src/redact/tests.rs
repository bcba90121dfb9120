//! Masking: nothing sensitive is left, what is valid stays valid, and the rest stays as it is. The
//! shapes have tests of their own.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

const CANARY: &str = "CANARY-secret-value-42";

fn redactor() -> Redactor {
    Redactor::new().names(["ssn", "api_key", "card"])
}

#[test]
fn json_at_any_depth() {
    let redactor = redactor();
    for (json, masked) in [
        (r#"{"ssn":"x","a":1}"#, r#"{"ssn":"[REDACTED]","a":1}"#),
        (
            r#"{"a":[{"API-KEY" : {"x":[1,"}"]}}, {"card":[1,2]}]}"#,
            r#"{"a":[{"API-KEY" : "[REDACTED]"}, {"card":"[REDACTED]"}]}"#,
        ),
        (
            r#"{"ssn":null,"card":true,"apiKey":-1.5e3}"#,
            r#"{"ssn":null,"card":"[REDACTED]","apiKey":"[REDACTED]"}"#,
        ),
        (r#"{"\u0073sn":"x"}"#, r#"{"\u0073sn":"[REDACTED]"}"#),
        (r#"{"a":"{\"ssn\":\"x\"}"}"#, r#"{"a":"{\"ssn\":\"[REDACTED]\"}"}"#),
        (r#"{"message":"login ssn=078 ok=1"}"#, r#"{"message":"login ssn=[REDACTED] ok=1"}"#),
        (
            r#"{"n":4111111111111111,"t":"x 078-05-1120\n"}"#,
            r#"{"n":"[REDACTED]","t":"x [REDACTED]\n"}"#,
        ),
        (r#"["ssn","x"]"#, r#"["ssn","x"]"#),
        (r#"{"name":"ssn","user.ssn":"x"}"#, r#"{"name":"ssn","user.ssn":"[REDACTED]"}"#),
        ("{\"ssn\":\"a\"}\n{\"ssn\":\"b\"}", "{\"ssn\":[REDACTED]}\n{\"ssn\":[REDACTED]}"),
        ("  ", "  "),
    ] {
        assert_eq!(redactor.json(json), masked, "{json}");
    }
}

#[test]
fn json_that_is_cut_off_or_none() {
    let redactor = redactor();
    let whole = format!(r#"{{"a":1,"ssn":"{CANARY}","card":{{"x":["{CANARY}"]}},"b":"2"}}"#);
    for end in 0..whole.len() {
        let masked = redactor.json(&whole[..end]);
        assert!(!masked.contains("CANARY"), "{masked}");
    }
    for text in [
        format!("{{ssn: '{CANARY}', b: 2}}"),
        format!("{{'ssn': '{CANARY}'}}"),
        format!("{{\"ssn\" \"{CANARY}\", \"ssn\": \"{CANARY}\"").replacen(
            &format!("\"{CANARY}\","),
            "1,",
            1,
        ),
        format!("Profile {{ ssn: Some(\"{CANARY}, x\"), card: Card {{ n: \"{CANARY}\" }}, b: 2 }}"),
    ] {
        assert!(!redactor.json(&text).contains("CANARY"), "{}", redactor.json(&text));
    }
}

#[test]
fn texts() {
    let redactor = redactor();
    for (text, masked) in [
        ("ssn=078 next=1", "ssn=[REDACTED] next=1"),
        ("user.ssn: Alice Smith, b", "user.ssn: [REDACTED], b"),
        ("ssn=\"a b\" c", "ssn=[REDACTED] c"),
        ("{\\\"ssn\\\":\\\"a b\\\",\\\"c\\\":1}", "{\\\"ssn\\\":[REDACTED],\\\"c\\\":1}"),
        ("apiKey => [1, 2] c", "apiKey => [REDACTED] c"),
        ("card: Some(Card { n: 1 }) c", "card: [REDACTED] c"),
        ("Cookie: a=b; c=d\nnext: e", "Cookie: [REDACTED]\nnext: e"),
        ("authorization: Bearer abc", "authorization: [REDACTED]"),
        ("ssn::parse and ssns=1", "ssn::parse and ssns=1"),
        ("missing field `ssn`", "missing field `ssn`"),
        ("ssn=", "ssn="),
        ("caf\u{e9} ssn=\u{e9}\u{1F600}", "caf\u{e9} ssn=[REDACTED]"),
    ] {
        assert_eq!(redactor.text(text), masked, "{text}");
        let again = redactor.text(masked);
        assert_eq!(again, masked, "masking twice changes nothing");
    }
}

#[test]
fn forms_and_urls() {
    let redactor = redactor();
    for (form, masked) in [
        ("a=1&ssn=x&b=2", "a=1&ssn=[REDACTED]&b=2"),
        (
            "user%5BapiKey%5D=x&user[ssn]=y;card.n=z",
            "user%5BapiKey%5D=[REDACTED]&user[ssn]=[REDACTED];card.n=[REDACTED]",
        ),
        ("q=4111%201111+1111+1111&r=a+b", "q=[REDACTED]&r=a+b"),
        ("body=%7B%22ssn%22%3A1%7D", "body=[REDACTED]"),
        ("ssn=&flag&&", "ssn=&flag&&"),
        ("078-05-1120", "[REDACTED]"),
        ("%ff=%zz&a=b", "%ff=%zz&a=b"),
    ] {
        assert_eq!(redactor.form(form), masked, "{form}");
    }
    assert_eq!(
        redactor.url("https://user:pass@host/078-05-1120/x?ssn=1&a=2#apiKey=3"),
        "https://user:[REDACTED]@host/[REDACTED]/x?ssn=[REDACTED]&a=2#apiKey=[REDACTED]"
    );
    assert_eq!(redactor.url("/plain/path"), "/plain/path");
}

#[test]
fn headers() {
    let mut headers = http::HeaderMap::new();
    for (name, value) in [
        ("authorization", "Bearer abc"),
        ("set-cookie", "a=b"),
        ("set-cookie", "c=d"),
        ("x-api-key", "abc"),
        ("x-ssn", "abc"),
        ("x-note", "card 4111 1111 1111 1111"),
        ("referer", "https://x/?ssn=1&a=2"),
        ("content-type", "text/plain"),
    ] {
        headers.append(http::HeaderName::from_static(name), http::HeaderValue::from_static(value));
    }
    let masked = redactor().headers(&headers);
    assert_eq!(masked.len(), headers.len());
    assert_eq!(masked.get_all("set-cookie").iter().filter(|value| *value == MASK).count(), 2);
    for name in ["authorization", "x-api-key", "x-ssn"] {
        assert_eq!(masked[name], MASK, "{name}");
    }
    assert_eq!(masked["x-note"], "card [REDACTED]");
    assert_eq!(masked["referer"], "https://x/?ssn=[REDACTED]&a=2");
    assert_eq!(masked["content-type"], "text/plain");
}

#[test]
fn logs_in_pieces_are_masked_as_in_one() {
    let key =
        format!("-----BEGIN {} KEY-----\nMII\nAAA\n-----END {} KEY-----", "PRIVATE", "PRIVATE");
    let log = format!(
        "INFO ssn=1 a=2\n{{\"ssn\":\"x\"}}\nkey\n{key}\nd\u{e9}j\u{e0} CANARY\nof two lines\nlast 078-05-1120"
    );
    let with_canary = redactor().canaries(["CANARY\nof two lines"]).unwrap();
    for (redactor, canary_goes) in [(redactor(), false), (with_canary, true)] {
        let whole = redactor.log(&log);
        for left in ["MII", "AAA", "078", "\"x\""] {
            assert!(!whole.contains(left), "{whole}");
        }
        assert_eq!(!whole.contains("CANARY"), canary_goes, "{whole}");
        for size in 1..log.len() {
            let mut lines = LineRedactor::new(redactor.clone());
            let mut out = String::new();
            for piece in log.as_bytes().chunks(size) {
                out.push_str(&lines.push(piece));
            }
            out.push_str(&lines.finish());
            assert_eq!(out, whole, "in pieces of {size}");
        }
    }
}

#[test]
fn what_is_too_long_is_withheld_and_said_to_be() {
    let mut lines = LineRedactor::new(redactor());
    let mut out = String::new();
    for _ in 0..40 {
        out.push_str(&lines.push(format!("{CANARY}{}", "x".repeat(50_000)).as_bytes()));
    }
    out.push_str(&lines.push(b" end\nnext\n"));
    out.push_str(&lines.finish());
    assert_eq!(out, "[REDACTED: a line of more than 1 MiB, or a key of more than 64 KiB]\nnext\n");
}

/// The beginning of a key hides what may belong to it, not the rest of the log.
#[test]
fn a_key_that_never_ends_hides_a_bounded_part() {
    let begin = format!("-----BEGIN {} KEY-----", "PRIVATE");
    let mut lines = LineRedactor::new(redactor());
    let mut out = lines.push(format!("a\n{begin}\nMIIB\n{{\"level\":\"info\"}}\n").as_bytes());
    out.push_str(&lines.finish());
    assert_eq!(out, "a\n[REDACTED]{\"level\":\"info\"}\n");
    let mut out = lines.push(format!("{begin}\n").as_bytes());
    for _ in 0..2_000 {
        out.push_str(&lines.push(format!("{}\n", "A".repeat(64)).as_bytes()));
    }
    out.push_str(&lines.push(b"\"after\"\n"));
    assert!(out.starts_with("[REDACTED: ") && out.ends_with("\"after\"\n"), "{}", out.len());
}

#[test]
fn a_record_gives_its_names_and_debug_shows_none() {
    let schema = SchemaDescription::from_json(
        r#"{"dynacrypt_schema":1,"record":"P","table":"t","fields":[{"name":"id","kind":"partition_key","type":"S"},{"name":"iban","bound_name":"account_number","kind":"encrypted"}],"sensitive":["oneTimeCode"]}"#,
    )
    .unwrap();
    let redactor = Redactor::new().schema(&schema).canaries([CANARY]).unwrap();
    for name in ["iban", "accountNumber", "ACCOUNT_NUMBER", "one_time_code", "Cookie"] {
        assert!(redactor.is_sensitive(name), "{name}");
    }
    assert!(!redactor.is_sensitive("id"));
    assert!(!format!("{redactor:?} {:?}", LineRedactor::new(redactor.clone())).contains("CANARY"));
    assert!(Redactor::new().canaries(["abc"]).unwrap_err().is_invalid_request());
}

#[cfg(feature = "redact-tracing")]
#[test]
fn the_writer_masks_what_tracing_writes() {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);
    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let shared = Shared::default();
    let made = shared.clone();
    let writer = RedactingWriter::new(redactor(), move || made.clone());
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(writer).finish();
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(ssn = CANARY, card = ?Some(CANARY), user = "alice", "signed up with 4111111111111111");
        tracing::info!("body {{\"apiKey\":\"{CANARY}\"}} sent");
    });
    let log = String::from_utf8(shared.0.lock().unwrap().clone()).unwrap();
    assert!(!log.contains("CANARY") && !log.contains("4111"), "{log}");
    assert!(
        log.contains("alice") && log.contains("ssn=[REDACTED]") && log.lines().count() == 2,
        "{log}"
    );
}

/// JSON of any shape, some of whose members are sensitive and hold the canary.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        "[a-z\"\\\\\n{}:= ]{0,20}".prop_map(Value::from),
    ];
    let name = prop_oneof![Just("ssn".to_owned()), Just("apiKey".to_owned()), "[a-z\"\\\\:]{0,6}"];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Plants the canary wherever a name is sensitive.
fn plant(value: &mut Value, planted: bool) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                plant(value, planted || ["ssn", "apiKey"].contains(&name.as_str()));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| plant(value, planted)),
        Value::String(text) if planted => text.push_str(CANARY),
        _ => {}
    }
}

proptest! {
    #[test]
    fn json_stays_json_and_keeps_no_canary(mut value in json(), pretty: bool) {
        plant(&mut value, false);
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let masked = redactor().json(&text.unwrap());
        prop_assert!(!masked.contains("CANARY"), "{}", masked);
        let read: Value = serde_json::from_str(&masked).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Value>(&redactor().json(&masked)).unwrap(), &read);
    }

    #[test]
    fn no_text_panics_and_no_known_canary_stays(text in "\\PC{0,80}", before in "[\\PC\n]{0,40}") {
        let redactor = redactor().canaries([CANARY]).unwrap();
        let planted = format!("{before}{CANARY}{text}");
        for masked in [
            redactor.json(&planted), redactor.text(&planted), redactor.log(&planted),
            redactor.form(&planted), redactor.url(&planted), redactor.shapes(&planted).into_owned(),
        ] {
            prop_assert!(!masked.contains(CANARY), "{}", masked);
        }
    }

    #[test]
    fn ordinary_text_stays_as_it_is(words in prop::collection::vec("[a-z]{1,12}", 0..20)) {
        let text = words.join(" ");
        prop_assert_eq!(redactor().text(&text), text);
    }
}
