//! Hooks, versions and modules.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::future::join_all;
use hookbox_protocol::api::CodeKind;
use hookbox_protocol::limits::{HOOKS, RunLimits, VERSIONS};
use hookbox_protocol::{ModuleDigest, Trigger};
use sha2::{Digest as _, Sha256};

use super::{Database, accept, completed, completion, failed, hook, lease_one, new_hook, script, tenant};
use crate::{Code, Error, HookChange, HookRow, NewHook, Next, Retry, Settings, SettingsChange, TenantStore};

fn module(text: &str) -> (ModuleDigest, Bytes) {
    (ModuleDigest(Sha256::digest(text).into()), Bytes::copy_from_slice(text.as_bytes()))
}

async fn enabled(tenant: &TenantStore) -> Vec<String> {
    let hooks = tenant.hooks().await.expect("listed");
    hooks.into_iter().filter(|hook| hook.enabled).map(|hook| hook.name).collect()
}

async fn change(tenant: &TenantStore, hook: &HookRow, change: HookChange) -> HookRow {
    tenant.update_hook(&hook.id, change).await.expect("changed").expect("there")
}

pub(super) async fn the_first_hook_of_a_trigger_is_on_and_at_most_one_is(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let first = hook(&acme, "first").await;
    let second = hook(&acme, "second").await;
    assert_eq!((first.enabled, second.enabled), (true, false));
    let off = NewHook { trigger: Trigger::PostUserRegistration, enabled: Some(false), ..new_hook("off") };
    acme.create_hook(off).await.expect("made");
    let later = NewHook { trigger: Trigger::PostUserRegistration, ..new_hook("later") };
    assert!(!acme.create_hook(later).await.expect("made").enabled, "it is not the first of its trigger");
    assert_eq!(enabled(&acme).await, ["first"]);
    change(&acme, &second, HookChange { enabled: Some(true), ..HookChange::default() }).await;
    assert_eq!(enabled(&acme).await, ["second"]);
    acme.create_hook(NewHook { enabled: Some(true), ..new_hook("third") }).await.expect("made");
    assert_eq!(enabled(&acme).await, ["third"]);
    accept(&acme, "u1").await;
    assert_eq!(lease_one(&store).await.hook.name, "third");
    assert!(acme.delete_hook(&first.id).await.expect("deleted"));
    assert!(!acme.delete_hook(&first.id).await.expect("asked"), "once");
    assert_eq!(acme.hook(&first.id).await.expect("read"), None);
}

pub(super) async fn names_are_unique_among_the_living(database: Database) {
    let store = database.open().await;
    let ((_, acme), (_, other)) = (tenant(&store, "acme").await, tenant(&store, "other").await);
    let (mail, sms) = (hook(&acme, "mail").await, hook(&acme, "sms").await);
    hook(&other, "mail").await;
    let taken = acme.create_hook(new_hook("mail")).await;
    assert!(matches!(&taken, Err(Error::Conflict { what: "hook", name }) if name == "mail"), "{taken:?}");
    let rename = |name: &str| HookChange { name: Some(name.to_owned()), ..HookChange::default() };
    assert!(matches!(acme.update_hook(&sms.id, rename("mail")).await, Err(Error::Conflict { .. })));
    assert_eq!(change(&acme, &sms, rename("sms")).await.name, "sms", "its own name");
    assert!(matches!(acme.update_hook(&sms.id, rename("SMS Hook")).await, Err(Error::Invalid(_))));
    acme.delete_hook(&mail.id).await.expect("deleted");
    assert_eq!(change(&acme, &sms, rename("mail")).await.name, "mail");
}

pub(super) async fn a_change_is_whole_or_not_at_all(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let (mail, sms) = (hook(&acme, "mail").await, hook(&acme, "sms").await);
    let (missing, _) = module("never put");
    let refused = HookChange {
        name: Some("renamed".into()),
        enabled: Some(true),
        code: Some(Code::Module { digest: missing }),
        ..HookChange::default()
    };
    let answer = acme.update_hook(&sms.id, refused).await;
    assert!(matches!(answer, Err(Error::NotFound { what: "module", .. })), "{answer:?}");
    assert_eq!(acme.hook(&sms.id).await.expect("read"), Some(sms.clone()));
    assert_eq!(acme.hook(&mail.id).await.expect("read"), Some(mail));
    let whole = HookChange {
        name: Some("renamed".into()),
        enabled: Some(true),
        dependencies: Some([("auth0".to_owned(), "2.30.0".to_owned())].into()),
        code: Some(script("new")),
    };
    let changed = change(&acme, &sms, whole).await;
    assert_eq!((changed.name.as_str(), changed.enabled, changed.version), ("renamed", true, 2));
    assert_eq!((changed.code.clone(), changed.dependencies.len()), (script("new"), 1));
    assert_eq!(acme.hook(&sms.id).await.expect("read"), Some(changed));
}

