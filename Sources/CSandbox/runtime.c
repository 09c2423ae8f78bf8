// Hands a sandbox to an OCI runtime (runc, crun) in place of executing its command.
//
// The mount namespace with the root and all mounts is made as always, but nothing is left: the runtime finds the root below
// the bundle's directory, where the scratch filesystem is mounted, and does the rest (namespaces, /proc, rights, filter) by the
// configuration in there. It is process 1 of a process namespace, so its end is that of all it started; the mounts, and the
// secrets in the configuration, which is in memory, go with it.
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Limits are set by the control group that the sandbox is in. What the runtime cannot write it does not make groups in; crun
// refuses machines with both versions, so it sees none.
static void cover_control_groups(int hide) {
    static const char place[] = "/sys/fs/cgroup";
    struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY };
    // Where there are none, there is nothing to cover.
    if (hide) (void)mount("tmpfs", place, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=0");
    else (void)syscall(SYS_mount_setattr, AT_FDCWD, place, AT_RECURSIVE, &attributes, sizeof attributes);
}

int runtime_prepare(struct mounts *mounts, const struct runtime *runtime) {
    mounts->culprit = "config.json";
    int file = openat(mounts->scratch, mounts->culprit, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0) return errno;
    int error = write_all(file, runtime->configuration, runtime->configuration_size);
    close(file);
    if (error) return error;
    // Runtimes make devices of their own, unless /dev is mounted from somewhere.
    if ((error = mounts_copy(mounts, "/dev", "dev"))) return error;
    mounts->culprit = "state";
    if (mkdirat(mounts->scratch, "state", 0700)) return errno;
    cover_control_groups(runtime->hides_control_groups);
    // The runtime looks at processes by the numbers that they have in its namespace.
    mounts->culprit = "/proc";
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0)) return errno;
    mounts->culprit = runtime->bundle;
    return chdir(runtime->bundle) ? errno : 0;
}
