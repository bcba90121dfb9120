//! A progress bar. It never shows more than counts.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::ProgressEvent;
use crate::jobs::counts::Counts;

/// What draws a bar there, of a length that is known when the job begins.
pub(super) fn on(target: ProgressDrawTarget) -> impl Fn(ProgressEvent<'_>) + Send + Sync + 'static {
    let bar = ProgressBar::with_draw_target(None, target);
    let style = "{elapsed_precise} {wide_bar} {human_pos}/{human_len} {per_sec} {msg}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    move |event| match event {
        ProgressEvent::Begun { estimate, total, .. } => {
            if let Some(estimate) = estimate {
                bar.set_length(estimate.max(total.scanned()));
            }
            bar.set_position(total.scanned());
            bar.reset_eta();
        }
        ProgressEvent::Page { total, .. } => {
            // The estimate can be hours old.
            if bar.length().is_some_and(|length| length < total.scanned()) {
                bar.set_length(total.scanned());
            }
            bar.set_position(total.scanned());
            bar.set_message(message(total));
        }
        ProgressEvent::Ended { complete, total, .. } => {
            bar.set_message(message(total));
            if complete {
                bar.set_length(total.scanned());
                bar.finish();
            } else {
                bar.abandon();
            }
        }
    }
}

fn message(total: &Counts) -> String {
    format!("{} sealed, {} failed", total.sealed(), total.failed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Progress;

    #[test]
    fn a_bar_takes_every_event_and_an_estimate_that_is_too_low() {
        let progress = Progress::to(on(ProgressDrawTarget::hidden()));
        let (none, mut some) = (Counts::default(), Counts::default());
        (some.scanned, some.sealed) = (7, 7);
        for estimate in [None, Some(3)] {
            let table = "things";
            progress.tell(ProgressEvent::Begun { table, segments: 1, estimate, total: &none });
            progress.tell(ProgressEvent::Page {
                table,
                segment: 0,
                counts: &some,
                total: &some,
                done: true,
            });
            progress.tell(ProgressEvent::Ended { table, complete: true, total: &some });
        }
        assert_eq!(message(&some), "7 sealed, 0 failed");
    }
}
