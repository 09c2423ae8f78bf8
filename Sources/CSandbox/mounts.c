// The mounts of a sandbox, made in its own mount namespace before its command runs.
//
// A scratch filesystem is stacked upon "/", and the new root is mounted in it. The process's root directory stays what lies
// below, so host paths still mean the host's files until mounts_pivot, and no mount point on the host is needed.
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static int sys_fsopen(const char *type) { return (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC); }

static int sys_fsconfig(int fs, unsigned command, const char *key, const char *value) {
    return (int)syscall(SYS_fsconfig, fs, command, key, value, 0);
}

static int sys_fsmount(int fs, uint64_t attributes) {
    return (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, (unsigned)attributes);
}

// Returns a detached copy of a mount, or a negative errno.
static int clone_tree(int directory, const char *path, int recursive) {
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (path[0] ? 0 : AT_EMPTY_PATH);
    int fd = (int)syscall(SYS_open_tree, directory, path, flags | (recursive ? AT_RECURSIVE : 0));
    // In a user namespace the mounts inherited from outside hang together: what is below comes along, or nothing comes.
    if (fd < 0 && errno == EINVAL && !recursive)
        fd = (int)syscall(SYS_open_tree, directory, path, flags | AT_RECURSIVE);
    return fd < 0 ? -errno : fd;
}

static int set_attributes(int mount, uint64_t attributes) {
    if (attributes == 0) return 0;
    struct mount_attr attr = { .attr_set = attributes };
    return syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) == 0 ? 0 : errno;
}

static int attach(int mount, int directory, const char *path) {
    unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | (path[0] ? 0 : MOVE_MOUNT_T_EMPTY_PATH);
    return syscall(SYS_move_mount, mount, "", directory, path, flags) == 0 ? 0 : errno;
}

static int is_directory(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

// Attaches a mount inside the new root and closes it.
static int attach_in_root(struct mounts *mounts, int mount, const char *target) {
    mounts->culprit = target;
    int place = open_in_root(mounts->root, target, is_directory(mount) ? MISSING_DIRECTORY : MISSING_FILE);
    int error = place < 0 ? -place : attach(mount, place, "");
    if (place >= 0) close(place);
    close(mount);
    return error;
}

// A name that is free in the scratch filesystem.
static void scratch_name(struct mounts *mounts, char name[16]) {
    unsigned number = mounts->names++;
    char *end = name + 15;
    *end = 0;
    char *digit = end;
    do *--digit = (char)('0' + number % 10);
    while (number /= 10);
    memmove(name, digit, (size_t)(end - digit) + 1);
}

// A new mount point in the scratch filesystem.
static int scratch_directory(struct mounts *mounts, char name[16]) {
    scratch_name(mounts, name);
    return mkdirat(mounts->scratch, name, 0700) == 0 ? 0 : errno;
}

int mounts_begin(struct mounts *mounts, const char *place, struct served served) {
    *mounts = (struct mounts) { .scratch = -1, .root = -1, .culprit = "tmpfs", .served = served };
    int fs = sys_fsopen("tmpfs");
    if (fs < 0) return errno;
    // Secrets live here. Only real root may forbid swapping, and only since Linux 6.4.
    (void)sys_fsconfig(fs, FSCONFIG_SET_FLAG, "noswap", 0);
    int error = sys_fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0700") ? errno : 0;
    if (!error && sys_fsconfig(fs, FSCONFIG_CMD_CREATE, 0, 0)) error = errno;
    if (!error && (mounts->scratch = sys_fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)) < 0) error = errno;
    close(fs);
    if (error) return error;
    if ((error = attach(mounts->scratch, AT_FDCWD, place))) return error;
    return mkdirat(mounts->scratch, "empty", 0755) || mkdirat(mounts->scratch, "empty-2", 0755) ? errno : 0;
}

// MARK: Overlay

struct layers {
    uint64_t attributes;
    const char *upper, *work; // "" where nothing is written
    uint32_t count; // of lower directories, topmost first
    struct reader lowers;
};

static struct layers read_layers(struct reader *reader) {
    struct layers layers = { .attributes = read_u64(reader) };
    layers.upper = read_string(reader);
    layers.work = read_string(reader);
    layers.count = read_u32(reader);
    layers.lowers = *reader;
    for (uint32_t i = 0; i < layers.count && !reader->bad; i++) (void)read_string(reader);
    return layers;
}