pub(super) async fn versions_are_numbered_pruned_and_rolled_back(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    let add = async |text: &str| acme.add_version(&mail.id, script(text)).await.expect("added").expect("there");
    assert_eq!(add("two").await, 2);
    assert_eq!(add("two").await, 2, "what is live already");
    assert!(acme.activate_version(&mail.id, 1).await.expect("activated"));
    assert_eq!(add("two").await, 3, "it is not live any more");
    assert!(acme.activate_version(&mail.id, 1).await.expect("activated"));
    assert!(!acme.activate_version(&mail.id, 9).await.expect("asked"));
    let live = acme.hook(&mail.id).await.expect("read").expect("there");
    assert_eq!((live.version, &live.code), (1, &mail.code));
    let last = u32::try_from(VERSIONS.default).expect("small") + 10;
    for number in 4..=last {
        assert_eq!(add(&format!("text {number}")).await, number);
        if number == 20 {
            assert!(acme.activate_version(&mail.id, 2).await.expect("activated"));
        }
    }
    let versions = acme.versions(&mail.id).await.expect("listed").expect("there");
    assert_eq!(versions.len() as u64, VERSIONS.default);
    assert_eq!((versions[0].number, versions[0].live), (last, true));
    assert!(versions[1..].iter().all(|version| !version.live && version.kind == CodeKind::Script));
    assert!(!acme.activate_version(&mail.id, 1).await.expect("asked"), "it was pruned");
    let version = acme.version(&mail.id, 30).await.expect("read").expect("there");
    assert_eq!((version.code, version.row.bytes), (script("text 30"), 7));
    assert_eq!(acme.version(&mail.id, 1).await.expect("read"), None);
}

pub(super) async fn a_version_can_be_saved_without_going_live(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    let save = async |code: Code| acme.save_version(&mail.id, code).await.expect("saved").expect("there");
    let live = async || acme.hook(&mail.id).await.expect("read").expect("there").version;
    assert_eq!(save(mail.code.clone()).await, 1, "it is live already");
    assert_eq!(save(script("two")).await, 2);
    assert_eq!(save(script("two")).await, 2, "the newest version has this code");
    assert_eq!((save(script("three")).await, live().await), (3, 1));
    assert!(acme.activate_version(&mail.id, 2).await.expect("activated"));
    assert_eq!((save(script("two")).await, live().await), (2, 2));
    let last = u32::try_from(VERSIONS.default).expect("small") + 10;
    for number in 4..=last {
        assert_eq!(save(script(&format!("text {number}"))).await, number);
    }
    let versions = acme.versions(&mail.id).await.expect("listed").expect("there");
    assert_eq!(versions.len() as u64, VERSIONS.default);
    assert_eq!((versions[0].number, versions[0].live), (last, false));
    assert!(versions.iter().any(|version| version.number == 2 && version.live), "the live one is never pruned");
    let nowhere = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id");
    assert_eq!(acme.save_version(&nowhere, script("x")).await.expect("asked"), None);
}

pub(super) async fn modules_are_kept_once_and_only_as_long_as_they_are_used(database: Database) {
    let store = database.open().await;
    let ((_, acme), (_, other)) = (tenant(&store, "acme").await, tenant(&store, "other").await);
    let (digest, wasm) = module("\0asm shared");
    let wrong = acme.put_module(digest, Bytes::from_static(b"else")).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
    let mut hooks = Vec::new();
    for tenant in [&acme, &other] {
        tenant.put_module(digest, wasm.clone()).await.expect("put");
        tenant.put_module(digest, wasm.clone()).await.expect("put again");
        let new = NewHook { code: Code::Module { digest }, ..new_hook("mail") };
        hooks.push(tenant.create_hook(new).await.expect("made"));
    }
    let there = async || store.queue().module(digest).await.expect("read");
    assert_eq!(there().await, Some(wasm.clone()));
    let versions = acme.versions(&hooks[0].id).await.expect("listed").expect("there");
    assert_eq!((versions[0].digest, versions[0].bytes), (Some(digest), wasm.len() as u64));
    acme.delete_hook(&hooks[0].id).await.expect("deleted");
    assert_eq!(there().await, Some(wasm.clone()), "the other tenant uses it");
    other.delete_hook(&hooks[1].id).await.expect("deleted");
    assert_eq!(there().await, None);
    // Uploaded, and then nothing came of it.
    acme.put_module(digest, wasm).await.expect("put");
    store.close().await;
    let store = database.open().await;
    assert_eq!(store.queue().module(digest).await.expect("read"), None);
}

