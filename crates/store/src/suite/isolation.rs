//! Nothing of one tenant is there for another.

use bytes::Bytes;
use hookbox_protocol::ModuleDigest;
use sha2::{Digest as _, Sha256};

use super::{Database, accept, hook, log_entry, new_hook, script, tenant};
use crate::{Code, Error, EventFilter, HookChange, LogFilter, NewHook, NewToken, SecretValue, SettingsChange};

/// Every method that takes an id, with the id of another tenant's thing.
pub(super) async fn another_tenants_things_are_not_found(database: Database) {
    let store = database.open().await;
    let ((_, acme), (_, thief)) = (tenant(&store, "acme").await, tenant(&store, "thief").await);
    let mail = hook(&acme, "mail").await;
    let id = &mail.id;
    let secret = || vec![("KEY".to_owned(), SecretValue::new("canary".into()))];
    acme.add_secrets(id, secret()).await.expect("added").expect("there");
    let event = accept(&acme, "u1").await;
    let log = acme.add_log(Some(id), Some(event), log_entry("fcph")).await.expect("written");
    let token = acme.create_token(NewToken { name: "t".into(), scopes: vec![], expires_at: None }).await.expect("made");

    assert!(thief.event(event).await.expect("read").is_none());
    assert!(thief.events(EventFilter::default()).await.expect("listed").events.is_empty());
    let of_hook = EventFilter { hook_id: Some(id.clone()), ..EventFilter::default() };
    assert!(thief.events(of_hook).await.expect("listed").events.is_empty());
    assert_eq!(thief.hook(id).await.expect("read"), None);
    assert!(thief.hooks().await.expect("listed").is_empty());
    assert!(thief.hook_overview().await.expect("listed").is_empty());
    assert_eq!(
        thief.update_hook(id, HookChange { enabled: Some(false), ..HookChange::default() }).await.expect("asked"),
        None
    );
    assert!(!thief.delete_hook(id).await.expect("asked"));
    assert_eq!(thief.add_version(id, script("theirs")).await.expect("asked"), None);
    assert_eq!(thief.versions(id).await.expect("asked"), None);
    assert_eq!(thief.version(id, 1).await.expect("asked"), None);
    assert!(!thief.activate_version(id, 1).await.expect("asked"));
    assert_eq!(thief.settings(id).await.expect("asked"), None);
    assert_eq!(thief.change_settings(id, SettingsChange::default()).await.expect("asked"), None);
    assert_eq!(thief.secret_names(id).await.expect("asked"), None);
    assert!(thief.secrets(id).await.expect("asked").is_none());
    assert_eq!(thief.add_secrets(id, secret()).await.expect("asked"), None);
    assert_eq!(thief.update_secrets(id, secret()).await.expect("asked"), None);
    assert_eq!(thief.delete_secrets(id, &["KEY".to_owned()]).await.expect("asked"), None);
    assert_eq!(thief.log(log).await.expect("read"), None);
    assert!(thief.logs(LogFilter::default()).await.expect("listed").is_empty());
    let of_hook = LogFilter { hook_id: Some(id.clone()), event_id: Some(event), ..LogFilter::default() };
    assert_eq!(thief.log_count(of_hook).await.expect("counted"), 0);
    for (hook, event) in [(Some(id), None), (None, Some(event))] {
        let refused = thief.add_log(hook, event, log_entry("fcph")).await;
        assert!(matches!(refused, Err(Error::NotFound { .. })), "{refused:?}");
    }
    assert!(!thief.revoke_token(token.id).await.expect("asked"));
    assert!(thief.tokens().await.expect("listed").iter().all(|theirs| theirs.id != token.id));
    assert_eq!(thief.backlog().total(), 0);

    assert_eq!(acme.hook(id).await.expect("read"), Some(mail.clone()), "nothing changed");
    assert_eq!(acme.secrets(id).await.expect("read").expect("there")[0].1.expose(), "canary");
    assert!(store.authenticate(&token.token).await.expect("asked").is_some());
    assert!(acme.event(event).await.expect("read").is_some());
}

pub(super) async fn a_digest_is_not_enough_to_run_anothers_module(database: Database) {
    let store = database.open().await;
    let ((_, acme), (_, thief)) = (tenant(&store, "acme").await, tenant(&store, "thief").await);
    let wasm = Bytes::from_static(b"\0asm private");
    let digest = ModuleDigest(Sha256::digest(&wasm).into());
    acme.put_module(digest, wasm).await.expect("put");
    acme.create_hook(NewHook { code: Code::Module { digest }, ..new_hook("mail") }).await.expect("made");
    let theirs = thief.create_hook(NewHook { code: Code::Module { digest }, ..new_hook("mail") }).await;
    assert!(matches!(theirs, Err(Error::NotFound { what: "module", .. })), "{theirs:?}");
    let own = hook(&thief, "own").await;
    let theirs = thief.add_version(&own.id, Code::Module { digest }).await;
    assert!(matches!(theirs, Err(Error::NotFound { what: "module", .. })), "{theirs:?}");
}
