#define _GNU_SOURCE
#include "CFileSystem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define RETRIED(expression)                          \
    ({                                               \
        __typeof__(expression) result;               \
        do {                                         \
            result = (expression);                   \
        } while (result == -1 && errno == EINTR);    \
        result == -1 ? (__typeof__(result))-errno : result; \
    })

// O_NONBLOCK: opening a fifo must not wait for its other end; regular files do not care.
static int open_flags(int flags) {
    int result = O_CLOEXEC;
    if (!(flags & CFS_OPEN_FOLLOW)) result |= O_NOFOLLOW;
    if (flags & CFS_OPEN_DIRECTORY) result |= O_DIRECTORY;
    if (flags & CFS_OPEN_PATH) return result | O_PATH;
    result |= O_NOCTTY | O_NONBLOCK;
    switch (flags & CFS_OPEN_ACCESS_MASK) {
    case CFS_OPEN_WRITE: result |= O_WRONLY; break;
    case CFS_OPEN_READ_WRITE: result |= O_RDWR; break;
    default: result |= O_RDONLY; break;
    }
    if (flags & CFS_OPEN_CREATE) result |= O_CREAT;
    if (flags & CFS_OPEN_EXCLUSIVE) result |= O_EXCL;
    if (flags & CFS_OPEN_TRUNCATE) result |= O_TRUNC;
    if (flags & CFS_OPEN_APPEND) result |= O_APPEND;
    return result;
}

int cfs_open(int directory, const char *name, int flags, uint32_t mode) {
    return RETRIED(openat(directory, name, open_flags(flags), mode));
}

static int open_resolving(int directory, const char *path, int flags, uint64_t resolve) {
    struct open_how how = {.flags = (uint64_t)open_flags(flags), .resolve = resolve};
    // EAGAIN: a rename or mount anywhere raced with a ".."; the kernel asks to try again.
    for (int attempt = 0;; attempt++) {
        long result = RETRIED(syscall(SYS_openat2, directory, path, &how, sizeof how));
        if (result != -EAGAIN || attempt == 128) return (int)result;
    }
}

