//! Tokens, clients and who they belong to.

use std::time::Duration;

use hookbox_protocol::Scope;

use super::{Database, tenant};
use crate::{Error, Identity, NewToken};

pub(super) async fn a_tenant_gets_credentials_that_work(database: Database) {
    let store = database.open().await;
    let made = store.create_tenant("acme").await.expect("made");
    let by_token = store.authenticate(&made.token).await.expect("asked").expect("admitted");
    let by_client =
        store.authenticate_client(&made.client_id, &made.client_secret).await.expect("asked").expect("admitted");
    assert_eq!(by_token.tenant, by_client.tenant);
    assert_eq!(&*by_token.tenant_name, "acme");
    assert_eq!(&*by_token.scopes, Scope::ALL);
    assert!(made.token.starts_with("hbt_") && made.client_id.starts_with("hbc_"), "{made:?}");
    let tokens = store.tenant(&by_token).tokens().await.expect("listed");
    let kinds: Vec<_> = tokens.iter().map(|token| (token.name.as_str(), token.is_client)).collect();
    assert_eq!(kinds, [("first client", true), ("first token", false)]);
    let all = store.tenants().await.expect("listed");
    assert_eq!(all.iter().map(|t| (t.tenant.as_str(), t.hooks, t.backlog)).collect::<Vec<_>>(), [("acme", 0, 0)]);
}

pub(super) async fn a_name_is_given_to_one_tenant(database: Database) {
    let store = database.open().await;
    store.create_tenant("acme").await.expect("made");
    let again = store.create_tenant("acme").await;
    assert!(matches!(&again, Err(Error::Conflict { name, .. }) if name == "acme"), "{again:?}");
    let odd = store.create_tenant("Acme Inc").await;
    assert!(matches!(odd, Err(Error::Invalid(_))), "{odd:?}");
}

pub(super) async fn what_is_no_credential_admits_nobody(database: Database) {
    let store = database.open().await;
    let made = store.create_tenant("acme").await.expect("made");
    let swap_last = |text: &str| {
        let last = if text.ends_with('0') { "g" } else { "0" };
        format!("{}{last}", &text[..text.len() - 1])
    };
    let secret = made.token.rsplit('_').next().expect("a secret");
    for text in [
        String::new(),
        "hbt_".to_owned(),
        swap_last(&made.token),
        made.token[..made.token.len() - 1].to_owned(),
        format!("{}0", made.token),
        made.token.to_uppercase(),
        made.client_secret.clone(),
        // The client's secret under the client's id, but as a token.
        format!("{}_{}", made.client_id.replace("hbc_", "hbt_"), made.client_secret.replace("hbs_", "")),
        format!("hbt_0000000000001_{secret}"),
    ] {
        assert_eq!(store.authenticate(&text).await.expect("asked"), None, "{text}");
    }
    for (id, secret) in [
        (made.client_id.as_str(), swap_last(&made.client_secret)),
        ("hbc_0000000000001", made.client_secret.clone()),
        (made.client_id.as_str(), String::new()),
        ("", made.client_secret.clone()),
    ] {
        assert_eq!(store.authenticate_client(id, &secret).await.expect("asked"), None, "{id} {secret}");
    }
    assert!(store.authenticate(&made.token).await.expect("asked").is_some());
}

pub(super) async fn a_revoked_or_ended_token_admits_nobody(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let ends = hookbox_protocol::Timestamp(store.clock().now().0 + 60_000);
    let new = |expires_at| NewToken { name: "ci".into(), scopes: vec![Scope::ReadLogs], expires_at };
    let forever = acme.create_token(new(None)).await.expect("made");
    let short = acme.create_token(new(Some(ends))).await.expect("made");
    for token in [&forever, &short] {
        let identity = store.authenticate(&token.token).await.expect("asked").expect("admitted");
        assert_eq!(&*identity.scopes, [Scope::ReadLogs]);
    }
    store.clock().advance(Duration::from_secs(61));
    assert_eq!(store.authenticate(&short.token).await.expect("asked"), None, "it has ended");
    assert!(acme.revoke_token(forever.id).await.expect("revoked"));
    assert_eq!(store.authenticate(&forever.token).await.expect("asked"), None, "it was revoked");
    assert!(!acme.revoke_token(forever.id).await.expect("asked"), "once");
}

pub(super) async fn an_access_token_ends_by_time_and_with_its_client(database: Database) {
    let store = database.open().await;
    let made = store.create_tenant("acme").await.expect("made");
    let client =
        store.authenticate_client(&made.client_id, &made.client_secret).await.expect("asked").expect("admitted");
    let begun = store.clock().now();
    let short = store.access_token(&client, Duration::from_secs(60));
    let long = store.access_token(&client, Duration::from_secs(86_400));
    let admitted = store.authenticate(&short).await.expect("asked").expect("admitted");
    let lifetime_ms = admitted.expires_at.expect("an end").0 - begun.0;
    assert!((60_000..90_000).contains(&lifetime_ms), "its own end and not the client's: {lifetime_ms}");
    assert_eq!(Identity { expires_at: None, ..admitted }, client);
    store.clock().advance(Duration::from_secs(61));
    assert_eq!(store.authenticate(&short).await.expect("asked"), None);
    let admitted = store.authenticate(&long).await.expect("asked").expect("admitted");
    assert_eq!(Identity { expires_at: None, ..admitted }, client);
    let token = store.authenticate(&made.token).await.expect("asked").expect("admitted");
    assert!(store.tenant(&token).revoke_token(client.token_id).await.expect("revoked"));
    assert_eq!(store.authenticate(&long).await.expect("asked"), None, "its client is gone");
    let of_a_token = store.access_token(&token, Duration::from_secs(60));
    assert_eq!(store.authenticate(&of_a_token).await.expect("asked"), None, "only clients get access tokens");
}
