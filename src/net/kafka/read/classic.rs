//! Groups of the classic protocol.
use std::{sync::Arc, time::Duration};

use kafka_protocol::messages::{
    DescribeGroupsRequest,
    describe_groups_response::{DescribedGroup as Answer, DescribedGroupMember},
};

use super::{assignment::assignment, group_ids, host, word};
use crate::net::kafka::{
    ByCoordinator, Client, Code, DescribedGroup, GroupDescription, GroupType, Member, PerBroker,
    client::{Names, within},
};

impl Client {
    /// Groups of the classic protocol. A group that the coordinator does not know, or that speaks a newer protocol,
    /// is `GROUP_ID_NOT_FOUND` (69) from every version of broker.
    pub async fn describe_classic(
        &self,
        groups: &ByCoordinator,
        time: Duration,
    ) -> PerBroker<Vec<DescribedGroup>> {
        let names = &self.names();
        let build =
            |chunk: &[Arc<str>]| DescribeGroupsRequest::default().with_groups(group_ids(chunk));
        self.describe(groups, within(time), build, |answer| {
            answer
                .groups
                .iter()
                .map(|group| described(group, names))
                .collect()
        })
        .await
    }
}

fn described(answer: &Answer, names: &Names) -> DescribedGroup {
    // Up to version 5 a group that is not there is "Dead" without an error.
    let missing = answer.group_state.as_str() == "Dead" && answer.members.is_empty();
    let code = if missing && answer.error_code == 0 {
        69
    } else {
        answer.error_code
    };
    let consumers = answer.protocol_type.as_str() == "consumer";
    let description = || GroupDescription {
        kind: GroupType::Classic,
        state: answer.group_state.as_str().into(),
        assignor: answer.protocol_data.as_str().into(),
        protocol_type: answer.protocol_type.as_str().into(),
        epoch: None,
        assignment_epoch: None,
        members: answer
            .members
            .iter()
            .map(|answer| member(answer, consumers, names))
            .collect(),
        topology: Vec::new(),
    };
    DescribedGroup {
        group: answer.group_id.as_str().into(),
        result: Code::check(code).map(|()| description()),
    }
}

fn member(answer: &DescribedGroupMember, consumers: bool, names: &Names) -> Member {
    let bytes = answer.member_assignment.clone();
    let assigned = consumers.then(|| assignment(bytes, names)).flatten();
    Member {
        member_id: answer.member_id.as_str().into(),
        instance_id: word(answer.group_instance_id.as_ref()),
        client_id: answer.client_id.as_str().into(),
        host: host(&answer.client_host),
        rack: None,
        epoch: None,
        assignment: assigned.unwrap_or_default(),
        target: None,
        classic: None,
        tasks: None,
    }
}
