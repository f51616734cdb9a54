//! An API like GitHub's, declared. `cargo run --example code_host` calls some endpoints of a stub
//! server, `cargo test --example code_host` runs the tests at the end of this file.
//!
//! It shows what a declaration can contain besides paths, queries and JSON: constant headers and
//! fields, several limits and buckets, paths with several segments, optional bodies, nested forms,
//! a second server, text and streams, pages by `Link` header, idempotency keys.

use std::collections::BTreeMap;

use cliq_api::prelude::*;
use cliq_api::{Body, Download, Text};
use cliq_sandbox::StubServer;
use serde::{Deserialize, Serialize};

/// Repositories and their contents.
///
/// All calls count in one bucket, and some also in a `limit` of their endpoint.
#[endpoints(
    base = "/repos",
    header("Accept" = "application/vnd.example+json", "X-Api-Version" = "2022-11-28"),
    bucket = "core",
    limit = ["900/min", "5000/h", "15000/h per app"],
    lock = "1m"
)]
pub trait Repositories {
    /// Reads a file.
    #[endpoint(GET "/<OWNER>/<REPO>/contents/<PATH..>")]
    fn read_file(
        &self,
        owner: String,
        repo: String,
        /// The path of the file, with slashes.
        path: String,
        /// A branch, a tag or a commit.
        #[query("ref")]
        version: Option<String>,
    ) -> File;

    /// Creates or replaces a file.
    #[endpoint(PUT "/<OWNER>/<REPO>/contents/<PATH..>")]
    fn write_file(
        &self,
        owner: String,
        repo: String,
        path: String,
        #[field] message: String,
        /// The content, as Base64.
        #[field]
        content: String,
        /// The hash of the file to replace.
        #[field]
        sha: Option<String>,
        /// Any further members of the body, such as `author`.
        #[field(flatten)]
        more: Option<BTreeMap<String, serde_json::Value>>,
    ) -> File;

    /// Compares two versions.
    #[endpoint(GET "/<OWNER>/<REPO>/compare/<BASE>...<HEAD>", response = "ahead_by")]
    fn count_commits(&self, owner: String, repo: String, base: String, head: String) -> u32;

    /// Retrieves the check results of several commits.
    #[endpoint(GET "/<OWNER>/<REPO>/commits/<SHAS>/checks", lock = none)]
    fn list_checks(
        &self,
        owner: String,
        repo: String,
        #[path(csv)] shas: Vec<String>,
        /// When the checks were completed.
        #[query(deep)]
        completed: Option<Between>,
    ) -> Vec<Check>;

    /// Returns the differences of two versions, as text.
    #[endpoint(GET "/<OWNER>/<REPO>/compare/<BASE>...<HEAD>.diff", header("Accept" = "text/x-diff"))]
    fn read_diff(&self, owner: String, repo: String, base: String, head: String) -> Text;

    /// Lists issues. The `Link` header has the URL of the next page.
    #[endpoint(GET "/<OWNER>/<REPO>/issues", page(next = link))]
    fn list_issues(
        &self,
        owner: String,
        repo: String,
        #[query] state: Option<IssueState>,
        /// Labels that an issue must all have.
        #[query(csv)]
        labels: Option<Vec<String>>,
    ) -> Page<Issue>;

