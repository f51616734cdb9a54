//! Tests of the file formats, of the queue, of reboots, and of the token store.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use super::clock::Moment;
use super::disk::{Disk, System};
use super::line::Line;
use super::place::{Place, cannot_lock};
use super::problem::Problem;
use super::seal::{Seal, Unreadable};
use super::sheet::{Entry, SEAL, Sheet};
use super::{FileLimitStore, FileTokenStore};
use crate::Limit;
use crate::auth::{AccessToken, Lease, TokenKey, TokenRecord, TokenStore};
use crate::limit::{
    Acquire, Bucket, BucketSpec, CallEnd, Complete, Decision, LeaseId, LimitSettings, LimitStore,
    LockSource, Priority, Rules, Source, UserBucket,
};

const NAME: &str = "01.limits";
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const TEN_MINUTES: Duration = Duration::from_mins(10);

fn rules(calls: u32) -> Rules {
    let settings = LimitSettings::new().cold_start(false);
    let spec = BucketSpec::new("", "")
        .limit(Limit::new(calls, MINUTE))
        .lock(TEN_MINUTES);
    Rules::new(&spec, &settings)
}

fn ask(lease: u64, source: u32) -> Acquire {
    Acquire::new(LeaseId(lease), Source(source), 30 * SECOND)
}

fn ended(lease: u64, source: u32, end: CallEnd) -> Complete {
    Complete::new(LeaseId(lease), Source(source), end)
}

/// The bucket of that name.
fn entry_of<'s>(sheet: &'s mut Sheet, now: u64, rules: &Rules, name: &str) -> &'s mut Entry {
    let index = sheet.find(now, rules, name);
    sheet.entry(index)
}

fn at(boot: u128, up: u64, wall: u64) -> Moment {
    Moment { boot, up, wall }
}

/// Returns a sheet with two endpoints: one with calls in flight and waiting, and a locked one.
fn sheet() -> Sheet {
    let mut sheet = Sheet::new(at(1, 0, 0));
    let now = sheet.turn_to(at(1, 1_000_000, 5_000_000));
    let rules = rules(4);
    let entry = entry_of(&mut sheet, now, &rules, "api.example.com GET /one");
    for lease in 0..5 {
        entry
            .line
            .acquire(now, &mut entry.bucket, &rules, &ask(lease, 1));
    }
    entry
        .bucket
        .complete(now, &rules, &ended(0, 1, CallEnd::Answered));
    entry.keep(now, &rules);
    let entry = entry_of(&mut sheet, now, &rules, "api.example.com GET /locked");
    let throttled = CallEnd::Throttled { retry_after: None };
    entry.bucket.complete(now, &rules, &ended(9, 1, throttled));
    entry.keep(now, &rules);
    sheet
}

#[test]
fn a_sheet_round_trips_and_all_damage_is_detected() {
    let mut sheet = sheet();
    let bytes = sheet.encode();
    assert_eq!(Sheet::decode(&bytes).as_ref(), Ok(&sheet));
    for length in 0..bytes.len() {
        let cut = Sheet::decode(&bytes[..length]);
        assert_eq!(cut, Err(Unreadable::Damaged), "{length}");
    }
    let longer = Sheet::decode(&[&*bytes, b"0"].concat());
    assert_eq!(longer, Err(Unreadable::Damaged));

    let sealed = SEAL.close(NAME, 7, &bytes);
    assert_eq!(SEAL.open(NAME, &sealed), Ok((7, &*bytes)));
    for length in 0..sealed.len() {
        let cut = SEAL.open(NAME, &sealed[..length]);
        assert_eq!(cut, Err(Unreadable::Damaged), "{length}");
    }
    for index in 0..sealed.len() {
        for flipped in 1..=255 {
            let mut sealed = sealed.clone();
            sealed[index] ^= flipped;
            let opened = SEAL.open(NAME, &sealed);
            assert_eq!(opened, Err(Unreadable::Damaged), "{index}");
        }
    }
    let longer = SEAL.open(NAME, &[&*sealed, b"0"].concat()).err();
    assert_eq!(longer, Some(Unreadable::Damaged));
}

