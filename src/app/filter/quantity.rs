//! What a number in a filter means: `1.2k`, `1GiB`, `500m`, `1h`, as the column counts.

/// What the numbers of a column count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Things, or anything else that is just a number.
    #[default]
    Count,
    Bytes,
    /// Thousandths of a core; a number without a unit is whole cores, as in a manifest.
    Cores,
    /// Milliseconds.
    Time,
    /// Hundredths of a whole, 0 to 100.
    Percent,
    /// Hundredths, kept as 0 to 1.
    Share,
    /// The order is not by the number that is shown (`3/4` is ordered by how many are missing): the number in the text is
    /// compared.
    Shown,
}

impl Unit {
    /// Numbers of this unit as they may be written.
    fn examples(self) -> &'static str {
        match self {
            Unit::Count => "100, 1.2k, 3M",
            Unit::Bytes => "512Ki, 1GiB, 20M",
            Unit::Cores => "500m, 2",
            Unit::Time => "30s, 5m, 1h, 2d",
            Unit::Percent | Unit::Share => "85%",
            Unit::Shown => "3",
        }
    }

    /// What one of the unit's suffix is worth.
    fn factor(self, suffix: &str) -> Option<f64> {
        if self == Unit::Time {
            return Some(match suffix {
                "ms" => 1.0,
                "s" => 1e3,
                "m" | "min" => 60e3,
                "h" => 3_600e3,
                "d" => 86_400e3,
                "w" => 604_800e3,
                _ => return None,
            });
        }
        match (self, suffix) {
            (Unit::Cores, "") => return Some(1e3),
            (Unit::Cores, "m") | (Unit::Percent, "" | "%") => return Some(1.0),
            (Unit::Share, "" | "%") => return Some(0.01),
            (Unit::Cores | Unit::Percent | Unit::Share, _) => return None,
            _ => {}
        }
        let lower = suffix.to_ascii_lowercase();
        let short = lower.strip_suffix('b').unwrap_or(&lower);
        if lower.ends_with('b') && self != Unit::Bytes {
            return None;
        }
        Some(match short {
            "" => 1.0,
            "k" => 1e3,
            "m" => 1e6,
            "g" => 1e9,
            "t" => 1e12,
            "ki" => 1_024.0,
            "mi" => 1_048_576.0,
            "gi" => 1_073_741_824.0,
            "ti" => 1_099_511_627_776.0,
            _ => return None,
        })
    }

    /// Reads a number as it is written in a filter, in what the column counts; or says what would be one.
    pub(super) fn read(self, text: &str) -> Result<f64, String> {
        let digits = text
            .find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+'))
            .unwrap_or(text.len());
        let (number, suffix) = text.split_at(digits);
        let value = number.parse::<f64>().ok();
        match value.zip(self.factor(suffix)) {
            Some((value, factor)) if value.is_finite() => Ok(value * factor),
            _ => Err(format!("such as {}", self.examples())),
        }
    }
}

/// The number at the beginning of a cell's text.
pub(super) fn leading(text: &str) -> Option<f64> {
    let digits = text
        .find(|c: char| !matches!(c, '0'..='9' | '.' | '-'))
        .unwrap_or(text.len());
    text.split_at(digits).0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_what_its_column_counts() {
        for (unit, text, value) in [
            (Unit::Count, "1000", Some(1_000.0)),
            (Unit::Count, "1.2k", Some(1_200.0)),
            (Unit::Count, "3M", Some(3_000_000.0)),
            (Unit::Count, "-5", Some(-5.0)),
            (Unit::Count, "1GiB", None),
            (Unit::Count, "1h", None),
            (Unit::Count, "", None),
            (Unit::Bytes, "1GiB", Some(1_073_741_824.0)),
            (Unit::Bytes, "1Gi", Some(1_073_741_824.0)),
            (Unit::Bytes, "20M", Some(20e6)),
            (Unit::Bytes, "20mb", Some(20e6)),
            (Unit::Cores, "500m", Some(500.0)),
            (Unit::Cores, "1.5", Some(1_500.0)),
            (Unit::Time, "1h", Some(3_600e3)),
            (Unit::Time, "90", None),
            (Unit::Percent, "85%", Some(85.0)),
            (Unit::Share, "20%", Some(0.2)),
            (Unit::Shown, "3", Some(3.0)),
        ] {
            assert_eq!(unit.read(text).ok(), value, "{text} as {unit:?}");
        }
        assert_eq!(leading("3/4"), Some(3.0));
        assert_eq!(leading("-"), None);
    }
}
