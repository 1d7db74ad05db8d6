//! Values of flags and config keys, from their text.

use std::time::Duration;

use crate::model::Time;

/// Units of a duration as Go writes them, in nanoseconds; longer names before their prefixes.
const UNITS: &[(&str, f64)] = &[
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3_600e9),
];

/// The longest duration that is taken: ten years.
const LONGEST_NANOS: f64 = 10.0 * 365.0 * 24.0 * 3_600e9;

/// Seconds, which need not be whole.
pub fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text
        .parse::<f64>()
        .ok()
        .filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    seconds.ok_or_else(|| "not a number of seconds; write it as 30 or 1.5".to_owned())
}

/// A duration as Go and kubectl write it: `10s`, `1h30m`, `1.5s`, `0`. A number without a unit is refused.
pub fn duration(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let wrong = || "not a duration; write it as 10s, 2m or 1h30m".to_owned();
    let mut rest = text;
    let mut nanos = 0.0;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .ok_or_else(|| {
                if text.parse::<f64>().is_ok() {
                    format!("a duration needs a unit; write {text}s for seconds")
                } else {
                    wrong()
                }
            })?;
        let (number, after) = rest.split_at(digits);
        let number: f64 = number.parse().ok().ok_or_else(wrong)?;
        let end = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let (_, scale) = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(|| {
                format!("{unit:?} is not a unit of time; write it as 10s, 2m or 1h30m")
            })?;
        nanos += number * scale;
        rest = after;
    }
    if text.is_empty() {
        return Err(wrong());
    }
    if nanos > LONGEST_NANOS {
        return Err("longer than ten years".to_owned());
    }
    Ok(Duration::from_secs_f64(nanos / 1e9))
}

/// A duration as [`duration`] reads it: `1h30m`, `15s`, `1.5s`.
pub fn write_duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    let rest = Duration::new(seconds % 60, time.subsec_nanos());
    let part = |count: u64, unit: &str| match count {
        0 => String::new(),
        count => format!("{count}{unit}"),
    };
    let text = part(hours, "h") + &part(minutes, "m");
    if !text.is_empty() && rest.is_zero() {
        return text;
    }
    format!("{text}{}s", rest.as_secs_f64())
}

/// A duration of `--request-timeout`: as kubectl, a bare number means seconds.
pub fn request_timeout(text: &str) -> Result<Duration, String> {
    match text.parse::<u32>() {
        Ok(seconds) => Ok(Duration::from_secs(u64::from(seconds))),
        Err(_) => duration(text),
    }
}

/// A duration that is more than nothing.
pub fn positive_duration(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("must be more than 0".to_owned()),
        some => Ok(some),
    }
}

/// The shortest interval at which servers are asked.
pub const SHORTEST_REFRESH: Duration = Duration::from_secs(1);

/// How often servers are asked: at least [`SHORTEST_REFRESH`] apart.
pub fn refresh(text: &str) -> Result<Duration, String> {
    let asked = duration(text)?;
    if asked < SHORTEST_REFRESH {
        return Err("shorter than 1s, which would burden the servers".to_owned());
    }
    Ok(asked)
}

/// A place in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// So long after its beginning.
    After(Duration),
    At(Time),
}

/// A place in a recording: `5m` after its beginning, or a moment as RFC 3339 has it.
pub fn place(text: &str) -> Result<Place, String> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Ok(Place::At(Time(moment.as_millisecond())));
    }
    let after = duration(text).map(Place::After);
    after.map_err(|_no_duration| {
        "no place: write it as 90s or 5m after the beginning, or as 2027-01-15T08:05:00Z".to_owned()
    })
}

/// The size of a screen in columns and rows: `WxH`.
pub fn size(text: &str) -> Result<(u16, u16), String> {
    const LARGEST: u16 = 1_000;
    let parse = |part: &str| {
        part.parse::<u16>()
            .ok()
            .filter(|n| (1..=LARGEST).contains(n))
    };
    text.split_once(['x', 'X'])
        .and_then(|(width, height)| Some((parse(width)?, parse(height)?)))
        .ok_or_else(|| format!("not a size; write it as 120x40, each from 1 to {LARGEST}"))
}