pub(super) async fn a_tenant_has_at_most_so_many_hooks(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let names = (0..HOOKS.default).map(|n| format!("hook-{n}"));
    let made = names.map(|name| acme.create_hook(new_hook(&name)));
    let mut made: Vec<HookRow> = join_all(made).await.into_iter().map(|hook| hook.expect("made")).collect();
    assert_eq!(made.iter().filter(|hook| hook.enabled).count(), 1);
    let refused = acme.create_hook(new_hook("one-more")).await;
    assert!(matches!(refused, Err(Error::LimitReached { what: "hook", there: 100, added: 1, .. })), "{refused:?}");
    acme.delete_hook(&made.remove(0).id).await.expect("deleted");
    acme.create_hook(new_hook("one-more")).await.expect("there is room again");
}

pub(super) async fn settings_replace_the_defaults(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    assert_eq!(acme.settings(&mail.id).await.expect("read"), Some(Settings::default()));
    let settings = Settings {
        sealed_secrets: BTreeMap::from([("KEY".into(), vec!["api.sendgrid.com".into()])]),
        order: -3,
        limits: [("fuel".to_owned(), 5)].into(),
        allowed_hosts: Some(vec!["api.example.com".into()]),
        retry: Retry::None,
    };
    let change = SettingsChange {
        sealed_secrets: [("KEY".into(), settings.sealed_secrets.get("KEY").cloned())].into(),
        order: Some(settings.order),
        limits: [("fuel".to_owned(), Some(5))].into(),
        allowed_hosts: Some(settings.allowed_hosts.clone()),
        retry: Some(settings.retry),
    };
    assert_eq!(acme.change_settings(&mail.id, change).await.expect("set"), Some(settings.clone()));
    assert_eq!(acme.settings(&mail.id).await.expect("read"), Some(settings.clone()));
    assert_eq!(settings.run_limits(&RunLimits::CEILINGS).fuel, 5);
    accept(&acme, "u1").await;
    assert_eq!(lease_one(&store).await.hook.settings, settings);
    for (name, value, why) in [("gas", 1, "there is no limit 'gas'"), ("fuel", 0, "limit fuel is 0")] {
        let bad = SettingsChange { limits: [(name.to_owned(), Some(value))].into(), ..SettingsChange::default() };
        let error = acme.change_settings(&mail.id, bad).await.expect_err(name).to_string();
        assert!(error.contains(why), "{error}");
    }
    let back = SettingsChange {
        sealed_secrets: [("KEY".into(), None), ("NOT_THERE".into(), None)].into(),
        limits: [("fuel".to_owned(), None)].into(),
        allowed_hosts: Some(None),
        ..SettingsChange::default()
    };
    let left = Settings { order: -3, retry: Retry::None, ..Settings::default() };
    assert_eq!(acme.change_settings(&mail.id, back).await.expect("set"), Some(left), "what it does not say stays");
}

pub(super) async fn changes_of_settings_at_the_same_time_all_take_effect(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    let hosts = Some(vec!["api.example.com".to_owned()]);
    let sealed = |name: &str| SettingsChange {
        sealed_secrets: [(name.to_owned(), hosts.clone())].into(),
        ..SettingsChange::default()
    };
    let names: Vec<String> = (0..8).map(|number| format!("KEY_{number}")).collect();
    let limited = SettingsChange { limits: [("fuel".to_owned(), Some(7))].into(), ..SettingsChange::default() };
    let restricted = SettingsChange { allowed_hosts: Some(hosts.clone()), ..SettingsChange::default() };
    let changes = names.iter().map(|name| sealed(name)).chain([limited, restricted]);
    for changed in join_all(changes.map(|change| acme.change_settings(&mail.id, change))).await {
        changed.expect("set").expect("there");
    }
    let settings = acme.settings(&mail.id).await.expect("read").expect("there");
    assert_eq!(settings.sealed_secrets.keys().collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
    assert_eq!((settings.limits.get("fuel"), &settings.allowed_hosts), (Some(&7), &hosts));
}

pub(super) async fn the_overview_shows_the_last_outcomes(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    for user in 0..25 {
        accept(&acme, &user.to_string()).await;
        let leased = lease_one(&store).await;
        let (report, next) = match user {
            24 => (failed("no"), Next::Dead { reason: "no".into() }),
            _ => (completed(), Next::Succeeded),
        };
        store.queue().complete(completion(&leased, report, next)).await.expect("recorded");
    }
    let overview = acme.hook_overview().await.expect("listed");
    assert_eq!((overview.len(), overview[0].name.as_str(), overview[0].kind), (1, "mail", CodeKind::Script));
    assert_eq!(overview[0].last_outcomes.len(), 20);
    assert_eq!(overview[0].last_outcomes[..2], ["failed", "completed"]);
}
