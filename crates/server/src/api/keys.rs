//! `POST /v1/keys/rotate`: new keys for everything that is encrypted, while everything runs

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_protocol::ErrorCode;
use hookbox_protocol::api::{KeysRotated, MasterKeyChange};
use hookbox_store::{MasterKey, MasterKeys, Store};
use http::Request;
use serde::Deserialize;

use super::auth::Operator;
use super::body::{self, BodyLimit};
use super::query::NoQuery;
use super::{Failure, answer, store_failure};
use crate::App;

/// A daemon that said within this time that it lives is taken to live.
const ALIVE: Duration = Duration::from_secs(30);

/// What the call is given: nothing yet.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Rotation {}

/// Gives every tenant a new data key and encrypts its secrets again. A master key that is kept in a file is replaced
/// there first. A rotation that was interrupted is taken up by the next call.
#[utoipa::path(
    post,
    path = "/v1/keys/rotate",
    operation_id = "rotateKeys",
    tag = "Operator",
    security(("operator" = [])),
    request_body = Rotation,
    extensions(("x-errors" = json!(["conflict"]))),
    responses((status = 200, description = "All keys are new.", body = KeysRotated))
)]
pub(crate) async fn rotate(
    _operator: Operator,
    State(app): State<App>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let Rotation {} = body::json(request, BodyLimit::OF_CALL, &app.settings().http).await?;
    let Ok(turn) = app.rotation().try_lock_owned() else {
        return Err(Failure::new(ErrorCode::Conflict, "the keys are being rotated already; wait for that to end"));
    };
    let (store, file) = (app.store().clone(), app.settings().master_key_file.clone());
    // It goes on when the caller goes away: a rotation that stops half way would leave both keys in use.
    let rotation = app.background().spawn(async move {
        let _turn = turn;
        rotate_all(&store, file).await
    });
    Ok(answer::ok(&rotation.await.map_err(Failure::internal)??))
}

async fn rotate_all(store: &Store, file: Option<PathBuf>) -> Result<KeysRotated, Failure> {
    let Some(file) = file else {
        let rotated = store.rotate_keys(store.master_keys()).await.map_err(store_failure)?;
        return Ok(answered(rotated, MasterKeyChange::Unchanged));
    };
    let keys = new_keys(store, &file).await?;
    let rotated = store.rotate_keys(keys.clone()).await.map_err(store_failure)?;
    keys.retire_old(&file).map_err(store_failure)?;
    Ok(answered(rotated, MasterKeyChange::Replaced))
}

/// The keys of the file with a new one in front. A file with several keys has it already: from a rotation that did not
/// end, or from the operator, who gave the same keys to all daemons of the database.
async fn new_keys(store: &Store, file: &Path) -> Result<MasterKeys, Failure> {
    if !file.exists() {
        let gone = anyhow::anyhow!("the file of the master key, {}, is gone", file.display());
        return Err(Failure::internal(gone.context("the keys cannot be rotated")));
    }
    let keys = MasterKeys::load_or_create(file).context("the keys cannot be rotated").map_err(Failure::internal)?;
    if keys.len() > 1 {
        return Ok(keys);
    }
    let now = store.clock().now().0;
    let nodes = store.nodes().await.map_err(store_failure)?;
    let alive = |seen_at: i64| u128::from(now.abs_diff(seen_at)) < ALIVE.as_millis();
    let others = nodes.iter().filter(|node| alive(node.seen_at.0)).count().saturating_sub(1);
    if others > 0 {
        return Err(Failure::new(
            ErrorCode::Conflict,
            format!(
                "{others} more daemons use this database, and a new master key in this one's file would lock them out; \
                 put the new and the old key, one a line, into the key file of each, start them again, then rotate"
            ),
        ));
    }
    keys.add_to_file(file, MasterKey::generate()).map_err(store_failure)
}

fn answered(rotated: hookbox_store::KeysRotated, master_key: MasterKeyChange) -> KeysRotated {
    KeysRotated { tenants: rotated.tenants, secrets: rotated.secrets, master_key }
}
