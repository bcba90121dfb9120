//! What is a secret by its shape, and ordinary texts that are none. The secrets are made up or
//! published as examples; those that scanners would report are put together from parts.

use super::*;

fn shapes(text: &str) -> Vec<Shape> {
    Detector::default().find(text.as_bytes()).into_iter().map(|hit| hit.shape()).collect()
}

fn only(text: &str, shape: Shape, secret: &str) {
    let hits = Detector::default().find(text.as_bytes());
    assert_eq!(hits.len(), 1, "{text}: {hits:?}");
    assert_eq!(hits[0].shape(), shape, "{text}");
    assert_eq!(&text[hits[0].start()..hits[0].end()], secret, "{text}");
}

#[test]
fn every_pattern_compiles() {
    assert_eq!(COMPILED.len(), PATTERNS.len());
    let with_pattern = PATTERNS.iter().map(|(shape, ..)| *shape);
    let all: BTreeSet<_> = with_pattern.chain([Shape::PrivateKey, Shape::Canary]).collect();
    assert_eq!(all, Shape::ALL.into_iter().collect());
    let names: BTreeSet<_> = Shape::ALL.iter().map(|shape| shape.name()).collect();
    assert_eq!(names.len(), Shape::ALL.len());
}

#[test]
fn keys_of_services() {
    let tail = |len: usize| "aB3dE5fG7hJ9kL1mN3pQ".repeat(4)[..len].to_owned();
    for (shape, head, len) in [
        (Shape::StripeKey, "sk_live_", 24),
        (Shape::StripeKey, "rk_test_", 24),
        (Shape::StripeKey, "whsec_", 32),
        (Shape::GitHubToken, "ghp_", 36),
        (Shape::GitHubToken, "github_pat_", 40),
        (Shape::SlackToken, "xoxb-", 30),
        (Shape::GoogleApiKey, "AIza", 35),
        (Shape::OtherApiKey, "glpat-", 20),
        (Shape::OtherApiKey, "npm_", 36),
        (Shape::OtherApiKey, "sk-ant-", 40),
    ] {
        let secret = format!("{head}{}", tail(len));
        only(&format!("key: {secret}, next"), shape, &secret);
        only(&secret, shape, &secret);
        assert_eq!(shapes(&format!("x{secret}")), [], "{head} inside a word");
    }
    let id = format!("AKIA{}", "IOSFODNN7EXAMPLE");
    only(&format!("\"{id}\""), Shape::AwsAccessKeyId, &id);
    assert_eq!(shapes(&format!("{id}X")), []);
    let secret = format!("wJalrXUtnFEMI/K7MDENG/{}", "bPxRfiCYEXAMPLEKEY");
    for name in
        ["aws_secret_access_key = ", "\"SecretAccessKey\": \"", "AWS_SECRET_KEY=", "secret key: "]
    {
        only(&format!("{name}{secret}\" "), Shape::AwsSecretAccessKey, &secret);
    }
    assert_eq!(shapes(&format!("sha {secret}")), [], "without a name, it is any hash");
    assert_eq!(shapes(&format!("secret_key={secret}more")), []);
}

#[test]
fn private_keys_and_tokens() {
    let key = format!(
        "-----BEGIN {} KEY-----\nMIIB\nAAAA\n-----END RSA {} KEY-----",
        "RSA PRIVATE", "PRIVATE"
    );
    only(&format!("a\n{key}\nb"), Shape::PrivateKey, &key);
    let cut = &key[..45];
    only(cut, Shape::PrivateKey, cut);
    assert_eq!(shapes("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"), []);
    let two = format!("{key} and {key}");
    assert_eq!(shapes(&two), [Shape::PrivateKey; 2]);
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0AAA.c2lnbmF0dXJl";
    only(&format!("Bearer {jwt}"), Shape::JsonWebToken, jwt);
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0AAA.";
    only(unsigned, Shape::JsonWebToken, unsigned);
}

