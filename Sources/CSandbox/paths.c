// Paths inside a root that cannot be trusted: no symbolic link leads out of it.
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_existing(int root, const char *path, uint64_t flags) {
    struct open_how how = {
        .flags = O_PATH | O_CLOEXEC | flags,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    // EAGAIN: a rename or mount anywhere in the system crossed our way; the kernel wants to be asked again.
    for (int attempt = 0; attempt < 10000; attempt++) {
        long fd = syscall(SYS_openat2, root, path, &how, sizeof how);
        if (fd >= 0) return (int)fd;
        if (errno != EAGAIN && errno != EINTR) return -errno;
    }
    return -EAGAIN;
}

static int create_part(int directory, const char *name, int as_file) {
    if (!as_file) return mkdirat(directory, name, 0755) == 0 || errno == EEXIST ? 0 : -errno;
    int fd = openat(directory, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0644);
    if (fd < 0) return errno == EEXIST ? 0 : -errno;
    close(fd);
    return 0;
}

// Walks the path part by part. `rest` is what is left to walk, `done` the real path (without links) walked so far.
static int open_or_create(int root, const char *path, int as_file) {
    char rest[PATH_MAX], done[PATH_MAX], link[PATH_MAX];
    if (strlen(path) >= sizeof rest) return -ENAMETOOLONG;
    strcpy(rest, path);
    size_t done_length = 0;
    done[0] = 0;
    int links = 0;
    char *next = rest;
    for (;;) {
        while (*next == '/') next++;
        if (*next == 0) return open_existing(root, done_length ? done : "/", 0);
        size_t length = strcspn(next, "/");
        if (length > NAME_MAX) return -ENAMETOOLONG;
        char name[NAME_MAX + 1];
        memcpy(name, next, length);
        name[length] = 0;
        next += length;
        if (strcmp(name, ".") == 0) continue;
        if (strcmp(name, "..") == 0) {
            while (done_length > 0 && done[--done_length] != '/') {}
            done[done_length] = 0;
            continue;
        }
        if (done_length + 1 + length >= sizeof done) return -ENAMETOOLONG;
        size_t parent_length = done_length;
        done[done_length++] = '/';
        memcpy(done + done_length, name, length + 1);
        done_length += length;

        int fd = open_existing(root, done, O_NOFOLLOW);
        if (fd == -ENOENT) {
            char saved = done[parent_length];
            done[parent_length] = 0;
            int parent = open_existing(root, parent_length ? done : "/", O_DIRECTORY);
            done[parent_length] = saved;
            if (parent < 0) return parent;
            int error = create_part(parent, name, as_file && next[strspn(next, "/")] == 0);
            close(parent);
            if (error) return error;
            continue;
        }
        if (fd < 0) return fd;
        struct stat status;
        int failed = fstat(fd, &status);
        if (failed == 0 && S_ISLNK(status.st_mode)) {
            ssize_t size = readlinkat(fd, "", link, sizeof link);
            close(fd);
            size_t left = strlen(next);
            if (++links > 40) return -ELOOP;
            if (size <= 0 || (size_t)size + left + 2 > sizeof link) return -ENAMETOOLONG;
            memcpy(link + size, next, left + 1);
            memcpy(rest, link, (size_t)size + left + 1);
            next = rest;
            done_length = rest[0] == '/' ? 0 : parent_length;
            done[done_length] = 0;
            continue;
        }
        close(fd);
        if (failed) return -errno;
    }
}

int open_in_root(int root, const char *path, enum missing missing) {
    int fd = open_existing(root, path, 0);
    if (fd != -ENOENT || missing == MISSING_FAILS) return fd;
    return open_or_create(root, path, missing == MISSING_FILE);
}
