//! Runtimes that end or stand still, and none.

use super::*;

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().build().unwrap()
}

#[test]
fn a_runtime_that_ends_leaves_the_renewal_to_another_one() {
    let server = Server::answering([Reply::Hang]);
    let session = server.session();
    let begun_here = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    begun_here.block_on(async {
        assert!(
            timeout(Duration::from_millis(1), session.authorization())
                .await
                .is_err()
        );
    });
    assert_eq!(server.refreshes(), 1);
    let other = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    other.block_on(async {
        let mut waiting = pin!(token(&session));
        assert!(
            timeout(Duration::from_millis(1), &mut waiting)
                .await
                .is_err()
        );
        // Ends the other's tasks.
        begun_here.shutdown_background();
        assert!(server.is_good(&waiting.await));
    });
    assert_eq!(server.refreshes(), 2);
}

/// A call that is polled in another runtime restarts its renewal there, at most three times.
#[test]
fn a_call_that_outlives_its_runtimes_renews_in_the_next() {
    for lost in 1..=4 {
        let server = Server::answering([Reply::Hang; 4].into_iter().take(lost));
        let session = server.session();
        let mut call = pin!(session.authorization());
        for _ in 0..lost {
            runtime().block_on(async {
                let waited = timeout(Duration::from_millis(1), &mut call).await;
                assert!(waited.is_err(), "{lost} lost");
            });
        }
        let result = runtime().block_on(call);
        if lost <= 3 {
            assert!(server.is_good(&result.unwrap()), "{lost} lost");
            assert_eq!(server.refreshes(), lost + 1);
        } else {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), AuthErrorKind::Unreachable);
            assert!(error.to_string().ends_with("has ended"), "{error}");
            assert_eq!(server.refreshes(), lost);
        }
    }
}

#[test]
fn a_runtime_that_stands_still_is_not_waited_for_for_ever() {
    let server = Server::answering([Reply::Hang]);
    let session = server.session();
    let idle = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    idle.block_on(async {
        assert!(
            timeout(Duration::from_millis(1), session.authorization())
                .await
                .is_err()
        );
    });
    // From here on nobody drives it.
    let other = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    other.block_on(async { assert!(server.is_good(&token(&session).await)) });
    assert_eq!(server.refreshes(), 2);
    drop(idle);
}

#[test]
fn without_a_runtime_it_says_so() {
    let session = Server::default().session();
    let mut future = pin!(session.authorization());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(result) = future.as_mut().poll(&mut context) else {
        panic!("it waits")
    };
    assert!(failed(result).to_string().contains("Tokio runtime"));
}
