// The parts of the notifier: see notifier.c.
#ifndef CSANDBOX_NOTIFIER_H
#define CSANDBOX_NOTIFIER_H

#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Who a process believes to be.
struct identity {
    uint32_t ruid, euid, suid, fsuid;
    uint32_t rgid, egid, sgid, fsgid;
    uint32_t keeps_capabilities; // PR_SET_KEEPCAPS
    uint32_t group_count;
    uint32_t groups[64];
};

// What is to be answered.
enum verdict {
    VERDICT_CONTINUE, // the kernel carries the call out as if nobody had looked
    VERDICT_RESULT, // `value` is the result, or the negative errno
    VERDICT_SENT, // it was answered with a descriptor
};

struct answer {
    enum verdict verdict;
    int64_t value;
};

static inline struct answer go_on(void) { return (struct answer) { VERDICT_CONTINUE, 0 }; }
static inline struct answer result(int64_t value) { return (struct answer) { VERDICT_RESULT, value }; }

struct notifier {
    int listener;
    int log; // where owners of symbolic links go
    int proc; // the /proc of the launcher's pid namespace; also the working directory
    int has_one_identity; // owners and identities are made up; else only device nodes are
    dev_t root_device; // of the sandbox's "/"
    ino_t root_inode;
};

struct call {
    const struct seccomp_notif *request;
    const struct identity *identity;
};

// Reads memory of the process. Returns whether all of it could be read.
int read_memory(const struct call *call, uint64_t address, void *buffer, size_t size);
int write_memory(const struct call *call, uint64_t address, const void *buffer, size_t size);
// Reads a path, with its 0. Returns 0 where that is not possible or it is too long.
int read_path(const struct call *call, uint64_t address, char path[4096]);
// "<pid>/<name>" below /proc.
void process_file(char buffer[64], uint32_t process, const char *name);

// That of processes which never changed theirs.
struct identity *identity_first(void);
const struct identity *identity_of(const struct notifier *notifier, const struct seccomp_notif *request);
// Carries out a call that is about identity. Returns 0 if it is none.
int identity_call(const struct call *call, struct answer *answer);
// Carries out a call that is about files. Returns 0 if it is none.
int file_call(struct notifier *notifier, const struct call *call, struct answer *answer);

#endif
