//! A clock that all processes of the host share.
//!
//! Time since boot continues while the machine sleeps and can't be set, but restarts with each
//! boot, which the boot id identifies. The wall clock is needed only to measure the time between
//! two boots. It also replaces the time since boot on platforms that have none.

use super::problem::Problem;

/// A time on two clocks, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// The boot id.
    pub(super) boot: u128,
    /// Time since that boot.
    pub(super) up: u64,
    /// Time since the Unix epoch.
    pub(super) wall: u64,
}

impl Moment {
    pub(super) fn now() -> Result<Self, Problem> {
        let wall = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let wall = u64::try_from(wall.as_millis()).unwrap_or(u64::MAX);
        let (boot, up) = since_boot(wall)?;
        Ok(Self { boot, up, wall })
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn since_boot(_: u64) -> Result<(u128, u64), Problem> {
    use std::sync::OnceLock;

    use rustix::time::{ClockId, clock_gettime};

    const FILE: &str = "/proc/sys/kernel/random/boot_id";
    static BOOT: OnceLock<u128> = OnceLock::new();
    let boot = match BOOT.get() {
        Some(&boot) => boot,
        None => {
            let text = std::fs::read_to_string(FILE)
                .map_err(|error| Problem::io("read", FILE.as_ref(), error))?;
            let digits: String = text
                .trim()
                .chars()
                .filter(|&character| character != '-')
                .collect();
            let boot = u128::from_str_radix(&digits, 16).map_err(|_| Problem::NoBootId)?;
            *BOOT.get_or_init(|| boot)
        }
    };
    let up = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(up.tv_sec).unwrap_or_default();
    let millis = u64::try_from(up.tv_nsec / 1_000_000).unwrap_or_default();
    Ok((boot, seconds * 1000 + millis))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn since_boot(wall: u64) -> Result<(u128, u64), Problem> {
    Ok((0, wall))
}
