//! Numbers for people: grouped digits, bytes and times with a unit.

/// `1234567` as `1,234,567`.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes with a binary unit: `1.1 MiB`.
pub(crate) fn bytes(value: u64) -> String {
    for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] {
        let one = 1u64 << shift;
        if value >= one {
            let tenths = u128::from(value) * 10 / u128::from(one);
            let (whole, tenth) = (tenths / 10, tenths % 10);
            return if tenth == 0 { format!("{whole} {unit}") } else { format!("{whole}.{tenth} {unit}") };
        }
    }
    format!("{value} bytes")
}

/// Milliseconds with as many decimals as matter: `0.42 ms`, `12.3 ms`, `1.50 s`.
pub(crate) fn milliseconds(value: f64) -> String {
    match value {
        v if v < 10.0 => format!("{v:.2} ms"),
        v if v < 1000.0 => format!("{v:.1} ms"),
        v => format!("{:.2} s", v / 1000.0),
    }
}

/// A value of a limit in its own unit.
pub(crate) fn with_unit(value: u64, unit: &str) -> String {
    match unit {
        "bytes" => bytes(value),
        unit => format!("{} {unit}", number(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_well() {
        for (value, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (20_000_000_000, "20,000,000,000")] {
            assert_eq!(number(value), text);
        }
        for (value, text) in [(0, "0 bytes"), (1 << 10, "1 KiB"), (64 << 20, "64 MiB"), (1_200_000, "1.1 MiB")] {
            assert_eq!(bytes(value), text);
        }
        for (value, text) in [(0.4249, "0.42 ms"), (12.34, "12.3 ms"), (1_500.0, "1.50 s")] {
            assert_eq!(milliseconds(value), text);
        }
        assert_eq!(with_unit(1_000, "calls"), "1,000 calls");
    }
}