/// A file belongs to one name.
#[test]
fn another_name_is_noticed() {
    let sealed = SEAL.close(NAME, 7, b"content");
    for other in ["00.limits", "01.limit", "01.limitss", "1.limits", ""] {
        assert_eq!(
            SEAL.open(other, &sealed),
            Err(Unreadable::Misplaced),
            "{other}"
        );
        let sealed = SEAL.close(other, 7, b"content");
        assert_eq!(
            SEAL.open(NAME, &sealed),
            Err(Unreadable::Misplaced),
            "{other}"
        );
    }
    // That of no name and number, in a version that has both.
    let unbound = Seal { version: 1, ..SEAL };
    let bytes = unbound.close(NAME, 7, b"");
    let number = [&[9], NAME.as_bytes(), &7_u64.to_be_bytes()].concat();
    assert_eq!(
        SEAL.open(NAME, &bytes),
        Ok((0, &*number)),
        "all of it is content"
    );
}

/// A file of a newer version is distinguished from a damaged one; an older version is read.
#[test]
fn versions() {
    let known = Seal {
        magic: b"cliq_api lim",
        version: 2,
        unbound: 1,
    };
    let newer = Seal {
        version: 3,
        ..known
    };
    let sealed = newer.close(NAME, 1, b"anything");
    assert_eq!(known.open(NAME, &sealed), Err(Unreadable::Newer(3)));
    assert_eq!(known.open("other", &sealed), Err(Unreadable::Newer(3)));
    let sealed = known.close(NAME, 1, b"anything");
    assert_eq!(newer.open(NAME, &sealed), Ok((1, &b"anything"[..])));
    let other = Seal {
        magic: b"cliq_api tok",
        ..known
    };
    assert_eq!(other.open(NAME, &sealed), Err(Unreadable::Damaged));
}

/// After a boot, lockouts and slots last as long as the wall clock indicates, and never longer than
/// without the boot, even if that clock is wrong.
#[test]
fn a_boot_is_survived() {
    for (wall, left, slot) in [
        // It was off for a minute.
        (5_060_000, 541_001, Some(1_001)),
        // For long enough.
        (5_700_000, 0, None),
        // The wall clock was set back by days, or was ahead by days.
        (0, 601_001, Some(61_001)),
    ] {
        let mut sheet = Sheet::decode(&sheet().encode()).unwrap();
        let now = sheet.turn_to(at(2, 3000, wall));
        assert_eq!(now, 3000);
        let rules = rules(4);
        let locked = entry_of(&mut sheet, now, &rules, "api.example.com GET /locked")
            .bucket
            .locked(now, Source(2));
        assert_eq!(
            locked.map_or(0, |locked| locked.left.as_millis()),
            left,
            "{wall}"
        );
        let one = entry_of(&mut sheet, now, &rules, "api.example.com GET /one");
        if let Some(slot) = slot {
            let Decision::Wait { earliest, .. } =
                one.line.acquire(now, &mut one.bucket, &rules, &ask(10, 2))
            else {
                panic!()
            };
            assert_eq!(earliest.as_millis(), slot, "{wall}");
        }
    }
    // Within a boot, a small step backwards is ignored.
    let mut sheet = sheet();
    assert_eq!(sheet.turn_to(at(1, 999_500, 5_000_000)), 1_000_000);
}

/// The content of a lost file is unknown, so every bucket may be locked, also one that is first
/// used much later.
#[test]
fn all_buckets_of_a_lost_file_count_as_locked() {
    let mut sheet = Sheet::lost(at(1, 1_000_000, 0));
    let rules = rules(20);
    for (later, left) in [(0, 601), (300, 301), (590, 11), (602, 0)] {
        let mut sheet = Sheet::decode(&sheet.encode()).unwrap();
        let now = sheet.turn_to(at(1, 1_000_000 + later * 1000, 0));
        let locked = entry_of(&mut sheet, now, &rules, "any")
            .bucket
            .locked(now, Source(1));
        assert_eq!(locked.map_or(0, |locked| locked.left.as_secs()), left);
        assert!(locked.is_none_or(|locked| locked.source == LockSource::Assumed));
    }
}

#[test]
fn idle_buckets_are_removed() {
    let mut sheet = sheet();
    let full = sheet.encode().len();
    // The lockout, and the same time again with one call at a time.
    sheet.turn_to(at(1, 1_000_000 + 2 * 601_002, 0));
    assert!(sheet.encode().len() < full / 3);
    assert!(Sheet::new(at(1, 0, 0)).encode().len() == sheet.encode().len());
}

