//! What every database must do, seen through the public API alone. A case gets a database and opens stores on it.

use std::collections::BTreeMap;
use std::time::Duration;

use hookbox_protocol::api::Quotas;
use hookbox_protocol::report::{Level, LogLine};
use hookbox_protocol::{HookError, Outcome, Report, Trigger};
use tempfile::TempDir;

use crate::{
    AcceptEvent, Code, Completion, HookRow, Identity, Leased, Location, LogEntry, MasterKey, NewHook, Next, Options,
    Store, TenantStore,
};

mod access;
mod events;
mod fairness;
mod figures;
mod hooks;
mod isolation;
mod keys;
mod logs;
mod operator;
pub(crate) mod postgres;
mod queue;
mod replay;
mod restart;
mod retention;
mod secrets;
pub(crate) mod server;
mod suspects;

const LEASE: Duration = Duration::from_secs(30);

/// An empty database that lives as long as its case.
struct Database {
    place: Place,
    key: MasterKey,
}

enum Place {
    Sqlite(TempDir),
    Postgres(postgres::Empty),
}

impl Database {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { place: Place::Sqlite(folder), key: MasterKey::generate() }
    }

    /// `None` where there is no PostgreSQL.
    async fn postgres(case: &str) -> Option<Self> {
        let empty = postgres::Empty::make(case).await?;
        Some(Self { place: Place::Postgres(empty), key: MasterKey::generate() })
    }

    fn options(&self) -> Options {
        Options {
            location: match &self.place {
                Place::Sqlite(folder) => Location::Sqlite(folder.path().join("data")),
                Place::Postgres(empty) => Location::Postgres(empty.url()),
            },
            master_keys: self.key.clone().into(),
            quotas: Quotas::default(),
            secrets: crate::SecretLimits::default(),
        }
    }

    /// Opens a store, when the ones that were opened before are gone.
    async fn open(&self) -> Store {
        self.open_with(crate::SecretLimits::default()).await
    }

    async fn open_with(&self, secrets: crate::SecretLimits) -> Store {
        self.until_it_is_free().await;
        Store::open(Options { secrets, ..self.options() }).await.expect("the store opens")
    }
}

impl Database {
    /// A store on SQLite is gone when its last handle is; of one on PostgreSQL the server hears a moment later.
    async fn until_it_is_free(&self) {
        if let Place::Postgres(empty) = &self.place {
            empty.until_nobody_is_connected().await;
        }
    }
}

macro_rules! cases {
    ($($area:ident { $($case:ident,)* })*) => {
        mod on_sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$area::$case(super::Database::sqlite()).await;
                }
            )*)*
        }

        mod on_postgres {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    if let Some(database) = super::Database::postgres(stringify!($case)).await {
                        super::$area::$case(database).await;
                    }
                }
            )*)*
        }
    };
}

