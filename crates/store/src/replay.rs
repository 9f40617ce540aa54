//! Deliveries that ended, run once more because somebody asked for it.

use hookbox_protocol::api::DeliveryState;
use hookbox_protocol::{DeliveryId, HookId, Timestamp, Trigger};

use crate::{Error, TenantStore};

/// The most deliveries that one call replays.
const TAKE_MAX: u32 = 10_000;
/// Deliveries that one call replays when nobody said otherwise.
const TAKE_DEFAULT: u32 = if cfg!(test) { 20 } else { TAKE_MAX };
/// Deliveries that go back in one transaction, so that the writes of others go in between.
const STEP: usize = 500;

/// Which deliveries are replayed. The default is the newest 10,000 dead ones.
#[derive(Debug, Clone, Default)]
pub struct ReplayFilter {
    /// Those in one of these states, `dead` and `succeeded`; dead ones where it is empty.
    pub states: Vec<DeliveryState>,
    /// Only of events of that trigger.
    pub trigger: Option<Trigger>,
    /// Only to that hook.
    pub hook_id: Option<HookId>,
    /// Only of events about that user, as in [`crate::EventFilter::user`].
    pub user: Option<String>,
    /// Only of events accepted at that time or later.
    pub since: Option<Timestamp>,
    /// Only of events accepted before that time.
    pub until: Option<Timestamp>,
    /// How many, newest first, 1 to 10,000; 10,000 where absent.
    pub take: Option<u32>,
}

impl ReplayFilter {
    /// The states asked for, none twice.
    pub(crate) fn states(&self) -> Vec<DeliveryState> {
        if self.states.is_empty() {
            return vec![DeliveryState::Dead];
        }
        [DeliveryState::Dead, DeliveryState::Succeeded].into_iter().filter(|s| self.states.contains(s)).collect()
    }

    pub(crate) fn take(&self) -> u32 {
        self.take.unwrap_or(TAKE_DEFAULT)
    }

    /// Whether those count that are beyond what one call takes, too. Whom an event is about only its text says: where a
    /// user is named, what was looked at is what counts.
    pub(crate) fn counts_all(&self) -> bool {
        self.take.is_none() && self.user.is_none()
    }

    fn check(&self) -> Result<(), Error> {
        if self.take() == 0 || self.take() > TAKE_MAX {
            return Err(Error::Invalid(format!("take is {}; it must be between 1 and {TAKE_MAX}", self.take())));
        }
        let unfinished = |state: &&DeliveryState| matches!(state, DeliveryState::Pending | DeliveryState::Leased);
        if let Some(state) = self.states.iter().find(unfinished) {
            let name = state.name();
            return Err(Error::Invalid(format!(
                "a delivery that is {name} runs anyway; replay dead or succeeded ones"
            )));
        }
        Ok(())
    }

    /// What the audit trail says of it.
    fn words(&self) -> serde_json::Value {
        let states: Vec<&str> = self.states().into_iter().map(DeliveryState::name).collect();
        serde_json::json!({
            "states": states, "trigger": self.trigger, "hook_id": self.hook_id, "user": self.user,
            "since": self.since, "until": self.until,
        })
    }
}

/// A delivery that runs again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// The delivery, which is pending now.
    pub delivery: DeliveryId,
}

/// What a filter finds.
#[derive(Debug, Default)]
pub(crate) struct Replayable {
    /// The newest of them, as many as one call takes.
    pub(crate) ids: Vec<DeliveryId>,
    /// How many there are; where the filter names a user, among the events that were looked at.
    pub(crate) total: u64,
}

/// What a replay by filter found and did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReplayedMany {
    /// Deliveries that match and whose hook is still there: all of them, or as many as [`ReplayFilter::take`] asks for.
    pub matched: u64,
    /// Deliveries that run again; 0 for a dry run.
    pub replayed: u64,
}

/// Refuses to replay a delivery that has not ended, or whose hook was deleted.
pub(crate) fn check(id: DeliveryId, state: DeliveryState, hook: &str, is_deleted: bool) -> Result<(), Error> {
    if !matches!(state, DeliveryState::Dead | DeliveryState::Succeeded) {
        let state = state.name();
        return Err(Error::State(format!("delivery {id} is {state}; only one that is dead or succeeded is replayed")));
    }
    if is_deleted {
        let message = format!("hook '{hook}' was deleted; there is nothing that delivery {id} could run");
        return Err(Error::State(message));
    }
    Ok(())
}

impl TenantStore {
    /// Makes a delivery that ended due at once, with the whole schedule of attempts before it; the numbers of its attempts
    /// go on.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a delivery that this tenant does not have; [`Error::State`] for one that has not ended, or
    /// whose hook was deleted.
    pub async fn replay(&self, id: DeliveryId) -> Result<Replayed, Error> {
        self.shared().engine.replay(self.caller(), id).await?;
        Ok(Replayed { delivery: id })
    }

    /// Replays what matches, or only counts it. It goes back in steps: an error in between leaves what went before.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a filter that cannot be.
    pub async fn replay_matching(&self, filter: ReplayFilter, dry_run: bool) -> Result<ReplayedMany, Error> {
        filter.check()?;
        let words = filter.words();
        let engine = &self.shared().engine;
        let take = filter.take.map_or(u64::MAX, u64::from);
        let Replayable { ids, total } = engine.replayable(self.caller().tenant, filter).await?;
        let mut many = ReplayedMany { matched: total.min(take), replayed: 0 };
        if !dry_run {
            for step in ids.chunks(STEP) {
                many.replayed += engine.replay_many(self.caller(), step.to_vec(), words.clone()).await?;
            }
        }
        Ok(many)
    }
}
