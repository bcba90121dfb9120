//! Letter cases of `rename_all`, applied to the name of a field. It never looks at types or
//! attributes.

/// A letter case for attribute names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

/// Every case under the name that a user writes: the case's own name, written in that case.
pub(crate) const CASES: [(&str, Case); 8] = [
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        CASES.iter().find(|(known, _)| *known == name).map(|(_, case)| *case)
    }

    /// The attribute name of a field, whose own name is in snake case as Rust's are.
    ///
    /// Same results as serde's, so that a struct that moves here keeps its names.
    pub(crate) fn apply(self, field: &str) -> String {
        match self {
            Self::Lower => field.to_lowercase(),
            Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => {
                let pascal = pascal(field);
                let mut letters = pascal.chars();
                let first = letters.next().map(|first| first.to_ascii_lowercase());
                first.into_iter().chain(letters).collect()
            }
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_uppercase().replace('_', "-"),
        }
    }
}

fn pascal(field: &str) -> String {
    let mut name = String::with_capacity(field.len());
    let mut starts_word = true;
    for letter in field.chars() {
        if letter == '_' {
            starts_word = true;
        } else if starts_word {
            name.push(letter.to_ascii_uppercase());
            starts_word = false;
        } else {
            name.push(letter);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case() {
        let expected = [
            "first_name",
            "FIRST_NAME",
            "FirstName",
            "firstName",
            "first_name",
            "FIRST_NAME",
            "first-name",
            "FIRST-NAME",
        ];
        for ((name, case), expected) in CASES.into_iter().zip(expected) {
            assert_eq!(case.apply("first_name"), expected, "{name}");
        }
    }

    #[test]
    fn short_odd_and_foreign_names() {
        assert_eq!(Case::Camel.apply("id"), "id");
        assert_eq!(Case::Pascal.apply("a_b2_c"), "AB2C");
        assert_eq!(Case::Camel.apply("_private__name"), "privateName");
        assert_eq!(Case::Camel.apply("_"), "");
        assert_eq!(Case::Camel.apply("straße_ñ"), "straßeñ");
        assert_eq!(Case::Lower.apply("userID"), "userid");
    }

    #[test]
    fn names_are_matched_as_written() {
        assert_eq!(Case::from_name("kebab-case"), Some(Case::Kebab));
        assert_eq!(Case::from_name("camelcase"), None);
    }
}
