// Moves this process into a user namespace of its own: same pid, no wrapper.
//
// Who maps more than his own id must be outside and privileged: newuidmap and newgidmap are setuid root (or have file
// capabilities) and check /etc/subuid and /etc/subgid. So a helper is forked before, stays outside, and runs them.
#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs a program with its output into `output`. Returns whether it succeeded.
static int run_tool(char *const *arguments, int output) {
    pid_t tool = fork();
    if (tool < 0) return 0;
    if (tool == 0) {
        dup2(output, 1);
        dup2(output, 2);
        execv(arguments[0], arguments);
        dprintf(2, "%s: %s\n", arguments[0], strerror(errno));
        _exit(127);
    }
    int status;
    while (waitpid(tool, &status, 0) < 0)
        if (errno != EINTR) return 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

enum { USERS_MAPPED = 1, GROUPS_MAPPED = 2 };

// The helper: waits for the namespace, maps, tells by its exit status what worked.
static void map_from_outside(const struct csandbox_id_maps *maps, int go, int output) __attribute__((noreturn));

static int write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    ssize_t written = write(fd, text, strlen(text));
    int error = written < 0 ? errno : 0;
    close(fd);
    return error;
}

static int map_single(const char *file, uint32_t id) {
    char line[32];
    snprintf(line, sizeof line, "0 %u 1\n", id);
    return write_file(file, line);
}

// Writes a map of the parent. Returns whether that worked.
static int write_map(const char *file, const char *text) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)getppid(), file);
    return write_file(path, text) == 0;
}

static void map_from_outside(const struct csandbox_id_maps *maps, int go, int output) {
    char byte;
    // No byte: unshare failed, or the parent died.
    if (read(go, &byte, 1) != 1) _exit(0);
    int done = 0;
    if (maps->users ? write_map("uid_map", maps->users) : maps->newuidmap && run_tool(maps->newuidmap, output))
        done |= USERS_MAPPED;
    if (maps->groups ? write_map("gid_map", maps->groups) : maps->newgidmap && run_tool(maps->newgidmap, output))
        done |= GROUPS_MAPPED;
    _exit(done);
}

int32_t csandbox_try_user_namespace(uint32_t euid) {
    pid_t child = fork();
    if (child < 0) return errno;
    if (child == 0) {
        if (unshare(CLONE_NEWUSER)) _exit(errno);
        int error = map_single("/proc/self/uid_map", euid);
        if (!error && unshare(CLONE_NEWNS)) error = errno;
        if (!error && mount(0, "/", 0, MS_REC | MS_PRIVATE, 0)) error = errno;
        _exit(error);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

int32_t csandbox_enter_user_namespace(
    const struct csandbox_id_maps *maps, uint32_t euid, uint32_t egid, struct csandbox_namespace_result *result) {
    memset(result, 0, sizeof *result);
    int go[2], output[2];
    if (pipe2(go, O_CLOEXEC)) return errno;
    if (pipe2(output, O_CLOEXEC)) {
        int error = errno;
        close(go[0]);
        close(go[1]);
        return error;
    }
    pid_t helper = maps->newuidmap || maps->newgidmap || maps->users ? fork() : -1;
    if (helper == 0) {
        close(go[1]);
        close(output[0]);
        map_from_outside(maps, go[0], output[1]);
    }
    close(go[0]);
    close(output[1]);
    result->unshare_error = unshare(CLONE_NEWUSER) ? errno : 0;
    if (helper > 0) {
        if (!result->unshare_error && write(go[1], "", 1) != 1) result->map_error = errno;
        close(go[1]);
        // Both tools' words, up to the end of the output: then the helper is about to exit.
        size_t size = 0;
        char discarded[256];
        for (;;) {
            size_t room = sizeof result->diagnostics - 1 - size;
            ssize_t count = room ? read(output[0], result->diagnostics + size, room)
                                 : read(output[0], discarded, sizeof discarded);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) break;
            if (room) size += (size_t)count;
        }
        int status = 0;
        while (waitpid(helper, &status, 0) < 0 && errno == EINTR) {}
        int done = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        result->users_mapped = (done & USERS_MAPPED) != 0;
        result->groups_mapped = (done & GROUPS_MAPPED) != 0;
    } else {
        close(go[1]);
    }
    close(output[0]);
    if (result->unshare_error) return result->unshare_error;

    // Everybody may map his own id, a group only if he renounces setgroups(2).
    if (!result->users_mapped && (result->map_error = map_single("/proc/self/uid_map", euid))) return result->map_error;
    if (!result->groups_mapped) {
        result->map_error = write_file("/proc/self/setgroups", "deny");
        if (!result->map_error) result->map_error = map_single("/proc/self/gid_map", egid);
        if (result->map_error) return result->map_error;
    }
    if (syscall(SYS_setresgid, 0, 0, 0) || syscall(SYS_setresuid, 0, 0, 0)) return errno;
    return 0;
}
