// Keeps slipway's program file from sandboxes.
//
// Until it executes its command, a sandbox's first process is a copy of the launcher, and /proc/self/exe names the launcher's
// file. A command or a "#!" line that is that link executes it, with the dynamic loader of the image, and as root of the
// machine that loader can change the file's mode, owner and bytes (CVE-2019-5736). So before its first sandbox the launcher
// executes itself anew: from a read-only mount of the file, which is in its own mount namespace only, or where it may not
// mount, from a sealed copy in memory. Builds that run nothing do not pay for it.
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/memfd.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

// Covers the file by itself, read-only. Its path stays what it was, and with it what is found beside it.
static int cover(const char *path) {
    struct stat own, found;
    if (stat("/proc/self/exe", &own)) return errno;
    if (unshare(CLONE_NEWNS)) return errno;
    // What is mounted outside later on still comes in; what is mounted here does not go out.
    if (mount(0, "/", 0, MS_REC | MS_SLAVE, 0)) return errno;
    int file = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (file < 0) return errno;
    struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY };
    int error = 0;
    if (fstat(file, &found)) error = errno;
    // Replaced meanwhile: then it is another program.
    else if (own.st_dev != found.st_dev || own.st_ino != found.st_ino) error = ESTALE;
    else if (syscall(SYS_mount_setattr, file, "", AT_EMPTY_PATH, &attributes, sizeof attributes) ||
        syscall(SYS_move_mount, file, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH))
        error = errno;
    close(file);
    return error;
}

// Returns a sealed copy of the file, or a negative errno.
static int copy_to_memory(void) {
    int source = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (source < 0) return -errno;
    // Linux before 6.3 does not know the flag, and makes all of them executable.
    int copy = memfd_create("slipway", MFD_CLOEXEC | MFD_ALLOW_SEALING | 0x10u /* MFD_EXEC */);
    if (copy < 0 && errno == EINVAL) copy = memfd_create("slipway", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int error = copy < 0 ? errno : 0;
    ssize_t count = 1;
    while (!error && count > 0)
        if ((count = sendfile(copy, source, 0, 1 << 30)) < 0) error = errno;
    if (!error && fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)) error = errno;
    close(source);
    if (error && copy >= 0) close(copy);
    return error ? -error : copy;
}

int shield_launcher(int control, char *const *guarded, size_t count) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    char **arguments = calloc(count + 2, sizeof *arguments);
    if (length < 0 || !arguments) return length < 0 ? errno : ENOMEM;
    path[length] = 0;
    arguments[0] = LAUNCHER_NAME;
    memcpy(arguments + 1, guarded, count * sizeof *guarded);
    if (fcntl(control, F_SETFD, 0)) return errno;
    if (cover(path) == 0) execv(path, arguments);
    int copy = copy_to_memory();
    if (copy >= 0) syscall(SYS_execveat, copy, "", arguments, environ, AT_EMPTY_PATH);
    int error = copy < 0 ? -copy : errno;
    if (copy >= 0) close(copy);
    free(arguments);
    (void)fcntl(control, F_SETFD, FD_CLOEXEC);
    return error;
}

// Where the launcher executed itself it goes on before main: nothing of Swift has run, and nothing will.
__attribute__((constructor)) static void resume(int count, char **arguments) {
    int type = 0;
    socklen_t size = sizeof type;
    if (count < 1 || strcmp(arguments[0], LAUNCHER_NAME)) return;
    if (getsockopt(3, SOL_SOCKET, SO_TYPE, &type, &size) || type != SOCK_SEQPACKET) return;
    resume_launcher(arguments + 1, (size_t)count - 1);
}
