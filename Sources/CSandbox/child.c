// The first process of a sandbox, from clone to exec. It becomes the command, pid 1 of its pid namespace.
//
// Only async-signal-safe calls: no heap, no locks, no stdio. The order of the steps matters; each comment says why.
#define _GNU_SOURCE
#include "notifier.h"
#include "sandbox.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void fail(const struct start *start, enum csandbox_step step, int error, const char *detail)
    __attribute__((noreturn));

static void fail(const struct start *start, enum csandbox_step step, int error, const char *detail) {
    struct csandbox_reply reply = { .id = start->id, .kind = CSANDBOX_FAILED, .step = step, .error = error };
    size_t length = detail ? strlen(detail) : 0;
    if (length >= sizeof reply.detail) length = sizeof reply.detail - 1;
    if (length) memcpy(reply.detail, detail, length);
    while (send(start->control, &reply, sizeof reply, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
    _exit(255);
}

// Dies with the launcher. A change of identity clears the wish, and the launcher may have died before it was uttered.
static void die_with_launcher(const struct start *start) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct pollfd launcher = { .fd = start->launcher, .events = POLLIN };
    if (poll(&launcher, 1, 0) > 0) _exit(255);
}

static void reset_signals(void) {
    // By system call: glibc refuses the signals it keeps to itself, which may be ignored all the same. All 0 is SIG_DFL; no
    // architecture's struct is larger.
    static const char default_action[64];
    for (int signal = 1; signal < NSIG; signal++) (void)syscall(SYS_rt_sigaction, signal, default_action, 0, 8);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
}

static void map_file(const struct start *start, enum csandbox_step step, int fd, const uint8_t **bytes, size_t *size) {
    struct stat status;
    if (fstat(fd, &status)) fail(start, step, errno, 0);
    *size = (size_t)status.st_size;
    void *address = mmap(0, *size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (address == MAP_FAILED) fail(start, step, errno, 0);
    *bytes = address;
}

// Each is a cgroup.procs; "0" means who writes it. The namespace makes the group look like the root from within.
static void join_control_groups(const struct start *start, struct reader *reader) {
    uint32_t count = read_u32(reader);
    for (uint32_t i = 0; i < count; i++) {
        const char *path = read_string(reader);
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, "0", 1) != 1) fail(start, CSANDBOX_STEP_CGROUP, errno, path);
        close(fd);
    }
    if (count && unshare(CLONE_NEWCGROUP)) fail(start, CSANDBOX_STEP_CGROUP, errno, "namespace");
}

// What the kernel hands on from process to process, where that says something about this machine or gives it away.
static void leave_inheritance(void) {
    // A session keyring may hold the user's keys, and lets its owner find more. Where the kernel makes no new one, the filter
    // still refuses every call about keys.
    (void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0);
    // Who is protected from the killer of processes that use too much memory means himself, not what he runs.
    int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    char first;
    if (fd >= 0 && read(fd, &first, 1) == 1 && first == '-') (void)pwrite(fd, "0", 1, 0);
    if (fd >= 0) close(fd);
}

static void raise_loopback(const struct start *start) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = { .ifr_name = "lo" };
    if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request)) fail(start, CSANDBOX_STEP_NETWORK, errno, "lo");
    request.ifr_flags |= IFF_UP;
    if (ioctl(fd, SIOCSIFFLAGS, &request)) fail(start, CSANDBOX_STEP_NETWORK, errno, "lo");
    close(fd);
}

static void install_filter(const struct start *start) {
    const uint8_t *bytes;
    size_t size;
    map_file(start, CSANDBOX_STEP_SECCOMP, start->descriptors[FD_FILTER], &bytes, &size);
    struct sock_fprog program = {
        .len = (unsigned short)(size / sizeof(struct sock_filter)),
        .filter = (struct sock_filter *)(uintptr_t)bytes,
    };
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) fail(start, CSANDBOX_STEP_SECCOMP, errno, 0);
}

