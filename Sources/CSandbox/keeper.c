// The keeper: the parent of a process that has no pid namespace to end with. Whatever the process leaves running is handed to
// the keeper by the kernel, which kills it, and only then ends as the process did.
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// Kills the children that /proc lists. Returns how many there were, or -1 where it does not tell.
static int kill_children(void) {
    char path[64], list[4096];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, list, sizeof list - 1);
    if (fd >= 0) close(fd);
    if (size < 0) return -1;
    list[size] = 0;
    int count = 0;
    for (char *next = list; *next; count++) {
        long process = strtol(next, &next, 10);
        if (process <= 0) break;
        kill((pid_t)process, SIGKILL);
        while (*next == ' ') next++;
    }
    return count;
}

// Kills everything below, generation by generation: who loses its parent becomes a child of the keeper's.
static void kill_all(void) {
    for (;;) {
        int count = kill_children();
        pid_t process = waitpid(-1, 0, count > 0 ? 0 : WNOHANG);
        if (process < 0 && errno == ECHILD) return;
        // Nobody can be named, so nobody can be killed: what the main process left ends when it ends.
        if (count < 0 && waitpid(-1, 0, 0) < 0) return;
    }
}

static void end_like(int status) __attribute__((noreturn));

static void end_like(int status) {
    if (!WIFSIGNALED(status)) _exit(WEXITSTATUS(status));
    struct rlimit none = { 0 };
    setrlimit(RLIMIT_CORE, &none);
    sigset_t all;
    sigfillset(&all);
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    sigprocmask(SIG_UNBLOCK, &all, 0);
    _exit(128 + WTERMSIG(status));
}

void keeper_fork(void) {
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1)) _exit(255);
    prctl(PR_SET_PDEATHSIG, KEEPER_KILL);
    pid_t keeper = getpid(), main_process = fork();
    if (main_process < 0) _exit(255);
    if (main_process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != keeper) _exit(255);
        sigprocmask(SIG_SETMASK, &before, 0);
        return;
    }
    // The readers of its output wait for its end.
    for (int fd = 0; fd < 3; fd++) close(fd);
    for (;;) {
        int number = sigwaitinfo(&all, 0);
        if (number == KEEPER_KILL) {
            kill(main_process, SIGKILL);
            kill_all();
            end_like(SIGKILL);
        }
        if (number != SIGCHLD) {
            if (number > 0) kill(main_process, number);
            continue;
        }
        int status;
        for (pid_t process; (process = waitpid(-1, &status, WNOHANG)) > 0;) {
            if (process != main_process) continue;
            kill_all();
            end_like(status);
        }
    }
}
