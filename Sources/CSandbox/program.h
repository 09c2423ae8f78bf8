// The program: a specification as ProgramEncoder.swift writes it, read in place from a file in memory.
//
// Numbers have the machine's byte order and no alignment. A string is its length (32 bits), its bytes and a 0, so that it can
// be handed to the kernel where it lies. Nothing here allocates: it is used between clone and exec.
#ifndef CSANDBOX_PROGRAM_H
#define CSANDBOX_PROGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PROGRAM_MAGIC 0x31574c53u // "SLW1"

enum program_flags {
    PROGRAM_NO_NEW_PRIVILEGES = 1,
    PROGRAM_LOOPBACK = 2, // bring up `lo` in the new network namespace
    PROGRAM_KEEP_GROUPS = 4, // setgroups(2) is denied in this user namespace
    PROGRAM_AMBIENT = 8, // capabilities are kept by every user and handed on by every exec
    PROGRAM_ONE_IDENTITY = 16, // all processes are the one id there is; the notifier tells them who they are
    PROGRAM_TERMINAL = 64, // standard input is a terminal and becomes the controlling one
    PROGRAM_RUNTIME = 128, // an OCI runtime is executed, in a bundle that comes before the steps
};

// Without namespaces: the one step is STEP_ROOT_DIRECTORY, which becomes the root by chroot(2).
#define PROGRAM_CHANGED_ROOT 32

enum program_operation {
    STEP_ROOT_LAYERS = 1, // attributes, upper, work, lowers
    STEP_ROOT_DIRECTORY, // attributes, path
    STEP_FILESYSTEM, // attributes, type, target, options
    STEP_BIND, // attributes, source, target
    STEP_LAYERS, // attributes, upper, work, lowers, subpath, target
    STEP_FILE, // attributes, mode, uid, gid, target, bytes
    STEP_SYMLINK, // contents, path
    STEP_MASK, // path
    STEP_SEAL, // path: read-only from here on
    STEP_ROOT_SERVED, // attributes
};

enum program_step_flags {
    STEP_OPTIONAL = 1, // a failure is no error
    STEP_ALTERNATIVE = 2, // only if the step before failed
    STEP_RECURSIVE = 4, // with the mounts below
    STEP_LEGACY_OVERLAY = 8, // mount(2) instead of fsconfig(2)
};

struct reader {
    const uint8_t *next;
    const uint8_t *end;
    int bad; // something was cut short; every value read since is 0 or ""
};

static inline const void *read_bytes(struct reader *reader, size_t size) {
    if (reader->bad || (size_t)(reader->end - reader->next) < size) {
        reader->bad = 1;
        return 0;
    }
    const void *bytes = reader->next;
    reader->next += size;
    return bytes;
}

static inline uint32_t read_u32(struct reader *reader) {
    uint32_t value = 0;
    const void *bytes = read_bytes(reader, sizeof value);
    if (bytes) memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint64_t read_u64(struct reader *reader) {
    uint64_t value = 0;
    const void *bytes = read_bytes(reader, sizeof value);
    if (bytes) memcpy(&value, bytes, sizeof value);
    return value;
}

static inline const char *read_blob(struct reader *reader, uint32_t *size) {
    *size = read_u32(reader);
    const char *bytes = read_bytes(reader, (size_t)*size + 1);
    if (!bytes || bytes[*size] != 0) {
        reader->bad = 1;
        *size = 0;
        return "";
    }
    return bytes;
}

static inline const char *read_string(struct reader *reader) {
    uint32_t size;
    return read_blob(reader, &size);
}

#endif