// Has the notifier asked about certain calls from here on. The kernel may not interrupt a call that it is working on.
static void install_notifications(const struct start *start, const struct identity *identity, int has_one_identity) {
    const uint8_t *bytes;
    size_t size;
    map_file(start, CSANDBOX_STEP_NOTIFIER, start->descriptors[FD_NOTIFIED], &bytes, &size);
    struct sock_fprog program = {
        .len = (unsigned short)(size / sizeof(struct sock_filter)),
        .filter = (struct sock_filter *)(uintptr_t)bytes,
    };
    unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | 1ul << 5 /* WAIT_KILLABLE_RECV */, &program);
    // Before Linux 5.19.
    if (listener < 0 && errno == EINVAL) listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    if (listener < 0) fail(start, CSANDBOX_STEP_NOTIFIER, errno, "filter");
    int error = notifier_greet(start->notifier, (int)listener, identity, has_one_identity);
    if (error) fail(start, CSANDBOX_STEP_NOTIFIER, error, "greeting");
    close((int)listener);
}

static void limit_capabilities(const struct start *start, uint64_t bounding) {
    for (int capability = 0; capability < 64; capability++) {
        if (bounding >> capability & 1) continue;
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
        if (errno == EINVAL) return; // past the kernel's last one
        fail(start, CSANDBOX_STEP_CAPABILITIES, errno, "bounding set");
    }
}

static void set_capabilities(const struct start *start, uint64_t effective, int ambient) {
    // More than one has cannot be asked for: slipway itself may run with fewer than all.
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data)) fail(start, CSANDBOX_STEP_CAPABILITIES, errno, 0);
    for (int half = 0; half < 2; half++) {
        data[half].permitted &= (uint32_t)(effective >> (32 * half));
        data[half].effective = data[half].permitted;
        data[half].inheritable = ambient ? data[half].permitted : 0;
    }
    header.version = _LINUX_CAPABILITY_VERSION_3;
    if (syscall(SYS_capset, &header, data)) fail(start, CSANDBOX_STEP_CAPABILITIES, errno, 0);
    // What exec hands on to a program of a user other than root.
    for (int capability = 0; ambient && capability < 64; capability++) {
        if (!(data[capability / 32].permitted >> (capability % 32) & 1)) continue;
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0))
            fail(start, CSANDBOX_STEP_CAPABILITIES, errno, "ambient set");
    }
}

// Decimal, into a buffer of at least 24 bytes.
static const char *decimal(char *buffer, uint32_t number) {
    char *digit = buffer + 23;
    *digit = 0;
    do *--digit = (char)('0' + number % 10);
    while (number /= 10);
    return digit;
}

// By system call: glibc's wrappers would try to change threads that are not there.
static void set_identity(const struct start *start, uint32_t uid, uint32_t gid, const uint32_t *groups, uint32_t count,
    int keep_groups) {
    char number[24];
    if (!keep_groups && syscall(SYS_setgroups, (size_t)count, groups))
        fail(start, CSANDBOX_STEP_IDENTITY, errno, "supplementary groups");
    if (syscall(SYS_setresgid, gid, gid, gid)) fail(start, CSANDBOX_STEP_IDENTITY, errno, decimal(number, gid));
    if (syscall(SYS_setresuid, uid, uid, uid)) fail(start, CSANDBOX_STEP_IDENTITY, errno, decimal(number, uid));
}

// A process of another user can only reopen its output (/dev/stdout) if it owns the pipe, or the terminal that was made
// for it. Another terminal stays as it is.
static void own_streams(uint32_t uid, uint32_t gid, int terminal) {
    for (int fd = 0; fd < 3; fd++) {
        struct stat status;
        if (fstat(fd, &status) || status.st_uid == uid) continue;
        if (S_ISFIFO(status.st_mode) || terminal) (void)fchown(fd, uid, S_ISFIFO(status.st_mode) ? gid : (gid_t)-1);
    }
}

