//! The text of a key template, such as `USER#{user_id}`, to its pieces. It never asks whether a
//! field exists or what it holds.

use crate::ast::Piece;

/// Stands between the segments of a key; no value holds it.
const DELIMITER: char = '#';

/// Most digits to which a number is filled: more than any integer has.
const WIDTH_MAX: usize = 38;

/// Pieces of a template, or what is wrong with it.
pub(crate) fn parse(template: &str) -> Result<Vec<Piece>, String> {
    let pieces = split(template)?;
    if pieces.is_empty() {
        return Err("expected a key template, such as `USER#{user_id}`, and this is empty".into());
    }
    for (at, piece) in pieces.iter().enumerate() {
        let Piece::Field { name, .. } = piece else { continue };
        match pieces.get(at + 1) {
            Some(Piece::Field { name: next, .. }) => {
                return Err(format!(
                    "nothing stands between `{{{name}}}` and `{{{next}}}`, so nobody could tell \
                     where one ends\n\
                     put a `{DELIMITER}` between them: `{{{name}}}{DELIMITER}{{{next}}}`"
                ));
            }
            Some(Piece::Literal(text)) if !text.starts_with(DELIMITER) => {
                return Err(format!(
                    "the value of `{{{name}}}` has no end before `{text}`\n\
                     a value ends at a `{DELIMITER}` or where the key does: write \
                     `{{{name}}}{DELIMITER}{text}`"
                ));
            }
            _ => {}
        }
        let earlier = pieces.iter().take(at);
        if earlier
            .into_iter()
            .any(|piece| matches!(piece, Piece::Field { name: n, .. } if n == name))
        {
            return Err(format!("`{{{name}}}` stands twice in this template"));
        }
    }
    Ok(pieces)
}

/// The pieces as they are written.
fn split(template: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = template.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' if rest.next_if_eq(&'{').is_some() => literal.push('{'),
            '}' if rest.next_if_eq(&'}').is_some() => literal.push('}'),
            '{' => {
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                let mut inside = String::new();
                loop {
                    match rest.next() {
                        Some('}') => break,
                        Some(c) if c != '{' => inside.push(c),
                        _ => {
                            return Err(format!(
                                "no `}}` closes `{{{inside}`\n\
                                 write `{{field}}` for the value of a field, `{{{{` for a brace"
                            ));
                        }
                    }
                }
                pieces.push(field(&inside)?);
            }
            '}' => return Err("no `{` opens this `}`\nwrite `}}` for a brace".into()),
            c if c.is_control() => {
                return Err("expected a key template without control characters".into());
            }
            c => literal.push(c),
        }
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

/// `name` or `name:08`
fn field(inside: &str) -> Result<Piece, String> {
    let (name, width) = match inside.split_once(':') {
        Some((name, width)) => (name, Some(width)),
        None => (inside, None),
    };
    let name = name.strip_prefix("r#").unwrap_or(name);
    if name.is_empty() {
        return Err("expected the name of a field: `{user_id}`".into());
    }
    if name.contains(|c: char| !c.is_alphanumeric() && c != '_') {
        return Err(format!(
            "expected the name of a field, such as `{{user_id}}`, and found `{name}`"
        ));
    }
    let width = match width {
        None => 0,
        Some(digits) => digits
            .strip_prefix('0')
            .and_then(|digits| digits.parse().ok())
            .filter(|width| (1..=WIDTH_MAX).contains(width))
            .ok_or_else(|| {
                format!(
                    "unknown format `:{digits}`\n\
                     a number can be filled with zeros, so that keys sort by it: `{{{name}:08}}`, \
                     up to {WIDTH_MAX} digits"
                )
            })?,
    };
    Ok(Piece::Field { name: name.to_owned(), width })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Piece {
        Piece::Literal(text.to_owned())
    }

    fn value(name: &str, width: usize) -> Piece {
        Piece::Field { name: name.to_owned(), width }
    }

    #[test]
    fn pieces() {
        for (template, expected) in [
            ("PROFILE", vec![literal("PROFILE")]),
            ("{id}", vec![value("id", 0)]),
            ("U#{id}", vec![literal("U#"), value("id", 0)]),
            ("{a}#{b:08}#", vec![value("a", 0), literal("#"), value("b", 8), literal("#")]),
            ("{r#type}#X", vec![value("type", 0), literal("#X")]),
            ("{{x}}{id}", vec![literal("{x}"), value("id", 0)]),
            ("ü#{straße}", vec![literal("ü#"), value("straße", 0)]),
        ] {
            assert_eq!(parse(template), Ok(expected), "{template}");
        }
    }

    #[test]
    fn what_has_no_single_reading_is_refused() {
        for (template, message) in [
            ("", "this is empty"),
            ("{}", "expected the name of a field"),
            ("{:08}", "expected the name of a field"),
            ("{user id}", "found `user id`"),
            ("{a.b}", "found `a.b`"),
            ("{a", "no `}` closes `{a`"),
            ("{a{b}}", "no `}` closes `{a`"),
            ("a}", "no `{` opens"),
            ("{a}{b}", "nothing stands between `{a}` and `{b}`"),
            ("{a}X", "has no end before `X`"),
            ("{a}#{a}", "`{a}` stands twice"),
            ("a\u{0}", "control characters"),
            ("{a:8}", "unknown format `:8`"),
            ("{a:0}", "unknown format `:0`"),
            ("{a:}", "unknown format `:`"),
            ("{a:>8}", "unknown format `:>8`"),
            ("{a:039}", "unknown format `:039`"),
        ] {
            let error = parse(template).err().unwrap_or_default();
            assert!(error.contains(message), "{template}: {error}");
        }
    }
}
