// The nonce follows from the bound name: the first 12 bytes of SHA-256("dynacrypt/v1/nonce" ‖ name).
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted]
    ssn: Secret<String>,
    #[encrypted]
    #[dynacrypt(aad_name = "pin", pad = 16)]
    new_pin: Secret<String>,
    #[dynacrypt(rename = "token")]
    #[encrypted]
    access: Secret<String>,
}

#[::core::prelude::v1::test]
fn passes() {
    let expected = [
        "nonce: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], pad: 1",
        // printf 'dynacrypt/v1/noncessn' | sha256sum
        "nonce: [128, 237, 75, 116, 41, 166, 90, 101, 194, 11, 59, 252], pad: 1",
        // printf 'dynacrypt/v1/noncepin' | sha256sum
        "nonce: [129, 122, 10, 179, 184, 15, 71, 24, 179, 66, 102, 32], pad: 16",
        // printf 'dynacrypt/v1/noncetoken' | sha256sum
        "nonce: [137, 159, 14, 105, 17, 172, 155, 142, 112, 149, 117, 98], pad: 1",
    ];
    let fields = Profile::SCHEMA.fields();
    assert_eq!(fields.len(), expected.len());
    for (field, expected) in fields.iter().zip(expected) {
        assert!(format!("{field:?}").contains(expected), "{field:?} lacks {expected}");
    }
}