#[test]
fn payment_cards() {
    for card in [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "3782 822463 10005",
        "6011111111111117",
        "3530111333300000",
        "30569309025904",
        "6200000000000005",
    ] {
        only(card, Shape::PaymentCard, card);
        only(&format!("paid with {card}, thanks"), Shape::PaymentCard, card);
        only(&format!("5234 {card} 12/26"), Shape::PaymentCard, card);
    }
    for none in [
        "4111111111111112",
        "4111 1111-1111 1111",
        "41111111111111111",
        "a4111111111111111",
        "0.4111111111111111",
        "4111111111111111.25",
        "4111111111111111-abc",
        "0000000000000000",
        "1234567812345670",
    ] {
        assert_eq!(shapes(none), [], "{none}");
    }
}

#[test]
fn social_security_numbers() {
    for number in ["078-05-1120", "219 09 9999", "899-99-9999", "001-01-0001"] {
        only(number, Shape::SocialSecurityNumber, number);
        only(&format!("(ssn {number})."), Shape::SocialSecurityNumber, number);
    }
    for none in [
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",
        "123-45-0000",
        "1-123-45-6789",
        "123-45-6789-1",
        "123-45 6789",
        "12 123 45 6789 12",
        "1123-45-6789",
        "123456789",
    ] {
        assert_eq!(shapes(none), [], "{none}");
    }
}

/// What stands in logs and answers all day.
#[test]
fn ordinary_texts_hold_no_secret() {
    for text in [
        "550e8400-e29b-41d4-a716-446655440000",
        "41111111-1111-4111-8111-111111111111",
        "2026-11-21T03:05:54.123456Z",
        "1732155570123 1732155570123456 1732155570123456789",
        "order 100020003000 of customer 4711-2026-11",
        "+49 30 123456 78, +1 555-123-4567, (555) 123-4567",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "commit da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "GET /items/4012888888881882?page=2 HTTP/1.1",
        "192.168.100.200:8080 [::1]:443 10.0.0.0/8",
        "3.14159265358979323846 6.02214076e23 1e-10",
        "tok_visa pk_live_aaaaaaaaaaaaaaaaaaaaaaaa sk_live_",
        "the secret key is: none",
        "task-management-system risk-management",
        "eyJ is how it begins",
        "ISBN 978-3-16-148410-0, IBAN DE75512108001245126199",
        "-----BEGIN PUBLIC KEY-----",
        "ETag: \"33a64df551425fcc55e4d42a148795d9f25f89d4\"",
    ] {
        assert_eq!(shapes(text), [], "{text}");
    }
}

#[test]
fn canaries_in_their_forms() {
    let mut detector = Detector::default();
    detector.canaries(["CANARY-\"42\"\nend"]).unwrap();
    for text in [
        "xCANARY-\"42\"\nendx",
        r#"{"a":"CANARY-\"42\"\nend"}"#,
        "q=CANARY-%2242%22%0Aend",
        "Q0FOQVJZLSI0MiIKZW5k",
        "43414e4152592d223432220a656e64",
    ] {
        let hits = detector.find(text.as_bytes());
        assert_eq!(hits.iter().map(Hit::shape).collect::<Vec<_>>(), [Shape::Canary], "{text}");
    }
    assert!(detector.find(b"CANARY").is_empty());
    assert!(detector.canaries(["abc"]).is_err());
    detector.remove(Shape::Canary);
    assert!(detector.find(b"xCANARY-\"42\"\nendx").is_empty());
}

/// A text of nothing but beginnings is read in time linear in it: this would not end otherwise.
#[test]
fn beginnings_cost_no_more_than_other_texts() {
    for text in ["eyJ", "4111 ", "-----BEGIN ", "secret key: ", "sk_live_", "1", "A", "078-05-"] {
        Detector::default().find(text.repeat(400_000 / text.len()).as_bytes());
    }
}