// Where exec says that a file is missing which is there, what it misses is the interpreter: of a script, or the loader of a
// dynamic program. Puts its name into `name`; returns whether there is one.
static int find_interpreter(const char *path, char *name, size_t size) {
    union {
        char bytes[4096];
        Elf64_Ehdr header;
    } start;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t count = read(fd, start.bytes, sizeof start.bytes - 1);
    close(fd);
    if (count < 2) return 0;
    start.bytes[count] = 0;
    const char *found = 0;
    size_t length = 0;
    if (start.bytes[0] == '#' && start.bytes[1] == '!') {
        found = start.bytes + 2 + strspn(start.bytes + 2, " \t");
        length = strcspn(found, " \t\n");
    } else if ((size_t)count > sizeof(Elf64_Ehdr) && memcmp(start.bytes, ELFMAG, SELFMAG) == 0 &&
        start.bytes[EI_CLASS] == ELFCLASS64 && start.header.e_phentsize == sizeof(Elf64_Phdr)) {
        for (unsigned i = 0; i < start.header.e_phnum; i++) {
            Elf64_Phdr segment;
            uint64_t offset = start.header.e_phoff + i * sizeof segment;
            if (offset > (uint64_t)count || sizeof segment > (uint64_t)count - offset) break;
            memcpy(&segment, start.bytes + offset, sizeof segment);
            if (segment.p_type != PT_INTERP || segment.p_offset >= (uint64_t)count) continue;
            found = start.bytes + segment.p_offset;
            length = strlen(found);
        }
    }
    if (!found || length == 0 || length >= size) return 0;
    memcpy(name, found, length);
    name[length] = 0;
    return 1;
}

// Returns only if `path` does not exist or may not be executed.
static int execute(const struct start *start, const char *path, char *const *arguments, char *const *environment) {
    execve(path, arguments, environment);
    int error = errno;
    char interpreter[256];
    struct stat status;
    if (stat(path, &status)) return errno == EACCES ? EACCES : error;
    if (error == ENOENT && find_interpreter(path, interpreter, sizeof interpreter))
        fail(start, CSANDBOX_STEP_INTERPRETER, error, interpreter);
    if (error == EACCES && S_ISDIR(status.st_mode)) return EISDIR;
    if (error != ENOENT && error != ENOTDIR && error != EACCES) fail(start, CSANDBOX_STEP_EXEC, error, path);
    return error;
}

static void execute_command(
    const struct start *start, const char *search_path, char *const *arguments, char *const *environment)
    __attribute__((noreturn));

static void execute_command(
    const struct start *start, const char *search_path, char *const *arguments, char *const *environment) {
    const char *command = arguments[0];
    if (strchr(command, '/')) {
        int error = execute(start, command, arguments, environment);
        fail(start, CSANDBOX_STEP_EXEC, error, command);
    }
    size_t command_length = strlen(command);
    int denied = 0;
    for (const char *part = search_path; *command && *search_path;) {
        size_t length = strcspn(part, ":");
        char path[PATH_MAX];
        if (length + command_length + 2 < sizeof path) {
            memcpy(path, part, length);
            size_t end = length;
            // An empty part means the working directory.
            if (end > 0) path[end++] = '/';
            memcpy(path + end, command, command_length + 1);
            int error = execute(start, path, arguments, environment);
            if (error == EACCES) denied = 1;
        }
        if (part[length] == 0) break;
        part += length + 1;
    }
    fail(start, CSANDBOX_STEP_SEARCH, denied ? EACCES : ENOENT, command);
}

