//! A bot that closes threads without new messages for a week, and its tests.
//!
//! `cargo run --example bot` runs it against a sandbox, `cargo test --example bot` runs the tests
//! at the end of this file. `cliq-api/guide/testing.md` explains both.

use cliq_api::prelude::*;
use cliq_api::threads::{ChannelId, Thread, ThreadChatId, ThreadState, Threads};
use cliq_sandbox::Sandbox;
use time::{Duration, OffsetDateTime};

const BOT: &str = "deploybot";
const FAREWELL: &str =
    "Nobody has written here for a week, so I close this thread. Whoever needs it can reopen it.";
const QUIET: Duration = Duration::days(7);

/// Closes quiet threads of one channel.
struct Janitor {
    client: Client,
    channel: ChannelId,
}

/// The result of one round.
#[derive(Debug, Default)]
struct Round {
    closed: Vec<ThreadChatId>,
    /// Threads that Cliq didn't close, with its errors.
    failed: Vec<(ThreadChatId, Error)>,
}

impl Janitor {
    /// Closes quiet threads. A thread that can't be closed is skipped. If Cliq throttles or can't
    /// be reached, the round ends with that error.
    async fn round(&self, now: OffsetDateTime) -> Result<Round, Error> {
        let mut quiet = Vec::new();
        let mut open = self
            .client
            .list_threads(&self.channel)
            .thread_state(ThreadState::Open)
            .items();
        while let Some(thread) = open.next().await {
            let thread = thread?;
            if is_quiet(&thread, now) {
                quiet.push(thread.chat_id);
            }
        }
        let mut round = Round::default();
        for thread in quiet {
            match self.close(&thread).await {
                Ok(()) => round.closed.push(thread),
                Err(error) if error.is_throttled() || error.status().is_none() => {
                    return Err(error);
                }
                Err(error) => round.failed.push((thread, error)),
            }
        }
        Ok(round)
    }

    async fn close(&self, thread: &ThreadChatId) -> Result<(), Error> {
        self.client
            .send_thread_message(thread, FAREWELL)
            .as_bot(BOT)
            .await?;
        self.client.close_thread(thread).as_bot(BOT).await
    }
}

