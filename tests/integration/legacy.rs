//! Legacy formats: what the libraries of other programs wrote opens, and nothing else does. The
//! fixtures are theirs (tests/legacy); it never encrypts in one of the formats itself.

mod attacks;
pub(crate) mod fixtures;
mod forms;
mod kms;
mod random;
mod reading;

use dynacrypt::ExposeSecret;
use dynacrypt::legacy::StoredForm;
use serde::Deserialize;
use zeroize::Zeroize;

use fixtures::{FORMATS, Fixture, Fixtures, refused};

#[tokio::test]
async fn every_fixture_opens() {
    for format in FORMATS {
        let fixtures = Fixtures::read(format);
        println!("{format}: {} fixtures by {}", fixtures.all.len(), fixtures.made_by);
        assert!(fixtures.all.len() >= 10, "{format}");
        for Fixture { name, item, field, plaintext, .. } in &fixtures.all {
            let reader = fixtures.reader();
            assert_eq!(reader.name(), format);
            assert_eq!(reader.recognize(item, field), StoredForm::Legacy, "{format}: {name}");
            let opened = reader.open(item, field).await;
            let opened = opened.unwrap_or_else(|error| panic!("{format}: {name}: {error}"));
            let opened = opened.expect("it is there").into_bytes().unwrap();
            assert_eq!(opened.expose_secret(), plaintext, "{format}: {name}");
        }
    }
}

#[test]
fn every_suite_has_a_fixture() {
    let fixtures = Fixtures::read("aws-esdk");
    for suite in
        ["0578", "0478", "0378", "0346", "0214", "0178", "0146", "0114", "0078", "0046", "0014"]
    {
        let count = fixtures.all.iter().filter(|fixture| fixture.suite == suite).count();
        assert!(count >= 2, "{suite}: {count}");
    }
}

#[tokio::test]
async fn other_keys_do_not_open() {
    for format in FORMATS {
        let fixtures = Fixtures::read(format);
        for fixture in &fixtures.all {
            let error =
                refused(&*fixtures.stranger(), &fixture.item, &fixture.field, &fixture.name).await;
            assert!(error.is_decrypt(), "{format}: {}: {error}", fixture.name);
        }
    }
    for format in ["json-gcm", "split-gcm", "fernet"] {
        let fixtures = Fixtures::read(format);
        for (number, other) in [(0, 1), (1, 0)] {
            let reader = fixtures.reader_with_keys(&[other]);
            for fixture in fixtures.all.iter().filter(|fixture| fixture.key == number) {
                let error = refused(&*reader, &fixture.item, &fixture.field, &fixture.name).await;
                assert!(error.is_decrypt(), "{format}: {}", fixture.name);
            }
        }
    }
}

#[derive(Deserialize, Zeroize)]
struct Card {
    number: String,
    month: u8,
}

#[tokio::test]
async fn values_become_secrets_of_the_fields_type() {
    for format in FORMATS {
        let fixtures = Fixtures::read(format);
        let open = async |name: &str| {
            let fixture = fixtures.all.iter().find(|f| f.name.contains(name)).expect(name);
            fixtures.reader().open(&fixture.item, &fixture.field).await.unwrap().unwrap()
        };
        let card = open("json").await.into_secret::<Card>().unwrap();
        assert_eq!(card.expose_secret().number, "CANARY-4111111111111111");
        assert_eq!(card.expose_secret().month, 12);
        let text = open("short").await.into_secret::<String>().unwrap();
        assert_eq!(text.expose_secret(), "CANARY-ssn-078-05-1120");
        let bytes = open("short").await.into_secret::<Vec<u8>>().unwrap();
        assert_eq!(bytes.expose_secret(), b"CANARY-ssn-078-05-1120");
        assert!(open("unicode").await.into_string().unwrap().expose_secret().contains('🔑'));

        let plaintext = open("short").await;
        assert_eq!(format!("{plaintext:?}"), "LegacyPlaintext([REDACTED])");
        let error = plaintext.into_json::<Card>().map(|_| ()).unwrap_err();
        assert!(error.is_invalid_item() && !format!("{error:?}").contains("CANARY"));
        if matches!(format, "fernet" | "kms-gcm" | "aws-esdk") {
            let error = open("binary").await.into_string().unwrap_err();
            assert!(error.is_invalid_item(), "{error}");
        }
    }
}
