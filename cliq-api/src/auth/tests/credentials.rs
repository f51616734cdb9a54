//! What tokens come from, which scopes they have, and how they are announced.

use super::*;

#[tokio::test(start_paused = true)]
async fn credentials_that_can_t_be_renewed_say_so() {
    let context = Server::default().context();
    let fixed = session(&context, Credentials::access_token("fixed"));
    let authorized = token(&fixed).await;
    assert_eq!(authorized.header, "Bearer fixed");
    assert!(authorized.header.is_sensitive());
    assert!(!fixed.refuse(authorized.generation));
    assert_eq!(token(&fixed).await.generation, authorized.generation);

    let ending = AccessToken::new("ending").valid_for(HOUR);
    let ending = session(&context, Credentials::access_token(ending));
    token(&ending).await;
    advance(HOUR).await;
    assert_eq!(
        failed(ending.authorization().await).kind(),
        AuthErrorKind::Expired
    );

    for text in ["", "copied with a space", "copied\n"] {
        let error = failed(Session::new(
            &context,
            None,
            Credentials::access_token(text),
        ));
        assert_eq!(error.kind(), AuthErrorKind::Configuration);
        assert!(text.is_empty() || !format!("{error} {error:?}").contains("copied"));
    }
    let elsewhere = refresh_token().server("https://user@example.com/token");
    let error = failed(Session::new(&context, None, elsewhere));
    assert_eq!(error.kind(), AuthErrorKind::Configuration);
}

#[tokio::test(start_paused = true)]
async fn scopes_are_known_from_the_answer_or_from_the_user() {
    let server = Server::default();
    let context = server.context();
    let told = session(&context, refresh_token());
    assert_eq!(told.scopes(), None);
    token(&told).await;
    assert_eq!(told.scopes().unwrap().to_string(), "tickets.read");
    let said = session(&context, refresh_token().scopes("tickets.all"));
    assert_eq!(said.scopes().unwrap().to_string(), "tickets.all");
    token(&said).await;
    assert_eq!(said.scopes().unwrap().to_string(), "tickets.all");
}

/// A source that counts, and remembers what was refused.
#[derive(Clone, Default)]
struct Counting(Arc<Mutex<Vec<Option<String>>>>);

impl TokenSource for Counting {
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
        Box::pin(async move {
            let mut asked = self.0.lock().unwrap();
            asked.push(refused.map(|token| token.expose_secret().to_owned()));
            match asked.len() {
                4 => Err("the vault is sealed".into()),
                number => Ok(AccessToken::new(format!("token-{number}")).valid_for(HOUR)),
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_of_one_s_own_is_asked_when_it_is_needed() {
    let source = Counting::default();
    let session = session(
        &Server::default().context(),
        Credentials::source(source.clone()),
    );
    let calls: Vec<_> = (0..100).map(|_| Arc::clone(&session)).collect();
    for call in calls
        .into_iter()
        .map(|session| tokio::spawn(async move { token(&session).await }))
    {
        assert_eq!(call.await.unwrap().header, "Bearer token-1");
    }
    assert!(session.refuse(1));
    assert_eq!(token(&session).await.header, "Bearer token-2");
    advance(HOUR).await;
    assert_eq!(token(&session).await.header, "Bearer token-3");
    assert_eq!(
        *source.0.lock().unwrap(),
        [None, Some("token-1".to_owned()), None]
    );
    advance(HOUR).await;
    let error = failed(session.authorization().await);
    assert_eq!(error.kind(), AuthErrorKind::Source);
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "the vault is sealed"
    );
}

/// A source that has a name is shared, and has a budget.
struct Named(Counting);

impl TokenSource for Named {
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
        self.0.token(refused)
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        Some(Fingerprint::of(["vault"]))
    }

    fn budget(&self) -> RenewalBudget {
        RenewalBudget::new(2, HOUR)
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_with_a_name_is_shared_and_has_a_budget() {
    let source = Counting::default();
    let settings = TokenSettings::new().store(MemoryTokenStore::new());
    let sessions: Vec<_> = (0..5)
        .map(|_| Server::default().context_with(settings.clone()))
        .map(|context| session(&context, Credentials::source(Named(source.clone()))))
        .collect();
    for session in &sessions {
        assert_eq!(token(session).await.header, "Bearer token-1");
    }
    let first = token(&sessions[0]).await;
    assert!(sessions[0].refuse(first.generation));
    assert_eq!(token(&sessions[0]).await.header, "Bearer token-2");
    let asked = source.0.lock().unwrap().len();
    let second = token(&sessions[0]).await;
    assert!(!sessions[0].refuse(second.generation));
    assert_eq!(token(&sessions[0]).await.header, "Bearer token-2");
    assert_eq!(source.0.lock().unwrap().len(), asked);
}

#[tokio::test(start_paused = true)]
async fn what_the_endpoint_says_itself_is_left_as_it_is() {
    let server = Server::default();
    let session = server.session();
    let (mut head, ()) = Request::new(()).into_parts();
    head.headers
        .insert(AUTHORIZATION, HeaderValue::from_static("own"));
    assert_eq!(session.authorize(&mut head).await.unwrap(), None);
    assert_eq!(head.headers[AUTHORIZATION], "own");
    assert_eq!(server.refreshes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_provider_announces_tokens_in_its_own_way() {
    let context = Server::default().context();
    let context = Arc::into_inner(context).unwrap();
    let announce = |token: &str| {
        (
            http::HeaderName::from_static("x-token"),
            format!("<{token}>"),
        )
    };
    let context = Arc::new(context.announced_by(announce));
    let source = Counting::default();
    let session = session(&context, Credentials::source(source.clone()));
    let (mut head, ()) = Request::new(()).into_parts();
    let generation = session.authorize(&mut head).await.unwrap().unwrap();
    assert_eq!(head.headers["x-token"], "<token-1>");
    assert!(head.headers["x-token"].is_sensitive());
    // The token that was refused is the token, and not its announcement.
    assert!(session.refused(generation));
    head.headers.clear();
    let _ = session.authorize(&mut head).await.unwrap();
    assert_eq!(
        *source.0.lock().unwrap(),
        [None, Some("token-1".to_owned())]
    );
}

#[tokio::test(start_paused = true)]
async fn a_user_keeps_the_authorizer_of_the_same_credentials() {
    let context = Server::default().context();
    let users = Users::default();
    let get = |identity: Identity| {
        users
            .authorizer(&context, &"sue".into(), &identity)
            .unwrap()
    };
    let first = get(refresh_token().into()).unwrap();
    let same = get(refresh_token().into()).unwrap();
    assert!(Arc::ptr_eq(&first, &same));
    for other in [
        Credentials::refresh_token(&client(), "refresh-2"),
        refresh_token().server("https://auth.example.eu/token"),
        refresh_token().scopes("tickets.read"),
        Credentials::client_credentials(&client(), "tickets.read"),
        Credentials::access_token("token"),
        Credentials::source(Counting::default()),
    ] {
        let other = get(other.into()).unwrap();
        assert!(!Arc::ptr_eq(&first, &other), "{other:?}");
    }
    assert!(get(Identity::none()).is_none());
    assert_eq!(users.len(), 1);
    assert!(users.forget(&"sue".into()) && !users.forget(&"sue".into()));
}
