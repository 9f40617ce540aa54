//! Secrets: limits, life cycle, and what reaches the disk.

use hookbox_protocol::limits::{SECRET_NAME_CHARS, SECRET_VALUE_BYTES, SECRETS};

use super::{Database, hook, tenant};
use crate::{Error, SecretLimits, SecretValue};

fn secrets(pairs: &[(&str, &str)]) -> Vec<(String, SecretValue)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), SecretValue::new((*value).to_owned()))).collect()
}

pub(super) async fn secrets_are_added_changed_and_deleted(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let id = &hook(&acme, "mail").await.id;
    assert_eq!(acme.secret_names(id).await.expect("read"), Some(vec![]));
    acme.add_secrets(id, secrets(&[("B", "two"), ("A", "one")])).await.expect("added").expect("there");
    assert_eq!(acme.secret_names(id).await.expect("read"), Some(vec!["A".to_owned(), "B".to_owned()]));
    let again = acme.add_secrets(id, secrets(&[("C", "three"), ("A", "other")])).await;
    assert!(matches!(&again, Err(Error::Conflict { what: "secret", name }) if name == "A"), "{again:?}");
    let missing = acme.update_secrets(id, secrets(&[("A", "other"), ("C", "three")])).await;
    assert!(matches!(&missing, Err(Error::NotFound { what: "secret", name }) if name == "C"), "{missing:?}");
    let all = async || acme.secrets(id).await.expect("read").expect("there");
    assert_eq!(all().await, secrets(&[("A", "one"), ("B", "two")]), "all or nothing");
    acme.update_secrets(id, secrets(&[("A", "")])).await.expect("updated").expect("there");
    assert_eq!(all().await, secrets(&[("A", ""), ("B", "two")]));
    let names = ["A".to_owned(), "never there".to_owned()];
    acme.delete_secrets(id, &names).await.expect("deleted").expect("there");
    assert_eq!(all().await, secrets(&[("B", "two")]));
}

pub(super) async fn secrets_that_cannot_be_taken_say_why(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let id = &hook(&acme, "mail").await.id;
    let bytes = usize::try_from(SECRET_VALUE_BYTES.default).expect("small");
    let chars = usize::try_from(SECRET_NAME_CHARS.default).expect("small");
    let (long_value, long_name) = ("v".repeat(bytes + 1), "n".repeat(chars + 1));
    for (name, value, why) in [
        ("KEY", long_value.as_str(), "4097 bytes; the limit `secret_value_bytes` is 4096 bytes (an operator"),
        (long_name.as_str(), "v", "129 characters; the most is 128"),
        ("", "v", "at least one character"),
        ("KEY", "_VALUE_NOT_SHOWN_", "leave the secret out to keep its value"),
    ] {
        let error = acme.add_secrets(id, secrets(&[(name, value)])).await.expect_err(why).to_string();
        assert!(error.contains(why), "{error}");
        assert!(!error.contains("vvv"), "a value is not shown: {error}");
    }
    let largest = secrets(&[(&"n".repeat(chars), &"v".repeat(bytes))]);
    acme.add_secrets(id, largest).await.expect("added").expect("there");
    let names: Vec<String> = (1..SECRETS.default).map(|n| format!("S{n}")).collect();
    let rest: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
    acme.add_secrets(id, secrets(&rest)).await.expect("added").expect("there");
    let error = acme.add_secrets(id, secrets(&[("ONE_MORE", "v")])).await;
    let error = error.expect_err("over the limit").to_string();
    let way_out = "there are 20 secrets and 1 would be added; the limit `secrets` is 20; delete one that the hook does not \
                   read, or put several values into one as JSON (an operator can raise it: `hookbox serve --limit \
                   secrets=…`)";
    assert_eq!(error, way_out);
    let names = ["A", "B"].map(|name| (name, "v"));
    let error = acme.add_secrets(id, secrets(&names)).await.expect_err("over the limit").to_string();
    assert!(error.starts_with("there are 20 secrets and 2 would be added"), "{error}");
    let there = acme.add_secrets(id, secrets(&[("S1", "v")])).await;
    assert!(matches!(there, Err(Error::Conflict { what: "secret", .. })), "{there:?}");
    assert_eq!(acme.secret_names(id).await.expect("read").map(|names| names.len() as u64), Some(SECRETS.default));
}

pub(super) async fn the_limits_of_secrets_are_the_operators(database: Database) {
    let open = async |count_max, value_bytes_max| database.open_with(SecretLimits { count_max, value_bytes_max }).await;
    let raised = open(21, 5_000).await;
    let (identity, acme) = tenant(&raised, "acme").await;
    let id = &hook(&acme, "mail").await.id;
    let names: Vec<String> = (0..21).map(|n| format!("S{n}")).collect();
    let value = "v".repeat(5_000);
    let all: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), value.as_str())).collect();
    acme.add_secrets(id, secrets(&all)).await.expect("added").expect("there");
    let error = acme.add_secrets(id, secrets(&[("A", "v")])).await.expect_err("over the limit").to_string();
    assert!(error.starts_with("there are 21 secrets and 1 would be added; the limit `secrets` is 21"), "{error}");
    raised.close().await;
    drop((acme, raised));

    // What is there stays, and gets new values; only more of it is refused.
    let lowered = open(2, 3).await;
    let acme = lowered.tenant(&identity);
    acme.update_secrets(id, secrets(&[("S0", "new")])).await.expect("updated").expect("there");
    let error = acme.update_secrets(id, secrets(&[("S0", "long")])).await.expect_err("too long").to_string();
    assert!(error.contains("has 4 bytes; the limit `secret_value_bytes` is 3 bytes"), "{error}");
    acme.add_secrets(id, secrets(&[("A", "v")])).await.expect_err("over the limit");
    assert_eq!(acme.secret_names(id).await.expect("read").map(|names| names.len()), Some(21));
}

pub(super) async fn a_value_is_never_printed(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let id = &hook(&acme, "mail").await.id;
    acme.add_secrets(id, secrets(&[("KEY", "canary")])).await.expect("added").expect("there");
    super::accept(&acme, "u1").await;
    let leased = super::lease_one(&store).await;
    assert_eq!(leased.hook.secrets[0].1.expose(), "canary");
    assert!(!format!("{leased:?}").contains("canary"));
    assert_eq!(format!("{}", leased.hook.secrets[0].1), "***");
}
