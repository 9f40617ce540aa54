//! What an operator can set, and what comes of it.

use hookbox_protocol::limits::{EVENT_BYTES, MODULE_BYTES, SECRETS};

use super::*;

fn moved(text: &str) -> Moved {
    Moved::parse_list(text).expect(text)
}

#[test]
fn every_row_that_can_be_moved_is_moved_up_to_its_bound_and_refused_beyond() {
    let mut count = 0;
    for limit in movable() {
        let moved = moved(&format!("{}={}", limit.name, limit.most));
        let holds = moved.ceilings().get(limit.name).unwrap_or_else(|| moved.of(&limit));
        assert_eq!(holds, limit.most, "{}", limit.name);
        let shape = moved.shape() != ShapeLimits::default();
        assert_eq!(shape, limit.name.starts_with("shape_"), "{}", limit.name);
        for value in [0, limit.most + 1] {
            let refusal = Setting::new(limit.name, value).expect_err(limit.name);
            let bounds =
                format!("limit {} is {value} {}; it must be between 1 and {}", limit.name, limit.unit, limit.most);
            assert_eq!(refusal, bounds);
        }
        count += 1;
    }
    assert_eq!(count, RunLimits::TABLE.len() + 5 + ShapeLimits::TABLE.len());
}

#[test]
fn fixed_and_unknown_names_are_refused_with_the_way_out() {
    for limit in limits::all().filter(|limit| !limit.is_movable() && limit.name != HOOKS.name) {
        let refusal = row(limit.name).expect_err(limit.name);
        assert!(refusal.starts_with(&format!("the limit {} is fixed at {}", limit.name, limit.default)), "{refusal}");
    }
    for (text, parts) in [
        ("hooks=5", &["`hookbox tenants quota TENANT hooks=…`"][..]),
        ("gas=5", &["there is no limit 'gas'", "fuel, cpu_ms", "module_bytes", "shape_nesting"]),
        ("functions=5", &["there is no limit 'functions'", "shape_functions"]),
        ("fuel", &["'fuel' is not NAME=VALUE"]),
        ("fuel=much", &["limit fuel: 'much' is not a whole number"]),
        ("fuel=-1", &["'-1' is not a whole number"]),
        ("fuel=5MiB", &["'5MiB' is not a whole number"]),
        ("event_bytes=much", &["limit event_bytes: 'much' is not a number of bytes: write it as"]),
        ("memory_bytes=5GiB", &["limit memory_bytes is 5368709120 bytes; it must be between 1 and 4294967296"]),
        ("fuel=5,fuel=6", &["the limit fuel is set twice"]),
    ] {
        let refusal = Moved::parse_list(text).expect_err(text);
        for part in parts {
            assert!(refusal.contains(part), "{text}: {refusal}");
        }
    }
}

#[test]
fn what_is_not_set_is_as_shipped_and_an_earlier_place_wins() {
    assert!(Moved::default().is_as_shipped() && moved("cpu_ms=10_000,event_bytes=256KiB").is_as_shipped());
    let moved = moved("cpu_ms=500, event_bytes=1MiB").or(moved("cpu_ms=20000,secrets=30,shape_nesting=300"));
    assert_eq!(moved.ceilings(), RunLimits { cpu_ms: 500, ..RunLimits::CEILINGS });
    assert_eq!(moved.shape(), ShapeLimits { nesting: 300, ..ShapeLimits::default() });
    assert_eq!([EVENT_BYTES, SECRETS, MODULE_BYTES].map(|limit| moved.of(&limit)), [1 << 20, 30, 4 << 20]);
    let shown = "cpu_ms 500 (shipped 10,000), event_bytes 1,048,576 (shipped 262,144), secrets 30 (shipped 20), \
                 shape_nesting 300 (shipped 256)";
    assert_eq!(moved.to_string(), shown);
}