// An array of pointers into the program for exec, NULL-terminated.
static char **read_vector(const struct start *start, struct reader *reader) {
    uint32_t count = read_u32(reader);
    if (reader->bad || count > (1u << 24)) fail(start, CSANDBOX_STEP_PROGRAM, EBADMSG, 0);
    char **vector = mmap(
        0, ((size_t)count + 1) * sizeof *vector, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (vector == MAP_FAILED) fail(start, CSANDBOX_STEP_PROGRAM, errno, 0);
    for (uint32_t i = 0; i < count; i++) vector[i] = (char *)(uintptr_t)read_string(reader);
    return vector;
}

// The working directory, which is made as root: the user may be unable to make or even enter it.
static void enter_directory(const struct start *start, int root, const char *directory) {
    int place = open_in_root(root, directory, MISSING_DIRECTORY);
    if (place < 0) fail(start, CSANDBOX_STEP_DIRECTORY, -place, directory);
    if (fchdir(place)) fail(start, CSANDBOX_STEP_DIRECTORY, errno, directory);
    close(place);
}

// The mounts, and the new root unless a runtime is to enter it.
static void make_root(
    const struct start *start, struct reader *reader, uint32_t flags, const char *hostname, const char *bundle,
    struct mounts *mounts) {
    if (sethostname(hostname, strlen(hostname))) fail(start, CSANDBOX_STEP_HOSTNAME, errno, hostname);
    if (flags & PROGRAM_LOOPBACK) raise_loopback(start);
    // Nothing mounted from here on may show up outside.
    if (mount(0, "/", 0, MS_REC | MS_PRIVATE, 0)) fail(start, CSANDBOX_STEP_PREPARE, errno, "mount propagation");
    int error = mounts_begin(mounts, bundle, start->served);
    if (!error) error = mounts_execute(mounts, reader);
    if (error) fail(start, mounts->root < 0 ? CSANDBOX_STEP_ROOT : CSANDBOX_STEP_MOUNT, error, mounts->culprit);
    if (!(flags & PROGRAM_RUNTIME) && (error = mounts_pivot(mounts)))
        fail(start, CSANDBOX_STEP_PIVOT, error, mounts->culprit);
    char words[sizeof((struct csandbox_reply *)0)->detail];
    struct gateway gateway = start->gateway;
    if (gateway.ready >= 0 && !gateway_wait(&gateway, words, sizeof words)) fail(start, CSANDBOX_STEP_GATEWAY, 0, words);
}

static void change_root(const struct start *start, struct reader *reader, const char *directory) {
    uint32_t count = read_u32(reader), operation = read_u32(reader);
    (void)read_u32(reader); // flags
    (void)read_u32(reader); // size
    (void)read_u64(reader); // attributes
    const char *path = read_string(reader);
    if (reader->bad || count != 1 || operation != STEP_ROOT_DIRECTORY) fail(start, CSANDBOX_STEP_PROGRAM, EBADMSG, 0);
    int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 || chroot(path)) fail(start, CSANDBOX_STEP_PIVOT, errno, path);
    enter_directory(start, root, directory);
    close(root);
}