/// Processes that ask again when they should are served in their order of arrival, and poll rarely.
#[test]
fn the_queue_is_first_in_first_out() {
    let rules = rules(2);
    let (mut line, mut bucket, mut now) = (Line::default(), Bucket::new(&rules, 0, 0), 0);
    let mut waiting: Vec<(u64, u32)> = Vec::new();
    assert!(matches!(
        line.acquire(now, &mut bucket, &rules, &ask(0, 99)),
        Decision::Granted { .. }
    ));
    bucket.complete(now, &rules, &ended(0, 99, CallEnd::Answered));
    for source in 1..=8 {
        now += 10;
        let Decision::Wait { recheck, .. } =
            line.acquire(now, &mut bucket, &rules, &ask(source.into(), source))
        else {
            panic!()
        };
        waiting.push((now + u64::try_from(recheck.as_millis()).unwrap(), source));
    }
    let (mut served, mut asks) = (Vec::new(), 0);
    while !waiting.is_empty() {
        // Of those that wake at the same time, the last one first.
        waiting.sort_by_key(|&(at, source)| (at, u32::MAX - source));
        let (at, source) = waiting.remove(0);
        now = at;
        if source == 3 {
            // Its process has died.
            continue;
        }
        asks += 1;
        match line.acquire(now, &mut bucket, &rules, &ask(source.into(), source)) {
            Decision::Granted { .. } => {
                served.push(source);
                let ended = ended(source.into(), source, CallEnd::Answered);
                bucket.complete(now + 200, &rules, &ended);
            }
            Decision::Wait { recheck, .. } => {
                waiting.push((now + u64::try_from(recheck.as_millis()).unwrap(), source));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(served, [1, 2, 4, 5, 6, 7, 8]);
    // One slot, a minute and a second and 200 ms each, and half a second for the one that died.
    assert!(now <= 7 * 61_201 + 1000, "{now}");
    // Twice for each minute that each of them waits.
    assert!(asks <= 2 * (8 + 7 + 6 + 5 + 4 + 3 + 2 + 1), "{asks}");
}

/// A call that doesn't wait long enough gets no ticket, and a retry goes first.
#[test]
fn tickets() {
    let rules = rules(2);
    let (mut line, mut bucket) = (Line::default(), Bucket::new(&rules, 0, 0));
    line.acquire(0, &mut bucket, &rules, &ask(0, 9));
    bucket.complete(0, &rules, &ended(0, 9, CallEnd::Answered));
    line.acquire(1, &mut bucket, &rules, &ask(1, 1).max_wait(Duration::ZERO));
    assert_eq!(line, Line::default());
    line.acquire(2, &mut bucket, &rules, &ask(2, 2));
    line.acquire(3, &mut bucket, &rules, &ask(3, 3).retry(true));
    assert_eq!(
        line.0
            .iter()
            .map(|ticket| ticket.source.0)
            .collect::<Vec<_>>(),
        [3, 2]
    );
    let now = 61_002;
    assert!(matches!(
        line.acquire(now, &mut bucket, &rules, &ask(2, 2)),
        Decision::Wait { .. }
    ));
    assert!(matches!(
        line.acquire(now, &mut bucket, &rules, &ask(3, 3).retry(true)),
        Decision::Granted { .. }
    ));
    // A repeated request is granted again.
    assert!(matches!(
        line.acquire(now, &mut bucket, &rules, &ask(3, 3)),
        Decision::Granted { .. }
    ));
}

fn token_file(directory: &Path) -> PathBuf {
    let mut files = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .find(|path| path.extension().is_some_and(|suffix| suffix == "token"))
        .unwrap()
}

fn record(version: u64, text: &str) -> TokenRecord {
    let later = SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_000_123);
    let token = AccessToken::new(text)
        .valid_until(later)
        .with_scopes("tickets.read,tickets.write");
    TokenRecord {
        version,
        token: Some(token),
        refresh_token: None,
        uses: vec![later, later],
        denied_until: Some(later),
    }
}

#[tokio::test]
async fn all_see_the_same_token_and_no_update_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let [one, other] = [(); 2].map(|()| FileTokenStore::open(&path).unwrap());
    let (key, another) = (TokenKey::named("one"), TokenKey::named("another"));
    assert!(one.load(&key).await.unwrap().is_none());
    assert!(
        !one.save(&key, &record(2, "1000.a")).await.unwrap(),
        "version 1 is missing"
    );
    assert!(one.save(&key, &record(1, "1000.a")).await.unwrap());
    assert!(
        !other.save(&key, &record(1, "1000.b")).await.unwrap(),
        "version 1 exists"
    );
    assert!(other.save(&key, &record(2, "1000.c")).await.unwrap());
    assert!(other.load(&another).await.unwrap().is_none());

    let (kept, expected) = (one.load(&key).await.unwrap().unwrap(), record(2, "1000.c"));
    assert_eq!(
        (kept.version, &kept.uses, kept.denied_until),
        (2, &expected.uses, expected.denied_until)
    );
    let (token, expected) = (kept.token.unwrap(), expected.token.unwrap());
    assert_eq!(token.expose_secret(), expected.expose_secret());
    assert_eq!(
        (token.expires_at(), token.scopes()),
        (expected.expires_at(), expected.scopes())
    );
}

#[tokio::test]
async fn one_process_at_a_time_holds_the_lease() {
    let directory = tempfile::tempdir().unwrap();
    let [one, other] =
        [(); 2].map(|()| FileTokenStore::open(directory.path().join("tokens")).unwrap());
    let key = TokenKey::named("one");
    assert_eq!(one.lease(&key, 1, MINUTE).await.unwrap(), Lease::Granted);
    let Lease::Held(left) = other.lease(&key, 2, MINUTE).await.unwrap() else {
        panic!("it is held")
    };
    assert!(left <= MINUTE && left > MINUTE / 2);
    // It is independent of the record, and its holder can renew it.
    assert!(other.save(&key, &record(1, "1000.a")).await.unwrap());
    assert_eq!(
        one.lease(&key, 1, SECOND / 20).await.unwrap(),
        Lease::Granted
    );
    other.release(&key, 2).await.unwrap();
    assert!(
        matches!(other.lease(&key, 2, MINUTE).await.unwrap(), Lease::Held(_)),
        "only its holder can release it"
    );
    tokio::time::sleep(SECOND / 10).await;
    assert_eq!(other.lease(&key, 2, MINUTE).await.unwrap(), Lease::Granted);
    other.release(&key, 2).await.unwrap();
    assert_eq!(one.lease(&key, 3, MINUTE).await.unwrap(), Lease::Granted);
}

/// FNV-1a, which other versions of the library have to agree on.
#[test]
fn names_of_files_stay() {
    assert_eq!(super::stem([]), "6c62272e07bb014262b821756295c58d");
    let name = super::stem(["server", "GET /"]);
    assert_eq!(name, "0148535a33f013f785d7f7647bed42e9");
}

/// On a thread that may block, and by turns on one that others need.
#[tokio::test]
async fn a_peer_that_holds_the_lock_is_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let open = || Place::open(&directory.path().join("place")).unwrap();
    let name = || "00.limits".to_owned();
    let locked_for_a_moment = || {
        let (other, name) = (open(), name());
        let (locked, is_locked) = std::sync::mpsc::channel();
        let peer = std::thread::spawn(move || {
            let hold = |_: &mut [_]| {
                locked.send(()).unwrap();
                std::thread::sleep(SECOND / 10);
                Ok(())
            };
            other.work_here(&[name], hold)
        });
        is_locked.recv().unwrap();
        peer
    };
    let place = open();
    let peer = locked_for_a_moment();
    place.work_here(&[name()], |_| Ok(())).unwrap();
    peer.join().unwrap().unwrap();
    let peer = locked_for_a_moment();
    place.work(name(), |_| Ok(())).await.unwrap();
    peer.join().unwrap().unwrap();
}

