//! Whether an item is of a schema's record type: by the record type that it names, or by the shape
//! of its key. It opens nothing, and never vouches for what an item says of itself.

use aws_sdk_dynamodb::types::AttributeValue;

use super::SchemaDescription;
use super::document::{Field, Kind, Part, Scalar};
use crate::record::Attributes;

/// How well an item fits; the greater fits better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fit {
    /// The item names the record type.
    named: bool,
    /// Bytes of its key that are the template's own.
    literal: usize,
    /// How many of its attributes the schema declares.
    declared: usize,
}

impl SchemaDescription {
    /// How well an item fits; `None` where it is none of the record type's.
    pub(crate) fn fit(&self, item: &Attributes) -> Option<Fit> {
        let mut fit = Fit { named: false, literal: 0, declared: 0 };
        for field in &self.0.fields {
            let value = item.get(&field.name);
            fit.declared += usize::from(value.is_some());
            match field.kind {
                Kind::PartitionKey | Kind::SortKey => fit.literal += key_fit(field, value?)?,
                // What was stored before it was moved names no type.
                Kind::Entity => match (value, &field.value) {
                    (Some(AttributeValue::S(found)), Some(own)) if found == own => fit.named = true,
                    (Some(_), _) => return None,
                    (None, _) => {}
                },
                _ => {}
            }
        }
        Some(fit)
    }

    /// Names of the key attributes.
    pub(crate) fn key_names(&self) -> impl Iterator<Item = &str> {
        let keys = |field: &&Field| matches!(field.kind, Kind::PartitionKey | Kind::SortKey);
        self.0.fields.iter().filter(keys).map(|field| field.name.as_str())
    }
}

/// Literal bytes of a key that is one of the field's.
fn key_fit(field: &Field, value: &AttributeValue) -> Option<usize> {
    match (field.scalar, value) {
        (Some(Scalar::S), AttributeValue::S(text)) => match &field.template {
            None => Some(0),
            Some(parts) => template_fit(parts, text),
        },
        (Some(Scalar::N), AttributeValue::N(_)) | (Some(Scalar::B), AttributeValue::B(_)) => {
            Some(0)
        }
        _ => None,
    }
}

/// Literals stand in their order; a value ends at the next of them, since none can be in it.
fn template_fit(parts: &[Part], text: &str) -> Option<usize> {
    let mut rest = text;
    let mut literal = 0;
    let mut in_value = false;
    for part in parts {
        match part {
            Part::Literal(own) => {
                let at = rest.find(own.as_str()).filter(|at| in_value || *at == 0)?;
                rest = rest.get(at + own.len()..)?;
                literal += own.len();
                in_value = false;
            }
            Part::Field(_) => in_value = true,
        }
    }
    (in_value || rest.is_empty()).then_some(literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(sort: &str, entity: &str) -> SchemaDescription {
        let text = format!(
            r#"{{"dynacrypt_schema":1,"record":"R","table":"t","fields":[
            {{"name":"pk","kind":"partition_key","type":"S","template":["USER#",{{"field":"id"}}]}},
            {{"name":"sk","kind":"sort_key","type":"S","template":{sort}}}{entity}]}}"#
        );
        SchemaDescription::from_json(&text).unwrap()
    }

    fn item(pk: &str, sk: &str, entity: Option<&str>) -> Attributes {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut item = Attributes::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))]);
        item.extend(entity.map(|entity| ("_et".to_owned(), text(entity))));
        item
    }

    #[test]
    fn keys_tell_record_types_apart() {
        let customer = schema(r#"["CUSTOMER"]"#, "");
        let order = schema(r##"["ORDER#",{"field":"year"},"#",{"field":"id"}]"##, "");
        for (sort, of_customer, of_order) in [
            ("CUSTOMER", true, false),
            ("CUSTOMERS", false, false),
            ("ORDER#2026#1", false, true),
            ("ORDER#2026", false, false),
            ("XORDER#2026#1", false, false),
            ("", false, false),
        ] {
            let item = item("USER#1", sort, None);
            assert_eq!(customer.fit(&item).is_some(), of_customer, "{sort}");
            assert_eq!(order.fit(&item).is_some(), of_order, "{sort}");
        }
        assert!(customer.fit(&item("TEAM#1", "CUSTOMER", None)).is_none());
        let mut no_sort = item("USER#1", "CUSTOMER", None);
        no_sort.remove("sk");
        assert!(customer.fit(&no_sort).is_none());
        no_sort.insert("sk".to_owned(), AttributeValue::N("1".to_owned()));
        assert!(customer.fit(&no_sort).is_none());
        assert!(customer.key_names().eq(["pk", "sk"]));
    }

    #[test]
    fn the_record_type_that_an_item_names_decides() {
        let any = r#"[{"field":"x"}]"#;
        let named = |value: &str| format!(r#",{{"name":"_et","kind":"entity","value":"{value}"}}"#);
        let (order, note) = (schema(any, &named("order")), schema(any, &named("note")));
        let stored = item("USER#1", "7", Some("order"));
        assert!(order.fit(&stored).is_some() && note.fit(&stored).is_none());
        let before = item("USER#1", "7", None);
        assert!(order.fit(&before) < order.fit(&stored) && note.fit(&before).is_some());
    }
}
