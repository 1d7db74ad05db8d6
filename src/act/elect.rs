//! Preferred leader election.

use std::{sync::Arc, time::Duration};

use crate::{
    model::{BrokerId, PartitionId},
    net::kafka::{Admin, Client, Code, Error, Metadata},
    plan::{Done, Elected, Failure, FailureKind, LeaderMove, Note},
};

/// Longest wait for one answer.
const LIMIT: Duration = Duration::from_secs(20);

/// UNKNOWN_SERVER_ERROR, REQUEST_TIMED_OUT, NETWORK_EXCEPTION.
const UNSURE: &[Code] = &[Code(-1), Code(7), Code(13)];

fn failed(error: &Error, sent: bool) -> Failure {
    let kind = match error {
        Error::Authorization { .. } | Error::Auth { .. } => FailureKind::Forbidden,
        Error::Timeout { .. }
        | Error::Closed { .. }
        | Error::Codec { .. }
        | Error::Protocol { .. }
            if sent =>
        {
            FailureKind::Unanswered
        }
        // The broker asks the controller for us: when it does not know what became of that, nobody does.
        Error::Broker { code, .. } if sent && UNSURE.contains(code) => FailureKind::Unanswered,
        Error::Broker { .. } => FailureKind::Rejected,
        _ => FailureKind::NotSent,
    };
    let failure = Failure::new(kind, error.to_string());
    if sent { failure } else { failure.unsent() }
}

fn leader(metadata: &Metadata, id: &PartitionId) -> Option<BrokerId> {
    let topic = metadata.topic(&id.topic)?;
    let partition = topic
        .partitions
        .iter()
        .find(|of| of.index == id.partition)?;
    partition.leader.map(BrokerId)
}

/// Partitions that are no longer led as the plan found them.
fn changed(metadata: &Metadata, moves: &[LeaderMove]) -> Option<Failure> {
    let other = moves
        .iter()
        .filter(|of| leader(metadata, &of.id) != of.from)
        .count();
    (other > 0).then(|| {
        let words = format!(
            "{other} of {} partitions have another leader than when the plan was made: look at it again",
            moves.len()
        );
        Failure::new(FailureKind::Conflict, words).unsent()
    })
}

/// Kafka has no dry run: the metadata is read again and compared with the plan.
pub(super) async fn attempt(client: &Client, moves: &[LeaderMove]) -> Result<Vec<Note>, Failure> {
    let metadata = client
        .metadata(LIMIT)
        .await
        .map_err(|error| failed(&error, false))?;
    match changed(&metadata, moves) {
        Some(failure) => Err(failure),
        None => Ok(vec![Note::plain(
            "Kafka has no dry run; the metadata read just now agrees with this plan",
        )]),
    }
}

/// Asks the controller once, and reads the leaders from the metadata.
pub(super) async fn carry_out(
    client: &Client,
    admin: &Admin,
    moves: &[LeaderMove],
) -> Result<Done, Failure> {
    let metadata = client
        .metadata(LIMIT)
        .await
        .map_err(|error| failed(&error, false))?;
    if let Some(failure) = changed(&metadata, moves) {
        return Err(failure);
    }
    let partitions: Vec<(Arc<str>, i32)> = moves
        .iter()
        .map(|of| (Arc::clone(&of.id.topic.0), of.id.partition))
        .collect();
    let answers = admin
        .elect_preferred(&partitions, LIMIT)
        .await
        .map_err(|error| failed(&error, true))?;
    let after = client.metadata(LIMIT).await.ok();
    let elected = moves
        .iter()
        .map(|of| {
            let answer = answers.iter().find(|answer| {
                *answer.topic == *of.id.topic && answer.partition == of.id.partition
            });
            Elected {
                id: of.id.clone(),
                leader: after.as_ref().and_then(|metadata| leader(metadata, &of.id)),
                refused: match answer.map(|answer| &answer.result) {
                    Some(Ok(_)) => None,
                    Some(Err((code, message))) => {
                        let message = message.as_ref().map(|text| format!(": {text}"));
                        Some(format!("{code}{}", message.unwrap_or_default()))
                    }
                    None => Some("the controller said nothing of it".to_owned()),
                },
            }
        })
        .collect();
    Ok(Done::Elected(elected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::kafka::Api;

    #[test]
    fn a_broker_that_does_not_know_what_the_controller_did_leaves_it_unknown() {
        let said = |code| Error::Broker {
            server: "b:1".to_owned(),
            api: Api(43),
            code: Code(code),
            message: None,
        };
        for code in [-1, 7, 13] {
            assert_eq!(failed(&said(code), true).kind, FailureKind::Unanswered);
            assert_eq!(failed(&said(code), false).kind, FailureKind::Rejected);
        }
        assert_eq!(failed(&said(41), true).kind, FailureKind::Rejected);
    }
}
