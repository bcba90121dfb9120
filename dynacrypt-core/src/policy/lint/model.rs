//! A statement, as far as it could be read. It never judges one.

/// A string of the policy, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) pointer: String,
    pub(super) text: String,
}

#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) pointer: String,
    pub(super) allows: bool,
    pub(super) actions: Vec<Entry>,
    pub(super) not_action: Option<String>,
    pub(super) resources: Vec<Entry>,
    pub(super) not_resource: Option<String>,
    pub(super) conditions: Vec<Condition>,
}

#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub(super) pointer: String,
    /// The operator as it is written.
    pub(super) written: String,
    pub(super) operator: Operator,
    pub(super) key: String,
    pub(super) values: Vec<Entry>,
}

/// An operator, taken apart.
#[derive(Debug, Clone)]
pub(super) struct Operator {
    pub(super) set: Set,
    /// In lower case, without `ForAllValues:` and `IfExists`.
    pub(super) base: String,
    pub(super) if_exists: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    One,
    All,
    Any,
}

impl Operator {
    pub(super) fn parse(written: &str) -> Self {
        let lower = written.to_ascii_lowercase();
        let (set, rest) = if let Some(rest) = lower.strip_prefix("forallvalues:") {
            (Set::All, rest)
        } else if let Some(rest) = lower.strip_prefix("foranyvalue:") {
            (Set::Any, rest)
        } else {
            (Set::One, lower.as_str())
        };
        let (base, if_exists) = match rest.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        Self { set, base: base.to_owned(), if_exists }
    }

    /// Whether it demands that the key has one of the values.
    pub(super) fn is_equality(&self) -> bool {
        matches!(self.base.as_str(), "stringequals" | "stringlike" | "stringequalsignorecase")
    }
}

impl Condition {
    pub(super) fn is_on(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }

    /// Whether it demands this one value, as `Bool` and `Null` do.
    pub(super) fn demands(&self, operator: &str, key: &str, value: &str) -> bool {
        self.is_on(key)
            && self.operator.set == Set::One
            && !self.operator.if_exists
            && self.operator.base == operator
            && !self.values.is_empty()
            && self.values.iter().all(|entry| entry.text.eq_ignore_ascii_case(value))
    }
}

impl Statement {
    /// The entries of `Action` that this action is among.
    pub(super) fn granting(&self, action: &str) -> impl Iterator<Item = &Entry> {
        self.actions.iter().filter(move |entry| matches(&entry.text, action))
    }

    /// Whether it speaks of this action by name, or by a pattern that is not a whole service.
    pub(super) fn names(&self, action: &str) -> Option<&Entry> {
        self.granting(action).find(|entry| !is_whole(&entry.text))
    }

    pub(super) fn grants(&self, action: &str) -> bool {
        self.not_action.is_some() || self.granting(action).next().is_some()
    }

    pub(super) fn grants_any(&self, actions: &[&str]) -> bool {
        actions.iter().any(|action| self.grants(action))
    }
}

/// Whether a pattern stands for a whole service, or for all.
pub(super) fn is_whole(pattern: &str) -> bool {
    let name = pattern.split_once(':').map_or(pattern, |(_, name)| name);
    !name.is_empty() && name.chars().all(|c| c == '*')
}

/// Whether a pattern with `*` and `?` matches a text, whatever the case.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<u8>, Vec<u8>) =
        (pattern.to_ascii_lowercase().into(), text.to_ascii_lowercase().into());
    let (mut p, mut t) = (0, 0);
    // Where to go on when what followed the last star does not fit.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == b'?' || Some(&c) == text.get(t) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, fits) in [
            ("*", "dynamodb:Scan", true),
            ("dynamodb:*", "dynamodb:Scan", true),
            ("DynamoDB:sc?n", "dynamodb:Scan", true),
            ("dynamodb:*Item", "dynamodb:BatchGetItem", true),
            ("dynamodb:*Item*s", "dynamodb:BatchGetItem", false),
            ("kms:*", "dynamodb:Scan", false),
            ("dynamodb:Sca", "dynamodb:Scan", false),
            ("", "x", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
        assert!(is_whole("*") && is_whole("kms:*") && is_whole("kms:**") && !is_whole("kms:G*"));
        assert!(!is_whole("") && !is_whole("kms:"));
    }

    #[test]
    fn operators() {
        let operator = Operator::parse("ForAllValues:StringLikeIfExists");
        assert_eq!((operator.set, operator.base.as_str()), (Set::All, "stringlike"));
        assert!(operator.if_exists && operator.is_equality());
    }
}