cases! {
    access {
        a_tenant_gets_credentials_that_work,
        a_name_is_given_to_one_tenant,
        what_is_no_credential_admits_nobody,
        a_revoked_or_ended_token_admits_nobody,
        an_access_token_ends_by_time_and_with_its_client,
    }
    events {
        an_event_shows_what_came_and_what_became_of_it,
        an_event_without_an_enabled_hook_has_no_deliveries,
        a_repeated_key_answers_the_first_event,
        a_key_sent_a_hundred_times_at_once_makes_one_event,
        events_are_listed_by_page_and_filter,
        events_are_found_by_user,
        a_search_for_events_that_are_rare_goes_on_with_the_next_call,
        many_accepts_at_once_share_commits_and_are_all_kept,
    }
    fairness {
        a_single_delivery_of_one_tenant_passes_ten_thousand_of_another,
        nobody_has_more_than_half_of_the_slots_while_others_wait,
        a_tenant_at_its_own_cap_leaves_slots_free,
        a_tenant_with_dear_hooks_gets_fewer_turns,
        first_attempts_go_before_retries,
        retries_of_a_tenant_wait_behind_its_own_first_attempts_and_are_not_starved,
    }
    figures {
        a_tenant_sees_its_attempts_by_time_and_hook,
        the_operator_sees_who_is_busy,
    }
    hooks {
        the_first_hook_of_a_trigger_is_on_and_at_most_one_is,
        names_are_unique_among_the_living,
        a_change_is_whole_or_not_at_all,
        versions_are_numbered_pruned_and_rolled_back,
        a_version_can_be_saved_without_going_live,
        modules_are_kept_once_and_only_as_long_as_they_are_used,
        a_tenant_has_at_most_so_many_hooks,
        settings_replace_the_defaults,
        changes_of_settings_at_the_same_time_all_take_effect,
        the_overview_shows_the_last_outcomes,
    }
    isolation {
        another_tenants_things_are_not_found,
        a_digest_is_not_enough_to_run_anothers_module,
    }
    keys {
        keys_are_exchanged_while_everything_runs,
        a_rotation_that_did_not_end_is_ended_by_the_next_one,
        a_rotation_without_the_key_in_use_is_refused,
    }
    logs {
        the_log_is_read_by_page_checkpoint_and_filter,
    }
    operator {
        quotas_hold_and_come_back_to_their_defaults,
        a_tenant_is_held_to_its_deliveries_in_flight,
        the_deliveries_of_a_suspended_tenant_wait,
        a_suspended_tenant_delays_nobody,
        a_deleted_tenant_is_gone_with_everything,
        the_operator_gives_a_tenant_a_way_back_in,
        the_last_use_of_a_token_is_kept_to_the_minute,
        every_change_leaves_an_entry,
        the_operators_changes_are_in_his_trail_and_in_the_tenants,
        several_hooks_of_a_trigger_run_in_order,
        nodes_are_listed_while_they_live,
    }
    queue {
        a_delivery_runs_and_succeeds,
        a_late_completion_is_refused,
        a_released_delivery_is_due_at_once_and_not_counted,
        a_lease_that_runs_out_twice_is_buried,
        an_extended_lease_holds,
        a_retry_waits_for_its_time,
        a_dead_delivery_says_why,
        deliveries_of_a_disabled_hook_wait_for_it,
        deliveries_of_a_deleted_hook_are_buried,
        a_deleted_hook_leaves_no_attempt_that_waits_for_its_time,
        a_lease_brings_the_hook_as_it_is_now,
        many_deliveries_of_a_disabled_hook_delay_nobody_and_all_run_when_it_is_enabled,
        work_wakes_for_events_time_and_returned_slots,
        stats_count_what_there_is,
    }
    replay {
        a_replayed_delivery_begins_its_schedule_anew_and_its_numbers_go_on,
        a_delivery_that_was_buried_gets_two_more_chances,
        what_cannot_be_replayed_says_why,
        nothing_of_a_deleted_tenant_is_replayed,
        a_filter_chooses_what_is_replayed,
        what_one_call_does_not_take_is_counted_all_the_same,
    }
    restart {
        what_was_accepted_is_there_after_a_restart,
        leases_of_a_process_that_is_gone_are_taken_at_once,
        a_delivery_that_ends_the_daemon_twice_is_buried,
        a_clock_that_goes_back_does_not_stop_anything,
        a_retry_waits_as_long_as_it_would_have_when_the_clock_goes_back,
        a_closed_store_refuses_writes,
    }
    retention {
        what_is_older_than_a_tenant_keeps_goes_with_all_of_it,
        what_has_not_ended_stays,
        a_tenant_keeps_no_more_bytes_than_its_quota,
        the_log_is_removed_by_age_and_bytes,
        the_audit_trail_is_kept_for_a_year,
        the_end_of_a_tenant_is_ended_after_a_restart,
    }
    secrets {
        secrets_are_added_changed_and_deleted,
        secrets_that_cannot_be_taken_say_why,
        the_limits_of_secrets_are_the_operators,
        a_value_is_never_printed,
    }
    suspects {
        a_suspect_that_never_began_outlives_any_number_of_deaths,
        of_many_that_were_leased_only_the_one_that_had_begun_is_buried,
        the_mark_of_a_run_goes_with_its_lease,
        a_run_is_announced_only_under_a_lease_that_holds,
        suspects_wait_behind_first_attempts,
    }
}

/// A tenant with a token, as a handler would have it.
async fn tenant(store: &Store, name: &str) -> (Identity, TenantStore) {
    let made = store.create_tenant(name).await.expect("a tenant");
    let identity = store.authenticate(&made.token).await.expect("asked").expect("admitted");
    let tenant = store.tenant(&identity);
    (identity, tenant)
}

fn script(text: &str) -> Code {
    Code::Script { source: text.to_owned() }
}

fn new_hook(name: &str) -> NewHook {
    NewHook {
        name: name.to_owned(),
        trigger: Trigger::PostChangePassword,
        code: script("module.exports = (user, context, cb) => cb()"),
        enabled: None,
        dependencies: BTreeMap::new(),
    }
}

async fn hook(tenant: &TenantStore, name: &str) -> HookRow {
    tenant.create_hook(new_hook(name)).await.expect("a hook")
}

fn event(user: &str) -> AcceptEvent {
    AcceptEvent {
        trigger: Trigger::PostChangePassword,
        user: format!(r#"{{"id":"{user}"}}"#),
        context: r#"{"connection":{"name":"db"}}"#.to_owned(),
        initiated_by: None,
        idempotency_key: None,
    }
}

async fn accept(tenant: &TenantStore, user: &str) -> hookbox_protocol::EventId {
    tenant.accept(event(user)).await.expect("accepted").event_id
}

fn report(outcome: Outcome) -> Report {
    Report {
        outcome,
        fuel_used: 1_000,
        cpu: Duration::from_micros(250),
        wall: Duration::from_millis(3),
        memory_bytes_peak: 65_536,
        logs: vec![LogLine { level: Level::Info, message: "hello".into(), at_ms: 0.5 }],
        log_lines_dropped: 0,
        http: Vec::new(),
    }
}

fn completed() -> Report {
    report(Outcome::Completed { value: serde_json::Value::Null })
}

fn failed(message: &str) -> Report {
    report(Outcome::Failed {
        error: HookError { message: message.into(), name: "Error".into(), ..HookError::default() },
    })
}

fn completion(leased: &Leased, report: Report, next: Next) -> Completion {
    Completion {
        key: leased.key,
        tenant: leased.tenant,
        version: leased.hook.version,
        started_at: leased.received_at,
        report,
        next,
        log: None,
    }
}

fn log_entry(code: &str) -> LogEntry {
    LogEntry {
        code: code.into(),
        description: "Failed".into(),
        user_id: Some("u1".into()),
        details: serde_json::json!({"error": {"message": "no"}}),
        ..LogEntry::default()
    }
}

/// The one delivery that is due.
async fn lease_one(store: &Store) -> Leased {
    let mut leased = store.queue().lease(10, LEASE).await.expect("leased");
    assert_eq!(leased.len(), 1);
    leased.remove(0)
}