#[test]
fn a_file_system_without_locks_is_named() {
    let none = [
        io::ErrorKind::Unsupported.into(),
        #[cfg(unix)]
        rustix::io::Errno::NOLCK.into(),
        #[cfg(unix)]
        rustix::io::Errno::NOSYS.into(),
        #[cfg(unix)]
        rustix::io::Errno::OPNOTSUPP.into(),
    ];
    for error in none {
        let problem = cannot_lock(Path::new("x.lock"), error);
        assert!(matches!(problem, Problem::NoLocks(_)), "{problem}");
    }
    let problem = cannot_lock(Path::new("x.lock"), io::ErrorKind::Interrupted.into());
    assert!(matches!(problem, Problem::Io { .. }), "{problem}");
}

/// A process that is forked while a file is locked has a copy of the lock, and keeps it open.
#[tokio::test]
async fn a_forked_process_does_not_hold_its_parents_lock() {
    let directory = tempfile::tempdir().unwrap();
    let place = Place::open(&directory.path().join("place")).unwrap();
    let name = || "00.limits".to_owned();
    let copy = place.work(name(), |file| Ok(file.copy_of_lock()));
    let copy = copy.await.unwrap();
    place.work_here(&[name()], |_| Ok(())).unwrap();
    drop(copy);
}

