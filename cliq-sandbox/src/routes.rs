//! Which operation answers a method and a path: by the declarations of `cliq-api`, so that there is
//! no second list of URLs.

use std::borrow::Cow;

use cliq_api::threads as api;
use cliq_api::{Endpoint, EndpointMeta, Place};
use http::header::ACCEPT;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

use crate::operations::{Operation, channel, followers, members, posting, thread};
use crate::refusal::Refusal;

#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) meta: &'static EndpointMeta,
    pub(crate) operation: Operation,
}

static ROUTES: [Route; 19] = [
    route::<api::CreateThreadByChannelIdRequest>(posting::create_by_channel_id),
    // One URL to the server: what the chat id names makes the difference.
    route::<api::CreateThreadByChatIdRequest>(posting::post_to_chat),
    route::<api::SendThreadMessageRequest>(posting::post_to_chat),
    route::<api::CreateThreadByChannelNameRequest>(posting::create_by_channel_name),
    route::<api::GetThreadRequest>(thread::get),
    route::<api::UpdateThreadRequest>(thread::update),
    route::<api::GetThreadMainMessageRequest>(thread::main_message),
    route::<api::ListThreadFollowersRequest>(followers::list),
    route::<api::AddThreadFollowersRequest>(followers::add),
    route::<api::RemoveThreadFollowersRequest>(followers::remove),
    route::<api::ListThreadNonFollowersRequest>(followers::list_others),
    route::<api::FollowThreadRequest>(followers::follow),
    route::<api::UnfollowThreadRequest>(followers::unfollow),
    route::<api::ListThreadMembersRequest>(members::list),
    route::<api::LeaveThreadRequest>(members::leave),
    route::<api::MuteThreadRequest>(members::mute),
    route::<api::UnmuteThreadRequest>(members::unmute),
    route::<api::ListThreadsRequest>(channel::list_threads),
    route::<api::SetThreadAutoFollowRequest>(channel::set_auto_follow),
];

impl Route {
    /// Whether the answer, which is JSON, is one that the sender takes. `get_thread` is the one
    /// operation that has no refusal for that.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut accepted = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .peekable();
        let any = accepted.peek().is_none();
        if any || accepted.any(takes_json) || self.meta.name() == api::GetThreadRequest::META.name()
        {
            Ok(())
        } else {
            Err(Refusal::not_acceptable())
        }
    }

    /// The parameters of a query: those that the operation has, each once.
    pub(crate) fn query(&self, query: &str) -> Result<Vec<(String, String)>, Refusal> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
            if !self
                .meta
                .params()
                .iter()
                .any(|param| param.place() == Place::Query && param.name() == name)
            {
                return Err(Refusal::extra_key(&name));
            }
            if pairs.iter().any(|(given, _)| *given == name) {
                return Err(Refusal::invalid_input(format_args!(
                    "`{name}` is given twice"
                )));
            }
            pairs.push((name, value));
        }
        Ok(pairs)
    }
}

/// `text/html, application/*;q=0.5`.
fn takes_json(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let refused = parts.any(|part| {
            part.strip_prefix("q=")
                .is_some_and(|quality| quality.parse::<f32>().is_ok_and(|quality| quality == 0.0))
        });
        matches!(&*media, "*/*" | "application/*" | "application/json") && !refused
    })
}

const fn route<E: Endpoint>(operation: Operation) -> Route {
    Route {
        meta: E::META,
        operation,
    }
}

/// The route of a path as it was sent, and what stands in the place of its placeholder.
pub(crate) fn find(method: &Method, path: &str) -> Result<(&'static Route, String), Refusal> {
    // Split first and decode then, once: a `%2F` is part of a segment.
    let segments: Result<Vec<Cow<'_, str>>, _> = path
        .split('/')
        .skip(1)
        .map(|segment| percent_decode_str(segment).decode_utf8())
        .collect();
    let segments = segments.map_err(|_| Refusal::unknown_url())?;
    let mut allowed = Vec::new();
    for route in &ROUTES {
        match capture(route.meta, &segments) {
            Some(subject) if route.meta.method() == method => {
                return Ok((route, subject.to_owned()));
            }
            Some(_) if !allowed.contains(&route.meta.method()) => allowed.push(route.meta.method()),
            _ => {}
        }
    }
    Err(if allowed.is_empty() {
        Refusal::unknown_url()
    } else {
        Refusal::method_not_allowed(&allowed)
    })
}

/// What stands in the place of the one placeholder, if the segments are of the endpoint's form.
fn capture<'s>(meta: &EndpointMeta, segments: &'s [Cow<'_, str>]) -> Option<&'s str> {
    let mut template = meta
        .base()
        .split('/')
        .skip(1)
        .chain(meta.path().split('/').skip(1));
    let mut captured = None;
    for segment in segments {
        let expected = template.next()?;
        if is_placeholder(expected) && !segment.is_empty() {
            captured = Some(&**segment);
        } else if expected != segment {
            return None;
        }
    }
    captured.filter(|_| template.next().is_none())
}

fn is_placeholder(segment: &str) -> bool {
    segment.starts_with('<') && segment.ends_with('>')
}

#[cfg(test)]
mod tests {
    use cliq_api::threads::THREADS;

    use super::*;

    #[test]
    fn every_endpoint_has_a_route() {
        for meta in THREADS {
            assert!(
                ROUTES.iter().any(|route| route.meta.name() == meta.name()),
                "{meta}"
            );
            let path = format!("{}{}", meta.base(), meta.path());
            let sent: Vec<_> = path
                .split('/')
                .map(|part| {
                    if is_placeholder(part) {
                        "a%2Fb%2520"
                    } else {
                        part
                    }
                })
                .collect();
            let (route, subject) = find(meta.method(), &sent.join("/")).unwrap();
            assert_eq!(
                (route.meta.method(), subject.as_str()),
                (meta.method(), "a/b%20"),
                "{meta}"
            );
        }
        assert_eq!(ROUTES.len(), THREADS.len());
    }

    /// [`capture`] keeps one value, of a whole segment.
    #[test]
    fn every_path_has_one_placeholder() {
        for meta in THREADS {
            assert_eq!(
                meta.path()
                    .split('/')
                    .filter(|segment| is_placeholder(segment))
                    .count(),
                1,
                "{meta}"
            );
            assert_eq!(meta.path().matches('<').count(), 1, "{meta}");
        }
    }

    #[test]
    fn a_path_matches_as_a_whole() {
        for path in [
            "",
            "/",
            "*",
            "/api/v3/threads",
            "/api/v3/threads/",
            "/api/v3/threads/CT_1/follow/",
            "/api/v3/threads//follow",
            "/api/v3/threads/%FF/follow",
            "/api/v2/threads/CT_1/follow",
            "/api/v3/threads/CT_1/Follow",
            "/v3/threads/CT_1/follow",
        ] {
            assert!(find(&Method::POST, path).is_err(), "{path}");
        }
        assert!(find(&Method::POST, "/api/v3/threads/CT_1/f%6Fllow").is_ok());
    }
}
