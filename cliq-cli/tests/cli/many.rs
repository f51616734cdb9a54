//! Many processes at once, of one user.

use std::process::Stdio;

use cliq_sandbox::limits::Limits;

use crate::support::{Ended, World};

#[test]
fn forty_processes_at_once_lock_nobody_out() {
    let world = World::with(Limits::published());
    let thread = world.thread();
    let children: Vec<_> = (0..40)
        .map(|_| {
            world
                .as_user(["threads", "follow", thread, "--wait", "0", "-o", "json"])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let ended: Vec<Ended> = children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap().into())
        .collect();
    let done = ended.iter().filter(|ended| ended.code == Some(0)).count();
    let limited = ended.iter().filter(|ended| ended.code == Some(4)).count();
    assert_eq!(done + limited, 40, "{ended:?}");
    let totals = world.demo.sandbox.totals();
    assert_eq!(totals.locks, 0);
    assert!(totals.fullest <= 20, "{totals:?}");
    // Half of the slots count as used after a start, and one is left free.
    assert!((9..=19).contains(&done), "{done}");
    // Who was limited knows for how long.
    let limited = ended.iter().find(|ended| ended.code == Some(4)).unwrap();
    let error: serde_json::Value = serde_json::from_str(&limited.err).unwrap();
    let wait = error["error"]["retry_after_seconds"].as_u64().unwrap();
    assert!((1..=62).contains(&wait), "{error}");
}
