// What the files of a sandbox's first process share. Everything declared here is async-signal-safe.
#ifndef CSANDBOX_SANDBOX_H
#define CSANDBOX_SANDBOX_H

#include "CSandbox.h"
#include "program.h"

#include <sys/types.h>

// The descriptors that come with a request, in this order.
enum { FD_PROGRAM, FD_STDIN, FD_STDOUT, FD_STDERR, FD_FILTER, FD_NOTIFIED, FD_LOG, FD_COUNT };

// What a sandbox and the program that connects its network have in common; -1 where there is none.
struct gateway {
    int ready, say_ready; // a pipe
    int log; // what the program says, in memory
};

// Makes them. Returns 0 or an errno.
int gateway_prepare(struct gateway *gateway);
void gateway_close(struct gateway *gateway);
// Starts the program for a sandbox; `words` are those of the request. Returns its process, 0 if there is none. For the launcher.
pid_t gateway_start(const struct gateway *gateway, char *words, size_t size, pid_t sandbox);
// Waits, in the sandbox, until the network is there. Returns 0 if the program ended before, with its words in `text`.
int gateway_wait(struct gateway *gateway, char *text, size_t size);

// A root that a program serves; -1 and 0 where there is none.
struct served {
    uint64_t id; // of the sandbox
    int device, say_mounted; // a connection to the kernel, and a pipe
    pid_t server;
};

// Opens the device and forks the program; its words are in the file. Returns 0 or an errno. For the launcher.
int served_start(struct served *served, uint64_t id, int words);
void served_close(struct served *served);

struct start {
    uint64_t id;
    int control; // where failures are reported
    int launcher; // pidfd of the launcher
    int descriptors[FD_COUNT]; // -1 where there is none
    int notifier; // connection to it, or -1
    struct gateway gateway;
    struct served served;
};

// The first process of a sandbox: sets it up and executes the command. Never returns.
void sandbox_child(const struct start *start) __attribute__((noreturn));

// Forks: the child returns, the parent becomes its keeper (keeper.c) and never does. The keeper kills everything that is left
// when it gets KEEPER_KILL, and passes other signals on.
void keeper_fork(void);
#define KEEPER_KILL (SIGRTMIN + 3)

struct mounts {
    int scratch; // a private tmpfs for files and mount points
    int root; // the new root's mount
    unsigned names; // used up in scratch
    struct served served; // what serves the root
    const char *culprit; // what the last failure was about
    char message[256]; // the kernel's words about it, if there are any
};

// Makes the scratch filesystem, upon "/" or at a directory of the host's. Returns 0 or an errno, as do the others.
int mounts_begin(struct mounts *mounts, const char *place, struct served served);
// Executes the program's steps.
int mounts_execute(struct mounts *mounts, struct reader *reader);
// Makes the new root "/" and gets rid of the old one. `mounts->root` is the root directory from then on.
int mounts_pivot(struct mounts *mounts);
// Makes a directory of the new root, with what is mounted below it, appear in the scratch filesystem as well.
int mounts_copy(struct mounts *mounts, const char *path, const char *name);

// What an OCI runtime gets.
struct runtime {
    const char *bundle; // the directory, where the scratch filesystem is mounted
    const char *configuration; // config.json
    uint32_t configuration_size;
    uint32_t hides_control_groups;
};

// Makes the bundle complete around the root, which is its directory "0", and enters it.
int runtime_prepare(struct mounts *mounts, const struct runtime *runtime);
int write_all(int fd, const char *bytes, size_t size);

// Opens `path` as a chroot to `root` would see it; what is missing is created, as directories and a last part of `kind`.
enum missing { MISSING_FAILS, MISSING_DIRECTORY, MISSING_FILE };
int open_in_root(int root, const char *path, enum missing missing);

// Greets the notifier from the sandbox: who the process is, where its calls can be heard, and itself. Returns 0 or an errno.
struct identity;
int notifier_greet(int connection, int listener, const struct identity *identity, int has_one_identity);
// The life of a notifier: serves the sandbox that greets it until that is gone. Never returns.
void notifier_run(int connection, int log) __attribute__((noreturn));

// The launcher's name as a process, and in place of its program's where it executed itself.
#define LAUNCHER_NAME "slipway-launch"

// Executes the launcher anew, from a file that no sandbox can change. The control socket is descriptor 3. Returns only where
// that cannot be done, with an errno.
int shield_launcher(int control, char *const *guarded, size_t count);
// The launcher from there on, with the trees that it guarded.
void resume_launcher(char *const *guarded, size_t count) __attribute__((noreturn));

// Deletes a tree. Uses the heap: for the launcher only.
void remove_tree(const char *path);

#endif
