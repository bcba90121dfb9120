//! Tests of the log capture.

use tracing::field::Empty;

use super::*;
use crate::testing::tests::{Thing, thing};
use crate::testing::{EmbeddedDynamo, create_table, put_raw};

#[derive(Debug)]
struct Shown(#[expect(dead_code, reason = "for its Debug")] &'static str);

#[test]
fn every_level_and_field_is_heard_until_the_guard_goes() {
    let logs = CapturedLogs::new();
    tracing::error!("before");
    let guard = logs.on_this_thread();
    tracing::error!(target: "elsewhere", number = 17, "first");
    tracing::trace!(shown = ?Shown("in\"debug"), plain = "in\"text", "second");
    let span = tracing::debug_span!("work", from = "start", late = Empty);
    span.record("late", "recorded");
    let error = std::io::Error::other(Error::new(ErrorKind::Decrypt));
    tracing::info!(error = &error as &dyn std::error::Error);
    drop(guard);
    tracing::error!("after");
    let text = logs.text();
    for part in [
        "ERROR elsewhere event:",
        "number=17",
        "first",
        "Shown(\"in\\\"debug\")",
        "plain=in\"text",
        "DEBUG dynacrypt_core::testing::logs::tests span work: from=start",
        "late=recorded",
        "could not be opened",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("before") && !text.contains("after"));
    assert_eq!(format!("{logs:?}"), format!("CapturedLogs {{ bytes: {}, .. }}", text.len()));
    logs.clear();
    assert_eq!(logs.text(), "");
}

#[test]
#[should_panic(expected = "plaintext in the text")]
fn a_logged_canary_is_found_in_escaped_form_too() {
    let logs = CapturedLogs::new();
    let _guard = logs.on_this_thread();
    tracing::trace!(shown = ?Shown("canary\n\"42\""));
    logs.assert_absent(["canary\n\"42\""]);
}

#[test]
#[should_panic(expected = "nothing is proved: the text is empty")]
fn silence_proves_nothing() {
    CapturedLogs::new().assert_absent(["canary"]);
}

#[tokio::test]
async fn the_aws_client_is_heard_and_the_embedded_server_is_not() {
    let logs = CapturedLogs::new();
    let _guard = logs.on_this_thread();
    let dynamodb = EmbeddedDynamo::start().unwrap();
    create_table::<Thing>(dynamodb.client(), "things").await.unwrap();
    put_raw(dynamodb.client(), "things", thing("1")).await.unwrap();
    let text = logs.text();
    for part in ["TRACE aws_smithy_runtime::", "TRACE hyper_util::"] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("dynoxide::"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_future_is_followed_across_threads() {
    let logs = CapturedLogs::new();
    let followed = logs.follow(async {
        for _ in 0..100 {
            tokio::task::yield_now().await;
            tracing::trace!("followed");
        }
    });
    let unheard = tokio::spawn(async { tracing::trace!("unheard") });
    tokio::spawn(followed).await.unwrap();
    unheard.await.unwrap();
    assert_eq!(logs.text().matches("followed").count(), 100);
    assert!(!logs.text().contains("unheard"));
}

#[test]
fn the_global_capture_hears_every_thread_but_the_embedded_server() {
    let logs = CapturedLogs::global().unwrap();
    std::thread::spawn(|| tracing::trace!("from another thread")).join().unwrap();
    assert!(logs.text().contains("from another thread"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let dynamodb = EmbeddedDynamo::start().unwrap();
        create_table::<Thing>(dynamodb.client(), "things").await.unwrap();
    });
    let again = CapturedLogs::global().unwrap();
    assert!(again.text().contains("aws_smithy_runtime::"));
    assert!(!again.text().contains("dynoxide::"));
}
