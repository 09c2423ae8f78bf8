// Deletes a tree without ever following a symbolic link or leaving it.
#define _GNU_SOURCE
#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

// One descriptor per level: deeper directories are moved up to the top and deleted from there.
enum { DEEPEST = 128 };

static unsigned moved;

static void empty_directory(int directory, int top, int depth) {
    DIR *entries = fdopendir(directory);
    if (!entries) {
        close(directory);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(entries))) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
        if (entry->d_type != DT_DIR && unlinkat(directory, name, 0) == 0) continue;
        if (unlinkat(directory, name, AT_REMOVEDIR) == 0) continue;
        if (depth >= DEEPEST) {
            char unique[32];
            snprintf(unique, sizeof unique, ".slipway-deep-%u", moved++);
            (void)renameat(directory, name, top, unique);
            continue;
        }
        // Without the right to look into it, even a fallen root's overlay work directory would stay.
        (void)fchmodat(directory, name, 0700, AT_SYMLINK_NOFOLLOW);
        int child = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (child < 0) continue;
        empty_directory(child, top, depth + 1);
        (void)unlinkat(directory, name, AT_REMOVEDIR);
    }
    closedir(entries);
}

void remove_tree(const char *path) {
    // More than once: reading a directory while it changes may miss entries, and deep ones come up to the top.
    for (int pass = 0; pass < 64; pass++) {
        if (unlinkat(AT_FDCWD, path, AT_REMOVEDIR) == 0 || errno == ENOENT) return;
        int top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (top < 0) return;
        int again = fcntl(top, F_DUPFD_CLOEXEC, 0);
        if (again >= 0) empty_directory(again, top, 0);
        close(top);
    }
}