void sandbox_child(const struct start *start) {
    die_with_launcher(start);
    reset_signals();
    // Its own session: no controlling terminal, and no part in the terminal's signals.
    if (setsid() < 0) fail(start, CSANDBOX_STEP_PREPARE, errno, "session");
    umask(022);
    for (int fd = 0; fd < 3; fd++)
        if (dup2(start->descriptors[FD_STDIN + fd], fd) < 0) fail(start, CSANDBOX_STEP_PREPARE, errno, "standard streams");
    // The launcher opens everything close-on-exec; this is the second bolt on that door.
    (void)syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */);

    struct reader reader = { 0 };
    size_t size;
    map_file(start, CSANDBOX_STEP_PROGRAM, start->descriptors[FD_PROGRAM], &reader.next, &size);
    reader.end = reader.next + size;
    if (read_u32(&reader) != PROGRAM_MAGIC) fail(start, CSANDBOX_STEP_PROGRAM, EBADMSG, 0);
    uint32_t flags = read_u32(&reader);
    uint32_t uid = read_u32(&reader), gid = read_u32(&reader), group_count = read_u32(&reader);
    uint32_t groups[1024];
    if (group_count > sizeof groups / sizeof *groups) fail(start, CSANDBOX_STEP_PROGRAM, EBADMSG, 0);
    for (uint32_t i = 0; i < group_count; i++) groups[i] = read_u32(&reader);
    uint64_t bounding = read_u64(&reader), effective = read_u64(&reader);
    const char *hostname = read_string(&reader), *directory = read_string(&reader), *search_path = read_string(&reader);
    char **arguments = read_vector(start, &reader), **environment = read_vector(start, &reader);
    uint32_t limits = read_u32(&reader);
    if (reader.bad || !arguments[0]) fail(start, CSANDBOX_STEP_PROGRAM, EBADMSG, 0);
    // Limits are raised, if at all, with the capabilities of now.
    for (; limits; limits--) {
        int resource = (int)read_u32(&reader);
        uint64_t soft = read_u64(&reader), hard = read_u64(&reader);
        struct rlimit limit = { .rlim_cur = soft, .rlim_max = hard };
        char number[24];
        if (setrlimit(resource, &limit)) fail(start, CSANDBOX_STEP_LIMIT, errno, decimal(number, (uint32_t)resource));
    }

    // The session is new and has none; the terminal is new and nobody's.
    if ((flags & PROGRAM_TERMINAL) && ioctl(0, TIOCSCTTY, 0)) fail(start, CSANDBOX_STEP_PREPARE, errno, "terminal");

    leave_inheritance();
    join_control_groups(start, &reader);
    struct runtime runtime = { .bundle = "/" };
    if (flags & PROGRAM_RUNTIME) {
        runtime.bundle = read_string(&reader);
        runtime.configuration = read_blob(&reader, &runtime.configuration_size);
        runtime.hides_control_groups = read_u32(&reader);
        if (reader.bad) fail(start, CSANDBOX_STEP_PROGRAM, EBADMSG, 0);
    }
    struct mounts mounts;
    if (flags & PROGRAM_CHANGED_ROOT) {
        keeper_fork();
        change_root(start, &reader, directory);
    } else {
        make_root(start, &reader, flags, hostname, runtime.bundle, &mounts);
        if (flags & PROGRAM_RUNTIME) {
            int error = runtime_prepare(&mounts, &runtime);
            if (error) fail(start, CSANDBOX_STEP_MOUNT, error, mounts.culprit);
            execute_command(start, search_path, arguments, environment);
        }
        enter_directory(start, mounts.root, directory);
    }
    own_streams(uid, gid, (flags & PROGRAM_TERMINAL) != 0);

    // Without no_new_privs only CAP_SYS_ADMIN may install a filter, so it comes before the capabilities go. The filter
    // allows every call below.
    if ((flags & PROGRAM_NO_NEW_PRIVILEGES) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        fail(start, CSANDBOX_STEP_SECCOMP, errno, "no_new_privs");
    if (start->descriptors[FD_FILTER] >= 0) install_filter(start);
    int has_one_identity = (flags & PROGRAM_ONE_IDENTITY) != 0;
    if (start->notifier >= 0) {
        struct identity identity = {
            .ruid = uid, .euid = uid, .suid = uid, .fsuid = uid, .rgid = gid, .egid = gid, .sgid = gid, .fsgid = gid,
        };
        for (uint32_t i = 0; i < group_count && i < sizeof identity.groups / sizeof *identity.groups; i++)
            identity.groups[identity.group_count++] = groups[i];
        install_notifications(start, &identity, has_one_identity);
    }
    // Dropping from the bounding set needs CAP_SETPCAP, changing identity CAP_SETUID and CAP_SETGID; a user other than
    // root loses the rest with the change, where they are not ambient.
    limit_capabilities(start, bounding);
    // A change of user takes the capabilities away, unless one asks to keep the permitted ones.
    int ambient = (flags & PROGRAM_AMBIENT) != 0;
    if (ambient && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)) fail(start, CSANDBOX_STEP_CAPABILITIES, errno, "keep");
    if (!has_one_identity) set_identity(start, uid, gid, groups, group_count, (flags & PROGRAM_KEEP_GROUPS) != 0);
    set_capabilities(start, effective, ambient);
    if (flags & PROGRAM_CHANGED_ROOT) prctl(PR_SET_PDEATHSIG, SIGKILL); // with its keeper
    else die_with_launcher(start);
    execute_command(start, search_path, arguments, environment);
}