/// How much larger than usual the demo world is.
pub fn scale(text: &str) -> Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|scale| (0.1..=100.0).contains(scale))
        .ok_or_else(|| "not a number from 0.1 to 100".to_owned())
}

/// `KEY=VALUE` of `--as-user-extra`.
pub fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("not KEY=VALUE".to_owned()),
    }
}

/// A list of `HOST:PORT`, separated by commas; an IPv6 address stands in brackets.
pub fn bootstrap(text: &str) -> Result<String, String> {
    match crate::net::kafka::Config::parse_bootstrap(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(why) => {
            let repeated = format!("bootstrap server {text:?}: ");
            Err(why.strip_prefix(&repeated).unwrap_or(&why).to_owned())
        }
    }
}

/// The base URL of a Prometheus.
pub fn url(text: &str) -> Result<String, String> {
    let uri: http::Uri = text
        .parse()
        .map_err(|why| format!("not a URL ({why}); write it as http://prometheus:9090"))?;
    let scheme = uri.scheme_str().unwrap_or_default();
    if matches!(scheme, "http" | "https") && uri.host().is_some_and(|host| !host.is_empty()) {
        Ok(text.to_owned())
    } else {
        Err("not an http or https URL; write it as http://prometheus:9090".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_go_writes_them() {
        let seconds = |text: &str| duration(text).map(|d| d.as_secs_f64());
        assert_eq!(seconds("10s"), Ok(10.0));
        assert_eq!(seconds("1h30m"), Ok(5_400.0));
        assert_eq!(seconds("1.5s"), Ok(1.5));
        assert_eq!(seconds("250ms"), Ok(0.25));
        assert_eq!(seconds("0"), Ok(0.0));
        for bad in [
            "",
            "s",
            "10",
            "-1s",
            "1d",
            "10s5",
            "1..5s",
            "soon",
            "99999999h",
        ] {
            assert!(seconds(bad).is_err(), "{bad:?}");
        }
        assert!(seconds("10").is_err_and(|why| why.contains("10s")));
    }

    #[test]
    fn a_duration_is_written_as_it_is_read() {
        for text in ["0s", "5s", "1.5s", "1m", "1m30s", "1h", "1h30m", "26h0.25s"] {
            assert_eq!(write_duration(duration(text).unwrap()), text);
        }
        assert_eq!(write_duration(Duration::from_secs(90)), "1m30s");
    }

    #[test]
    fn only_the_request_timeout_takes_a_bare_number() {
        assert_eq!(request_timeout("30"), Ok(Duration::from_secs(30)));
        assert_eq!(request_timeout("0"), Ok(Duration::ZERO));
        assert_eq!(request_timeout("1m"), Ok(Duration::from_secs(60)));
        assert!(refresh("30").is_err());
        assert!(refresh("200ms").is_err());
        assert!(positive_duration("0s").is_err());
    }

    #[test]
    fn sizes_are_columns_by_rows() {
        assert_eq!(size("80x24"), Ok((80, 24)));
        for bad in ["80", "0x24", "80x", "ax24", "80x24x3", "2000x24"] {
            assert!(size(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn bootstrap_servers_have_a_host_and_a_port() {
        for good in ["kafka:9092", "a:1,b:2", "[::1]:9092", "10.0.0.1:9092"] {
            assert!(bootstrap(good).is_ok(), "{good:?}");
        }
        for bad in [
            "",
            "kafka",
            "kafka:",
            ":9092",
            "kafka:0",
            "kafka:99999",
            "::1:9092",
        ] {
            assert!(bootstrap(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_place_is_a_duration_or_a_moment() {
        assert_eq!(place("5m"), Ok(Place::After(Duration::from_secs(300))));
        let moment = Ok(Place::At(Time(1_800_000_300_500)));
        assert_eq!(place("2027-01-15T08:05:00.5Z"), moment);
        assert_eq!(place("2027-01-15T09:05:00.5+01:00"), moment);
        for bad in ["", "08:05", "5", "yesterday", "2027-01-15"] {
            assert!(place(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_prometheus_is_reached_by_http() {
        assert!(url("http://127.0.0.1:9090/prefix").is_ok());
        for bad in ["prometheus:9090", "ftp://a", "/metrics", "http://", ""] {
            assert!(url(bad).is_err(), "{bad:?}");
        }
    }
}
