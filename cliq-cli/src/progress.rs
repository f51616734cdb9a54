//! The line on a terminal that shows what is waited for.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use cliq_api::{Client, EndpointMeta, Error};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::failure::Failure;
use crate::text;

/// What takes less isn't worth a line.
const PATIENCE: Duration = Duration::from_millis(400);
/// How often it is looked whether the call waits for its rate limit. That reads a file.
const LOOK: Duration = Duration::from_millis(500);

/// A line on standard error, if that is a terminal. It is gone when the command ends.
pub(crate) struct Progress {
    client: Client,
    endpoint: &'static EndpointMeta,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(client: &Client, endpoint: &'static EndpointMeta) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self {
            client: client.clone(),
            endpoint,
            bar,
        }
    }

    /// Waits for a part of the call. If that takes longer, the line shows for what.
    pub(crate) async fn watch<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failure> {
        let Some(bar) = &self.bar else {
            return Ok(call.await?);
        };
        let mut call = std::pin::pin!(call);
        if let Ok(result) = tokio::time::timeout(PATIENCE, &mut call).await {
            return Ok(result?);
        }
        loop {
            self.look(bar).await;
            if let Ok(result) = tokio::time::timeout(LOOK, &mut call).await {
                bar.set_message("");
                return Ok(result?);
            }
        }
    }

    /// Shows the seconds that are left.
    async fn look(&self, bar: &ProgressBar) {
        // A store that is unavailable is the call's own error.
        let Ok(state) = self.client.limits().of(self.endpoint).await else {
            return;
        };
        if state.waiting == 0 {
            bar.tick();
            return;
        }
        let what = if state.lock.is_some() {
            "locked out"
        } else {
            "waiting for the rate limit"
        };
        bar.set_message(format!("{what}: {}", text::duration(state.next)));
        bar.tick();
    }

    /// Shows the progress.
    pub(crate) fn note(&self, message: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(message);
            bar.tick();
        }
    }

    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