/// A thread whose last message has no time isn't quiet.
fn is_quiet(thread: &Thread, now: OffsetDateTime) -> bool {
    let last = thread
        .last_message_information
        .as_ref()
        .and_then(|message| message.time);
    last.is_some_and(|time| now - time > QUIET)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await?;
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .access_token(demo.token)
        .build()?;
    let janitor = Janitor {
        client,
        channel: demo.channel_id.into(),
    };

    let round = janitor
        .round(OffsetDateTime::now_utc() + Duration::days(8))
        .await?;
    for thread in round.closed {
        println!("closed {thread}");
    }
    for (thread, error) in round.failed {
        println!("could not close {thread}: {error}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration as Wait;

    use cliq_api::threads::{
        LastMessage, ListThreadsRequest, Posted, SendThreadMessageRequest, ThreadAction,
        UpdateThreadRequest,
    };
    use cliq_sandbox::{Reply, StubServer};

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    /// Returns a thread whose last message has this age.
    fn thread(chat_id: &str, age: Duration) -> Thread {
        let mut last = LastMessage::default();
        last.time = Some(NOW - age);
        let mut thread = Thread::new(chat_id);
        thread.last_message_information = Some(last);
        thread
    }

    fn janitor(server: &StubServer) -> Janitor {
        Janitor {
            client: server.client(),
            channel: "P1".into(),
        }
    }

    #[tokio::test]
    async fn a_quiet_thread_is_closed_with_a_farewell() -> Result<(), Error> {
        let server = StubServer::new();
        server
            .on::<ListThreadsRequest>()
            .path("CHANNEL_ID", "P1")
            .query("type", "open")
            .reply([
                thread("CT_1-T-1", Duration::days(8)),
                thread("CT_1-T-2", Duration::days(6)),
            ]);
        server
            .on::<SendThreadMessageRequest>()
            .once()
            .reply(Posted::default());
        server
            .on::<UpdateThreadRequest>()
            .once()
            .field("action", ThreadAction::Close)
            .reply(());

        let round = janitor(&server).round(NOW).await?;

        assert_eq!(round.closed, ["CT_1-T-1".into()]);
        let farewell = &server.calls::<SendThreadMessageRequest>()[0];
        assert_eq!(farewell.path("THREAD_CHAT_ID"), "CT_1-T-1");
        assert_eq!(farewell.query("bot_unique_name"), Some("deploybot"));
        assert!(
            farewell
                .field("text")
                .as_str()
                .is_some_and(|text| text.contains("reopen"))
        );
        Ok(())
    }

    #[tokio::test]
    async fn every_page_is_looked_through() -> Result<(), Error> {
        let server = StubServer::new();
        server
            .on::<ListThreadsRequest>()
            .reply_page([thread("CT_1-T-1", Duration::days(8))], "page 2")
            .then([thread("CT_1-T-2", Duration::days(9))]);
        server
            .on::<SendThreadMessageRequest>()
            .times(2)
            .reply(Posted::default());
        server.on::<UpdateThreadRequest>().times(2).reply(());

        let round = janitor(&server).round(NOW).await?;

        assert_eq!(round.closed, ["CT_1-T-1".into(), "CT_1-T-2".into()]);
        assert_eq!(
            server.calls::<ListThreadsRequest>()[1].query("next_token"),
            Some("page 2")
        );
        Ok(())
    }

    #[tokio::test]
    async fn what_is_talked_about_stays_open() -> Result<(), Error> {
        let server = StubServer::new();
        server.on::<ListThreadsRequest>().reply([
            thread("CT_1-T-1", Duration::days(7)),
            Thread::new("CT_1-T-2"),
        ]);
        server.on::<UpdateThreadRequest>().never();

        assert!(janitor(&server).round(NOW).await?.closed.is_empty());
        Ok(())
    }

    /// Returns a server with three quiet threads, each of which can be closed unless a test
    /// overrides it.
    fn three_quiet_threads() -> StubServer {
        let server = StubServer::new();
        let ids = ["CT_1-T-1", "CT_1-T-2", "CT_1-T-3"];
        server
            .on::<ListThreadsRequest>()
            .reply(ids.map(|id| thread(id, Duration::days(30))));
        server
            .on::<SendThreadMessageRequest>()
            .optional()
            .reply(Posted::default());
        server.on::<UpdateThreadRequest>().optional().reply(());
        server
    }

    #[tokio::test]
    async fn one_that_fails_does_not_keep_the_others() -> Result<(), Error> {
        let server = three_quiet_threads();
        server
            .on::<UpdateThreadRequest>()
            .path("THREAD_CHAT_ID", "CT_1-T-2")
            .fail(
                400,
                "operation_not_allowed",
                "The thread is closed already.",
            );

        let round = janitor(&server).round(NOW).await?;

        assert_eq!(round.closed.len(), 2);
        assert_eq!(round.failed[0].1.code(), Some("operation_not_allowed"));
        Ok(())
    }

    #[tokio::test]
    async fn the_round_ends_where_cliq_wants_no_more_calls() {
        let server = three_quiet_threads();
        server
            .on::<UpdateThreadRequest>()
            .reply(())
            .then(Reply::throttled())
            .times(2);

        assert!(
            janitor(&server)
                .round(NOW)
                .await
                .unwrap_err()
                .is_throttled()
        );
    }

    // With paused time, the client's timeout of half a minute passes immediately.
    #[tokio::test(start_paused = true)]
    async fn the_round_ends_where_cliq_is_silent() {
        let server = three_quiet_threads();
        server
            .on::<SendThreadMessageRequest>()
            .reply(Posted::default())
            .after(Wait::from_secs(10))
            .hang();

        assert!(janitor(&server).round(NOW).await.unwrap_err().is_timeout());
        assert_eq!(server.calls::<UpdateThreadRequest>().len(), 1);
    }
}
