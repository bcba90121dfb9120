//! Attributes that the struct itself makes: keys by template, and the name of the record type. It
//! never looks at how other fields are stored.

use crate::ast::{Entity, KeyPart, Template};
use crate::attr::meta::{Given, text};
use crate::attr::suggest;
use crate::diag::Diag;
use crate::source::Source;
use crate::template;

use super::names::{self, Made};

/// Attribute names where the struct does not say otherwise.
const PARTITION_KEY: &str = "pk";
const SORT_KEY: &str = "sk";
const ENTITY: &str = "entity";

/// The key attributes that templates make, numbered as they come in the schema: before all fields.
pub(super) fn templates(source: &Source<'_>, diag: &Diag) -> Vec<Template> {
    let attrs = &source.attrs;
    let given = [
        (KeyPart::Partition, &attrs.partition_key, &attrs.partition_key_name, PARTITION_KEY),
        (KeyPart::Sort, &attrs.sort_key, &attrs.sort_key_name, SORT_KEY),
    ];
    let mut templates = Vec::new();
    for (part, template, name, default) in given {
        let Some(given) = template else {
            if let (Some(name), false) = (name, source.broken) {
                let setting = part.setting();
                let example = match part {
                    KeyPart::Partition => "partition_key = \"USER#{user_id}\"",
                    KeyPart::Sort => "sort_key = \"ORDER#{order_id}\"",
                };
                diag.at(
                    name.span,
                    format!(
                        "`{setting}` names the attribute of a key template, and there is none\n\
                         add one, such as `{example}`; the attribute of a field is named by \
                         `rename`"
                    ),
                );
            }
            continue;
        };
        let pieces = template::parse(&given.value).unwrap_or_else(|message| {
            diag.at(given.value_span, message);
            Vec::new()
        });
        let template = Template {
            part,
            index: templates.len(),
            name: attribute_name(name.as_ref(), default, part.setting(), diag),
            pieces,
        };
        known(source, &template, given, diag);
        templates.push(template);
    }
    templates
}

/// Every field of the template is one of the struct's.
fn known(source: &Source<'_>, template: &Template, given: &Given<String>, diag: &Diag) {
    let Some(fields) = &source.fields else { return };
    let names: Vec<String> = fields.iter().map(|field| text(field.ident)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for unknown in template.fields().filter(|name| !names.contains(name)) {
        let hint = suggest::nearest(unknown, &names)
            .map(|known| format!(", did you mean `{known}`?"))
            .unwrap_or_default();
        diag.at(
            given.value_span,
            format!(
                "no field `{unknown}`{hint}\nfields of `{}`: {}",
                text(&source.input.ident),
                suggest::list(&names)
            ),
        );
    }
}

/// The attribute that names the record type, with this number in the schema.
pub(super) fn entity(source: &Source<'_>, index: usize, diag: &Diag) -> Option<Entity> {
    let attrs = &source.attrs;
    let Some(given) = &attrs.entity else {
        if let (Some(name), false) = (&attrs.entity_name, source.broken) {
            diag.at(
                name.span,
                "`entity_name` names the attribute that `entity` stores, and there is no `entity`\n\
                 add it, such as `entity = \"order\"`",
            );
        }
        return None;
    };
    if given.value.is_empty() {
        diag.at(
            given.value_span,
            "expected the name of the record type, such as `entity = \"order\"`",
        );
    } else if given.value.chars().any(char::is_control) {
        diag.at(given.value_span, "expected a name without control characters");
    }
    let name = attribute_name(attrs.entity_name.as_ref(), ENTITY, "entity_name", diag);
    Some(Entity { index, name, value: given.value.clone() })
}

/// All of them, to compare their names with those of fields.
pub(super) fn made<'a>(
    source: &Source<'_>,
    templates: &'a [Template],
    entity: Option<&'a Entity>,
) -> Vec<Made<'a>> {
    let attrs = &source.attrs;
    let at = |name: &Option<Given<String>>, given: &Option<Given<String>>| {
        let named = name.as_ref().map(|given| given.value_span);
        named.or_else(|| Some(given.as_ref()?.span)).unwrap_or_else(|| source.input.ident.span())
    };
    let keys = templates.iter().map(|template| Made {
        name: &template.name,
        what: match template.part {
            KeyPart::Partition => "the template of the partition key",
            KeyPart::Sort => "the template of the sort key",
        },
        setting: template.part.setting(),
        at: match template.part {
            KeyPart::Partition => at(&attrs.partition_key_name, &attrs.partition_key),
            KeyPart::Sort => at(&attrs.sort_key_name, &attrs.sort_key),
        },
    });
    let entity = entity.map(|entity| Made {
        name: &entity.name,
        what: "the record type's `entity`",
        setting: "entity_name",
        at: at(&attrs.entity_name, &attrs.entity),
    });
    keys.chain(entity).collect()
}

fn attribute_name(
    given: Option<&Given<String>>,
    default: &str,
    setting: &str,
    diag: &Diag,
) -> String {
    match given {
        Some(given) => {
            names::valid(&given.value, "an attribute name", setting, given.value_span, diag);
            given.value.clone()
        }
        None => default.to_owned(),
    }
}
