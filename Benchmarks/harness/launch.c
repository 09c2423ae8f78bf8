// Runs a command and says what it cost: seconds, processor seconds of user and system, the largest resident set of a
// process of it in KiB, and its exit code, as one line on file descriptor 3.
//
//   launch [-n PID] COMMAND...     -n: in the mount, network and process namespaces of PID
//
// In C, because a child of the harness itself would start with the harness's own resident set as its ru_maxrss.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(125);
}

static void enter(const char *pid) {
    static const char *const kinds[] = {"pid", "net", "mnt"};
    int files[3];
    for (int i = 0; i < 3; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%s/ns/%s", pid, kinds[i]);
        files[i] = open(path, O_RDONLY | O_CLOEXEC);
        if (files[i] < 0) fail(path);
    }
    for (int i = 0; i < 3; i++) {
        if (setns(files[i], 0) != 0) fail("setns");
        close(files[i]);
    }
}

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int main(int count, char **arguments) {
    int first = 1;
    if (count > 3 && strcmp(arguments[1], "-n") == 0) {
        enter(arguments[2]);
        first = 3;
    }
    if (first >= count) return 125;
    // Ctrl-C is for the command, which says with its exit code what it made of it.
    signal(SIGINT, SIG_IGN);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        signal(SIGINT, SIG_DFL);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(3);
        execvp(arguments[first], arguments + first);
        fail(arguments[first]);
    }
    int status;
    struct rusage usage;
    while (wait4(child, &status, 0, &usage) < 0) {}
    clock_gettime(CLOCK_MONOTONIC, &end);
    double elapsed = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    dprintf(3, "%.6f %.6f %.6f %ld %d\n", elapsed, seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss, code);
    return 0;
}
