// Slipway's side of the control socket, and the few calls Swift cannot reach.
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int32_t csandbox_send(
    int32_t control, const struct csandbox_request *request, const void *payload, size_t payload_size,
    const int32_t *descriptors, size_t descriptor_count) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * FD_COUNT)];
    } ancillary = { 0 };
    struct iovec vectors[] = {
        { .iov_base = (void *)(uintptr_t)request, .iov_len = sizeof *request },
        { .iov_base = (void *)(uintptr_t)payload, .iov_len = payload_size },
    };
    struct msghdr message = { .msg_iov = vectors, .msg_iovlen = 2 };
    if (descriptor_count > FD_COUNT) return EINVAL;
    if (descriptor_count) {
        message.msg_control = &ancillary;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptor_count);
        ancillary.header.cmsg_level = SOL_SOCKET;
        ancillary.header.cmsg_type = SCM_RIGHTS;
        ancillary.header.cmsg_len = CMSG_LEN(sizeof(int) * descriptor_count);
        memcpy(CMSG_DATA(&ancillary.header), descriptors, sizeof(int) * descriptor_count);
    }
    while (sendmsg(control, &message, MSG_NOSIGNAL) < 0)
        if (errno != EINTR) return errno;
    return 0;
}

int32_t csandbox_receive(int32_t control, struct csandbox_reply *reply) {
    for (;;) {
        ssize_t size = recv(control, reply, sizeof *reply, 0);
        if (size == (ssize_t)sizeof *reply) {
            reply->detail[sizeof reply->detail - 1] = 0;
            return 1;
        }
        if (size == 0) return 0;
        if (size > 0) return -EBADMSG;
        // The launcher died with messages unread.
        if (errno == ECONNRESET) return 0;
        if (errno != EINTR) return -errno;
    }
}

int32_t csandbox_memory_file(const char *name, const void *bytes, size_t size) {
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) return -errno;
    const char *next = bytes;
    while (size > 0) {
        ssize_t written = write(fd, next, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            int error = written < 0 ? errno : EIO;
            close(fd);
            return -error;
        }
        next += written;
        size -= (size_t)written;
    }
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

int32_t csandbox_empty_memory_file(const char *name) {
    int fd = memfd_create(name, MFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int32_t csandbox_wait(int32_t process) {
    while (waitpid(process, 0, 0) < 0)
        if (errno != EINTR) return errno;
    return 0;
}

int32_t csandbox_pipe(int32_t *read_end, int32_t *write_end) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) return errno;
    // Only the reader's side: O_NONBLOCK belongs to the open file, and the command expects its output to block.
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK)) {
        int error = errno;
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    (void)fcntl(ends[0], F_SETPIPE_SZ, 1 << 20); // refused beyond the user's share of pipe memory
    *read_end = ends[0];
    *write_end = ends[1];
    return 0;
}

int32_t csandbox_terminal(int32_t *controller, int32_t *terminal) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0) return errno;
    // Not by its name, which another mount namespace may give to another terminal.
    int slave = unlockpt(master) ? -1 : ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) {
        int error = errno;
        close(master);
        return error;
    }
    *controller = master;
    *terminal = slave;
    return 0;
}

int64_t csandbox_read(int32_t descriptor, void *buffer, size_t size) {
    for (;;) {
        ssize_t count = read(descriptor, buffer, size);
        if (count >= 0) return count;
        if (errno != EINTR) return -errno;
    }
}

void csandbox_close(int32_t descriptor) { close(descriptor); }
