//! What is a number in rows: states, triggers, initiators, outcomes. Databases that exist hold these numbers.

use hookbox_protocol::api::DeliveryState;
use hookbox_protocol::event::Initiator;
use hookbox_protocol::{Outcome, Trigger, trigger};

/// The states of a delivery. Indexes are made for these numbers.
pub(crate) const PENDING: i16 = 0;
pub(crate) const LEASED: i16 = 1;
pub(crate) const SUCCEEDED: i16 = 2;
pub(crate) const DEAD: i16 = 3;
/// Pending, but its hook is disabled.
pub(crate) const HELD: i16 = 4;
/// Pending for another attempt.
pub(crate) const RETRY: i16 = 5;

pub(crate) fn delivery_state(number: i64) -> Result<DeliveryState, String> {
    match i16::try_from(number) {
        Ok(PENDING | HELD | RETRY) => Ok(DeliveryState::Pending),
        Ok(LEASED) => Ok(DeliveryState::Leased),
        Ok(SUCCEEDED) => Ok(DeliveryState::Succeeded),
        Ok(DEAD) => Ok(DeliveryState::Dead),
        _ => Err(format!("there is no delivery state {number}")),
    }
}

pub(crate) fn of_trigger(trigger: Trigger) -> i16 {
    trigger as i16
}

pub(crate) fn trigger(number: i64) -> Result<Trigger, String> {
    let spec = usize::try_from(number).ok().and_then(|place| trigger::TABLE.get(place));
    spec.map(|spec| spec.trigger).ok_or_else(|| format!("there is no trigger {number}"))
}

pub(crate) fn of_initiator(initiator: Initiator) -> i16 {
    match initiator {
        Initiator::User => 0,
        Initiator::Admin => 1,
    }
}

pub(crate) fn initiator(number: i64) -> Result<Initiator, String> {
    match number {
        0 => Ok(Initiator::User),
        1 => Ok(Initiator::Admin),
        other => Err(format!("there is no initiator {other}")),
    }
}

pub(crate) fn of_outcome(outcome: &Outcome) -> u8 {
    let place = Outcome::NAMES.iter().position(|name| *name == outcome.name());
    place.and_then(|place| u8::try_from(place).ok()).expect("every outcome has its name in the list")
}

pub(crate) fn outcome_name(number: u8) -> Result<&'static str, String> {
    Outcome::NAMES.get(usize::from(number)).copied().ok_or_else(|| format!("there is no outcome {number}"))
}

/// The letter of an outcome, where several are kept as text.
pub(crate) fn outcome_letter(outcome: &Outcome) -> char {
    char::from(b'a' + of_outcome(outcome))
}

/// Reads outcomes that were written as letters.
pub(crate) fn outcomes(letters: &str) -> Vec<&'static str> {
    letters.bytes().filter_map(|letter| outcome_name(letter.wrapping_sub(b'a')).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_rows_mean_what_they_meant_when_they_were_written() {
        let triggers = trigger::TABLE.map(|spec| (of_trigger(spec.trigger), spec.name));
        assert_eq!(
            triggers,
            [
                (0, "post-change-password"),
                (1, "post-user-registration"),
                (2, "pre-user-registration"),
                (3, "credentials-exchange"),
                (4, "send-phone-message"),
            ]
        );
        let outcomes: Vec<_> = (0..8).map(|number| outcome_name(number).expect("a name")).collect();
        assert_eq!(
            outcomes,
            [
                "completed",
                "failed",
                "trapped",
                "out_of_fuel",
                "timed_out",
                "out_of_memory",
                "bad_output",
                "never_finished",
            ]
        );
    }

    #[test]
    fn states_in_rows_mean_what_they_meant_when_they_were_written() {
        let states: Vec<_> = (0..6).map(|number| delivery_state(number).expect("a state").name()).collect();
        assert_eq!(states, ["pending", "leased", "succeeded", "dead", "pending", "pending"]);
        assert_eq!((PENDING, LEASED, SUCCEEDED, DEAD, HELD, RETRY), (0, 1, 2, 3, 4, 5), "the indexes hold them");
        assert!(delivery_state(6).is_err() && delivery_state(65_536).is_err() && trigger(5).is_err());
    }
}
