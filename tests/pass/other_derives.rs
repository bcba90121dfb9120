// Beside serde and the standard derives, whose attributes are theirs alone. `Debug` is redacted.
use dynacrypt::{Record, Secret};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize, Record)]
#[serde(rename_all = "camelCase")]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    #[serde(rename = "id")]
    user_id: String,
    #[encrypted]
    #[serde(default)]
    social_number: Secret<String>,
    #[serde(skip)]
    display_name: String,
}

#[::core::prelude::v1::test]
fn passes() {
    let names: Vec<&str> = Profile::SCHEMA.fields().iter().map(|field| field.name()).collect();
    assert_eq!(names, ["user_id", "social_number", "display_name"]);
    let profile: Profile =
        serde_json::from_str(r#"{"id": "u", "socialNumber": "078-05-1120"}"#).expect("a profile");
    assert!(!format!("{profile:?}").contains("078"));
}
