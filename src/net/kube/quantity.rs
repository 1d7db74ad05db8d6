//! Kubernetes quantities: `250m`, `1.5Gi`, `3e6`, `12345678n`.
//!
//! Grammar and rounding from the API conventions of `resource.Quantity`: a decimal number with a binary suffix (Ki to Ei), a decimal
//! suffix (n, u, m, none, k to E) or a decimal exponent; what is smaller than the unit asked for is rounded up.

/// What a whole number of the result stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// One: bytes, pods.
    One,
    /// A thousandth: CPU.
    Milli,
}

impl Unit {
    /// The quantity in this unit, rounded up; `None` if it is negative, malformed or does not fit.
    pub fn parse(self, text: &str) -> Option<u64> {
        let (number, suffix) = split(text.trim())?;
        let (mantissa, places) = decimal(number)?;
        let (factor, power) = scale(suffix)?;
        let unit_power = match self {
            Self::One => 0,
            Self::Milli => 3,
        };
        let value = mantissa.checked_mul(factor)?;
        let power = power.checked_add(unit_power)?.checked_sub(places)?;
        let ten = 10_u128.checked_pow(power.unsigned_abs());
        let whole = if power >= 0 {
            value.checked_mul(ten?)?
        } else {
            ten.map_or(u128::from(value > 0), |ten| value.div_ceil(ten))
        };
        u64::try_from(whole).ok()
    }
}

fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text.split_at_checked(end)
}

/// The digits as a whole number, and how many of them stand behind the point.
fn decimal(number: &str) -> Option<(u128, i32)> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && part.is_empty() {
        return None;
    }
    let mut value = 0_u128;
    for digit in whole.chars().chain(part.chars()) {
        value = value
            .checked_mul(10)?
            .checked_add(u128::from(digit.to_digit(10)?))?;
    }
    Some((value, i32::try_from(part.len()).ok()?))
}

/// A factor and a power of ten.
fn scale(suffix: &str) -> Option<(u128, i32)> {
    let (factor, power) = match suffix {
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        "Pi" => (1 << 50, 0),
        "Ei" => (1 << 60, 0),
        "n" => (1, -9),
        "u" => (1, -6),
        "m" => (1, -3),
        "" => (1, 0),
        "k" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "T" => (1, 12),
        "P" => (1, 15),
        "E" => (1, 18),
        _ => (1, suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
    };
    Some((factor, power))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_servers_write() {
        let table = [
            ("0", Some(0), Some(0)),
            ("100m", Some(1), Some(100)),
            ("1", Some(1), Some(1000)),
            ("1.5", Some(2), Some(1500)),
            (".5", Some(1), Some(500)),
            ("5.", Some(5), Some(5000)),
            ("+2", Some(2), Some(2000)),
            ("150000001n", Some(1), Some(151)),
            ("250u", Some(1), Some(1)),
            ("512Mi", Some(536_870_912), Some(536_870_912_000)),
            ("1.5Gi", Some(1_610_612_736), Some(1_610_612_736_000)),
            ("2Ei", Some(2_305_843_009_213_693_952), None),
            ("10k", Some(10_000), Some(10_000_000)),
            ("3e3", Some(3000), Some(3_000_000)),
            ("12E", Some(12_000_000_000_000_000_000), None),
            ("1E2", Some(100), Some(100_000)),
            ("1e-3", Some(1), Some(1)),
            ("1e-99", Some(1), Some(1)),
            ("-1", None, None),
            ("", None, None),
            (".", None, None),
            ("1.2.3", None, None),
            ("Mi", None, None),
            ("1 Mi", None, None),
            ("1Zi", None, None),
            ("1e", None, None),
            ("1e999999999999", None, None),
            ("99999999999999999999999999999999999999999", None, None),
        ];
        for (text, one, milli) in table {
            assert_eq!(Unit::One.parse(text), one, "{text} in ones");
            assert_eq!(Unit::Milli.parse(text), milli, "{text} in thousandths");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,24}") {
            let _ = (Unit::One.parse(&text), Unit::Milli.parse(&text));
        }

        #[test]
        fn a_thousandth_is_a_thousand_times_finer(whole in 0_u64..1 << 40, milli in 0_u64..1000) {
            let text = format!("{whole}.{milli:03}");
            prop_assert_eq!(Unit::Milli.parse(&text), Some(whole * 1000 + milli));
            prop_assert_eq!(Unit::One.parse(&text), Some(whole + u64::from(milli > 0)));
        }

        #[test]
        fn suffixes_are_powers(number in 1_u64..1000, power in 0_u32..6) {
            let binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];
            let decimal = ["", "k", "M", "G", "T", "P"];
            let index = power as usize;
            prop_assert_eq!(Unit::One.parse(&format!("{number}{}", binary[index])), Some(number << (10 * power)));
            let expected = Some(number * 1000_u64.pow(power));
            prop_assert_eq!(Unit::One.parse(&format!("{number}{}", decimal[index])), expected);
            prop_assert_eq!(Unit::One.parse(&format!("{number}e{}", 3 * power)), expected);
        }
    }
}
