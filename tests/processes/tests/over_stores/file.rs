//! The file: who can use it, and what happens if it can't be read.
#![cfg(unix)]

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use cliq_api::limit::{
    AcquireOptions, BucketId, BucketSpec, Expired, LimitRefusal, LimitSettings, Limiter,
    LockSource, Outcome, Permit, WaitPolicy,
};
use cliq_api::prelude::*;
use cliq_api::shared::{FileLimitStore, FileTokenStore};
use cliq_api::{Endpoint, EndpointMeta, UserKey};
use cliq_tests_processes::{LockingRequest, ShortRequest, settings};
use tempfile::TempDir;

/// One call at a time, for a second each.
#[endpoints(base = "/simulated")]
trait Slow {
    #[endpoint(GET "/slow", limit = "2/1s", lock = "1m")]
    fn slow(&self);
}

/// Returns a limiter as in another process.
fn limiter(directory: &Path) -> Limiter {
    Limiter::new(
        settings(),
        Some(Arc::new(FileLimitStore::open(directory).unwrap())),
    )
}

async fn acquire(
    limiter: &Limiter,
    endpoint: &'static EndpointMeta,
) -> Result<Permit, LimitRefusal> {
    acquire_as("somebody", limiter, endpoint).await
}

async fn acquire_as(
    user: &str,
    limiter: &Limiter,
    endpoint: &'static EndpointMeta,
) -> Result<Permit, LimitRefusal> {
    let options = AcquireOptions::new().wait_policy(WaitPolicy::FailFast);
    limiter
        .acquire(
            &[bucket(limiter, endpoint)],
            Some(&UserKey::new(user)),
            options,
        )
        .await
}

fn bucket(limiter: &Limiter, endpoint: &EndpointMeta) -> BucketId {
    let spec = BucketSpec::new("localhost", endpoint.path());
    limiter.bucket(
        spec.limit(endpoint.limits()[0])
            .lock(endpoint.lock().unwrap()),
    )
}