    /// Opens an issue. The server recognizes a retry by its idempotency key.
    #[endpoint(POST "/<OWNER>/<REPO>/issues", idempotency_key = "Idempotency-Key")]
    fn open_issue(&self, owner: String, repo: String, #[field] title: String) -> Issue;

    /// Closes an issue.
    #[endpoint(PATCH "/<OWNER>/<REPO>/issues/<NUMBER>", field("state" = "closed"), idempotent)]
    fn close_issue(
        &self,
        owner: String,
        repo: String,
        number: u32,
        #[field("state_reason")] reason: Option<String>,
    ) -> Issue;

    /// Reopens an issue. The server can't distinguish this endpoint from
    /// [`close_issue`](Self::close_issue).
    #[endpoint(PATCH "/<OWNER>/<REPO>/issues/<NUMBER>", field("state" = "open"), idempotent)]
    fn reopen_issue(&self, owner: String, repo: String, number: u32) -> Issue;

    /// Locks an issue's conversation. Without a reason, the request has no body.
    #[endpoint(PUT "/<OWNER>/<REPO>/issues/<NUMBER>/lock", body = optional)]
    fn lock_issue(
        &self,
        owner: String,
        repo: String,
        number: u32,
        #[field("lock_reason")] reason: Option<String>,
    );

    /// Creates a poll below an issue.
    #[endpoint(POST "/<OWNER>/<REPO>/issues/<NUMBER>/polls", header("X-Preview" = "polls"))]
    fn create_poll(
        &self,
        owner: String,
        repo: String,
        number: u32,
        #[field] options: Vec<String>,
        /// Groups of options that exclude each other.
        #[field]
        groups: Option<Vec<Vec<String>>>,
    );

    /// Creates a webhook. This older endpoint takes a form.
    #[endpoint(POST "/<OWNER>/<REPO>/hooks", form = nested, field("name" = "web", "active" = true))]
    fn create_hook(
        &self,
        owner: String,
        repo: String,
        #[field] config: HookConfig,
        #[field(csv)] events: Vec<String>,
    );

    /// Downloads all files of a version.
    #[endpoint(GET "/<OWNER>/<REPO>/zipball/<REF>")]
    fn download_archive(
        &self,
        owner: String,
        repo: String,
        #[path("REF")] version: String,
    ) -> Download;

    /// Attaches a file to a release.
    #[endpoint(POST "/<OWNER>/<REPO>/releases/<RELEASE_ID>/assets", server = "uploads", limit = "60/min")]
    fn upload_asset(
        &self,
        owner: String,
        repo: String,
        release_id: u64,
        #[query] name: String,
        #[body(stream, content_type = "application/zip")] asset: Body,
    ) -> Asset;

    /// Requests the methods that the user may call on a repository.
    #[endpoint(OPTIONS "/<OWNER>/<REPO>", limit = "5/s", lock = none)]
    fn probe(&self, owner: String, repo: String);

    /// Searches code, with separate limits.
    #[endpoint(GET "/code", base = "/search", bucket = "search", limit = ["30/min", "500/day"], response = "items")]
    fn search_code(&self, #[query("q")] query: String) -> Vec<File>;
}

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// The path, with slashes.
    pub path: String,
    /// The hash of its content.
    pub sha: String,
}

/// A check of a commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Whether it passed.
    pub passed: bool,
}

/// A period.
#[derive(Debug, Clone, Serialize)]
pub struct Between {
    /// The start.
    #[serde(rename = "gte")]
    pub from: Option<String>,
    /// The end.
    #[serde(rename = "lt")]
    pub to: Option<String>,
}

/// An issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    /// The number in its repository.
    pub number: u32,
    /// Whether it is open.
    pub state: IssueState,
}

/// Whether an issue is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IssueState {
    /// Open.
    Open,
    /// Closed.
    Closed,
}