/// Such as from a backup: it would be used as if it had not been used since.
#[tokio::test]
async fn an_older_record_counts_as_a_lost_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let (store, key) = (FileTokenStore::open(&path).unwrap(), TokenKey::named("one"));
    assert!(store.save(&key, &record(1, "1000.a")).await.unwrap());
    let older = std::fs::read(token_file(&path)).unwrap();
    assert!(store.save(&key, &record(2, "1000.b")).await.unwrap());
    // A lease is no other record.
    store.lease(&key, 1, MINUTE).await.unwrap();
    assert_eq!(store.load(&key).await.unwrap().unwrap().version, 2);
    std::fs::write(token_file(&path), older).unwrap();
    let kept = store.load(&key).await.unwrap().unwrap();
    assert_eq!((kept.uses.len(), kept.token.is_none()), (8, true));
    // What follows is the last one again.
    assert!(store.save(&key, &record(2, "1000.c")).await.unwrap());
    assert_eq!(store.load(&key).await.unwrap().unwrap().version, 2);
}

/// As the version before wrote them.
#[tokio::test]
async fn files_without_a_name_are_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let (store, key) = (FileTokenStore::open(&path).unwrap(), TokenKey::named("one"));
    assert!(store.save(&key, &record(1, "1000.a")).await.unwrap());
    let file = token_file(&path);
    let name = file.file_name().unwrap().to_str().unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let content = &bytes[12 + 8 + 1 + 1 + name.len() + 8..];
    assert_eq!(content[0], b'{');
    let checked = [&[2], content].concat();
    let sum = checked
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, &byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let unbound = [&b"cliq_api tok"[..], &sum.to_be_bytes(), &checked].concat();
    std::fs::write(&file, &unbound).unwrap();
    std::fs::write(file.with_extension("token.lock"), "\n").unwrap();
    assert_eq!(store.load(&key).await.unwrap().unwrap().version, 1);
    assert!(store.save(&key, &record(2, "1000.b")).await.unwrap());
    // Now it is an older one.
    std::fs::write(&file, unbound).unwrap();
    assert!(store.load(&key).await.unwrap().unwrap().token.is_none());
}

/// The token was used at most nine times in ten minutes, so one more use is safe, but not two.
#[tokio::test]
async fn a_lost_record_leaves_one_use() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let (store, key) = (FileTokenStore::open(&path).unwrap(), TokenKey::named("one"));
    assert!(store.save(&key, &record(1, "1000.a")).await.unwrap());
    let file = token_file(&path);
    let whole = std::fs::read(&file).unwrap();
    let damages = (0..whole.len()).step_by(7).flat_map(|index| {
        let mut flipped = whole.clone();
        flipped[index] ^= 1;
        [whole[..index].to_vec(), flipped]
    });
    for damaged in damages {
        std::fs::write(&file, damaged).unwrap();
        for _ in 0..2 {
            let kept = store.load(&key).await.unwrap().unwrap();
            assert_eq!((kept.uses.len(), kept.token.is_none()), (8, true));
            // As long as one that is sent now and not answered.
            let counts = kept.uses[0].duration_since(SystemTime::now()).unwrap();
            assert!(
                counts > TEN_MINUTES && counts < TEN_MINUTES + 3 * MINUTE,
                "{counts:?}"
            );
        }
        assert!(!store.save(&key, &record(1, "1000.a")).await.unwrap());
    }
    assert_eq!(
        std::fs::read_dir(&path).unwrap().count(),
        2 + 3,
        "three damaged files are kept"
    );
    assert_eq!(format!("{store:?}"), format!("FileTokenStore({path:?})"));
}

/// Records what a write does, and does it.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<&'static str>>);

