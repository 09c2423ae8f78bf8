// The launcher: forked before slipway has threads, it clones sandboxes on request and outlives slipway by moments.
//
// One thread, one loop: requests come in on the control socket, ends of children on a signalfd. The end of the control
// socket is slipway's end, however it came.
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct run {
    uint64_t id;
    pid_t process;
    int has_keeper; // there is no pid namespace that ends with it
    pid_t gateway; // the program beside it that connects its network, or 0
    pid_t server; // the program beside it that serves its root, or 0
    struct csandbox_reply exited; // once its process is 0, until the server has ended as well
};

static struct launcher {
    int control;
    int self; // pidfd of this process
    struct run *runs;
    size_t run_count, run_capacity;
    char **guarded; // trees to delete if slipway dies
    size_t guarded_count, guarded_capacity;
    struct served served; // for the next run
    int is_shielded; // runs from a file that no sandbox can change: shield.c
    int shield_error; // why it does not
} launcher;

static void reply(const struct csandbox_reply *reply) {
    // If slipway is gone there is nobody to tell; the loop will notice.
    while (send(launcher.control, reply, sizeof *reply, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

static void reply_not_started(uint64_t id, enum csandbox_step step, int error) {
    struct csandbox_reply failed = { .id = id, .kind = CSANDBOX_FAILED, .step = step, .error = error };
    struct csandbox_reply exited = { .id = id, .kind = CSANDBOX_EXITED };
    reply(&failed);
    reply(&exited);
}

// Makes room for one more element. Returns 0 if there is no memory.
static int grow(void **array, size_t count, size_t *capacity, size_t element) {
    if (count < *capacity) return 1;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *larger = realloc(*array, wanted * element);
    if (!larger) return 0;
    *array = larger;
    *capacity = wanted;
    return 1;
}

// Forks the notifier. It ends with its sandbox, or with the launcher.
static int start_notifier(struct start *start) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) return errno;
    pid_t process = fork();
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        struct pollfd parent = { .fd = launcher.self, .events = POLLIN };
        if (poll(&parent, 1, 0) > 0) _exit(255);
        // Only what it needs: it would keep the sandbox's pipes open.
        close(ends[0]);
        close(launcher.control);
        served_close(&start->served);
        gateway_close(&start->gateway);
        for (int i = 0; i < FD_LOG; i++) close(start->descriptors[i]);
        notifier_run(ends[1], start->descriptors[FD_LOG]);
    }
    int error = errno;
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        return error;
    }
    start->notifier = ends[0];
    return 0;
}

// What a request prepared for its sandbox and the sandbox did not take: the program sees the end of its pipe.
static void forget_served(void) {
    if (launcher.served.id) served_close(&launcher.served);
    launcher.served = (struct served) { .device = -1, .say_mounted = -1 };
}

static void serve_root(uint64_t id, const int *descriptors, size_t count) {
    forget_served();
    // Where it cannot be had, the sandbox says so.
    if (count == 1) (void)served_start(&launcher.served, id, descriptors[0]);
}

