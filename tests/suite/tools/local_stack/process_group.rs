//! Nothing that the stack starts outlives it.

use std::os::unix::process::ExitStatusExt as _;

use local_stack::process_group::ProcessGroup;
use tokio::process::{Child, Command};

const SIGKILL: i32 = 9;

/// A shell that starts a program of its own.
fn start(group: &ProcessGroup) -> Child {
    let mut command = Command::new("sh");
    group.id().include(command.args(["-c", "sleep 30; true"])).spawn().expect("a process")
}

async fn assert_killed(mut process: Child) {
    assert_eq!(process.wait().await.expect("a status").signal(), Some(SIGKILL));
}

#[tokio::test]
async fn a_stopped_group_has_no_processes() {
    let group = ProcessGroup::start().expect("a group");
    let processes = [start(&group), start(&group)];
    group.stop().await;
    for process in processes {
        assert_killed(process).await;
    }
}

/// The system closes the pipe to the group's shell in the same way when this process is killed.
#[tokio::test]
async fn a_group_ends_when_the_pipe_to_its_shell_is_closed() {
    let group = ProcessGroup::start().expect("a group");
    let process = start(&group);
    drop(group);
    assert_killed(process).await;
}

#[tokio::test]
async fn a_process_of_a_running_group_goes_on_until_it_ends() {
    let group = ProcessGroup::start().expect("a group");
    let mut command = Command::new("sh");
    let mut process =
        group.id().include(command.args(["-c", "exit 3"])).spawn().expect("a process");
    assert_eq!(process.wait().await.expect("a status").code(), Some(3));
    group.stop().await;
}