async fn call(directory: &Path, limiter: &Limiter, outcome: Outcome) {
    let mut permit = acquire(limiter, ShortRequest::META).await.unwrap();
    permit.sending().unwrap();
    let before = fs::read(limits_file(directory)).unwrap();
    permit.answered(outcome);
    // The file is written later.
    while fs::read(limits_file(directory)).unwrap() == before {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn limits_file(directory: &Path) -> PathBuf {
    let is_it = |path: &PathBuf| path.extension().is_some_and(|suffix| suffix == "limits");
    files(directory).into_iter().find(is_it).unwrap()
}

/// Returns a directory after one call, and the file of limits in it.
async fn used() -> (TempDir, PathBuf, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("limits");
    call(&directory, &limiter(&directory), Outcome::Accepted).await;
    let file = limits_file(&directory);
    (parent, directory, file)
}

fn files(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn assert_assumed(answer: Result<Permit, LimitRefusal>) {
    let refusal = answer.expect_err("it has to count as locked");
    assert!(
        matches!(
            refusal,
            LimitRefusal::Locked {
                source: LockSource::Assumed,
                ..
            }
        ),
        "{refusal}"
    );
}

/// Returns everything that was logged in this process.
fn reported() -> String {
    static LOG: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
    struct Log(Arc<Mutex<Vec<u8>>>);
    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = LOG.get_or_init(|| {
        let log = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&log);
        tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || Log(Arc::clone(&into)))
            .init();
        log
    });
    String::from_utf8(log.lock().unwrap().clone()).unwrap()
}

#[tokio::test]
async fn nobody_else_can_use_it() {
    let (_parent, directory, file) = used().await;
    assert_eq!(mode(&directory), 0o700);
    assert_eq!(files(&directory).len(), 2, "the file and its lock");
    assert!(files(&directory).iter().all(|file| mode(file) == 0o600));
    // The file doesn't contain the user.
    assert!(
        !fs::read(&file)
            .unwrap()
            .windows(8)
            .any(|bytes| bytes == b"somebody")
    );

    fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    let refusal = acquire(&limiter(&directory), ShortRequest::META)
        .await
        .unwrap_err()
        .to_string();
    assert!(refusal.ends_with(&format!(
        "{0} has mode 640, which gives other users access: run `chmod 600 {0}`, or use another path",
        file.display()
    )), "{refusal}");

    fs::set_permissions(&directory, Permissions::from_mode(0o755)).unwrap();
    for error in [
        FileLimitStore::open(&directory).unwrap_err(),
        FileTokenStore::open(&directory).unwrap_err(),
    ] {
        assert!(error.to_string().contains("has mode 755"), "{error}");
    }
    fs::set_permissions(&directory, Permissions::from_mode(0o700)).unwrap();
    // Only root can change the owner.
    if chown(&directory, Some(65534), None).is_ok() {
        let error = FileLimitStore::open(&directory).unwrap_err();
        assert!(
            error.to_string().contains("belongs to user 65534"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn no_link_is_followed() {
    let (parent, directory, _) = used().await;
    let link = parent.path().join("link");
    symlink(&directory, &link).unwrap();
    let error = FileLimitStore::open(&link).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("link is a symbolic link; links are not followed"),
        "{error}"
    );

    for name in ["limits", "limits.lock", "limits.new"] {
        let (parent, directory, file) = used().await;
        let (name, elsewhere) = (file.with_extension(name), parent.path().join("elsewhere"));
        let _ = fs::rename(&name, &elsewhere);
        symlink(&elsewhere, &name).unwrap();
        let refusal = acquire(&limiter(&directory), ShortRequest::META)
            .await
            .unwrap_err()
            .to_string();
        assert!(refusal.contains("is a symbolic link"), "{refusal}");
    }
}

/// A damaged file is moved away and reported, and the limiter assumes the worst about its contents.
/// This includes endpoints that weren't called yet, and later processes.
#[tokio::test]
async fn a_damaged_file_is_the_worst_case() {
    reported();
    let (_parent, directory, file) = used().await;
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    for (time, damaged) in [
        &whole[..whole.len() - 1],
        &[],
        &flipped,
        b"something else",
        &whole[..20],
    ]
    .iter()
    .enumerate()
    {
        fs::write(&file, damaged).unwrap();
        for endpoint in [ShortRequest::META, LockingRequest::META] {
            assert_assumed(acquire(&limiter(&directory), endpoint).await);
        }
        let aside = files(&directory)
            .into_iter()
            .filter(|path| path.to_string_lossy().contains("damaged"));
        let aside: Vec<_> = aside.map(|path| fs::read(path).unwrap()).collect();
        assert!(
            aside.iter().any(|kept| kept == damaged) && aside.len() == (time + 1).min(3),
            "{}",
            aside.len()
        );
    }
    let name = file.to_str().unwrap();
    let reports = reported()
        .lines()
        .filter(|line| line.contains(name) && line.contains("ERROR") && line.contains("damaged"))
        .count();
    assert_eq!(reports, 5);
}

/// If somebody restored a backup, or copied the wrong file, it contains too few calls.
#[tokio::test]
async fn a_file_that_is_not_the_last_one_written_is_the_worst_case() {
    reported();
    let (_parent, directory, file) = used().await;
    let older = fs::read(&file).unwrap();
    let limiter = limiter(&directory);
    let mut permits = Vec::new();
    for _ in 1..19 {
        permits.push(acquire(&limiter, ShortRequest::META).await.unwrap());
    }
    assert!(acquire(&limiter, ShortRequest::META).await.is_err());
    // A file of another user, who made one call.
    drop(
        acquire_as("else", &limiter, ShortRequest::META)
            .await
            .unwrap(),
    );
    let others = files(&directory)
        .into_iter()
        .find(|path| path.extension() == file.extension() && *path != file);
    let others = fs::read(others.unwrap()).unwrap();
    for (what, wrong) in [("an older one", &older), ("another's", &others)] {
        fs::write(&file, wrong).unwrap();
        let other = self::limiter(&directory);
        assert_assumed(acquire(&other, LockingRequest::META).await);
        let now = fs::read(&file).unwrap();
        assert!(now != *wrong, "{what}");
    }
    let name = file.to_str().unwrap();
    let reports = reported()
        .lines()
        .filter(|line| line.contains(name) && line.contains("ERROR") && line.contains("replaced"))
        .count();
    assert_eq!(reports, 2);
    // Another user's calls continue.
    drop(
        acquire_as("else", &limiter, ShortRequest::META)
            .await
            .unwrap(),
    );
}

#[tokio::test]
async fn a_removed_file_is_the_worst_case() {
    reported();
    let (_parent, directory, file) = used().await;
    fs::remove_file(&file).unwrap();
    assert_assumed(acquire(&limiter(&directory), LockingRequest::META).await);
    let name = file.to_str().unwrap();
    assert!(
        reported()
            .lines()
            .any(|line| line.contains(name) && line.contains("was removed"))
    );
    // A deleted directory is a new start.
    fs::remove_dir_all(&directory).unwrap();
    drop(
        acquire(&limiter(&directory), LockingRequest::META)
            .await
            .unwrap(),
    );
}

/// A process that dies during a write doesn't block others: neither with half of the next file, nor
/// with the file but without its marker.
#[tokio::test]
async fn an_interrupted_write_is_harmless() {
    let (_parent, directory, file) = used().await;
    fs::write(file.with_extension("limits.new"), b"half").unwrap();
    fs::set_permissions(
        file.with_extension("limits.new"),
        Permissions::from_mode(0o600),
    )
    .unwrap();
    fs::write(file.with_extension("limits.lock"), b"").unwrap();
    let other = limiter(&directory);
    let state = other
        .limits(Some(UserKey::new("somebody")))
        .of(&[bucket(&other, ShortRequest::META)])
        .await
        .unwrap();
    assert_eq!(
        (state.remaining, state.lock),
        (Some(18), None),
        "the one call is known"
    );
    call(&directory, &other, Outcome::Accepted).await;
    fs::remove_file(&file).unwrap();
    assert_assumed(acquire(&limiter(&directory), ShortRequest::META).await);
}

#[tokio::test]
async fn a_later_version_is_refused_and_left_alone() {
    let (_parent, directory, file) = used().await;
    // A later version's file: with its version number and unknown contents.
    let inside = b"\x03something";
    let sum = inside.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, &byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let newer = [&b"cliq_api lim"[..], &sum.to_be_bytes(), inside].concat();
    fs::write(&file, &newer).unwrap();
    let refusal = acquire(&limiter(&directory), ShortRequest::META)
        .await
        .unwrap_err()
        .to_string();
    let words = "was written by a newer version of this program (format 3; this one reads up to 2): update this one";
    assert!(refusal.ends_with(words), "{refusal}");
    assert_eq!(fs::read(&file).unwrap(), newer);
}

/// A known lock is obeyed without the file.
#[tokio::test]
async fn a_known_lock_needs_no_file() {
    let (_parent, directory, _) = used().await;
    let limiter = limiter(&directory);
    call(
        &directory,
        &limiter,
        Outcome::Throttled { retry_after: None },
    )
    .await;
    fs::remove_dir_all(&directory).unwrap();
    fs::write(&directory, "no directory").unwrap();
    for _ in 0..100 {
        let refusal = acquire(&limiter, ShortRequest::META).await.unwrap_err();
        assert!(
            matches!(
                refusal,
                LimitRefusal::Locked {
                    source: LockSource::Observed,
                    ..
                }
            ),
            "{refusal}"
        );
    }
    let refusal = acquire(&limiter, LockingRequest::META)
        .await
        .unwrap_err()
        .to_string();
    assert!(refusal.ends_with("limits is not a directory"), "{refusal}");
}

/// A process that is suspended while it holds the lock doesn't block all others forever.
#[tokio::test(start_paused = true)]
async fn a_lock_that_is_never_released_is_reported() {
    let (_parent, directory, file) = used().await;
    let lock = File::open(file.with_extension("limits.lock")).unwrap();
    lock.lock().unwrap();
    let limiter = limiter(&directory);
    let asking = tokio::spawn(async move {
        acquire(&limiter, ShortRequest::META)
            .await
            .unwrap_err()
            .to_string()
    });
    // Paused time doesn't advance on its own while a thread is busy.
    tokio::task::yield_now().await;
    tokio::time::advance(Duration::from_secs(11)).await;
    let refusal = asking.await.unwrap();
    assert!(
        refusal.ends_with("limits, which another process holds: is one suspended?"),
        "{refusal}"
    );
    drop(lock);
}

/// Dropping a runtime waits for its threads, so none may wait for a peer's lock.
#[tokio::test]
async fn a_program_ends_while_a_peer_has_the_lock() {
    let (_parent, directory, file) = used().await;
    let lock = File::open(file.with_extension("limits.lock")).unwrap();
    lock.lock().unwrap();
    let (ended, end) = std::sync::mpsc::channel();
    let program = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let limiter = limiter(&directory);
        let is_waiting = runtime.block_on(async {
            let asking = acquire(&limiter, ShortRequest::META);
            let asking = tokio::time::timeout(Duration::from_millis(200), asking);
            asking.await.is_err()
        });
        drop(runtime);
        ended.send(()).unwrap();
        is_waiting
    });
    let ended = end.recv_timeout(Duration::from_secs(5));
    drop(lock);
    assert!(program.join().unwrap(), "nobody had the lock");
    ended.expect("the program waits for the lock");
}

/// The holder of a permit isn't notified of a lock, so the permit is valid for a second, whatever
/// the settings are.
#[tokio::test]
async fn a_permit_is_valid_for_a_second() {
    let parent = tempfile::tempdir().unwrap();
    let store = FileLimitStore::open(parent.path().join("limits")).unwrap();
    let limiter = Limiter::new(LimitSettings::new(), Some(Arc::new(store)));
    let [mut soon, mut late] = [
        acquire(&limiter, ShortRequest::META).await,
        acquire(&limiter, ShortRequest::META).await,
    ]
    .map(Result::unwrap);
    soon.sending().unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(late.sending(), Err(Expired::Late));
}

/// The process that has waited longest goes next; one that exited is skipped.
#[tokio::test]
async fn processes_are_served_in_order() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("limits");
    let settings = LimitSettings::new()
        .cold_start(false)
        .margin(Duration::from_millis(50));
    let order = Arc::new(Mutex::new(Vec::new()));
    let (begun, mut processes) = (Instant::now(), Vec::new());
    for process in 0..5 {
        let limiter = Limiter::new(
            settings.clone(),
            Some(Arc::new(FileLimitStore::open(&directory).unwrap())),
        );
        let order = Arc::clone(&order);
        processes.push(tokio::spawn(async move {
            let slow = bucket(&limiter, SlowRequest::META);
            let mut permit = limiter
                .acquire(&[slow], Some(&UserKey::new("1")), AcquireOptions::new())
                .await
                .unwrap();
            permit.sending().unwrap();
            permit.answered(Outcome::Accepted);
            order.lock().unwrap().push(process);
        }));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    processes[2].abort();
    for process in processes {
        let _ = process.await;
    }
    assert_eq!(*order.lock().unwrap(), [0, 1, 3, 4]);
    // Three waits of a second, and half a second for the one that exited.
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}
