// The way out of a sandbox's private network: a program of the machine's (slirp4netns, pasta) that the launcher starts beside
// the sandbox. It opens an interface in the sandbox's network namespace and carries what comes through it to sockets of the
// machine's network. It lives as long as the sandbox.
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int gateway_prepare(struct gateway *gateway) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) return errno;
    gateway->ready = ends[0];
    gateway->say_ready = ends[1];
    gateway->log = memfd_create("slipway-network", MFD_CLOEXEC);
    if (gateway->log >= 0) return 0;
    int error = errno;
    gateway_close(gateway);
    return error;
}

void gateway_close(struct gateway *gateway) {
    int *descriptors[] = { &gateway->ready, &gateway->say_ready, &gateway->log };
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++) {
        if (*descriptors[i] >= 0) close(*descriptors[i]);
        *descriptors[i] = -1;
    }
}

// The words of a request, each ending in 0, after the number of the descriptor on which the program says that it is ready.
enum { MOST_WORDS = 64 };

static void become_gateway(const struct gateway *gateway, char *words, size_t size, pid_t sandbox, pid_t launcher)
    __attribute__((noreturn));

static void become_gateway(const struct gateway *gateway, char *words, size_t size, pid_t sandbox, pid_t launcher) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != launcher) _exit(255);
    // The launcher ignores some, which pasta does not expect.
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
    char *arguments[MOST_WORDS + 1], namespace[64];
    size_t count = 0;
    int ready_on_output = words[0] == '1';
    for (char *word = words + strlen(words) + 1; word < words + size && count < MOST_WORDS; word += strlen(word) + 1)
        arguments[count++] = word;
    arguments[count] = 0;
    snprintf(namespace, sizeof namespace, "/proc/%d/ns/net", sandbox);
    // Descriptor 0 is the namespace, 1 or 3 the one to write to when all is ready; messages go to the log.
    int source = open(namespace, O_RDONLY | O_CLOEXEC);
    int copies[] = { source, ready_on_output ? gateway->say_ready : gateway->log, gateway->log, gateway->say_ready };
    for (int fd = 0; fd < 4; fd++) {
        // Out of the way of those that are still needed.
        copies[fd] = copies[fd] < 0 ? -1 : fcntl(copies[fd], F_DUPFD_CLOEXEC, 16);
        if (copies[fd] < 0) _exit(255);
    }
    for (int fd = 0; fd < 4; fd++)
        if (dup2(copies[fd], fd) < 0) _exit(255);
    (void)syscall(SYS_close_range, 4u, ~0u, 0u);
    if (count) execv(arguments[0], arguments);
    dprintf(2, "%s: %s\n", count ? arguments[0] : "", strerror(errno));
    _exit(127);
}

pid_t gateway_start(const struct gateway *gateway, char *words, size_t size, pid_t sandbox) {
    pid_t launcher = getpid(), process = fork();
    if (process == 0) become_gateway(gateway, words, size, sandbox, launcher);
    // Where it could not be forked, the sandbox reads the end of the pipe and fails.
    return process < 0 ? 0 : process;
}

// The last of its words that say something, in one line.
static void read_log(int log, char *text, size_t size) {
    char bytes[4096];
    off_t end = lseek(log, 0, SEEK_END);
    off_t start = end > (off_t)sizeof bytes - 1 ? end - ((off_t)sizeof bytes - 1) : 0;
    ssize_t count = pread(log, bytes, sizeof bytes - 1, start);
    bytes[count > 0 ? count : 0] = 0;
    size_t length = 0;
    for (char *line = bytes; *line;) {
        size_t width = strcspn(line, "\n");
        // What pasta says where no system log listens.
        int is_noise = strncmp(line, "Failed to send", 14) == 0;
        if (width && !is_noise && length + width + 2 < size) {
            if (length) text[length++] = ';', text[length++] = ' ';
            memcpy(text + length, line, width);
            length += width;
        }
        line += width + (line[width] == '\n');
    }
    text[length] = 0;
}

int gateway_wait(struct gateway *gateway, char *text, size_t size) {
    // The program's own end is the only one left then: when it dies, this pipe ends.
    close(gateway->say_ready);
    gateway->say_ready = -1;
    char byte;
    ssize_t count;
    while ((count = read(gateway->ready, &byte, 1)) < 0 && errno == EINTR) {}
    if (count == 1) return 1;
    read_log(gateway->log, text, size);
    return 0;
}
