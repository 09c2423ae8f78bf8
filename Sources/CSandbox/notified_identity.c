// Who a process is, where the kernel knows nobody but 0: identities are kept here, and a process carries the number of its
// own in a resource limit that the kernel has not looked at since Linux 2.4.25 (RLIMIT_LOCKS): fork and exec hand it on, so
// that nobody has to watch them.
#define _GNU_SOURCE
#include "notifier.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_IDENTITIES = 4096, SAME = 0xffffffffu };

static struct identity identities[MOST_IDENTITIES];
static uint64_t identity_count = 1;

// That of processes which never changed theirs.
struct identity *identity_first(void) { return &identities[0]; }

const struct identity *identity_of(const struct notifier *notifier, const struct seccomp_notif *request) {
    static const struct identity root;
    if (!notifier->has_one_identity) return &root;
    struct rlimit64 limit;
    if (syscall(SYS_prlimit64, (pid_t)request->pid, RLIMIT_LOCKS, 0, &limit)) return &identities[0];
    return limit.rlim_cur > 0 && limit.rlim_cur < identity_count ? &identities[limit.rlim_cur] : &identities[0];
}

static int64_t become(const struct seccomp_notif *request, const struct identity *identity) {
    uint64_t number = 0;
    while (number < identity_count && memcmp(&identities[number], identity, sizeof *identity)) number++;
    if (number == MOST_IDENTITIES) return -EAGAIN;
    if (number == identity_count) identities[identity_count++] = *identity;
    struct rlimit64 limit;
    if (syscall(SYS_prlimit64, (pid_t)request->pid, RLIMIT_LOCKS, 0, &limit)) return -errno;
    // The number 0 and "no limit" mean the same.
    limit.rlim_cur = number ? number : limit.rlim_max;
    return syscall(SYS_prlimit64, (pid_t)request->pid, RLIMIT_LOCKS, &limit, 0) ? -errno : 0;
}

// MARK: Changes, as setuid(2) and its relatives have them for a process with CAP_SETUID if and only if it is 0

static int may_be(uint32_t id, const uint32_t known[3]) { return id == known[0] || id == known[1] || id == known[2]; }

static int64_t set_three(int is_root, uint32_t *three[4], const uint32_t wanted[3]) {
    uint32_t known[3] = { *three[0], *three[1], *three[2] };
    for (int i = 0; i < 3; i++)
        if (wanted[i] != SAME && !is_root && !may_be(wanted[i], known)) return -EPERM;
    for (int i = 0; i < 3; i++)
        if (wanted[i] != SAME) *three[i] = wanted[i];
    *three[3] = *three[1];
    return 0;
}

static int64_t set_one(int is_root, uint32_t *three[4], uint32_t id) {
    if (id == SAME) return -EINVAL;
    if (is_root) {
        for (int i = 0; i < 4; i++) *three[i] = id;
        return 0;
    }
    if (id != *three[0] && id != *three[2]) return -EPERM;
    *three[1] = *three[3] = id;
    return 0;
}

static int64_t set_two(int is_root, uint32_t *three[4], uint32_t real, uint32_t effective) {
    uint32_t old_real = *three[0], known[3] = { *three[0], *three[1], *three[2] };
    if (real != SAME && !is_root && real != known[0] && real != known[1]) return -EPERM;
    if (effective != SAME && !is_root && !may_be(effective, known)) return -EPERM;
    if (real != SAME) *three[0] = real;
    if (effective != SAME) *three[1] = effective;
    if (real != SAME || (effective != SAME && effective != old_real)) *three[2] = *three[1];
    *three[3] = *three[1];
    return 0;
}

static int64_t set_file_id(int is_root, uint32_t *three[4], uint32_t id) {
    uint32_t old = *three[3];
    if (id != SAME && (is_root || id == *three[0] || id == *three[1] || id == *three[2] || id == old)) *three[3] = id;
    return old;
}