static void run(
    const struct csandbox_request *request, char *words, size_t words_size, const int *descriptors, size_t count) {
    struct start start = {
        .id = request->id, .control = launcher.control, .launcher = launcher.self,
        .descriptors = { -1, -1, -1, -1, -1, -1, -1 }, .notifier = -1, .gateway = { -1, -1, -1 },
        .served = { .device = -1, .say_mounted = -1 },
    };
    if (launcher.served.id == request->id) start.served = launcher.served;
    if (count < FD_FILTER || count > FD_COUNT) return reply_not_started(request->id, CSANDBOX_STEP_PROGRAM, EBADMSG);
    if (!launcher.is_shielded) return reply_not_started(request->id, CSANDBOX_STEP_SHIELD, launcher.shield_error);
    memcpy(start.descriptors, descriptors, count * sizeof *descriptors);
    if (count == FD_LOG) {
        // A notifier without a filter.
        start.descriptors[FD_LOG] = start.descriptors[FD_NOTIFIED];
        start.descriptors[FD_NOTIFIED] = start.descriptors[FD_FILTER];
        start.descriptors[FD_FILTER] = -1;
    }
    if (!grow((void **)&launcher.runs, launcher.run_count, &launcher.run_capacity, sizeof *launcher.runs))
        return reply_not_started(request->id, CSANDBOX_STEP_CLONE, ENOMEM);
    int error = words_size ? gateway_prepare(&start.gateway) : 0;
    if (error) return reply_not_started(request->id, CSANDBOX_STEP_GATEWAY, error);
    if (start.descriptors[FD_LOG] >= 0 && (error = start_notifier(&start))) {
        gateway_close(&start.gateway);
        return reply_not_started(request->id, CSANDBOX_STEP_NOTIFIER, error);
    }
    // clone(2) as fork: no stack of its own. clone3 would do no more here, and some containers' filters refuse it.
    long process = syscall(SYS_clone, (unsigned long)request->value | SIGCHLD, 0, 0, 0, 0);
    if (process == 0) sandbox_child(&start);
    error = errno;
    pid_t gateway = process > 0 && words_size ? gateway_start(&start.gateway, words, words_size, (pid_t)process) : 0;
    gateway_close(&start.gateway);
    if (start.notifier >= 0) close(start.notifier);
    if (process < 0) return reply_not_started(request->id, CSANDBOX_STEP_CLONE, error);
    launcher.runs[launcher.run_count++] = (struct run) {
        .id = request->id, .process = (pid_t)process, .has_keeper = !(request->value & CLONE_NEWPID), .gateway = gateway,
        .server = start.served.server,
    };
}

static void guard(const char *path) {
    char *copy = strdup(path);
    if (copy && grow((void **)&launcher.guarded, launcher.guarded_count, &launcher.guarded_capacity, sizeof copy))
        launcher.guarded[launcher.guarded_count++] = copy;
    else
        free(copy);
}

static void release(const char *path) {
    for (size_t i = 0; i < launcher.guarded_count; i++) {
        if (strcmp(launcher.guarded[i], path)) continue;
        free(launcher.guarded[i]);
        launcher.guarded[i] = launcher.guarded[--launcher.guarded_count];
        return;
    }
}

static void kill_run(const struct run *run, int number) {
    // What serves its root comes to its end by itself.
    if (run->process) kill(run->process, run->has_keeper && number == SIGKILL ? KEEPER_KILL : number);
}

// Killing pid 1 of a pid namespace kills all of it. It is our child and not reaped, so the number is still its own.
static void signal_run(uint64_t id, int signal) {
    for (size_t i = 0; i < launcher.run_count; i++)
        if (launcher.runs[i].id == id) kill_run(&launcher.runs[i], signal);
}

static uint64_t microseconds(struct timeval time) { return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec; }

