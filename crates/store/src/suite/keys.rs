//! Exchanging the keys of the vault.

use super::{Database, LEASE, hook, tenant};
use crate::{Error, KeysRotated, MasterKey, MasterKeys, Options, SecretValue, Store, TenantStore};

fn secret(value: &str) -> Vec<(String, SecretValue)> {
    vec![("KEY".to_owned(), SecretValue::new(value.into()))]
}

fn both(new: &MasterKey, old: &MasterKey) -> MasterKeys {
    MasterKeys::parse(&format!("{},{}", *new.text(), *old.text())).expect("two keys")
}

async fn open(database: &Database, keys: impl Into<MasterKeys>) -> Result<Store, Error> {
    Store::open(Options { master_keys: keys.into(), ..database.options() }).await
}

/// The secret of a tenant's hook.
async fn value(tenant: &TenantStore) -> String {
    let mail = tenant.hooks().await.expect("listed").remove(0);
    let secrets = tenant.secrets(&mail.id).await.expect("decrypted").expect("there");
    secrets[0].1.expose().to_owned()
}

pub(super) async fn keys_are_exchanged_while_everything_runs(database: Database) {
    let store = database.open().await;
    let ((_, acme), (_, other)) = (tenant(&store, "acme").await, tenant(&store, "other").await);
    let made = store.create_tenant("third").await.expect("made");
    let client =
        store.authenticate_client(&made.client_id, &made.client_secret).await.expect("asked").expect("admitted");
    let access = store.access_token(&client, LEASE);
    for tenant in [&acme, &other] {
        let mail = hook(tenant, "mail").await;
        tenant.add_secrets(&mail.id, secret("canary")).await.expect("added").expect("there");
    }
    let new = MasterKey::generate();
    let rotated = store.rotate_keys(both(&new, &database.key)).await.expect("rotated");
    assert_eq!(rotated, KeysRotated { tenants: 3, secrets: 2 });
    assert_eq!(value(&acme).await, "canary");
    let mail = acme.hooks().await.expect("listed").remove(0);
    acme.update_secrets(&mail.id, secret("later")).await.expect("updated").expect("there");
    assert_eq!(value(&acme).await, "later");
    assert!(store.authenticate(&access).await.expect("asked").is_some(), "signed with the old key, and still good");
    store.close().await;
    drop((store, acme, other));
    let refused = open(&database, database.key.clone()).await.err().expect("the old key is retired");
    assert!(matches!(refused, Error::WrongMasterKey) && refused.to_string().contains("both keys"), "{refused}");
    let store = open(&database, new.clone()).await.expect("the new key is enough");
    let again = store.rotate_keys(new.into()).await.expect("the same master key, fresh data keys");
    assert_eq!(again, KeysRotated { tenants: 3, secrets: 2 });
    let other = tenant_again(&store, "other").await;
    assert_eq!(value(&other).await, "canary");
}

async fn tenant_again(store: &Store, name: &str) -> TenantStore {
    let new = crate::NewToken { name: "t".into(), scopes: vec![], expires_at: None };
    let token = store.tenant_token(name, new).await.expect("made").expect("there").token;
    store.tenant(&store.authenticate(&token).await.expect("asked").expect("admitted"))
}

pub(super) async fn a_rotation_that_did_not_end_is_ended_by_the_next_one(database: Database) {
    let store = database.open().await;
    for name in ["acme", "other"] {
        let (_, tenant) = tenant(&store, name).await;
        let mail = hook(&tenant, "mail").await;
        tenant.add_secrets(&mail.id, secret("canary")).await.expect("added").expect("there");
    }
    let new = MasterKey::generate();
    let keys = both(&new, &database.key);
    // As far as a process comes that is killed after the first tenant.
    let tenants = store.shared().engine.begin_rotation(keys.clone()).await.expect("begun");
    let rekey = crate::rotation::rekey(tenants[0], keys.clone());
    store.shared().engine.rekey(tenants[0], rekey).await.expect("exchanged").expect("there");
    store.close().await;
    drop(store);
    for key in [&new, &database.key] {
        let refused = open(&database, key.clone()).await.err().expect("one key opens only a part");
        assert!(matches!(refused, Error::WrongMasterKey), "{refused}");
    }
    let store = open(&database, keys.clone()).await.expect("both keys open all of it");
    for name in ["acme", "other"] {
        let tenant = tenant_again(&store, name).await;
        assert_eq!(value(&tenant).await, "canary");
    }
    store.rotate_keys(keys).await.expect("ended");
    store.close().await;
    drop(store);
    let store = open(&database, new).await.expect("the new key is enough");
    for name in ["acme", "other"] {
        let tenant = tenant_again(&store, name).await;
        assert_eq!(value(&tenant).await, "canary");
    }
}

pub(super) async fn a_rotation_without_the_key_in_use_is_refused(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    acme.add_secrets(&mail.id, secret("canary")).await.expect("added").expect("there");
    let refused = store.rotate_keys(MasterKey::generate().into()).await;
    assert!(matches!(refused, Err(Error::WrongMasterKey)), "{refused:?}");
    assert_eq!(value(&acme).await, "canary");
    store.close().await;
    drop((store, acme));
    database.open().await;
}
