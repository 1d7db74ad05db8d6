//! When a client certificate ends: servers answer a bare 401 to an expired one, so we look ourselves.
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use kube::config::AuthInfo;
use rustls::pki_types::{CertificateDer, pem::PemObject};

/// `notAfter` of the user's client certificate; `None` without one, or if it cannot be read.
pub(crate) fn end_of_validity(user: &AuthInfo) -> Option<Timestamp> {
    let pem = match (&user.client_certificate_data, &user.client_certificate) {
        (Some(data), _) => decode(data)?,
        (None, Some(path)) => std::fs::read(path).ok()?,
        (None, None) => return None,
    };
    not_after(&CertificateDer::from_pem_slice(&pem).ok()?)
}

/// base64 of PEM. The PEM reader knows base64, so the text is dressed as the body of one more PEM section.
fn decode(data: &str) -> Option<Vec<u8>> {
    let dressed = format!("-----BEGIN CERTIFICATE-----\n{data}\n-----END CERTIFICATE-----\n");
    CertificateDer::from_pem_slice(dressed.as_bytes())
        .ok()
        .map(|decoded| decoded.to_vec())
}

/// Walks X.509 (RFC 5280, 4.1): Certificate, tbsCertificate, then version, serial number, signature and issuer to validity.
fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    let (tag, _, after_version) = element(fields)?;
    if tag == 0xA0 {
        fields = after_version;
    }
    for _ in ["serialNumber", "signature", "issuer"] {
        (_, _, fields) = element(fields)?;
    }
    let (_, validity, _) = element(fields)?;
    let (_, _, after_not_before) = element(validity)?;
    let (tag, text, _) = element(after_not_before)?;
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    // UTCTime (tag 0x17) has two digits of the year: 50 to 99 are of the last century.
    let century = match (tag, text.get(..2)?.parse::<u8>().ok()?) {
        (0x17, 50..) => "19",
        (0x17, _) => "20",
        _ => "",
    };
    let civil = DateTime::strptime("%Y%m%d%H%M%S", format!("{century}{text}")).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Tag, content, and what follows, of a DER element.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
        if digits.len() > 4 {
            return None;
        }
        (
            digits
                .iter()
                .fold(0, |length, digit| length << 8 | usize::from(*digit)),
            rest,
        )
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((tag, content, after))
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use proptest::prelude::*;

    use super::*;

    fn certificate(year: i32) -> rcgen::Certificate {
        let mut parameters = rcgen::CertificateParams::new(vec!["client".into()]).unwrap();
        parameters.not_after = rcgen::date_time_ymd(year, 3, 4);
        parameters
            .self_signed(&rcgen::KeyPair::generate().unwrap())
            .unwrap()
    }

    #[test]
    fn reads_the_end_in_both_forms_of_time() {
        for (year, expected) in [
            (2025, "2025-03-04T00:00:00Z"),
            (2060, "2060-03-04T00:00:00Z"),
        ] {
            let found = not_after(certificate(year).der()).unwrap();
            assert_eq!(found.to_string(), expected);
        }
    }

    #[test]
    fn reads_base64_of_pem_as_kubeconfigs_have_it() {
        let user = |data: &str| AuthInfo {
            client_certificate_data: Some(data.into()),
            ..AuthInfo::default()
        };
        let pem = certificate(2025).pem();
        let data = BASE64_STANDARD.encode(&pem);
        assert!(end_of_validity(&user(&data)).is_some());
        assert_eq!(end_of_validity(&user("!!!")), None);
        assert_eq!(end_of_validity(&AuthInfo::default()), None);
    }

    proptest! {
        #[test]
        fn garbage_is_no_certificate(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = not_after(&bytes);
        }
    }
}
