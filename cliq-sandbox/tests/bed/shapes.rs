//! Which endpoints are counted together.

use std::collections::HashSet;

use cliq_api::prelude::*;
use cliq_api::threads::{
    CreateThreadByChatIdRequest, FollowThreadRequest, GetThreadRequest, SendThreadMessageRequest,
    THREADS, UpdateThreadRequest,
};
use cliq_sandbox::limits::{Limits, Shape, Throttle};

use super::SECOND;

/// The URLs of some of `Threads`, written differently.
#[endpoints(limit = "3/2s", lock = "5s")]
trait Others {
    #[endpoint(POST "/api/v3/threads/<ID>/follow", limit = "5/min", lock = "20m")]
    fn follow(&self, id: String);
    #[endpoint(GET "/files/<ID>.json")]
    fn file(&self, id: String);
    #[endpoint(GET "/files/<ID>.xml")]
    fn other_file(&self, id: String);
    #[endpoint(GET "/search/a", bucket = "search")]
    fn search_a(&self);
    #[endpoint(GET "/search/b", bucket = "search", limit = "2/2s", lock = "1s")]
    fn search_b(&self);
}

#[test]
fn placeholders_count_for_nothing_and_methods_do() {
    assert_eq!(
        Shape::of::<CreateThreadByChatIdRequest>(),
        Shape::of::<SendThreadMessageRequest>()
    );
    assert_ne!(
        Shape::of::<GetThreadRequest>(),
        Shape::of::<UpdateThreadRequest>()
    );
    assert_eq!(
        Shape::of::<FollowRequest>(),
        Shape::of::<FollowThreadRequest>()
    );
    assert_ne!(Shape::of::<FileRequest>(), Shape::of::<OtherFileRequest>());
    assert_eq!(Shape::of::<SearchARequest>(), Shape::of::<SearchBRequest>());
    // Nineteen operations, two of which have one shape.
    let shapes: HashSet<Shape> = THREADS.iter().map(|meta| Shape::from(*meta)).collect();
    assert_eq!(shapes.len(), 18);
}

#[test]
fn they_are_readable() {
    assert_eq!(
        Shape::of::<FollowRequest>().to_string(),
        "POST /api/v3/threads/<>/follow"
    );
    assert_eq!(Shape::of::<FileRequest>().to_string(), "GET /files/<>.json");
    assert_eq!(Shape::of::<SearchARequest>().to_string(), "bucket search");
    assert_eq!(
        Shape::of::<GetThreadRequest>().endpoint().name(),
        "get_thread"
    );
}

#[test]
fn every_limit_holds_for_all_with_its_own_lock() {
    let mut throttle = Throttle::new(Limits::published());
    for meta in [FollowThreadRequest::META, FollowRequest::META] {
        throttle.bucket(meta);
    }
    for _ in 0..5 {
        assert!(
            throttle
                .arrive(SECOND, "1", FollowThreadRequest::META)
                .is_allowed()
        );
    }
    let verdict = throttle.arrive(SECOND, "1", FollowThreadRequest::META);
    assert_eq!(verdict.until(), Some(SECOND * (1 + 20 * 60)));

    let mut throttle = Throttle::new(Limits::published());
    let mut arrive = |meta| throttle.arrive(SECOND, "1", meta);
    assert!(arrive(SearchBRequest::META).is_allowed());
    assert!(arrive(SearchARequest::META).is_allowed());
    assert_eq!(arrive(SearchARequest::META).until(), Some(2 * SECOND));
    let tallies: Vec<_> = throttle.book().tallies().map(|(.., tally)| tally).collect();
    assert_eq!(tallies.len(), 1);
    let limit = tallies[0].limit.map(|limit| limit.to_string());
    assert_eq!((tallies[0].fullest, limit.as_deref()), (3, Some("2/2s")));
}

/// Several windows, one per app, and two buckets of one URL.
#[endpoints]
trait Several {
    #[endpoint(GET "/windows", limit = ["2/s", "4/min"])]
    fn windows(&self);
    #[endpoint(GET "/app", limit = ["3/min", "4/min per app"], lock = "1h")]
    fn app(&self);
    #[endpoint(GET "/one/<ID>", bucket = "one", limit = "2/min")]
    fn one(&self, id: u8);
    #[endpoint(GET "/one/<NAME>", bucket = "two", limit = "3/h")]
    fn two(&self, name: String);
    #[endpoint(GET "/beside", bucket = "two")]
    fn beside(&self);
    #[endpoint(GET "/rest/<PATH..>", limit = "1/s")]
    fn rest(&self, path: String);
    #[endpoint(GET "/rest/<NAME>", limit = "1/s")]
    fn no_rest(&self, name: String);
}

#[test]
fn several_windows_hold_at_once() {
    let mut throttle = Throttle::new(Limits::published());
    let mut allowed = Vec::new();
    for half in 2..12 {
        let verdict = throttle.arrive(SECOND * half / 2, "1", WindowsRequest::META);
        if verdict.is_allowed() {
            allowed.push(half);
        }
    }
    assert_eq!(allowed, [2, 3, 4, 5]);
    let full = throttle.arrive(SECOND * 100, "1", WindowsRequest::META);
    assert!(full.is_allowed());
    let tally = throttle.book().of::<WindowsRequest>("1");
    assert_eq!((tally.arrivals, tally.refused), (11, 6));
    let limit = tally.limit.map(|limit| limit.to_string());
    assert_eq!((tally.fullest, limit.as_deref()), (10, Some("4/min")));
}

#[test]
fn a_limit_per_app_counts_all_users() {
    let mut throttle = Throttle::new(Limits::published());
    for user in ["1", "1", "1", "2"] {
        let verdict = throttle.arrive(SECOND, user, AppRequest::META);
        assert!(verdict.is_allowed());
    }
    // All users are locked out, of this endpoint only.
    let locked = Some(SECOND * 3601);
    for user in ["3", "2", "4"] {
        let verdict = throttle.arrive(SECOND, user, AppRequest::META);
        assert_eq!(verdict.until(), locked);
        let until = throttle.locked_until(2 * SECOND, user, AppRequest::META);
        assert_eq!(until, locked);
    }
    assert_eq!(throttle.book().locks().count(), 1);
    assert!(throttle.arrive(SECOND, "1", OneRequest::META).is_allowed());
    throttle.forgive();
    assert!(throttle.arrive(SECOND, "3", AppRequest::META).is_allowed());
}

#[test]
fn two_buckets_of_one_url_both_count() {
    let mut throttle = Throttle::new(Limits::published());
    throttle.bucket(TwoRequest::META);
    for meta in [OneRequest::META, TwoRequest::META] {
        assert!(throttle.arrive(SECOND, "1", meta).is_allowed());
    }
    // One of them allows two calls per minute, for all its endpoints.
    assert!(!throttle.arrive(SECOND, "1", TwoRequest::META).is_allowed());
    // The other allows three per hour, including those of another endpoint.
    let later = SECOND * 120;
    let verdict = throttle.arrive(later, "1", BesideRequest::META);
    assert!(verdict.is_allowed());
    assert!(!throttle.arrive(later, "1", OneRequest::META).is_allowed());
    assert_eq!(throttle.totals().arrivals, 5);
}

#[test]
fn several_segments_are_no_single_one() {
    assert_eq!(Shape::of::<RestRequest>().to_string(), "GET /rest/<..>");
    assert_ne!(Shape::of::<RestRequest>(), Shape::of::<NoRestRequest>());
}
