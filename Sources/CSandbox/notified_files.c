// Owners, modes and device nodes of a sandbox that has only one id: they are noted in an extended attribute of the file, as
// FileSystem/OwnerPlace.swift describes it, and shown to who asks.
#define _GNU_SOURCE
#include "notifier.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NOTE "user.slipway.stat"
#define DEVICE "user.slipway.device"
enum { SAME = 0xffffffffu };

struct note {
    uint32_t uid, gid, mode;
};

// MARK: Paths

// The directory that a path of the process begins at, or a negative errno. With nothing but a descriptor, what that is.
static int open_start(const struct call *call, int directory) {
    char name[64], number[16];
    if (directory == AT_FDCWD) {
        process_file(name, call->request->pid, "cwd");
    } else {
        snprintf(number, sizeof number, "fd/%d", directory);
        process_file(name, call->request->pid, number);
    }
    int fd = open(name, O_PATH | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

// Whether the process has another root than its sandbox, for example a package manager that installs into a directory.
static int open_other_root(const struct notifier *notifier, const struct call *call) {
    char name[64];
    struct stat status;
    process_file(name, call->request->pid, "root");
    if (stat(name, &status) || (status.st_dev == notifier->root_device && status.st_ino == notifier->root_inode)) return -1;
    return open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

// Opens what a path leads to, for its attributes, or a negative errno.
static int open_path(const struct notifier *notifier, const struct call *call, int directory, const char *path, int follow) {
    int flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
    if (path[0] == '/') {
        int root = open_other_root(notifier, call);
        if (root < 0) {
            int fd = open(path, flags);
            return fd < 0 ? -errno : fd;
        }
        struct open_how how = { .flags = (uint64_t)flags, .resolve = RESOLVE_IN_ROOT };
        int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
        int error = errno;
        close(root);
        return fd < 0 ? -error : fd;
    }
    int start = open_start(call, directory);
    if (start < 0) return start;
    int fd = openat(start, path, flags);
    int error = errno;
    close(start);
    return fd < 0 ? -error : fd;
}

// Opens the directory that the last name of a path is in, and finds that name. A negative errno where there is none.
static int open_parent(
    const struct notifier *notifier, const struct call *call, int directory, char *path, const char **name) {
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') path[--length] = 0;
    char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    if (!**name || strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0) return -EINVAL;
    if (!slash) return open_start(call, directory);
    char kept = *slash;
    if (slash == path) return open_path(notifier, call, directory, "/", 1);
    *slash = 0;
    int parent = open_path(notifier, call, directory, path, 1);
    *slash = kept;
    return parent;
}

// The file behind an O_PATH descriptor, for calls that take no such descriptor; relative to /proc.
static void own_file(char buffer[64], int fd) { snprintf(buffer, 64, "self/fd/%d", fd); }

// MARK: Notes

static uint32_t inode_mode(uint32_t mode, int is_directory) { return (mode & 01777) | (is_directory ? 0700 : 0600); }

static int can_have_note(const struct stat *status) { return S_ISREG(status->st_mode) || S_ISDIR(status->st_mode); }

static int parse_note(const char *text, struct note *note) {
    char *end;
    unsigned long uid = strtoul(text, &end, 10);
    if (*end != ' ') return 0;
    unsigned long gid = strtoul(end + 1, &end, 10);
    if (*end != ' ') return 0;
    unsigned long mode = strtoul(end + 1, &end, 8);
    if (*end || uid > 0xffffffff || gid > 0xffffffff || mode > 07777) return 0;
    *note = (struct note) { (uint32_t)uid, (uint32_t)gid, (uint32_t)mode };
    return 1;
}

// What is noted of a file; what its inode says where nothing is. Returns whether something is.
static int read_note(int fd, const struct stat *status, struct note *note) {
    char file[64], value[64];
    *note = (struct note) { 0, 0, status->st_mode & 07777 };
    if (!can_have_note(status)) return 0;
    own_file(file, fd);
    ssize_t size = getxattr(file, NOTE, value, sizeof value - 1);
    if (size <= 0) return 0;
    value[size] = 0;
    return parse_note(value, note);
}

// Returns 0 or an errno.
static int write_note(int fd, const struct stat *status, const struct note *note) {
    int is_directory = S_ISDIR(status->st_mode);
    uint32_t mode = inode_mode(note->mode, is_directory);
    char file[64], value[64];
    own_file(file, fd);
    if ((status->st_mode & 07777) != mode && chmod(file, mode)) return errno;
    if (note->uid == 0 && note->gid == 0 && note->mode == mode)
        return removexattr(file, NOTE) && errno != ENODATA && errno != EOPNOTSUPP ? errno : 0;
    int size = snprintf(value, sizeof value, "%u %u %o", note->uid, note->gid, note->mode);
    return setxattr(file, NOTE, value, (size_t)size, 0) ? errno : 0;
}

// MARK: Owners of what can have no attribute

enum { LOGGED = 1 << 16 };
static struct {
    ino_t inode;
    uint32_t uid, gid;
} logged[LOGGED];
static unsigned logged_count;

// Where an inode is, or could be; -1 where there is no room. No inode has the number 0.
static int place_logged(ino_t inode) {
    for (unsigned i = 0; i < LOGGED; i++) {
        unsigned place = (unsigned)((inode + i) % LOGGED);
        if (logged[place].inode == inode || !logged[place].inode) return (int)place;
    }
    return -1;
}

static int find_logged(ino_t inode) {
    int place = logged_count ? place_logged(inode) : -1;
    return place >= 0 && logged[place].inode ? place : -1;
}

static void log_owner(const struct notifier *notifier, ino_t inode, uint32_t uid, uint32_t gid) {
    if (find_logged(inode) < 0 && uid == 0 && gid == 0) return;
    int known = place_logged(inode);
    if (known >= 0) {
        logged_count += !logged[known].inode;
        logged[known].inode = inode;
        logged[known].uid = uid;
        logged[known].gid = gid;
    }
    char line[64];
    int size = snprintf(line, sizeof line, "%llu %u %u\n", (unsigned long long)inode, uid, gid);
    // A disk that is full shows in the step's own writes.
    (void)!write(notifier->log, line, (size_t)size);
}

// MARK: Changes of owner and mode

static int has_group(const struct identity *identity, uint32_t group) {
    if (identity->fsgid == group) return 1;
    for (uint32_t i = 0; i < identity->group_count; i++)
        if (identity->groups[i] == group) return 1;
    return 0;
}

// A symbolic link of a lower layer has to become one of the upper layer before its inode says anything. `path` is the
// process's. Returns the new one's status.
static int renew_link(
    const struct notifier *notifier, const struct call *call, int directory, char *path, struct stat *status) {
    const char *name;
    int parent = open_parent(notifier, call, directory, path, &name);
    if (parent < 0) return -parent;
    char target[4097], fresh[64];
    ssize_t size = readlinkat(parent, name, target, sizeof target - 1);
    snprintf(fresh, sizeof fresh, ".slipway-link-%llx", (unsigned long long)call->request->id);
    int error = size < 0 ? errno : 0;
    struct timespec times[] = { status->st_atim, status->st_mtim };
    if (!error) {
        target[size] = 0;
        if (symlinkat(target, parent, fresh)) error = errno;
        else if (utimensat(parent, fresh, times, AT_SYMLINK_NOFOLLOW) || renameat(parent, fresh, parent, name) ||
            fstatat(parent, name, status, AT_SYMLINK_NOFOLLOW)) {
            error = errno;
            (void)unlinkat(parent, fresh, 0);
        }
    }
    close(parent);
    return error;
}

static struct answer change_owner(
    struct notifier *notifier, const struct call *call, int directory, char *path, int follow, uint32_t uid, uint32_t gid) {
    int fd = path[0] ? open_path(notifier, call, directory, path, follow) : open_start(call, directory);
    if (fd < 0) return go_on();
    struct stat status;
    struct note note;
    if (fstat(fd, &status)) {
        close(fd);
        return go_on();
    }
    (void)read_note(fd, &status, &note);
    int is_special = !can_have_note(&status), known = is_special ? find_logged(status.st_ino) : -1;
    if (known >= 0) note = (struct note) { logged[known].uid, logged[known].gid, status.st_mode & 07777 };
    const struct identity *identity = call->identity;
    int changes_user = uid != SAME && uid != note.uid, changes_group = gid != SAME && gid != note.gid;
    if (identity->fsuid != 0 && (changes_user || (gid != SAME && (note.uid != identity->fsuid ||
            (changes_group && !has_group(identity, gid)))))) {
        close(fd);
        return result(-EPERM);
    }
    if (uid != SAME) note.uid = uid;
    if (gid != SAME) note.gid = gid;
    // The kernel's own change of owner to what it is: it copies the file up, takes setuid bits and capabilities away, and sets
    // the time of the change.
    int error = fchownat(fd, "", (uid_t)-1, (gid_t)-1, AT_EMPTY_PATH) ? errno : 0;
    if (error) {
        // Pipes, sockets and what lies on file systems of the kernel's.
        close(fd);
        return go_on();
    }
    if (is_special) {
        if (S_ISLNK(status.st_mode) && known < 0 && (note.uid || note.gid) && path[0])
            error = renew_link(notifier, call, directory, path, &status);
        if (!error) log_owner(notifier, status.st_ino, note.uid, note.gid);
    } else {
        if (S_ISREG(status.st_mode)) note.mode &= note.mode & 010 ? 01777 : 03777;
        if (fstat(fd, &status)) error = errno;
        else error = write_note(fd, &status, &note);
        // A file system without attributes keeps nothing that a layer is made of.
        if (error == EOPNOTSUPP) error = 0;
    }
    close(fd);
    return result(-error);
}

static struct answer change_mode(
    struct notifier *notifier, const struct call *call, int directory, char *path, int follow, uint32_t mode) {
    int fd = path[0] ? open_path(notifier, call, directory, path, follow) : open_start(call, directory);
    if (fd < 0) return go_on();
    struct stat status;
    struct note note;
    struct answer answer = go_on();
    mode &= 07777;
    if (fstat(fd, &status) == 0 && can_have_note(&status)) {
        int is_noted = read_note(fd, &status, &note);
        if (call->identity->fsuid != 0 && call->identity->fsuid != note.uid) {
            answer = result(-EPERM);
        } else if (is_noted || mode != inode_mode(mode, S_ISDIR(status.st_mode))) {
            note.mode = mode;
            // As the kernel: the time of the change, and the file in the upper layer.
            int error = fchownat(fd, "", (uid_t)-1, (gid_t)-1, AT_EMPTY_PATH) || fstat(fd, &status) ? errno : 0;
            if (!error) error = write_note(fd, &status, &note);
            if (error != EOPNOTSUPP) answer = result(-error);
        }
    }
    close(fd);
    return answer;
}

// MARK: New files

// A number of /proc/<pid>/status.
static uint64_t process_number(const struct call *call, const char *field, int base, uint64_t unknown) {
    char name[64], text[4096];
    process_file(name, call->request->pid, "status");
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (size <= 0) return unknown;
    text[size] = 0;
    const char *line = strstr(text, field);
    return line ? strtoull(line + strlen(field), 0, base) : unknown;
}

static uint32_t umask_of(const struct call *call) { return (uint32_t)process_number(call, "\nUmask:", 8, 022) & 0777; }

// Only who might make a real one, were there no user namespace: CAP_MKNOD.
static int may_make_devices(const struct notifier *notifier, const struct call *call) {
    if (notifier->has_one_identity) return call->identity->euid == 0;
    return process_number(call, "\nCapEff:", 16, 0) >> 27 & 1;
}

// A new file's owner: its maker, or the group of a directory that says so.
struct place {
    int parent;
    const char *name;
    struct note owner; // without a mode
    int parent_is_setgid;
};

// Finds out where a new file comes and whose it is. Returns whether there is anything to note of it; if so, `parent` is open.
static int find_place(
    const struct notifier *notifier, const struct call *call, int directory, char *path, struct place *place) {
    place->parent = open_parent(notifier, call, directory, path, &place->name);
    if (place->parent < 0) return 0;
    struct stat status;
    struct note note;
    place->owner = (struct note) { call->identity->fsuid, call->identity->fsgid, 0 };
    place->parent_is_setgid = 0;
    if (fstat(place->parent, &status) == 0 && read_note(place->parent, &status, &note) && (note.mode & 02000)) {
        place->parent_is_setgid = 1;
        place->owner.gid = note.gid;
    }
    // What is there already is not made, and it is the kernel who says so.
    if ((place->owner.uid || place->owner.gid || place->parent_is_setgid) &&
        fstatat(place->parent, place->name, &status, AT_SYMLINK_NOFOLLOW) && errno == ENOENT)
        return 1;
    close(place->parent);
    return 0;
}

// Notes whose a new file or directory is.
static int note_new(const struct place *place, uint32_t mode) {
    int fd = openat(place->parent, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    if (fd < 0) return errno;
    struct note note = place->owner;
    note.mode = mode;
    int error = fstat(fd, &status) ? errno : write_note(fd, &status, &note);
    close(fd);
    return error == EOPNOTSUPP ? 0 : error;
}

static struct answer make_directory(
    struct notifier *notifier, const struct call *call, int directory, char *path, uint32_t mode) {
    struct place place;
    if (!find_place(notifier, call, directory, path, &place)) return go_on();
    mode = (mode & 01777 & ~umask_of(call)) | (place.parent_is_setgid ? 02000 : 0);
    int error = mkdirat(place.parent, place.name, 0700) ? errno : note_new(&place, mode);
    close(place.parent);
    return result(-error);
}

static struct answer make_link(
    struct notifier *notifier, const struct call *call, const char *target, int directory, char *path) {
    struct place place;
    struct stat status;
    // Also where nothing is to be noted: an inode may have had another owner in its last life.
    if (!find_place(notifier, call, directory, path, &place)) {
        if (!logged_count) return go_on();
        place.parent = open_parent(notifier, call, directory, path, &place.name);
        place.owner = (struct note) { 0 };
        if (place.parent < 0) return go_on();
    }
    int error = symlinkat(target, place.parent, place.name) ? errno : 0;
    if (!error && fstatat(place.parent, place.name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        log_owner(notifier, status.st_ino, place.owner.uid, place.owner.gid);
    close(place.parent);
    return result(-error);
}

static struct answer make_device(
    struct notifier *notifier, const struct call *call, int directory, char *path, uint32_t mode, dev_t device) {
    const char *name;
    if (!may_make_devices(notifier, call)) return result(-EPERM);
    int parent = open_parent(notifier, call, directory, path, &name);
    if (parent < 0) return go_on();
    uint32_t permissions = mode & 07777 & ~umask_of(call);
    int fd = openat(parent, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    int error = fd < 0 ? errno : 0;
    if (!error) {
        char value[64];
        struct stat status;
        int size = snprintf(
            value, sizeof value, "%c %u %u", S_ISBLK(mode) ? 'b' : 'c', major(device), minor(device));
        struct note note = { call->identity->fsuid, call->identity->fsgid, permissions };
        if (fsetxattr(fd, DEVICE, value, (size_t)size, 0) || fstat(fd, &status)) error = errno;
        // Where owners are the kernel's, so are modes.
        else if (!notifier->has_one_identity) error = fchmod(fd, permissions) ? errno : 0;
        else error = write_note(fd, &status, &note);
        close(fd);
        if (error) (void)unlinkat(parent, name, 0);
        if (error == EOPNOTSUPP) error = EPERM;
    }
    close(parent);
    return result(-error);
}

static struct answer make_node(
    struct notifier *notifier, const struct call *call, int directory, char *path, uint32_t mode, dev_t device) {
    if (S_ISCHR(mode) || S_ISBLK(mode)) return make_device(notifier, call, directory, path, mode, device);
    struct place place;
    if (!notifier->has_one_identity || S_ISSOCK(mode) || !find_place(notifier, call, directory, path, &place)) return go_on();
    struct stat status;
    mode = (mode & ~07777u) | (mode & 07777 & ~umask_of(call));
    int error = mknodat(place.parent, place.name, S_ISFIFO(mode) ? mode : (mode & S_IFMT) | 0600, 0) ? errno : 0;
    if (!error && S_ISFIFO(mode)) {
        if (fstatat(place.parent, place.name, &status, AT_SYMLINK_NOFOLLOW) == 0)
            log_owner(notifier, status.st_ino, place.owner.uid, place.owner.gid);
    } else if (!error) {
        error = note_new(&place, mode & 07777);
    }
    close(place.parent);
    return result(-error);
}

// Makes the file first, so that it can be noted whose it is, and has the kernel open it then as if it had been there.
static struct answer open_new(
    struct notifier *notifier, const struct call *call, int directory, char *path, uint64_t flags, uint32_t mode) {
    struct place place;
    if (!(flags & O_CREAT) || !find_place(notifier, call, directory, path, &place)) return go_on();
    mode = mode & 07777 & ~umask_of(call);
    int fd = openat(place.parent, place.name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    int error = fd < 0 ? errno : note_new(&place, mode);
    if (fd >= 0) close(fd);
    struct answer answer = error && error != EEXIST ? result(-error) : go_on();
    if (!error && (flags & O_EXCL)) {
        // It exists now, which the kernel would refuse.
        fd = openat(place.parent, place.name, (int)(flags & ~(uint64_t)(O_CREAT | O_EXCL)) | O_NOFOLLOW | O_CLOEXEC);
        struct seccomp_notif_addfd add = {
            .id = call->request->id, .flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = fd < 0 ? 0 : (uint32_t)fd,
            .newfd_flags = (uint32_t)(flags & O_CLOEXEC),
        };
        if (fd < 0) answer = result(-errno);
        else if (ioctl(notifier->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0) answer = result(-errno);
        else answer = (struct answer) { VERDICT_SENT, 0 };
        if (fd >= 0) close(fd);
    }
    close(place.parent);
    return answer;
}

// MARK: Looking

// What a file is, if that is not what the kernel would say.
static int find_note(int fd, const struct stat *status, struct note *note, dev_t *device) {
    *device = 0;
    if (can_have_note(status)) {
        int is_noted = read_note(fd, status, note);
        if (S_ISREG(status->st_mode) && status->st_size == 0) {
            char file[64], value[64], kind;
            unsigned major_number, minor_number;
            own_file(file, fd);
            ssize_t size = getxattr(file, DEVICE, value, sizeof value - 1);
            if (size > 0) {
                value[size] = 0;
                if (sscanf(value, "%c %u %u", &kind, &major_number, &minor_number) == 3) {
                    *device = makedev(major_number, minor_number);
                    note->mode |= kind == 'b' ? S_IFBLK : S_IFCHR;
                    return 1;
                }
            }
        }
        note->mode |= status->st_mode & S_IFMT;
        return is_noted;
    }
    int known = find_logged(status->st_ino);
    if (known < 0 || !(S_ISLNK(status->st_mode) || S_ISFIFO(status->st_mode))) return 0;
    *note = (struct note) { logged[known].uid, logged[known].gid, status->st_mode };
    return 1;
}

static struct answer look(
    struct notifier *notifier, const struct call *call, int directory, const char *path, int follow, uint64_t buffer,
    const uint32_t *statx_mask) {
    int fd = path[0] ? open_path(notifier, call, directory, path, follow) : open_start(call, directory);
    if (fd < 0) return go_on();
    struct stat status;
    struct note note;
    dev_t device;
    struct answer answer = go_on();
    if (fstat(fd, &status) == 0 && find_note(fd, &status, &note, &device)) {
        if (statx_mask) {
            struct statx full;
            if (statx(fd, "", AT_EMPTY_PATH, *statx_mask, &full) == 0) {
                full.stx_uid = note.uid;
                full.stx_gid = note.gid;
                full.stx_mode = (uint16_t)note.mode;
                full.stx_rdev_major = major(device);
                full.stx_rdev_minor = minor(device);
                answer = result(write_memory(call, buffer, &full, sizeof full) ? 0 : -EFAULT);
            }
        } else {
            status.st_uid = note.uid;
            status.st_gid = note.gid;
            status.st_mode = note.mode;
            status.st_rdev = device;
            answer = result(write_memory(call, buffer, &status, sizeof status) ? 0 : -EFAULT);
        }
    }
    close(fd);
    return answer;
}

// MARK: Calls

// The descriptor that an argument gives, which has 32 bits in all of them.
static int descriptor(uint64_t argument) { return (int)(uint32_t)argument; }

static struct answer open_by_structure(struct notifier *notifier, const struct call *call, char *path) {
    const __u64 *args = call->request->data.args;
    struct open_how how;
    // With restrictions on the way the kernel alone can tell whether it may be gone.
    if (args[3] < sizeof how || !read_memory(call, args[2], &how, sizeof how) || how.resolve) return go_on();
    return open_new(notifier, call, descriptor(args[0]), path, how.flags, (uint32_t)how.mode);
}

int file_call(struct notifier *notifier, const struct call *call, struct answer *answer) {
    const __u64 *args = call->request->data.args;
    char path[4096], other[4096];
    *answer = go_on();
    path[0] = 0;
    switch (call->request->data.nr) {
    case SYS_fchown:
        *answer = change_owner(notifier, call, descriptor(args[0]), path, 0, (uint32_t)args[1], (uint32_t)args[2]);
        return 1;
    case SYS_fchownat: {
        int may_be_empty = (args[4] & AT_EMPTY_PATH) != 0;
        if (!read_path(call, args[1], path) || (!path[0] && !may_be_empty)) return 1;
        int follow = !(args[4] & AT_SYMLINK_NOFOLLOW);
        *answer = change_owner(
            notifier, call, descriptor(args[0]), path, follow, (uint32_t)args[2], (uint32_t)args[3]);
        return 1;
    }
    case SYS_fchmod:
        *answer = change_mode(notifier, call, descriptor(args[0]), path, 0, (uint32_t)args[1]);
        return 1;
#ifdef SYS_fchmodat2
    case SYS_fchmodat2:
        if (!read_path(call, args[1], path) || (!path[0] && !(args[3] & AT_EMPTY_PATH))) return 1;
        *answer = change_mode(
            notifier, call, descriptor(args[0]), path, !(args[3] & AT_SYMLINK_NOFOLLOW), (uint32_t)args[2]);
        return 1;
#endif
    case SYS_fchmodat:
        if (!read_path(call, args[1], path) || !path[0]) return 1;
        *answer = change_mode(notifier, call, descriptor(args[0]), path, 1, (uint32_t)args[2]);
        return 1;
    case SYS_mkdirat:
        if (read_path(call, args[1], path) && path[0])
            *answer = make_directory(notifier, call, descriptor(args[0]), path, (uint32_t)args[2]);
        return 1;
    case SYS_mknodat:
        if (read_path(call, args[1], path) && path[0])
            *answer = make_node(notifier, call, descriptor(args[0]), path, (uint32_t)args[2], (dev_t)args[3]);
        return 1;
    case SYS_symlinkat:
        if (read_path(call, args[0], other) && read_path(call, args[2], path) && path[0])
            *answer = make_link(notifier, call, other, descriptor(args[1]), path);
        return 1;
    case SYS_openat:
        if (read_path(call, args[1], path) && path[0])
            *answer = open_new(notifier, call, descriptor(args[0]), path, args[2], (uint32_t)args[3]);
        return 1;
    case SYS_openat2:
        if (read_path(call, args[1], path) && path[0]) *answer = open_by_structure(notifier, call, path);
        return 1;
    case SYS_fstat:
        *answer = look(notifier, call, descriptor(args[0]), path, 0, args[1], 0);
        return 1;
    case SYS_newfstatat:
        if (!read_path(call, args[1], path) || (!path[0] && !(args[3] & AT_EMPTY_PATH))) return 1;
        *answer = look(notifier, call, descriptor(args[0]), path, !(args[3] & AT_SYMLINK_NOFOLLOW), args[2], 0);
        return 1;
    case SYS_statx: {
        if (!read_path(call, args[1], path) || (!path[0] && !(args[2] & AT_EMPTY_PATH))) return 1;
        uint32_t mask = (uint32_t)args[3];
        *answer = look(notifier, call, descriptor(args[0]), path, !(args[2] & AT_SYMLINK_NOFOLLOW), args[4], &mask);
        return 1;
    }
    // The older calls, which newer machines do not have.
#ifdef SYS_chown
    case SYS_chown:
    case SYS_lchown:
        if (read_path(call, args[0], path) && path[0])
            *answer = change_owner(notifier, call, AT_FDCWD, path, call->request->data.nr == SYS_chown, (uint32_t)args[1],
                (uint32_t)args[2]);
        return 1;
    case SYS_chmod:
        if (read_path(call, args[0], path) && path[0])
            *answer = change_mode(notifier, call, AT_FDCWD, path, 1, (uint32_t)args[1]);
        return 1;
    case SYS_mkdir:
        if (read_path(call, args[0], path) && path[0])
            *answer = make_directory(notifier, call, AT_FDCWD, path, (uint32_t)args[1]);
        return 1;
    case SYS_mknod:
        if (read_path(call, args[0], path) && path[0])
            *answer = make_node(notifier, call, AT_FDCWD, path, (uint32_t)args[1], (dev_t)args[2]);
        return 1;
    case SYS_symlink:
        if (read_path(call, args[0], other) && read_path(call, args[1], path) && path[0])
            *answer = make_link(notifier, call, other, AT_FDCWD, path);
        return 1;
    case SYS_open:
        if (read_path(call, args[0], path) && path[0])
            *answer = open_new(notifier, call, AT_FDCWD, path, args[1], (uint32_t)args[2]);
        return 1;
    case SYS_creat:
        if (read_path(call, args[0], path) && path[0])
            *answer = open_new(notifier, call, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, (uint32_t)args[1]);
        return 1;
    case SYS_stat:
    case SYS_lstat:
        if (read_path(call, args[0], path) && path[0])
            *answer = look(notifier, call, AT_FDCWD, path, call->request->data.nr == SYS_stat, args[1], 0);
        return 1;
#endif
    default: return 0;
    }
}