// fsconfig takes values of up to 255 bytes, and the kernel unescapes backslashes: then the directory is named from within.
static int set_directory(int fs, const char *key, const char *path) {
    if (strlen(path) < 250 && !strchr(path, '\\')) return sys_fsconfig(fs, FSCONFIG_SET_STRING, key, path) ? errno : 0;
    if (chdir(path)) return errno;
    int error = sys_fsconfig(fs, FSCONFIG_SET_STRING, key, ".") ? errno : 0;
    return chdir("/") ? errno : error;
}

static int set_all_directories(struct mounts *mounts, int fs, struct layers *layers) {
    struct reader lowers = layers->lowers;
    for (uint32_t i = 0; i < layers->count; i++) {
        mounts->culprit = read_string(&lowers);
        int error = set_directory(fs, "lowerdir+", mounts->culprit);
        if (error) return error;
    }
    // The kernel wants two directories at least, and so does FROM scratch.
    if (layers->count < 2) {
        if (fchdir(mounts->scratch)) return errno;
        int error = sys_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir+", "empty") ? errno : 0;
        // Nothing below and nothing above: an empty directory.
        if (!error && !layers->count && !layers->upper[0] &&
            sys_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir+", "empty-2"))
            error = errno;
        if (chdir("/")) return errno;
        if (error) return error;
    }
    if (!layers->upper[0]) return 0;
    int error = set_directory(fs, "upperdir", mounts->culprit = layers->upper);
    return error ? error : set_directory(fs, "workdir", mounts->culprit = layers->work);
}

// Returns a detached overlay, or a negative errno.
static int overlay_by_fsconfig(struct mounts *mounts, struct layers *layers) {
    mounts->culprit = "overlay";
    int fs = sys_fsopen("overlay");
    if (fs < 0) return -errno;
    int error = 0, mount = -1;
    if (sys_fsconfig(fs, FSCONFIG_SET_FLAG, "userxattr", 0) || sys_fsconfig(fs, FSCONFIG_SET_STRING, "index", "off") ||
        (layers->upper[0] && sys_fsconfig(fs, FSCONFIG_SET_FLAG, "volatile", 0)))
        error = errno;
    if (!error) error = set_all_directories(mounts, fs, layers);
    if (!error && sys_fsconfig(fs, FSCONFIG_CMD_CREATE, 0, 0)) {
        error = errno;
        mounts->culprit = "overlay";
    }
    if (error) {
        // The kernel's own words, such as "e overlay: workdir and upperdir must reside under the same mount".
        ssize_t size = read(fs, mounts->message, sizeof mounts->message - 1);
        mounts->message[size > 0 ? size : 0] = 0;
        if (size > 2) mounts->culprit = mounts->message + 2;
    }
    if (!error && (mount = sys_fsmount(fs, layers->attributes)) < 0) error = errno;
    close(fs);
    return error ? -error : mount;
}

static char *append(char *end, const char *limit, const char *text) {
    size_t length = strlen(text);
    if (!end || (size_t)(limit - end) <= length) return 0;
    memcpy(end, text, length + 1);
    return end + length;
}

// Opens a directory and appends a path to it that contains neither commas nor colons and is short: /proc/self/fd/N.
static char *append_directory(char *end, const char *limit, const char *key, const char *path) {
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return 0;
    char number[12];
    char *digit = number + sizeof number - 1;
    *digit = 0;
    do *--digit = (char)('0' + fd % 10);
    while (fd /= 10);
    return append(append(append(end, limit, key), limit, "/proc/self/fd/"), limit, digit);
}

// mount(2) takes one page of options, which is room for some 200 layers. Descriptors stay open until exec.
static int overlay_by_mount(struct mounts *mounts, struct layers *layers, const char *name) {
    char options[4096];
    const char *limit = options + sizeof options;
    char *end = append(options, limit, layers->upper[0] ? "userxattr,index=off,volatile" : "userxattr,index=off");
    struct reader lowers = layers->lowers;
    errno = E2BIG;
    for (uint32_t i = 0; i < layers->count && end; i++)
        end = append_directory(end, limit, i ? ":" : ",lowerdir=", mounts->culprit = read_string(&lowers));
    if (layers->count < 2) end = append(end, limit, layers->count ? ":empty" : ",lowerdir=empty");
    if (!layers->count && !layers->upper[0]) end = append(end, limit, ":empty-2");
    if (end && layers->upper[0]) end = append_directory(end, limit, ",upperdir=", mounts->culprit = layers->upper);
    if (end && layers->upper[0]) end = append_directory(end, limit, ",workdir=", mounts->culprit = layers->work);
    if (!end) return errno;
    mounts->culprit = "overlay";
    if (fchdir(mounts->scratch)) return errno;
    int error = mount("overlay", name, "overlay", 0, options) ? errno : 0;
    return chdir("/") ? errno : error;
}

// Returns an overlay, attached to the scratch filesystem, or a negative errno.
static int overlay(struct mounts *mounts, struct layers *layers, uint32_t flags) {
    char name[16];
    int mount, error = scratch_directory(mounts, name);
    if (error) return -error;
    if (flags & STEP_LEGACY_OVERLAY) {
        if ((error = overlay_by_mount(mounts, layers, name))) return -error;
        mount = openat(mounts->scratch, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (mount < 0) return -errno;
        error = set_attributes(mount, layers->attributes);
    } else {
        mount = overlay_by_fsconfig(mounts, layers);
        if (mount < 0) return mount;
        error = attach(mount, mounts->scratch, name);
    }
    if (error) close(mount);
    return error ? -error : mount;
}

// MARK: Steps

static int step_root_layers(struct mounts *mounts, struct reader *reader, uint32_t flags) {
    struct layers layers = read_layers(reader);
    if (reader->bad) return EBADMSG;
    int mount = overlay(mounts, &layers, flags);
    if (mount < 0) return -mount;
    mounts->root = mount;
    return 0;
}

static int step_root_directory(struct mounts *mounts, struct reader *reader) {
    uint64_t attributes = read_u64(reader);
    const char *path = mounts->culprit = read_string(reader);
    if (reader->bad) return EBADMSG;
    int mount = clone_tree(AT_FDCWD, path, 0);
    if (mount < 0) return -mount;
    mounts->root = mount;
    char name[16];
    int error = is_directory(mount) ? set_attributes(mount, attributes) : ENOTDIR;
    if (!error) error = scratch_directory(mounts, name);
    return error ? error : attach(mount, mounts->scratch, name);
}

// Mounts the device that the launcher opened, and waits until the program beside it answers.
static int step_root_served(struct mounts *mounts, struct reader *reader) {
    uint64_t attributes = read_u64(reader);
    if (reader->bad) return EBADMSG;
    mounts->culprit = "/dev/fuse";
    if (mounts->served.device < 0) return ENODEV;
    int fs = sys_fsopen("fuse");
    if (fs < 0) return errno;
    char number[16], name[16];
    snprintf(number, sizeof number, "%d", mounts->served.device);
    const char *options[][2] = {
        { "source", "fuse-overlayfs" }, { "fd", number }, { "rootmode", "40000" }, { "user_id", "0" }, { "group_id", "0" },
        { "default_permissions", 0 }, { "allow_other", 0 },
    };
    int error = 0, mount = -1;
    for (size_t i = 0; i < sizeof options / sizeof *options && !error; i++) {
        unsigned command = options[i][1] ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;
        if (sys_fsconfig(fs, command, options[i][0], options[i][1])) error = errno;
    }
    if (!error && sys_fsconfig(fs, FSCONFIG_CMD_CREATE, 0, 0)) error = errno;
    if (!error && (mount = sys_fsmount(fs, attributes)) < 0) error = errno;
    close(fs);
    if (!error && write(mounts->served.say_mounted, "", 1) != 1) error = errno;
    // When the program dies, no one else may hold the connection open.
    served_close(&mounts->served);
    if (!error) error = scratch_directory(mounts, name);
    if (!error) error = attach(mount, mounts->scratch, name);
    mounts->culprit = "fuse-overlayfs";
    int answer = error ? -1 : openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!error && answer < 0) error = errno;
    if (answer >= 0) close(answer);
    if (!error) mounts->root = mount;
    else if (mount >= 0) close(mount);
    return error;
}

static int step_filesystem(struct mounts *mounts, struct reader *reader) {
    uint64_t attributes = read_u64(reader);
    const char *type = read_string(reader);
    const char *target = mounts->culprit = read_string(reader);
    uint32_t options = read_u32(reader);
    if (reader->bad) return EBADMSG;
    int fs = sys_fsopen(type);
    if (fs < 0) return errno;
    int error = 0, mount = -1;
    // Shown in lists of mounts; not every type takes it.
    (void)sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", type);
    for (; options && !error; options--) {
        const char *key = read_string(reader), *value = read_string(reader);
        if (reader->bad) error = EBADMSG;
        else if (sys_fsconfig(fs, value[0] ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, key, value[0] ? value : 0)) error = errno;
    }
    if (!error && sys_fsconfig(fs, FSCONFIG_CMD_CREATE, 0, 0)) error = errno;
    if (!error && (mount = sys_fsmount(fs, attributes)) < 0) error = errno;
    close(fs);
    return error ? error : attach_in_root(mounts, mount, target);
}

static int step_bind(struct mounts *mounts, struct reader *reader, uint32_t flags) {
    uint64_t attributes = read_u64(reader);
    const char *source = mounts->culprit = read_string(reader);
    const char *target = read_string(reader);
    if (reader->bad) return EBADMSG;
    int mount = clone_tree(AT_FDCWD, source, flags & STEP_RECURSIVE);
    if (mount < 0) return -mount;
    int error = set_attributes(mount, attributes);
    if (error) close(mount);
    return error ? error : attach_in_root(mounts, mount, target);
}

static int step_layers(struct mounts *mounts, struct reader *reader, uint32_t flags) {
    struct layers layers = read_layers(reader);
    const char *subpath = read_string(reader), *target = read_string(reader);
    if (reader->bad) return EBADMSG;
    int stack = overlay(mounts, &layers, flags);
    if (stack < 0) return -stack;
    mounts->culprit = subpath;
    int source = open_in_root(stack, subpath, MISSING_FAILS);
    close(stack);
    if (source < 0) return -source;
    int mount = clone_tree(source, "", 0);
    close(source);
    return mount < 0 ? -mount : attach_in_root(mounts, mount, target);
}

int write_all(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return written < 0 ? errno : EIO;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

static int step_file(struct mounts *mounts, struct reader *reader) {
    uint64_t attributes = read_u64(reader);
    uint32_t mode = read_u32(reader), uid = read_u32(reader), gid = read_u32(reader);
    const char *target = mounts->culprit = read_string(reader);
    uint32_t size;
    const char *bytes = read_blob(reader, &size);
    if (reader->bad) return EBADMSG;
    char name[16];
    scratch_name(mounts, name);
    int fd = openat(mounts->scratch, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) return errno;
    int error = write_all(fd, bytes, size);
    // The owner comes first: chown takes away setuid bits.
    if (!error && fchown(fd, uid, gid)) error = errno;
    // Where no id but one is mapped, the owner is a note, which older kernels' tmpfs does not take: then it is 0's.
    if (error == EINVAL && (uid || gid)) {
        char value[64];
        int length = snprintf(value, sizeof value, "%u %u %o", uid, gid, mode & 07777);
        error = 0;
        (void)fsetxattr(fd, "user.slipway.stat", value, (size_t)length, 0);
    }
    if (!error && fchmod(fd, mode & 07777)) error = errno;
    close(fd);
    if (error) return error;
    int mount = clone_tree(mounts->scratch, name, 0);
    if (mount < 0) return -mount;
    if ((error = set_attributes(mount, attributes))) {
        close(mount);
        return error;
    }
    return attach_in_root(mounts, mount, target);
}

static int step_symlink(struct mounts *mounts, struct reader *reader) {
    const char *contents = read_string(reader);
    const char *path = mounts->culprit = read_string(reader);
    const char *name = strrchr(path, '/');
    char parent[PATH_MAX];
    if (reader->bad || !name || (size_t)(name - path) + 1 >= sizeof parent) return EBADMSG;
    memcpy(parent, path, (size_t)(name - path) + 1);
    parent[name - path + 1] = 0;
    int directory = open_in_root(mounts->root, parent, MISSING_DIRECTORY);
    if (directory < 0) return -directory;
    int error = symlinkat(contents, directory, name + 1) ? errno : 0;
    close(directory);
    return error;
}

// Puts something empty over a path, if it exists.
static int step_mask(struct mounts *mounts, struct reader *reader) {
    const char *path = mounts->culprit = read_string(reader);
    if (reader->bad) return EBADMSG;
    int place = open_in_root(mounts->root, path, MISSING_FAILS);
    if (place == -ENOENT || place == -ENOTDIR) return 0;
    if (place < 0) return -place;
    int directory = is_directory(place);
    int mount = directory ? clone_tree(mounts->scratch, "empty", 0) : clone_tree(AT_FDCWD, "/dev/null", 0);
    int error = mount < 0 ? -mount : 0;
    if (!error) error = set_attributes(mount, directory ? MOUNT_ATTR_RDONLY : 0);
    if (!error) error = attach(mount, place, "");
    if (mount >= 0) close(mount);
    close(place);
    return error;
}

// Makes a path and what is mounted below it read-only, if it exists.
static int step_seal(struct mounts *mounts, struct reader *reader) {
    const char *path = mounts->culprit = read_string(reader);
    if (reader->bad) return EBADMSG;
    int place = open_in_root(mounts->root, path, MISSING_FAILS);
    if (place == -ENOENT || place == -ENOTDIR) return 0;
    if (place < 0) return -place;
    int mount = clone_tree(place, "", 1);
    int error = mount < 0 ? -mount : set_attributes(mount, MOUNT_ATTR_RDONLY);
    if (!error) error = attach(mount, place, "");
    if (mount >= 0) close(mount);
    close(place);
    return error;
}

int mounts_copy(struct mounts *mounts, const char *path, const char *name) {
    mounts->culprit = path;
    int place = open_in_root(mounts->root, path, MISSING_FAILS);
    if (place < 0) return -place;
    int mount = clone_tree(place, "", 1);
    close(place);
    if (mount < 0) return -mount;
    int error = mkdirat(mounts->scratch, name, 0755) ? errno : attach(mount, mounts->scratch, name);
    close(mount);
    return error;
}

int mounts_execute(struct mounts *mounts, struct reader *reader) {
    int last_failed = 0;
    uint32_t count = read_u32(reader);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t operation = read_u32(reader), flags = read_u32(reader), size = read_u32(reader);
        const uint8_t *payload = read_bytes(reader, size);
        if (!payload) return EBADMSG;
        struct reader step = { .next = payload, .end = payload + size };
        if ((flags & STEP_ALTERNATIVE) && !last_failed) continue;
        int error;
        switch (operation) {
        case STEP_ROOT_LAYERS: error = step_root_layers(mounts, &step, flags); break;
        case STEP_ROOT_DIRECTORY: error = step_root_directory(mounts, &step); break;
        case STEP_ROOT_SERVED: error = step_root_served(mounts, &step); break;
        case STEP_FILESYSTEM: error = step_filesystem(mounts, &step); break;
        case STEP_BIND: error = step_bind(mounts, &step, flags); break;
        case STEP_LAYERS: error = step_layers(mounts, &step, flags); break;
        case STEP_FILE: error = step_file(mounts, &step); break;
        case STEP_SYMLINK: error = step_symlink(mounts, &step); break;
        case STEP_MASK: error = step_mask(mounts, &step); break;
        case STEP_SEAL: error = step_seal(mounts, &step); break;
        default: error = EBADMSG;
        }
        if (error && !(flags & STEP_OPTIONAL)) return error;
        last_failed = error != 0;
    }
    return reader->bad || mounts->root < 0 ? EBADMSG : 0;
}

int mounts_pivot(struct mounts *mounts) {
    mounts->culprit = "/";
    // With the same directory twice, the old root ends up on top of the new one (pivot_root(2), "pivot_root(".", ".")"), and
    // on top of that the scratch filesystem, as before: the first call detaches that, the second the old root.
    if (fchdir(mounts->root) || syscall(SYS_pivot_root, ".", ".")) return errno;
    if (umount2(".", MNT_DETACH) || umount2(".", MNT_DETACH) || chdir("/")) return errno;
    close(mounts->scratch);
    return 0;
}
