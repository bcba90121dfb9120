// Every case of `rename_all`; `rename` is taken as it stands.
use dynacrypt::Record;

macro_rules! cases {
    ($($case:literal => $($name:literal),+;)+) => {$({
        #[derive(Record)]
        #[dynacrypt(table = "profiles", rename_all = $case)]
        struct Profile {
            #[dynacrypt(partition_key)]
            user_id: String,
            html_body2: String,
            r#type: String,
            #[dynacrypt(rename = "As_It-is")]
            renamed: String,
        }

        let names: Vec<&str> = Profile::SCHEMA.fields().iter().map(|field| field.name()).collect();
        assert_eq!(names, [$($name),+, "As_It-is"], $case);
    })+};
}

#[::core::prelude::v1::test]
fn passes() {
    cases! {
        "lowercase" => "user_id", "html_body2", "type";
        "UPPERCASE" => "USER_ID", "HTML_BODY2", "TYPE";
        "PascalCase" => "UserId", "HtmlBody2", "Type";
        "camelCase" => "userId", "htmlBody2", "type";
        "snake_case" => "user_id", "html_body2", "type";
        "SCREAMING_SNAKE_CASE" => "USER_ID", "HTML_BODY2", "TYPE";
        "kebab-case" => "user-id", "html-body2", "type";
        "SCREAMING-KEBAB-CASE" => "USER-ID", "HTML-BODY2", "TYPE";
    }
}
