//! What happens to the calls of a world.

use fastrand::Rng;

use crate::harness::faulty::{Fate, Plan, StoreCall};

/// Random fates: mostly none; sometimes a storm that lets hardly any call through, or a crowd that
/// acts before every transaction.
pub(super) fn at_random(mut rng: Rng) -> impl FnMut(&StoreCall) -> Plan + Send {
    let (mut storm, mut crowd) = (0, 0);
    move |call| {
        let writes = call.operation == "TransactWriteItems";
        if writes {
            crowd = if rng.u32(..100) < 3 { 8 } else { u32::saturating_sub(crowd, 1) };
        }
        storm = if rng.u32(..100) < 2 { 8 } else { u32::saturating_sub(storm, 1) };
        let likely = match (storm, call.operation.as_str()) {
            (1.., _) => 90,
            (0, "TransactWriteItems" | "TransactGetItems") => 40,
            (0, _) => 15,
        };
        let fate = if writes && call.one_is_under_way && rng.bool() {
            Fate::Cancelled("TransactionConflict")
        } else if writes && rng.u32(..100) < 5 {
            Fate::HeldBack(rng.u32(1..5))
        } else if writes && rng.u32(..100) < 6 {
            Fate::HalfVisible(std::array::from_fn(|_| rng.u8(..8)))
        } else if rng.u32(..100) < likely {
            rng.choice(Fate::of(&call.operation)).unwrap_or(Fate::Passed)
        } else {
            Fate::Passed
        };
        let others_first = match (crowd, writes) {
            (1.., true) => true,
            (0, true) => rng.u32(..100) < 15,
            (_, false) => rng.u32(..100) < 3,
        };
        Plan { others_first, fate }
    }
}
