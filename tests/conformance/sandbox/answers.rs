//! Each response of each operation has all documented members, and no others.

use std::collections::BTreeSet;

use cliq_api::Bytes;
use cliq_api::http::{Method, Response, StatusCode};
use cliq_sandbox::limits::{Limits, Telling};
use cliq_sandbox::{Fault, Posts};
use serde_json::json;

use super::judge::Judge;
use super::stage::{Stage, body, request, url};

#[test]
fn every_answer_is_in_the_document_and_every_member_is_seen() {
    let mut judge = Judge::new();
    for operation in judge.operations() {
        successes(&mut judge, &operation);
        refusals(&mut judge, &operation);
    }
    assert_eq!(
        judge.unseen(),
        [""; 0],
        "documented and never seen, or outside of the document in vain"
    );
}

fn successes(judge: &mut Judge, operation: &str) {
    for posts in [Posts::Documented, Posts::ResponseCode, Posts::NoContent] {
        let stage = Stage::with(|builder| builder.posts(posts));
        judge.check(
            operation,
            &stage.call(operation, "", body(operation).as_ref()),
        );
    }
    let stage = Stage::new();
    if operation.ends_with("/messages") {
        let mut synchronous = body(operation).expect("a post has a body");
        synchronous["sync_message"] = true.into();
        judge.check(
            operation,
            &stage.call(operation, "?bot_unique_name=deploybot", Some(&synchronous)),
        );
    }
    if operation.ends_with("/threads") {
        judge.check(operation, &stage.call(operation, "?limit=1", None));
    }
    if operation.ends_with("/messages/main") {
        // A message with a mention.
        judge.check(
            operation,
            &stage.handle(
                &Method::GET,
                "/api/v3/threads/CT_1-T-1/messages/main",
                &stage.token,
                None,
            ),
        );
    }
}

fn refusals(judge: &mut Judge, operation: &str) {
    let documented: BTreeSet<_> = judge.documented(operation).into_iter().collect();
    let (method, url) = url(operation);
    let stage = Stage::new();
    let body = body(operation);
    let call = |token: &str| request(&method, &url, token, body.as_ref());

    judge.check(
        operation,
        &stage.call(operation, "?nonsense=1", body.as_ref()),
    );
    judge.check(operation, &stage.sandbox.handle(call("")));
    judge.check(operation, &stage.sandbox.handle(call("1000.unknown")));
    judge.check(operation, &stage.sandbox.handle(call(&stage.stranger)));
    judge.check(operation, &stage.sandbox.handle(call(&stage.external)));
    let elsewhere = url
        .replace("CT_1", "CT_9")
        .replace("P1", "P9")
        .replace("engineering", "nowhere");
    judge.check(
        operation,
        &stage.handle(&method, &elsewhere, &stage.token, body.as_ref()),
    );
    if let Some(mut misfit) = body.clone() {
        for (_, value) in misfit.as_object_mut().expect("an object") {
            *value = json!(5);
        }
        judge.check(operation, &stage.call(operation, "", Some(&misfit)));
        judge.check(operation, &stage.call(operation, "", Some(&json!({}))));
        judge.check(operation, &stage.call(operation, "", None));
    }
    let mut html = call(&stage.token);
    html.headers_mut()
        .insert("accept", "text/html".parse().expect("a header"));
    let answer = stage.sandbox.handle(html);
    judge.check(operation, &answer);
    if documented.contains(&406) {
        assert_eq!(answer.status(), 406, "{operation}");
    }
    // Another operation of the same URL has a body, this one doesn't.
    let wrong = stage.handle(&Method::PATCH, &url, &stage.token, body.as_ref());
    assert_eq!(wrong.status(), 405, "{operation}");
    if operation != "GET /api/v3/threads/<THREAD_CHAT_ID>" {
        judge.check(operation, &wrong);
    }
    failures(judge, operation);
    for telling in [
        Telling::TooManyRequests,
        Telling::RateLimitExceeded,
        Telling::RequestLimitExceeded,
        Telling::UrlThrottlesLimitExceeded,
    ] {
        let stage = Stage::with(|builder| builder.limits(Limits::published().telling(telling)));
        let answers = (0..60).map(|_| stage.sandbox.handle(call(&stage.token)));
        // The first and the last one: each reports the remaining time of the lock.
        let refused: Vec<_> = answers
            .filter(|answer| !answer.status().is_success())
            .collect();
        assert!(refused.len() >= 10, "{operation}: {}", refused.len());
        for answer in [&refused[0], &refused[refused.len() - 1]] {
            judge.check(operation, answer);
        }
    }
}

fn failures(judge: &mut Judge, operation: &str) {
    let (method, url) = url(operation);
    for fault in [
        Fault::Fail(StatusCode::INTERNAL_SERVER_ERROR),
        Fault::FailAfter(StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        let stage = Stage::new();
        stage.sandbox.faults().everywhere().next(fault);
        judge.check(
            operation,
            &stage.send(request(
                &method,
                &url,
                &stage.token,
                body(operation).as_ref(),
            )),
        );
    }
}

/// The judge rejects wrong responses: otherwise the other tests would be vacuous.
#[test]
fn what_is_outside_of_the_document_is_told() {
    let operation = "GET /api/v3/threads/<THREAD_CHAT_ID>/followers";
    let mut judge = Judge::new();
    assert_ne!(judge.unseen(), [""; 0]);
    let mut fails = |status: u16, content_type: &str, body: &'static str| {
        let mut answer = Response::new(Bytes::from_static(body.as_bytes()));
        *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
        answer
            .headers_mut()
            .insert("content-type", content_type.parse().expect("a header"));
        judge.judge(operation, &answer).is_err()
    };
    let json = "application/json;charset=UTF-8";
    assert!(!fails(200, json, r#"{"data": [{"user_id": "1"}]}"#));
    assert!(!fails(
        404,
        json,
        r#"{"message": "No.", "code": "chat_not_found"}"#
    ));
    assert!(fails(201, json, r#"{"data": []}"#));
    assert!(fails(200, "text/html", r#"{"data": []}"#));
    assert!(fails(200, json, ""));
    assert!(fails(200, json, r#"{"data": [], "more": 1}"#));
    assert!(fails(200, json, r#"{"data": [{"user_id": 1}]}"#));
    assert!(fails(200, json, r#"{"data": [{"email_id": "nobody"}]}"#));
    assert!(fails(
        500,
        json,
        r#"{"message": "No.", "code": "operation_failed"}"#
    ));
}
