//! The request log: one line per request.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _, stderr};
use std::time::Duration;

use cliq_sandbox::Record;
use cliq_sandbox::limits::Verdict;
use http::StatusCode;
use time::OffsetDateTime;

/// Writes to stderr, with colors if it is a terminal.
pub(crate) fn to_stderr() -> impl Fn(&Record) + Send + Sync + 'static {
    let colours =
        stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    move |record| {
        // One write, so that lines of several connections don't mix.
        let _ = stderr().write_all(line(record, colours).as_bytes());
    }
}

/// Returns `09:24:00.123  204  POST    Ryan West       /api/v3/threads/CT_1-T-2/follow`, and the
/// details of a rejection or a fault.
fn line(record: &Record, colours: bool) -> String {
    let (hour, minute, second, milli) = record.at.to_hms_milli();
    let status = record
        .status
        .map_or("---".to_owned(), |status| status.as_str().to_owned());
    let status = if colours {
        format!("\x1b[{}m{status}\x1b[0m", colour(record.status))
    } else {
        status
    };
    let (method, user) = (
        record.method.as_str(),
        record.user_name.as_deref().unwrap_or("-"),
    );
    let path = shown(&record.path);
    let mut line = format!(
        "{hour:02}:{minute:02}:{second:02}.{milli:03}  {status}  {method:<6}  {user:<14}  {path}"
    );
    let reason = record.reason.as_deref().map(shown);
    for remark in [
        reason,
        limited(record),
        record.fault.as_ref().map(ToString::to_string),
    ]
    .into_iter()
    .flatten()
    {
        let _ = write!(line, "  ({remark})");
    }
    line.push('\n');
    line
}

/// Escapes line breaks and terminal control characters.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\'' | '"' | '\\' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}

/// Returns green, yellow or red.
fn colour(status: Option<StatusCode>) -> u8 {
    match status {
        Some(status) if status.is_success() => 32,
        Some(status) if !status.is_server_error() => 33,
        _ => 31,
    }
}

/// Describes the rate limit that rejected the request, if one did.
fn limited(record: &Record) -> Option<String> {
    let limits = record
        .endpoint
        .map_or(&[][..], |endpoint| endpoint.limits());
    let limits: Vec<String> = limits.iter().map(ToString::to_string).collect();
    let limit = limits.join(", ");
    match record.verdict {
        Verdict::Tripped { until, .. } => Some(format!(
            "one too many for {limit}: locked until {}",
            clock(until)
        )),
        Verdict::Full { until, .. } => Some(format!(
            "one too many for {limit}: free at {}",
            clock(until)
        )),
        Verdict::Locked { until, .. } => Some(format!("locked until {}", clock(until))),
        _ => None,
    }
}

/// Rounds up to the second, so that the limit has ended by then.
fn clock(since_epoch: Duration) -> String {
    let seconds = since_epoch.as_secs() + u64::from(since_epoch.subsec_nanos() > 0);
    let (hour, minute, second) =
        (OffsetDateTime::UNIX_EPOCH + Duration::from_secs(seconds)).to_hms();
    format!("{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use bytes::Bytes;
    use cliq_sandbox::limits::Limits;
    use cliq_sandbox::{Clock, ManualClock, Sandbox};
    use http::Request;

    use super::*;

    #[test]
    fn it_tells_who_did_what_and_why_not() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&lines);
        let demo = Sandbox::builder()
            .clock(ManualClock::at(Clock::START))
            .limits(Limits::published())
            .watch(move |record| {
                log.lock()
                    .unwrap()
                    .push((line(record, false), line(record, true)));
            })
            .demo();
        let call = |token: &str, url: &str| {
            let request = Request::post(url).header("authorization", format!("Bearer {token}"));
            demo.sandbox.handle(request.body(Bytes::new()).unwrap());
        };
        for _ in 0..22 {
            call(&demo.token, "/api/v3/threads/CT_1/follow?zapikey=canary");
        }
        call("unknown", "/api/v3/threads/CT_1/follow");
        let lines = lines.lock().unwrap();
        let starts = |index: usize, start: &str| {
            assert!(lines[index].0.starts_with(start), "{}", lines[index].0);
        };
        starts(
            0,
            "09:24:00.000  400  POST    Ryan West       /api/v3/threads/CT_1/follow  (`zapikey` is not a parameter of this operation)\n",
        );
        starts(
            20,
            "09:24:00.000  429  POST    Ryan West       /api/v3/threads/CT_1/follow  (one too many for 20/min: locked until 09:34:00)\n",
        );
        starts(
            21,
            "09:24:00.000  429  POST    Ryan West       /api/v3/threads/CT_1/follow  (locked until 09:34:00)\n",
        );
        starts(
            22,
            "09:24:00.000  401  POST    -               /api/v3/threads/CT_1/follow  (unknown or revoked token)\n",
        );
        assert!(lines.iter().all(|(line, _)| !line.contains("canary")));
        assert!(
            lines[0].1.contains("  \x1b[33m400\x1b[0m  "),
            "{}",
            lines[0].1
        );
    }
}
