//! Revealing: audited with a reason and without the value, and refused without one.

use dynacrypt_derive::Record;

use super::*;
use crate::testing::CapturedLogs;

const CANARY: &str = "CANARY-of-the-reveal";
const OWNER: &str = "CANARY-owner-id";

#[derive(Record)]
#[dynacrypt(table = "profiles", crate = crate)]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    api_key: Option<Secret<String>>,
}

fn reveal<'s>(secret: &'s Secret<String>, who: &Principal) -> Result<Revealed<'s, String>> {
    Revealed::new(secret, Profile::columns().api_key, who, "its owner asked for it")
}

#[test]
fn it_serializes_and_is_told_of_without_the_value() {
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let secret = Secret::from(CANARY);
    let revealed = reveal(&secret, &Principal::owner(OWNER)).unwrap();
    drop(guard);
    assert_eq!(serde_json::to_string(&revealed).unwrap(), format!("\"{CANARY}\""));
    assert_eq!(format!("{revealed:?} {revealed:#?}"), "[REDACTED] [REDACTED]");
    let text = logs.text();
    let events: Vec<&str> = text.lines().filter(|line| line.contains(observe::AUDIT)).collect();
    assert_eq!(events.len(), 1, "{events:#?}");
    for part in ["owner", "its owner asked for it", "reveal", "profiles", "api_key"] {
        assert!(events[0].contains(part), "{part} in {}", events[0]);
    }
    logs.assert_absent([CANARY, OWNER]);
}

#[test]
fn a_service_is_named() {
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let secret = Secret::from(CANARY);
    reveal(&secret, &Principal::service("support-desk", "ticket 4711")).unwrap();
    drop(guard);
    assert!(logs.text().contains("support-desk"), "{}", logs.text());
}

#[test]
fn nobody_and_no_reason_are_refused_and_leave_no_event() {
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let secret = Secret::from(CANARY);
    for nobody in [Principal::owner(""), Principal::service("a", " "), Principal::service("", "b")]
    {
        assert!(reveal(&secret, &nobody).unwrap_err().is_access_denied());
    }
    let column = Profile::columns().api_key;
    let refused = Revealed::new(&secret, column, &Principal::owner("a"), " ").unwrap_err();
    assert!(refused.is_invalid_request());
    drop(guard);
    assert!(!logs.text().contains(observe::AUDIT));
}

#[test]
fn a_pass_is_good_once_with_all_its_clones() {
    let secret = Secret::from(CANARY);
    let revealed = reveal(&secret, &Principal::owner("a")).unwrap();
    let (first, second) = (revealed.pass(), revealed.pass().clone());
    assert!(first.redeem());
    assert!(!first.redeem() && !second.redeem() && !revealed.pass().redeem());
}
