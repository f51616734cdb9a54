//! Runtimes that end or stand still, and none.

use super::*;

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
