//! Numbers that are secrets: payment cards, US social security numbers. It never takes a number for
//! one that its check digit or its ranges exclude.

use super::before;

/// Where a payment card number ends that begins here, if it is one.
pub(super) fn card(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let number = text.get(start..end)?;
    let digits: Vec<u8> =
        number.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| byte - b'0').collect();
    let stands_alone = !joins_before(text, start) && !joins_after(text, end);
    (stands_alone && is_of_issuer(&digits) && luhn(&digits)).then_some(end)
}

/// Where a US social security number ends that begins here, if it is one.
pub(super) fn social_security(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let part = |from: usize, to: usize| {
        let digits = text.get(start + from..start + to)?;
        digits.iter().try_fold(0_u32, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'))
        })
    };
    let (area, group, serial) = (part(0, 3)?, part(4, 6)?, part(7, 11)?);
    let exists = !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0;
    // A row of numbers between spaces is a table.
    let spaced = text.get(start + 3) == Some(&b' ');
    let in_row = spaced
        && (before(text, start, 1) == Some(&b' ') && is_digit(before(text, start, 2))
            || text.get(end) == Some(&b' ') && is_digit(text.get(end + 1)));
    (exists && !in_row && !joins_before(text, start) && !joins_after(text, end)).then_some(end)
}

fn is_digit(byte: Option<&u8>) -> bool {
    byte.is_some_and(u8::is_ascii_digit)
}

/// Whether what stands before is part of the same number, word or identifier.
fn joins_before(text: &[u8], start: usize) -> bool {
    match before(text, start, 1) {
        Some(b'-' | b'.' | b',') => before(text, start, 2).is_some_and(u8::is_ascii_alphanumeric),
        Some(byte) => byte.is_ascii_alphanumeric(),
        None => false,
    }
}

/// Whether what stands after is.
fn joins_after(text: &[u8], end: usize) -> bool {
    match text.get(end) {
        Some(b'-') => text.get(end + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(b'.') => is_digit(text.get(end + 1)),
        Some(byte) => byte.is_ascii_alphanumeric(),
        None => false,
    }
}

/// Whether the number has the beginning and length of a network that issues cards.
fn is_of_issuer(digits: &[u8]) -> bool {
    let head =
        |len: usize| digits.iter().take(len).fold(0_u32, |sum, digit| sum * 10 + u32::from(*digit));
    match digits.len() {
        14 => matches!(head(2), 36 | 38 | 39) || matches!(head(3), 300..=305 | 309),
        15 => matches!(head(2), 34 | 37),
        16 => {
            head(1) == 4
                || matches!(head(2), 51..=55 | 62 | 65)
                || matches!(head(3), 644..=649)
                || matches!(head(4), 2221..=2720 | 3528..=3589 | 6011)
        }
        19 => head(1) == 4 || matches!(head(2), 62 | 65) || head(4) == 6011,
        _ => false,
    }
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(*digit);
            match (place % 2, digit * 2) {
                (0, _) => digit,
                (_, doubled) if doubled > 9 => doubled - 9,
                (_, doubled) => doubled,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}
