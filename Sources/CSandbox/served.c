// A root that a program of the machine serves (fuse-overlayfs), for where the kernel mounts no overlay.
//
// The launcher opens the device and forks the server before it forks the sandbox. The sandbox mounts the device in its own
// mount namespace and says so; only then is the program executed, since it could not read from a device that is not mounted.
// The server lives outside the sandbox, with the machine's files as its root, and ends when the sandbox's mounts have gone and
// all that was written has come to it: before that, the sandbox does not count as ended.
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_WORDS = 16, DEVICE = 3 };

static void become_server(const struct served *served, int mounted, char *words, size_t size, pid_t launcher)
    __attribute__((noreturn));

static void become_server(const struct served *served, int mounted, char *words, size_t size, pid_t launcher) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != launcher) _exit(255);
    // Otherwise the pipe would never end.
    close(served->say_mounted);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
    char *arguments[MOST_WORDS + 1];
    size_t count = 0;
    for (char *word = words; word < words + size && count < MOST_WORDS; word += strlen(word) + 1) arguments[count++] = word;
    arguments[count] = 0;
    char byte;
    ssize_t length;
    while ((length = read(mounted, &byte, 1)) < 0 && errno == EINTR) {}
    // Not mounted: there is nothing to serve.
    if (length != 1 || !count) _exit(0);
    int device = fcntl(served->device, F_DUPFD_CLOEXEC, 16);
    if (device < 0 || dup2(device, DEVICE) < 0) _exit(255);
    (void)syscall(SYS_close_range, (unsigned)DEVICE + 1, ~0u, 0u);
    execv(arguments[0], arguments);
    _exit(127);
}

int served_start(struct served *served, uint64_t id, int words) {
    *served = (struct served) { .id = id, .device = -1, .say_mounted = -1 };
    struct stat status;
    int ends[2];
    if (fstat(words, &status)) return errno;
    size_t size = (size_t)status.st_size;
    char *bytes = mmap(0, size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE, words, 0);
    if (bytes == MAP_FAILED) return errno;
    int error = 0;
    if ((served->device = open("/dev/fuse", O_RDWR | O_CLOEXEC)) < 0 || pipe2(ends, O_CLOEXEC)) {
        error = errno;
    } else {
        served->say_mounted = ends[1];
        pid_t launcher = getpid(), process = fork();
        if (process == 0) become_server(served, ends[0], bytes, size, launcher);
        if (process < 0) error = errno;
        else served->server = process;
        close(ends[0]);
    }
    munmap(bytes, size + 1);
    if (error) served_close(served);
    return error;
}

void served_close(struct served *served) {
    if (served->device >= 0) close(served->device);
    if (served->say_mounted >= 0) close(served->say_mounted);
    served->device = served->say_mounted = -1;
}