int cfs_open_in_root(int directory, const char *path, int flags) {
    return open_resolving(directory, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

int cfs_open_beneath(int directory, const char *path, int flags) {
    return open_resolving(directory, path, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

// Not retried: on Linux the descriptor is gone even when close reports EINTR.
int cfs_close(int descriptor) { return close(descriptor) == 0 || errno == EINTR ? 0 : -errno; }

int cfs_duplicate(int descriptor) { return RETRIED(fcntl(descriptor, F_DUPFD_CLOEXEC, 0)); }

static void fill(const struct stat *from, struct cfs_status *to) {
    to->device = from->st_dev;
    to->inode = from->st_ino;
    to->link_count = from->st_nlink;
    to->size = (uint64_t)from->st_size;
    to->blocks = (uint64_t)from->st_blocks;
    to->special_device = from->st_rdev;
    to->modified_seconds = from->st_mtim.tv_sec;
    to->modified_nanoseconds = (int32_t)from->st_mtim.tv_nsec;
    to->changed_seconds = from->st_ctim.tv_sec;
    to->changed_nanoseconds = (int32_t)from->st_ctim.tv_nsec;
    to->mode = from->st_mode;
    to->uid = from->st_uid;
    to->gid = from->st_gid;
}

int cfs_status_at(int directory, const char *name, int follow, struct cfs_status *status) {
    struct stat found;
    int result = RETRIED(fstatat(directory, name, &found, follow ? 0 : AT_SYMLINK_NOFOLLOW));
    if (result == 0) fill(&found, status);
    return result;
}

int cfs_status_of(int descriptor, struct cfs_status *status) {
    struct stat found;
    int result = RETRIED(fstat(descriptor, &found));
    if (result == 0) fill(&found, status);
    return result;
}

int cfs_rewind(int directory) { return lseek(directory, 0, SEEK_SET) == -1 ? -errno : 0; }

int64_t cfs_read_directory(int directory, void *buffer, size_t size) {
    return RETRIED((int64_t)getdents64(directory, buffer, size));
}

int64_t cfs_read_link(int directory, const char *name, char *buffer, size_t size) {
    return RETRIED((int64_t)readlinkat(directory, name, buffer, size));
}

int cfs_make_directory(int directory, const char *name, uint32_t mode) {
    return RETRIED(mkdirat(directory, name, mode));
}

int cfs_make_node(int directory, const char *name, uint32_t mode, uint32_t major, uint32_t minor) {
    return RETRIED(mknodat(directory, name, mode, makedev(major, minor)));
}

int cfs_make_link(const char *target, int directory, const char *name) {
    return RETRIED(symlinkat(target, directory, name));
}

int cfs_link(int directory, const char *name, int new_directory, const char *new_name) {
    return RETRIED(linkat(directory, name, new_directory, new_name, 0));
}

int cfs_remove(int directory, const char *name, int is_directory) {
    return RETRIED(unlinkat(directory, name, is_directory ? AT_REMOVEDIR : 0));
}

int cfs_rename(int directory, const char *name, int new_directory, const char *new_name, int how) {
    unsigned flags = how == CFS_RENAME_NO_REPLACE ? RENAME_NOREPLACE : how == CFS_RENAME_EXCHANGE ? RENAME_EXCHANGE : 0;
    return RETRIED(renameat2(directory, name, new_directory, new_name, flags));
}

int cfs_set_owner(int directory, const char *name, uint32_t uid, uint32_t gid) {
    return RETRIED(fchownat(directory, name, uid, gid, AT_SYMLINK_NOFOLLOW));
}

int cfs_set_owner_of(int descriptor, uint32_t uid, uint32_t gid) { return RETRIED(fchown(descriptor, uid, gid)); }

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

int cfs_set_mode(int directory, const char *name, uint32_t mode) {
    long result = RETRIED(syscall(SYS_fchmodat2, directory, name, mode, AT_SYMLINK_NOFOLLOW));
    // Linux before 6.6, or a seccomp filter that does not know the call: an O_PATH descriptor pins the file instead.
    if (result != -ENOSYS && result != -EPERM) return (int)result;
    int file = RETRIED(openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (file < 0) return file;
    struct stat found;
    if (fstat(file, &found) == 0 && S_ISLNK(found.st_mode)) {
        close(file);
        return -EOPNOTSUPP;
    }
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    int changed = RETRIED(chmod(path, mode));
    close(file);
    return changed;
}

int cfs_set_mode_of(int descriptor, uint32_t mode) { return RETRIED(fchmod(descriptor, mode)); }

int cfs_set_times(int directory, const char *name, int64_t seconds, int32_t nanoseconds) {
    struct timespec time = {.tv_sec = seconds, .tv_nsec = nanoseconds};
    struct timespec times[2] = {time, time};
    return RETRIED(utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW));
}

int cfs_set_times_of(int descriptor, int64_t seconds, int32_t nanoseconds) {
    struct timespec time = {.tv_sec = seconds, .tv_nsec = nanoseconds};
    struct timespec times[2] = {time, time};
    return RETRIED(futimens(descriptor, times));
}

// The path of an entry through the descriptor of its directory: the l*xattr calls have no *at form before Linux 6.13.
static int attribute_path(int directory, const char *name, char *path, size_t size) {
    int length = snprintf(path, size, "/proc/self/fd/%d/%s", directory, name);
    return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

int64_t cfs_list_attributes(int descriptor, const char *name, void *buffer, size_t size) {
    if (!name) return RETRIED((int64_t)flistxattr(descriptor, buffer, size));
    char path[320];
    int result = attribute_path(descriptor, name, path, sizeof path);
    return result < 0 ? result : RETRIED((int64_t)llistxattr(path, buffer, size));
}

int64_t cfs_get_attribute(int descriptor, const char *name, const char *key, void *buffer, size_t size) {
    if (!name) return RETRIED((int64_t)fgetxattr(descriptor, key, buffer, size));
    char path[320];
    int result = attribute_path(descriptor, name, path, sizeof path);
    return result < 0 ? result : RETRIED((int64_t)lgetxattr(path, key, buffer, size));
}

int cfs_set_attribute(int descriptor, const char *name, const char *key, const void *value, size_t size) {
    if (!name) return RETRIED(fsetxattr(descriptor, key, value, size, 0));
    char path[320];
    int result = attribute_path(descriptor, name, path, sizeof path);
    return result < 0 ? result : RETRIED(lsetxattr(path, key, value, size, 0));
}

int cfs_remove_attribute(int descriptor, const char *name, const char *key) {
    if (!name) return RETRIED(fremovexattr(descriptor, key));
    char path[320];
    int result = attribute_path(descriptor, name, path, sizeof path);
    return result < 0 ? result : RETRIED(lremovexattr(path, key));
}

int64_t cfs_read(int descriptor, void *buffer, size_t size) {
    return RETRIED((int64_t)read(descriptor, buffer, size));
}

int64_t cfs_write(int descriptor, const void *buffer, size_t size) {
    return RETRIED((int64_t)write(descriptor, buffer, size));
}

int64_t cfs_copy_range(int from, int to, size_t size) {
    return RETRIED((int64_t)copy_file_range(from, NULL, to, NULL, size, 0));
}

int cfs_clone(int from, int to) { return RETRIED(ioctl(to, FICLONE, from)); }

void cfs_start_writeback(int descriptor, int64_t offset, int64_t length) {
    (void)sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
}

int cfs_sync(int descriptor) { return RETRIED(fsync(descriptor)); }

int cfs_sync_file_system(int descriptor) { return RETRIED(syncfs(descriptor)); }

int cfs_is_on_overlay(int descriptor) {
    struct statfs status;
    int result = RETRIED(fstatfs(descriptor, &status));
    return result < 0 ? result : status.f_type == OVERLAYFS_SUPER_MAGIC;
}

int cfs_lock(int descriptor, int exclusive, int wait) {
    return RETRIED(flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | (wait ? 0 : LOCK_NB)));
}

char cfs_kind(uint32_t mode) {
    switch (mode & S_IFMT) {
    case S_IFREG: return 'r';
    case S_IFDIR: return 'd';
    case S_IFLNK: return 'l';
    case S_IFCHR: return 'c';
    case S_IFBLK: return 'b';
    case S_IFIFO: return 'p';
    case S_IFSOCK: return 's';
    default: return '?';
    }
}

char cfs_entry_kind(uint8_t type) { return cfs_kind(DTTOIF(type)); }

uint32_t cfs_kind_bits(char kind) {
    switch (kind) {
    case 'r': return S_IFREG;
    case 'd': return S_IFDIR;
    case 'l': return S_IFLNK;
    case 'c': return S_IFCHR;
    case 'b': return S_IFBLK;
    case 'p': return S_IFIFO;
    case 's': return S_IFSOCK;
    default: return 0;
    }
}

uint32_t cfs_major(uint64_t device) { return major(device); }

uint32_t cfs_minor(uint64_t device) { return minor(device); }

static void read_clock(clockid_t clock, int64_t *seconds, int32_t *nanoseconds) {
    struct timespec now = {0};
    clock_gettime(clock, &now);
    *seconds = now.tv_sec;
    *nanoseconds = (int32_t)now.tv_nsec;
}

void cfs_now(int64_t *seconds, int32_t *nanoseconds) { read_clock(CLOCK_REALTIME, seconds, nanoseconds); }

void cfs_coarse_now(int64_t *seconds, int32_t *nanoseconds) {
    read_clock(CLOCK_REALTIME_COARSE, seconds, nanoseconds);
}