static void reap(void) {
    int status;
    struct rusage usage;
    pid_t process;
    while ((process = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        for (size_t i = 0; i < launcher.run_count; i++) {
            struct run *run = &launcher.runs[i];
            // Its number may be another process's soon.
            if (run->gateway == process) run->gateway = 0;
            if (run->server == process) run->server = 0;
            if (run->process == process) {
                run->process = 0;
                if (run->gateway) kill(run->gateway, SIGKILL);
                run->exited = (struct csandbox_reply) {
                    .id = run->id, .kind = CSANDBOX_EXITED, .status = status,
                    .user_microseconds = microseconds(usage.ru_utime),
                    .system_microseconds = microseconds(usage.ru_stime),
                    .peak_kibibytes = (uint64_t)usage.ru_maxrss,
                };
            }
            if (run->process || run->server) continue;
            struct csandbox_reply exited = run->exited;
            *run = launcher.runs[--launcher.run_count];
            reply(&exited);
            break;
        }
    }
}

static void finish(int delete_guarded) __attribute__((noreturn));

static void finish(int delete_guarded) {
    for (size_t i = 0; i < launcher.run_count; i++) {
        kill_run(&launcher.runs[i], SIGKILL);
        if (launcher.runs[i].gateway) kill(launcher.runs[i].gateway, SIGKILL);
    }
    // Only when all are reaped have their mounts gone and is nobody writing any more.
    while (wait4(-1, 0, 0, 0) > 0 || errno == EINTR) {}
    for (size_t i = 0; delete_guarded && i < launcher.guarded_count; i++) remove_tree(launcher.guarded[i]);
    _exit(0);
}

// Before the first sandbox: executes itself anew, from where no sandbox can change it. The request stays in the socket.
static int must_shield(void) {
    struct csandbox_request next;
    if (launcher.is_shielded) return 0;
    ssize_t size = recv(launcher.control, &next, sizeof next, MSG_PEEK | MSG_DONTWAIT);
    return size == (ssize_t)sizeof next && (next.kind == CSANDBOX_RUN || next.kind == CSANDBOX_SERVE);
}

static void handle_request(void) {
    if (must_shield()) launcher.shield_error = shield_launcher(launcher.control, launcher.guarded, launcher.guarded_count);
    union {
        struct csandbox_request request;
        char bytes[sizeof(struct csandbox_request) + PATH_MAX];
    } message;
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * FD_COUNT)];
    } ancillary;
    struct iovec vector = { .iov_base = &message, .iov_len = sizeof message };
    struct msghdr header = {
        .msg_iov = &vector, .msg_iovlen = 1,
        .msg_control = &ancillary, .msg_controllen = sizeof ancillary,
    };
    ssize_t size = recvmsg(launcher.control, &header, MSG_CMSG_CLOEXEC);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (size <= 0) finish(1);

    int descriptors[FD_COUNT];
    size_t count = 0;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&header); part; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(descriptors, CMSG_DATA(part), count * sizeof(int));
    }
    if ((size_t)size >= sizeof message.request && (size_t)size < sizeof message.bytes) {
        message.bytes[size] = 0;
        char *path = message.bytes + sizeof message.request;
        size_t length = (size_t)size - sizeof message.request;
        switch (message.request.kind) {
        case CSANDBOX_RUN:
            run(&message.request, path, length, descriptors, count);
            forget_served();
            break;
        case CSANDBOX_SERVE: serve_root(message.request.id, descriptors, count); break;
        case CSANDBOX_KILL: signal_run(message.request.id, SIGKILL); break;
        case CSANDBOX_SIGNAL: signal_run(message.request.id, (int)message.request.value); break;
        case CSANDBOX_GUARD: guard(path); break;
        case CSANDBOX_RELEASE: release(path); break;
        case CSANDBOX_GOODBYE: finish(0);
        }
    }
    for (size_t i = 0; i < count; i++) close(descriptors[i]);
}

static void serve(int control) __attribute__((noreturn));

static void serve(int control) {
    // The terminal's signals are for slipway, which decides what they mean for its sandboxes. Its own session keeps job
    // control (Ctrl-Z) away as well.
    setsid();
    for (int i = 0; i < 4; i++) signal((int[]) { SIGINT, SIGTERM, SIGHUP, SIGQUIT }[i], SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_SETMASK, &children, 0);
    prctl(PR_SET_NAME, LAUNCHER_NAME);

    // Nothing of slipway's stays open: a pipe's reader must see the end when slipway ends.
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        if (null < 0 || dup2(null, fd) < 0) _exit(255);
    if (control != 3 && dup3(control, 3, O_CLOEXEC) < 0) _exit(255);
    control = 3;
    (void)fcntl(control, F_SETFD, FD_CLOEXEC);
    if (syscall(SYS_close_range, 4u, ~0u, 0u)) {
        struct rlimit limit;
        int count = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
        for (int fd = 4; fd < count; fd++) close(fd);
    }
    if (chdir("/")) _exit(255);

    launcher.control = control;
    int ended = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    launcher.self = (int)syscall(SYS_pidfd_open, getpid(), 0); // close-on-exec by itself
    if (ended < 0 || launcher.self < 0) _exit(255);
    for (;;) {
        struct pollfd events[] = { { .fd = ended, .events = POLLIN }, { .fd = control, .events = POLLIN } };
        if (poll(events, 2, -1) < 0) continue;
        if (events[0].revents) {
            struct signalfd_siginfo discarded;
            while (read(ended, &discarded, sizeof discarded) > 0) {}
            reap();
        }
        if (events[1].revents) handle_request();
    }
}

void resume_launcher(char *const *guarded, size_t count) {
    launcher.is_shielded = 1;
    for (size_t i = 0; i < count; i++) guard(guarded[i]);
    serve(3);
}

int32_t csandbox_fork_launcher(int32_t *control, int32_t *process) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) return errno;
    pid_t child = fork();
    if (child < 0) {
        int error = errno;
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    if (child == 0) {
        close(ends[0]);
        serve(ends[1]);
    }
    close(ends[1]);
    *control = ends[0];
    *process = child;
    return 0;
}
