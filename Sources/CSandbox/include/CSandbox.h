// What Swift cannot do safely: everything between fork and exec.
//
//   namespace.c   moves the (single-threaded) process into a user namespace
//   launcher.c    the launcher: a small single-threaded process that starts sandboxes and outlives slipway
//   shield.c      keeps the launcher's program file from sandboxes
//   child.c       what a sandbox's first process does between clone and exec
//   mounts.c      the mount steps of that
//   notifier.c    a process beside a sandbox that has one id only: owners, device nodes and identities
//   runtime.c     what it does where an OCI runtime runs the command
//   network.c     the program beside a sandbox that connects its private network
//   served.c      the program beside a sandbox that serves its root
//   program.h/.c  the reader of a program: the serialised specification, written by Swift's ProgramEncoder
//
// No libc header is included here: sys/stat.h in an importable header makes Swift's S_IF* constants ambiguous.
#ifndef CSANDBOX_H
#define CSANDBOX_H

#include <stddef.h>
#include <stdint.h>

// MARK: User namespace

struct csandbox_namespace_result {
    int32_t unshare_error; // errno of unshare(CLONE_NEWUSER), 0 if it worked
    int32_t map_error; // errno of writing a single mapping, 0 if it was not needed or worked
    int32_t users_mapped; // whether newuidmap did its work
    int32_t groups_mapped; // whether newgidmap did its work
    char diagnostics[512]; // what newuidmap and newgidmap said
};

// Which ids are mapped, and how. Where nothing is said, or it fails, id 0 alone is mapped, to the effective id.
struct csandbox_id_maps {
    char *const *newuidmap; // argument vectors ending in NULL, for subordinate ids
    char *const *newgidmap;
    const char *users; // the contents of uid_map and gid_map, for who may write them himself
    const char *groups;
};

// Enters a new user namespace. Ends with all ids 0. Returns 0, or the errno of what failed last; nothing has changed if that
// was unshare(2).
int32_t csandbox_enter_user_namespace(
    const struct csandbox_id_maps *maps, uint32_t euid, uint32_t egid, struct csandbox_namespace_result *result);

// Whether a child of this process may be in a user namespace and mount something there: some hosts let everybody have a
// namespace that is good for nothing. Returns 0 or an errno.
int32_t csandbox_try_user_namespace(uint32_t euid);

// MARK: Launcher

enum csandbox_request_kind {
    // With descriptors: program, stdin, stdout, stderr, and the seccomp filter if there is one; if two more follow, with a notifier
    // beside it: the filter that says what it is asked, the log of owners. Followed, for a private network, by words that end in 0: the descriptor on which a program
    // says that it is ready ("1" or "3"), its path, its arguments.
    CSANDBOX_RUN = 1,
    CSANDBOX_KILL = 2,
    CSANDBOX_GUARD = 3, // followed by a path: delete this tree if slipway dies
    CSANDBOX_RELEASE = 4, // followed by a path: do not delete it any more
    CSANDBOX_GOODBYE = 5, // kill what runs, delete nothing, exit
    CSANDBOX_SIGNAL = 6, // pass on a signal to the process
    // With a file of words that end in 0: the program that serves the root of the sandbox of this id, which is the next to be
    // run. Its descriptor 3 is the device.
    CSANDBOX_SERVE = 7,
};

struct csandbox_request {
    uint32_t kind;
    uint32_t value; // RUN: clone flags; SIGNAL: its number
    uint64_t id;
};

enum csandbox_reply_kind {
    CSANDBOX_FAILED = 1, // the process could not be started; an EXITED follows
    CSANDBOX_EXITED = 2, // it is reaped, and with it everything that ran in its pid namespace
};

// Where starting a process failed.
enum csandbox_step {
    CSANDBOX_STEP_CLONE = 1, // namespaces
    CSANDBOX_STEP_PROGRAM, // unreadable specification
    CSANDBOX_STEP_PREPARE, // session, propagation, descriptors
    CSANDBOX_STEP_ROOT, // root filesystem
    CSANDBOX_STEP_MOUNT, // a mount
    CSANDBOX_STEP_PIVOT, // leaving the old root
    CSANDBOX_STEP_HOSTNAME,
    CSANDBOX_STEP_NETWORK, // loopback interface
    CSANDBOX_STEP_DIRECTORY, // working directory
    CSANDBOX_STEP_LIMIT, // resource limits
    CSANDBOX_STEP_SECCOMP,
    CSANDBOX_STEP_CAPABILITIES,
    CSANDBOX_STEP_IDENTITY, // user and groups
    CSANDBOX_STEP_SEARCH, // command not found in PATH
    CSANDBOX_STEP_EXEC,
    CSANDBOX_STEP_INTERPRETER, // the command is there, its interpreter (in the detail) is not
    CSANDBOX_STEP_CGROUP, // control group
    CSANDBOX_STEP_NOTIFIER, // the process that is asked about system calls
    CSANDBOX_STEP_SHIELD, // slipway's own program file cannot be kept from sandboxes
    CSANDBOX_STEP_GATEWAY, // what connects a private network; its words are in the detail
};

struct csandbox_reply {
    uint64_t id;
    uint32_t kind;
    uint32_t step; // FAILED
    int32_t error; // FAILED: errno
    int32_t status; // EXITED: as wait(2) reports it
    uint64_t user_microseconds;
    uint64_t system_microseconds;
    uint64_t peak_kibibytes;
    char detail[512]; // FAILED: the path or name concerned, ends in 0
};

// Forks the launcher; the caller must have one thread only. Sets the control socket and the launcher's process id.
// Returns 0 or an errno.
int32_t csandbox_fork_launcher(int32_t *control, int32_t *process);

// Sends one message with descriptors. Returns 0 or an errno.
int32_t csandbox_send(
    int32_t control, const struct csandbox_request *request, const void *payload, size_t payload_size,
    const int32_t *descriptors, size_t descriptor_count);

// Waits for one reply. Returns 1, 0 at the end of the stream, or a negative errno.
int32_t csandbox_receive(int32_t control, struct csandbox_reply *reply);

// A sealed file in memory with these bytes, close-on-exec. Returns a descriptor or a negative errno.
int32_t csandbox_memory_file(const char *name, const void *bytes, size_t size);

// An empty file in memory, close-on-exec. Returns a descriptor or a negative errno.
int32_t csandbox_empty_memory_file(const char *name);

// Waits for a child. Returns 0 or an errno.
int32_t csandbox_wait(int32_t process);

// A close-on-exec pipe whose read end does not block, with a buffer of up to 1 MiB. Returns 0 or an errno.
int32_t csandbox_pipe(int32_t *read_end, int32_t *write_end);

// A new pseudo-terminal, both sides close-on-exec, the controller's not blocking. Returns 0 or an errno.
int32_t csandbox_terminal(int32_t *controller, int32_t *terminal);

// read(2). Returns the count or a negative errno.
int64_t csandbox_read(int32_t descriptor, void *buffer, size_t size);

void csandbox_close(int32_t descriptor);

#endif