impl Recorder {
    fn add(&self, step: &'static str) {
        self.0.lock().unwrap().push(step);
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Disk for Recorder {
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.add("write");
        System.write(file, bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        // All of it was written.
        assert!(file.metadata()?.len() > 20);
        self.add("sync");
        System.sync(file)
    }

    fn rename(&self, new: &Path, path: &Path) -> io::Result<()> {
        self.add("rename");
        System.rename(new, path)
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        assert!(directory.is_dir());
        self.add("sync directory");
        System.sync_directory(directory)
    }

    fn record(&self, lock: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.add("record");
        System.record(lock, bytes)
    }
}

/// It is as it was before, or as it is now, whenever the machine crashes.
const OF_A_PROCESS: [&str; 3] = ["write", "sync", "rename"];
/// It survives now, and only then does the lock file record it.
const OF_THE_MACHINE: [&str; 5] = ["write", "sync", "rename", "sync directory", "record"];

#[tokio::test]
async fn grants_and_lockouts_survive_a_crash_of_the_machine() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Arc::new(Recorder::default());
    let path = directory.path().join("limits");
    let place = || Place::on(Arc::<Recorder>::clone(&disk), &path).unwrap();
    let store = FileLimitStore::at(place());
    let settings = LimitSettings::new().cold_start(false);
    let spec = BucketSpec::new("", "")
        .limit(Limit::new(3, MINUTE))
        .lock(MINUTE);
    let bucket = UserBucket::new(spec, None, &settings);
    for lease in 1..3 {
        let decisions = store.acquire(&[&bucket], ask(lease, 1)).await.unwrap();
        assert!(matches!(decisions[..], [Decision::Granted { .. }]));
        assert_eq!(disk.take(), OF_THE_MACHINE);
    }
    // A peek and a call that neither goes nor waits write nothing; a place in line isn't shared.
    store
        .peek(&[&bucket], Source(1), Priority::Normal)
        .await
        .unwrap();
    let impatient = ask(3, 1).max_wait(Duration::ZERO);
    store.acquire(&[&bucket], impatient).await.unwrap();
    assert_eq!(disk.take(), [""; 0]);
    store.acquire(&[&bucket], ask(3, 1)).await.unwrap();
    assert_eq!(disk.take(), OF_A_PROCESS);
    // Without the end of a call, its lease ends later.
    let complete = |lease, end| [(&bucket, ended(lease, 1, end))];
    store
        .complete(&complete(1, CallEnd::Answered))
        .await
        .unwrap();
    assert_eq!(disk.take(), OF_A_PROCESS);
    let throttled = CallEnd::Throttled { retry_after: None };
    assert!(store.complete_blocking(&complete(2, throttled)));
    assert_eq!(disk.take(), OF_THE_MACHINE);
    // Lost, it counts as locked from now on, not from when somebody looks.
    let file = path.join(format!("{}.limits", super::stem([""])));
    std::fs::remove_file(file).unwrap();
    store
        .peek(&[&bucket], Source(1), Priority::Normal)
        .await
        .unwrap();
    assert_eq!(disk.take(), OF_THE_MACHINE);
}

#[tokio::test]
async fn tokens_and_their_uses_survive_a_crash_of_the_machine() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Arc::new(Recorder::default());
    let place = Place::on(
        Arc::<Recorder>::clone(&disk),
        &directory.path().join("tokens"),
    );
    let (store, key) = (FileTokenStore::at(place.unwrap()), TokenKey::named("one"));
    assert!(store.load(&key).await.unwrap().is_none());
    assert_eq!(disk.take(), [""; 0]);
    // No lease survives a boot. The file is there from now on.
    store.lease(&key, 1, MINUTE).await.unwrap();
    assert_eq!(disk.take(), [&OF_A_PROCESS[..], &["record"]].concat());
    assert!(store.save(&key, &record(1, "1000.a")).await.unwrap());
    assert_eq!(disk.take(), OF_THE_MACHINE);
    assert!(!store.save(&key, &record(1, "1000.b")).await.unwrap());
    store.lease(&key, 2, MINUTE).await.unwrap();
    store.release(&key, 2).await.unwrap();
    assert_eq!(disk.take(), [""; 0]);
    store.release(&key, 1).await.unwrap();
    assert_eq!(disk.take(), OF_A_PROCESS);
}