/// The target of a webhook.
#[derive(Debug, Clone, Serialize)]
pub struct HookConfig {
    /// The URL of the receiver.
    pub url: String,
    /// Further headers.
    pub headers: BTreeMap<String, String>,
}

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asset {
    /// Its number.
    pub id: u64,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    // For the real API: `Client::builder("https://api.…").server("uploads", "https://uploads.…")`.
    let server = StubServer::new().server("uploads");
    let client = server.client();
    for endpoint in REPOSITORIES {
        let limits: Vec<String> = endpoint.limits().iter().map(ToString::to_string).collect();
        println!("{endpoint}: {}", endpoint.summary());
        println!(
            "    {} in {}",
            limits.join(", "),
            endpoint.bucket().unwrap_or("no bucket")
        );
    }
    let file = File {
        path: "src/main.rs".into(),
        sha: "41d9".into(),
    };
    server.on::<ReadFileRequest>().reply(file);
    server.on::<UploadAssetRequest>().reply(Asset { id: 7 });
    let file = client.read_file("octo", "hello", "src/main.rs").await?;
    println!("read: {file:?}");
    let asset = client.upload_asset("octo", "hello", 1_u64, "hello.zip", "PK…");
    println!("uploaded: {:?}", asset.await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cliq_api::RetryPolicy;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn files_are_read_and_written_by_their_path() -> Result<(), Error> {
        let (server, file) = (
            StubServer::new(),
            File {
                path: "docs/a b.md".into(),
                sha: "41d9".into(),
            },
        );
        server
            .on::<ReadFileRequest>()
            .path("PATH", "docs/a b.md")
            .header("X-Api-Version", "2022-11-28")
            .query("ref", "main")
            .reply(file.clone());
        server
            .on::<WriteFileRequest>()
            .field("message", "Fix")
            .field("more", json!({ "author": { "name": "Ryan" } }))
            .reply(file.clone());
        let client = server.client();
        let read = client.read_file("octo", "hello", "docs/a b.md");
        assert_eq!(read.version("main").await?, file);
        let author = BTreeMap::from([("author".to_owned(), json!({ "name": "Ryan" }))]);
        let write = client.write_file("octo", "hello", "docs/a b.md", "Fix", "aGk=");
        write.sha("41d9").more(author).await?;

        let error = client.read_file("octo", "hello", "../secrets").await;
        assert_eq!(
            error.unwrap_err().kind(),
            cliq_api::ErrorKind::InvalidRequest
        );
        Ok(())
    }

    #[tokio::test]
    async fn one_endpoint_of_the_server_can_be_two_here() -> Result<(), Error> {
        let server = StubServer::new();
        let issue = |state| Issue { number: 5, state };
        server
            .on::<CloseIssueRequest>()
            .field("state_reason", "completed")
            .reply(issue(IssueState::Closed));
        server
            .on::<ReopenIssueRequest>()
            .reply(issue(IssueState::Open));
        let client = server.client();
        let closed = client.close_issue("octo", "hello", 5).reason("completed");
        assert_eq!(closed.await?.state, IssueState::Closed);
        let reopened = client.reopen_issue("octo", "hello", 5).await?;
        assert_eq!(reopened.state, IssueState::Open);
        Ok(())
    }

    #[tokio::test]
    async fn lists_and_forms_are_sent_as_the_server_reads_them() -> Result<(), Error> {
        let server = StubServer::new();
        server
            .on::<ListChecksRequest>()
            .path("SHAS", ["a1", "b2"])
            .query("completed", json!({ "gte": "2026-01-01" }))
            .reply(vec![Check { passed: true }]);
        server
            .on::<CreateHookRequest>()
            .field("events", ["push", "release"])
            .field(
                "config",
                json!({ "url": "https://example.com", "headers": { "X-A": "1" } }),
            )
            .reply(());
        server.on::<LockIssueRequest>().reply(());
        server
            .on::<CreatePollRequest>()
            .header("X-Preview", "polls")
            .field("groups", [["a", "b"]])
            .reply(());
        let client = server.client();
        let between = Between {
            from: Some("2026-01-01".into()),
            to: None,
        };
        let checks = client.list_checks("octo", "hello", ["a1", "b2"]);
        assert!(checks.completed(between).await?[0].passed);
        let config = HookConfig {
            url: "https://example.com".into(),
            headers: BTreeMap::from([("X-A".into(), "1".into())]),
        };
        let events = ["push", "release"];
        client.create_hook("octo", "hello", config, events).await?;
        client.lock_issue("octo", "hello", 5).await?;
        let locked = &server.calls::<LockIssueRequest>()[0];
        assert!(locked.body().is_empty());
        let poll = client.create_poll("octo", "hello", 5, ["a", "b", "c"]);
        poll.groups([["a", "b"]]).await?;
        Ok(())
    }

    #[tokio::test]
    async fn assets_go_to_the_other_server() -> Result<(), Error> {
        let server = StubServer::new().server("uploads");
        server
            .on::<UploadAssetRequest>()
            .query("name", "a.zip")
            .reply(Asset { id: 7 });
        server.on::<ProbeRequest>().reply(());
        server
            .on::<SearchCodeRequest>()
            .query("q", "fn main")
            .reply(Vec::new());
        server
            .on::<CountCommitsRequest>()
            .path("HEAD", "next")
            .reply(3);
        server
            .on::<ListIssuesRequest>()
            .query("labels", ["bug"])
            .reply(Vec::new());
        server.on::<ReadDiffRequest>().reply("-old\n+new\n");
        let client = server.client();
        let asset = client.upload_asset("octo", "hello", 1_u64, "a.zip", "PK");
        assert_eq!(asset.await?.id, 7);
        client.probe("octo", "hello").await?;
        assert!(client.search_code("fn main").await?.is_empty());
        let ahead = client.count_commits("octo", "hello", "main", "next");
        assert_eq!(ahead.await?, 3);
        let issues = client.list_issues("octo", "hello").labels(["bug"]);
        assert!(issues.state(IssueState::Open).await?.items.is_empty());
        let diff = client.read_diff("octo", "hello", "main", "next").await?;
        assert_eq!(diff.lines().count(), 2);
        Ok(())
    }

    #[tokio::test]
    async fn issues_are_opened_once_and_listed_page_by_page() -> Result<(), Error> {
        let server = StubServer::new();
        let issue = |number| Issue {
            number,
            state: IssueState::Open,
        };
        server
            .on::<OpenIssueRequest>()
            .fail(502, "", "")
            .reply(issue(3));
        let pages = server.on::<ListIssuesRequest>();
        pages
            .reply_page([issue(1), issue(2)], "/repos/octo/hello/issues")
            .reply([issue(3)]);
        let retry = RetryPolicy::new().initial_backoff(Duration::ZERO);
        let client = server.client_builder().retry(retry).build()?;
        client
            .open_issue("octo", "hello", "It doesn't start")
            .await?;
        let calls = server.calls::<OpenIssueRequest>();
        let keys: Vec<_> = calls
            .iter()
            .map(|call| call.header("Idempotency-Key"))
            .collect();
        assert!(keys[0].is_some() && keys[0] == keys[1]);

        let mut issues = client.list_issues("octo", "hello").items();
        let mut numbers = Vec::new();
        while let Some(issue) = issues.next().await {
            numbers.push(issue?.number);
        }
        assert_eq!(numbers, [1, 2, 3]);
        Ok(())
    }

    #[tokio::test]
    async fn an_archive_goes_from_one_server_to_the_other() -> Result<(), Error> {
        let server = StubServer::new().server("uploads");
        server.on::<DownloadArchiveRequest>().reply("PK...");
        server
            .on::<UploadAssetRequest>()
            .body("PK...")
            .reply(Asset { id: 7 });
        let client = server.client();
        let archive = client.download_archive("octo", "hello", "v1").await?;
        let asset = client.upload_asset("octo", "hello", 1_u64, "v1.zip", archive.into_body());
        assert_eq!(asset.await?.id, 7);
        Ok(())
    }

    #[test]
    fn every_endpoint_counts_in_the_hosts_buckets() {
        let buckets: Vec<_> = REPOSITORIES
            .iter()
            .map(|endpoint| (endpoint.bucket(), endpoint.limits().len()))
            .collect();
        assert_eq!(buckets[0], (Some("core"), 3));
        let others: Vec<_> = buckets
            .iter()
            .filter(|bucket| bucket.0 != Some("core"))
            .collect();
        assert_eq!(others, [&(None, 1), &(None, 1), &(Some("search"), 2)]);
    }
}
