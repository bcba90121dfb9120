//! Update actions as a list, what makes no sense among them, and their text of placeholders alone. It
//! never holds a plaintext: a secret is a source of one until it is sealed elsewhere.

use aws_sdk_dynamodb::types::AttributeValue;

use super::condition::Operand;
use super::path::RawPath;
use super::render::Placeholders;
use super::update::SecretSource;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{FieldKind, FieldRole, FieldSpec, Schema};

#[derive(Default)]
pub(crate) struct Actions {
    pub(crate) set: Vec<(RawPath, SetTo)>,
    pub(crate) remove: Vec<RawPath>,
    pub(crate) add: Vec<(RawPath, Operand)>,
    pub(crate) delete: Vec<(RawPath, Operand)>,
    /// Encrypted fields by number, to be sealed and then set.
    pub(crate) secrets: Vec<(usize, SecretSource)>,
    /// Attributes that held fields in an old form, to be removed with what replaces it.
    pub(crate) forget: Vec<String>,
    pub(crate) error: Option<Error>,
}

pub(crate) enum SetTo {
    Value(Operand),
    IfAbsent(Operand),
    Append(Operand),
    Prepend(Operand),
}

impl Actions {
    /// Refuses actions that make no sense together, or that their columns do not allow.
    ///
    /// # Errors
    /// `is_invalid_request` where there is none, two touch one place, or one leads into something
    /// that is not in the clear; `is_invalid_record` where a value has no stored form.
    pub(crate) fn check(&self, schema: &'static Schema) -> Result<()> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        let secrets = self.secrets.iter().filter_map(|(field, _)| schema.fields().get(*field));
        let secrets: Vec<RawPath> = secrets.map(|spec| RawPath::attribute(spec.name())).collect();
        let mut paths: Vec<&RawPath> = secrets.iter().chain(self.paths()).collect();
        if paths.is_empty() {
            return Err(refused("the update changes nothing"));
        }
        if !paths.iter().all(|path| is_settable(schema, path)) {
            return Err(refused("the update leads into a field that it cannot change"));
        }
        // Sorted, a place stands right before those inside it.
        paths.sort_unstable();
        let clash = |pair: &[&RawPath]| matches!(pair, [one, next] if one.holds(next));
        if paths.windows(2).any(clash) {
            return Err(refused("two actions of the update change one place"));
        }
        Ok(())
    }

    fn paths(&self) -> impl Iterator<Item = &RawPath> {
        let set = self.set.iter().map(|(path, _)| path);
        set.chain(&self.remove).chain(self.add.iter().chain(&self.delete).map(|(path, _)| path))
    }

    /// Whether they change a field that is sealed.
    pub(crate) fn touch_sealed(&self, schema: &'static Schema) -> bool {
        self.sealed(schema).next().is_some()
    }

    /// The fields that they change and that are sealed.
    pub(crate) fn sealed(
        &self,
        schema: &'static Schema,
    ) -> impl Iterator<Item = &'static FieldSpec> {
        schema.fields().iter().enumerate().filter_map(|(number, spec)| {
            let changed = self.secrets.iter().any(|(field, _)| *field == number)
                || self.paths().any(|path| path.attribute == spec.name());
            (spec.is_encrypted() && changed).then_some(spec)
        })
    }

    /// Takes out the secrets, to be sealed.
    pub(crate) fn take_secrets(&mut self) -> Vec<(usize, SecretSource)> {
        std::mem::take(&mut self.secrets)
    }

    /// Sets an attribute to a value that is made; `None` removes it.
    pub(crate) fn assign(&mut self, name: &'static str, attribute: Option<AttributeValue>) {
        let path = RawPath::attribute(name);
        match attribute {
            Some(attribute) => self.set.push((path, SetTo::Value(Operand::Value(attribute)))),
            None => self.remove.push(path),
        }
    }

    /// Counts an attribute up by one.
    pub(crate) fn count_up(&mut self, name: &'static str) {
        let one = Operand::Value(AttributeValue::N("1".to_owned()));
        self.add.push((RawPath::attribute(name), one));
    }

    /// The text of the actions, without the secrets: those are sealed and assigned before.
    pub(crate) fn render(self, placeholders: &mut Placeholders) -> Result<String> {
        let mut set = Vec::with_capacity(self.set.len());
        for (path, value) in self.set {
            let path = placeholders.path(&path);
            set.push(match value {
                SetTo::Value(value) => format!("{path} = {}", operand(placeholders, value)?),
                SetTo::IfAbsent(value) => {
                    format!("{path} = if_not_exists({path}, {})", operand(placeholders, value)?)
                }
                SetTo::Append(list) => {
                    let old = old_list(placeholders, &path);
                    format!("{path} = list_append({old}, {})", operand(placeholders, list)?)
                }
                SetTo::Prepend(list) => {
                    let old = old_list(placeholders, &path);
                    format!("{path} = list_append({}, {old})", operand(placeholders, list)?)
                }
            });
        }
        let mut remove: Vec<String> =
            self.remove.iter().map(|path| placeholders.path(path)).collect();
        remove.extend(self.forget.iter().map(|name| placeholders.name(name)));
        let add = pairs(placeholders, self.add)?;
        let delete = pairs(placeholders, self.delete)?;
        let clauses = [("SET", set), ("REMOVE", remove), ("ADD", add), ("DELETE", delete)];
        let clauses = clauses.into_iter().filter(|(_, list): &(_, Vec<String>)| !list.is_empty());
        let clauses: Vec<String> =
            clauses.map(|(keyword, list)| format!("{keyword} {}", list.join(", "))).collect();
        Ok(clauses.join(" "))
    }
}

fn operand(placeholders: &mut Placeholders, operand: Operand) -> Result<String> {
    match operand {
        Operand::Value(value) => Ok(placeholders.value(value)),
        Operand::Invalid(error) => Err(error),
        Operand::Path(_) | Operand::Size(_) => Err(refused("an update sets values alone")),
    }
}

/// The list at a place, or an empty one.
fn old_list(placeholders: &mut Placeholders, path: &str) -> String {
    let empty = placeholders.value(AttributeValue::L(Vec::new()));
    format!("if_not_exists({path}, {empty})")
}

fn pairs(placeholders: &mut Placeholders, pairs: Vec<(RawPath, Operand)>) -> Result<Vec<String>> {
    let mut texts = Vec::with_capacity(pairs.len());
    for (path, value) in pairs {
        texts.push(format!("{} {}", placeholders.path(&path), operand(placeholders, value)?));
    }
    Ok(texts)
}

/// Whether an update may change this place: a clear attribute or one inside it, or an encrypted
/// attribute as a whole. Columns see to that by their types; what leads into one that is bound, or
/// that the mapper sets, is found here.
fn is_settable(schema: &'static Schema, path: &RawPath) -> bool {
    let spec = schema.fields().iter().find(|spec| spec.name() == path.attribute);
    spec.is_some_and(|spec| match spec.kind() {
        FieldKind::Clear => matches!(spec.role(), None | Some(FieldRole::Ttl)),
        FieldKind::Encrypted => path.is_attribute() && !schema.is_whole(),
        _ => false,
    })
}

fn refused(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidRequest).with_reason(reason)
}
