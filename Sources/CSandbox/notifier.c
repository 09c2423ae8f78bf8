// The notifier: a process beside each sandbox whose namespace has only one id, or no device nodes. The kernel asks it
// about certain system calls of the sandbox (seccomp_unotify(2)), and it carries them out in its own way:
//
//   notified_files.c      owners, modes and device nodes, which are noted beside the files (FileSystem/OwnerPlace.swift)
//   notified_identity.c   who a process is: everybody is 0 to the kernel, and who he became to himself
//
// It is forked by the launcher, lives in the launcher's pid namespace, where a step cannot see it, and joins the sandbox's
// mount namespace, so that a path means the same to both. It has no other rights over files than a step has, which is root
// in the same user namespace; so a step that lies to it, or changes memory behind its back, gains nothing but a wrong note
// about its own files. Whatever it cannot make sense of it leaves to the kernel.
//
// One thread, no heap: it is forked from the launcher, which may be at any point of its work.
#define _GNU_SOURCE
#include "notifier.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS _IOW('!', 4, uint64_t)
#endif

int read_memory(const struct call *call, uint64_t address, void *buffer, size_t size) {
    struct iovec local = { .iov_base = buffer, .iov_len = size };
    struct iovec remote = { .iov_base = (void *)(uintptr_t)address, .iov_len = size };
    return process_vm_readv((pid_t)call->request->pid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

int write_memory(const struct call *call, uint64_t address, const void *buffer, size_t size) {
    struct iovec local = { .iov_base = (void *)(uintptr_t)buffer, .iov_len = size };
    struct iovec remote = { .iov_base = (void *)(uintptr_t)address, .iov_len = size };
    return process_vm_writev((pid_t)call->request->pid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

int read_path(const struct call *call, uint64_t address, char path[4096]) {
    // By page, since what comes after the last one may not be mapped.
    size_t length = 0;
    while (length < 4096) {
        size_t step = 4096 - (size_t)((address + length) & 4095);
        if (step > 4096 - length) step = 4096 - length;
        // Most paths are short.
        if (step > 256) step = 256;
        if (!read_memory(call, address + length, path + length, step)) return 0;
        if (memchr(path + length, 0, step)) return 1;
        length += step;
    }
    return 0;
}

void process_file(char buffer[64], uint32_t process, const char *name) {
    char digits[12], *digit = digits + sizeof digits - 1;
    *digit = 0;
    do *--digit = (char)('0' + process % 10);
    while (process /= 10);
    char *end = stpcpy(buffer, digit);
    *end++ = '/';
    strncpy(end, name, 48);
    end[48] = 0;
}

// MARK: Life

struct greeting {
    int32_t has_one_identity;
    struct identity identity;
};

int notifier_greet(int connection, int listener, const struct identity *identity, int has_one_identity) {
    int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (self < 0) return errno;
    struct greeting greeting = { .has_one_identity = has_one_identity, .identity = *identity };
    int descriptors[] = { listener, self };
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof descriptors)];
    } ancillary = { 0 };
    struct iovec vector = { .iov_base = &greeting, .iov_len = sizeof greeting };
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &ancillary, .msg_controllen = sizeof ancillary,
    };
    ancillary.header.cmsg_level = SOL_SOCKET;
    ancillary.header.cmsg_type = SCM_RIGHTS;
    ancillary.header.cmsg_len = CMSG_LEN(sizeof descriptors);
    memcpy(CMSG_DATA(&ancillary.header), descriptors, sizeof descriptors);
    while (sendmsg(connection, &message, MSG_NOSIGNAL) < 0)
        if (errno != EINTR) return errno;
    // It must be there before the first call that waits for it: its word is one byte.
    char ready;
    ssize_t count;
    while ((count = recv(connection, &ready, 1, 0)) < 0 && errno == EINTR) {}
    close(self);
    return count == 1 ? 0 : EPIPE;
}

static int receive_greeting(int connection, struct greeting *greeting, int descriptors[2]) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } ancillary;
    struct iovec vector = { .iov_base = greeting, .iov_len = sizeof *greeting };
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &ancillary, .msg_controllen = sizeof ancillary,
    };
    ssize_t size;
    while ((size = recvmsg(connection, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {}
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);
    if (size != (ssize_t)sizeof *greeting || !part || part->cmsg_len != CMSG_LEN(2 * sizeof(int))) return 0;
    memcpy(descriptors, CMSG_DATA(part), 2 * sizeof(int));
    return 1;
}

// The answers of one request. Returns 0 when the sandbox is gone.
static int serve_one(struct notifier *notifier, struct seccomp_notif *request, struct seccomp_notif_resp *response) {
    memset(request, 0, sizeof *request);
    if (ioctl(notifier->listener, SECCOMP_IOCTL_NOTIF_RECV, request)) return errno == EINTR || errno == ENOENT;
    struct call call = { .request = request, .identity = identity_of(notifier, request) };
    struct answer answer = go_on();
    if (!identity_call(&call, &answer)) (void)file_call(notifier, &call, &answer);
    if (answer.verdict == VERDICT_SENT) return 1;
    *response = (struct seccomp_notif_resp) { .id = request->id };
    if (answer.verdict == VERDICT_CONTINUE) response->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    else if (answer.value < 0) response->error = (int32_t)answer.value;
    else response->val = answer.value;
    // ENOENT: whoever asked has died meanwhile.
    return ioctl(notifier->listener, SECCOMP_IOCTL_NOTIF_SEND, response) == 0 || errno == ENOENT || errno == EINTR;
}

void notifier_run(int connection, int log) {
    prctl(PR_SET_NAME, "slipway-notify");
    struct notifier notifier = { .log = log, .proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC) };
    struct greeting greeting;
    int descriptors[2];
    if (notifier.proc < 0 || !receive_greeting(connection, &greeting, descriptors)) _exit(0);
    notifier.listener = descriptors[0];
    notifier.has_one_identity = greeting.has_one_identity;
    *identity_first() = greeting.identity;
    struct stat root;
    if (setns(descriptors[1], CLONE_NEWNS) || stat("/", &root) || fchdir(notifier.proc)) _exit(255);
    close(descriptors[1]);
    notifier.root_device = root.st_dev;
    notifier.root_inode = root.st_ino;
    umask(0);
    // The asking thread runs on at the same processor: since Linux 6.6, and only a matter of speed.
    (void)ioctl(notifier.listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, 1);
    if (send(connection, "", 1, MSG_NOSIGNAL) != 1) _exit(255);
    close(connection);
    // The kernel's structures may be larger than the headers' of the compiler.
    union {
        struct seccomp_notif request;
        char room[1024];
    } request;
    union {
        struct seccomp_notif_resp response;
        char room[1024];
    } response;
    for (;;) {
        struct pollfd event = { .fd = notifier.listener, .events = POLLIN };
        if (poll(&event, 1, -1) < 0) {
            if (errno == EINTR) continue;
            _exit(255);
        }
        if (!(event.revents & POLLIN)) _exit(0);
        if (!serve_one(&notifier, &request.request, &response.response)) _exit(255);
    }
}
