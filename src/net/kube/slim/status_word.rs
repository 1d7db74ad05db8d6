//! The STATUS, READY and RESTARTS columns of `kubectl get pods`, by the rules of kubectl's server-side printer
//! (`printPod` in `pkg/printers/internalversion/printers.go` of Kubernetes 1.36).
use super::pod::{ContainerStatus, Pod, Terminated};

/// Three cells of `kubectl get pods`.
#[derive(Debug)]
pub(super) struct StatusWord {
    pub(super) status: String,
    pub(super) ready: u16,
    pub(super) containers: u16,
    pub(super) restarts: u32,
}

/// How far the init containers have come.
struct Init {
    /// The word, while one of them holds the pod up.
    word: Option<String>,
    ready: u16,
    restarts: u32,
    sidecar_restarts: u32,
}

/// How the ordinary containers are.
struct Main {
    word: Option<String>,
    ready: u16,
    restarts: u32,
}

pub(super) fn status_word(pod: &Pod) -> StatusWord {
    let sidecars = pod
        .spec
        .init_containers
        .iter()
        .filter(|init| init.is_restartable())
        .count();
    let containers = u16::try_from(pod.spec.containers.len() + sidecars).unwrap_or(u16::MAX);
    let init = read_init(pod);
    let mut cells = StatusWord {
        status: phase_word(pod),
        ready: init.ready,
        containers,
        restarts: init.restarts,
    };
    let initializing = init.word.is_some();
    if let Some(word) = init.word {
        cells.status = word;
    }
    if !initializing || condition_is_true(pod, "Initialized") {
        let main = read_main(pod, &cells.status);
        cells.restarts = init.sidecar_restarts.saturating_add(main.restarts);
        cells.ready = cells.ready.saturating_add(main.ready);
        if let Some(word) = main.word {
            cells.status = word;
        }
    }
    if pod.metadata.deletion_timestamp.is_some() {
        if pod.status.reason == "NodeLost" {
            cells.status = "Unknown".into();
        } else if !matches!(pod.status.phase.as_str(), "Succeeded" | "Failed") {
            cells.status = "Terminating".into();
        }
    }
    cells
}

fn phase_word(pod: &Pod) -> String {
    let gated =
        pod.status.conditions.iter().any(|condition| {
            condition.kind == "PodScheduled" && condition.reason == "SchedulingGated"
        });
    if gated {
        "SchedulingGated".into()
    } else if pod.status.reason.is_empty() {
        pod.status.phase.clone()
    } else {
        pod.status.reason.clone()
    }
}

fn read_init(pod: &Pod) -> Init {
    let mut init = Init {
        word: None,
        ready: 0,
        restarts: 0,
        sidecar_restarts: 0,
    };
    for (position, status) in pod.status.init_container_statuses.iter().enumerate() {
        init.restarts = init.restarts.saturating_add(status.restart_count);
        let spec = pod
            .spec
            .init_containers
            .iter()
            .find(|spec| spec.name == status.name);
        let sidecar = spec.is_some_and(super::pod::Container::is_restartable);
        if sidecar {
            init.sidecar_restarts = init.sidecar_restarts.saturating_add(status.restart_count);
        }
        if status
            .state
            .terminated
            .as_ref()
            .is_some_and(|ended| ended.exit_code == 0)
        {
            continue;
        }
        if sidecar && status.started == Some(true) {
            init.ready += u16::from(status.ready);
            continue;
        }
        init.word = Some(init_word(status, position, pod.spec.init_containers.len()));
        break;
    }
    init
}

fn init_word(status: &ContainerStatus, position: usize, all: usize) -> String {
    let waiting = status
        .state
        .waiting
        .as_ref()
        .map_or("", |waiting| waiting.reason.as_str());
    if let Some(ended) = &status.state.terminated {
        format!("Init:{}", ended_word(ended))
    } else if waiting.is_empty() || waiting == "PodInitializing" {
        format!("Init:{position}/{all}")
    } else {
        format!("Init:{waiting}")
    }
}

fn ended_word(ended: &Terminated) -> String {
    match (ended.reason.as_str(), ended.signal) {
        ("", 0) => format!("ExitCode:{}", ended.exit_code),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.into(),
    }
}

fn read_main(pod: &Pod, before: &str) -> Main {
    let mut main = Main {
        word: None,
        ready: 0,
        restarts: 0,
    };
    let mut failed = None;
    let mut running = false;
    for status in pod.status.container_statuses.iter().rev() {
        main.restarts = main.restarts.saturating_add(status.restart_count);
        let waiting = status
            .state
            .waiting
            .as_ref()
            .map_or("", |waiting| waiting.reason.as_str());
        if !waiting.is_empty() {
            main.word = Some(waiting.into());
        } else if let Some(ended) = &status.state.terminated {
            main.word = Some(ended_word(ended));
            if ended.exit_code != 0 {
                failed.clone_from(&main.word);
            }
        } else if status.ready && status.state.running.is_some() {
            running = true;
            main.ready += 1;
        }
    }
    if main.word.as_deref().unwrap_or(before) == "Completed" {
        if running && condition_is_true(pod, "Ready") {
            main.word = Some("Running".into());
        } else if failed.is_some() {
            main.word = failed;
        } else if running {
            main.word = Some("NotReady".into());
        }
    }
    main
}

fn condition_is_true(pod: &Pod, kind: &str) -> bool {
    pod.status
        .conditions
        .iter()
        .find(|condition| condition.kind == kind)
        .is_some_and(|condition| condition.status == "True")
}
