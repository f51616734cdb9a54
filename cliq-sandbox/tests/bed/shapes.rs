//! What is counted together.

use std::collections::HashSet;

use cliq_api::prelude::*;
use cliq_api::threads::{
    CreateThreadByChatIdRequest, FollowThreadRequest, GetThreadRequest, SendThreadMessageRequest,
    THREADS, UpdateThreadRequest,
};
use cliq_sandbox::limits::{Limits, Shape, Throttle};

use super::SECOND;

/// Of the same URLs as some of `Threads`, otherwise written.
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
    // Nineteen operations, of which two are one to the server.
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
fn the_stricter_limit_and_the_longer_lock_hold_for_all() {
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
    assert!(
        throttle
            .arrive(SECOND, "1", SearchBRequest::META)
            .is_allowed()
    );
    assert!(
        throttle
            .arrive(SECOND, "1", SearchARequest::META)
            .is_allowed()
    );
    assert_eq!(
        throttle.arrive(SECOND, "1", SearchARequest::META).until(),
        Some(6 * SECOND)
    );
    assert_eq!(throttle.book().tallies().count(), 1);
}