static int64_t set_groups(const struct call *call, struct identity *identity) {
    uint64_t count = call->request->data.args[0];
    if (identity->euid != 0 && !identity->keeps_capabilities) return -EPERM;
    if (count > sizeof identity->groups / sizeof *identity->groups) return -EINVAL;
    uint32_t groups[64];
    if (count && !read_memory(call, call->request->data.args[1], groups, count * sizeof *groups)) return -EFAULT;
    memset(identity->groups, 0, sizeof identity->groups);
    if (count) memcpy(identity->groups, groups, count * sizeof *groups);
    identity->group_count = (uint32_t)count;
    return 0;
}

static int64_t get_groups(const struct call *call, const struct identity *identity) {
    int32_t room = (int32_t)call->request->data.args[0];
    if (room < 0) return -EINVAL;
    if (room == 0) return identity->group_count;
    if ((uint32_t)room < identity->group_count) return -EINVAL;
    size_t size = identity->group_count * sizeof *identity->groups;
    if (!write_memory(call, call->request->data.args[1], identity->groups, size)) return -EFAULT;
    return identity->group_count;
}

static int64_t get_three(const struct call *call, uint32_t first, uint32_t second, uint32_t third) {
    uint32_t values[3] = { first, second, third };
    for (int i = 0; i < 3; i++)
        if (!write_memory(call, call->request->data.args[i], &values[i], sizeof values[i])) return -EFAULT;
    return 0;
}

// The limit that carries an identity can be looked at, and looks like none.
static struct answer limit_call(const struct call *call) {
    uint64_t old = call->request->data.args[3], none[] = { RLIM64_INFINITY, RLIM64_INFINITY };
    return result(old && !write_memory(call, old, none, sizeof none) ? -EFAULT : 0);
}

int identity_call(const struct call *call, struct answer *answer) {
    const struct seccomp_notif *request = call->request;
    struct identity next = *call->identity;
    uint32_t *users[] = { &next.ruid, &next.euid, &next.suid, &next.fsuid };
    uint32_t *groups[] = { &next.rgid, &next.egid, &next.sgid, &next.fsgid };
    const __u64 *args = request->data.args;
    uint32_t first = (uint32_t)args[0], second = (uint32_t)args[1], third = (uint32_t)args[2];
    uint32_t wanted[] = { first, second, third };
    int is_root = next.euid == 0;
    // Who has kept capabilities may still change groups, in the order that setpriv(1) has. When he executes something they
    // are gone, which nobody sees here: so they are no way back to being 0.
    int has_groups = is_root || next.keeps_capabilities;
    int64_t value;
    switch (request->data.nr) {
    case SYS_getuid: *answer = result(next.ruid); return 1;
    case SYS_geteuid: *answer = result(next.euid); return 1;
    case SYS_getgid: *answer = result(next.rgid); return 1;
    case SYS_getegid: *answer = result(next.egid); return 1;
    case SYS_getresuid: *answer = result(get_three(call, next.ruid, next.euid, next.suid)); return 1;
    case SYS_getresgid: *answer = result(get_three(call, next.rgid, next.egid, next.sgid)); return 1;
    case SYS_getgroups: *answer = result(get_groups(call, &next)); return 1;
    case SYS_setuid: value = set_one(is_root, users, first); break;
    case SYS_setgid: value = set_one(has_groups, groups, first); break;
    case SYS_setreuid: value = set_two(is_root, users, first, second); break;
    case SYS_setregid: value = set_two(has_groups, groups, first, second); break;
    case SYS_setresuid: value = set_three(is_root, users, wanted); break;
    case SYS_setresgid: value = set_three(has_groups, groups, wanted); break;
    case SYS_setfsuid: value = set_file_id(is_root, users, first); break;
    case SYS_setfsgid: value = set_file_id(has_groups, groups, first); break;
    case SYS_setgroups: value = set_groups(call, &next); break;
    case SYS_setrlimit: *answer = result(0); return 1;
    case SYS_prlimit64: *answer = limit_call(call); return 1;
    case SYS_prctl:
        next.keeps_capabilities = second != 0;
        value = 0;
        break;
    default: return 0;
    }
    if (value >= 0 && memcmp(&next, call->identity, sizeof next)) {
        int64_t error = become(request, &next);
        if (error) value = error;
    }
    *answer = result(value);
    return 1;
}
