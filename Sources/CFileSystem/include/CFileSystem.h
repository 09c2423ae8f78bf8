// System calls that Swift cannot make, or can make only with the descriptor of the working directory.
//
// Every function returns a result >= 0, or the negative of errno; EINTR is retried inside. Names are NUL-terminated
// and relative to `directory`; no function follows a symbolic link in the last component unless its name says so.
// No libc header is included here: `sys/stat.h` in a public header makes the S_IF* constants ambiguous in Swift.
#ifndef CFILESYSTEM_H
#define CFILESYSTEM_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The members of `struct stat` that a file tree carries.
struct cfs_status {
    uint64_t device;
    uint64_t inode;
    uint64_t link_count;
    uint64_t size;
    uint64_t blocks;
    uint64_t special_device;
    int64_t modified_seconds;
    int64_t changed_seconds;
    int32_t modified_nanoseconds;
    int32_t changed_nanoseconds;
    uint32_t mode;
    uint32_t uid;
    uint32_t gid;
};

/// Which descriptor an open function returns. Every one of them is close-on-exec, and never a controlling terminal.
enum cfs_open {
    CFS_OPEN_READ = 0,
    CFS_OPEN_WRITE = 1,
    CFS_OPEN_READ_WRITE = 2,
    CFS_OPEN_ACCESS_MASK = 3,
    CFS_OPEN_CREATE = 1 << 2,
    CFS_OPEN_EXCLUSIVE = 1 << 3,
    CFS_OPEN_TRUNCATE = 1 << 4,
    CFS_OPEN_APPEND = 1 << 5,
    CFS_OPEN_DIRECTORY = 1 << 6,
    CFS_OPEN_PATH = 1 << 7,
    CFS_OPEN_FOLLOW = 1 << 8,
};

int cfs_open(int directory, const char *name, int flags, uint32_t mode);
/// Resolves `path` as if `directory` were the root: `..` and absolute symbolic links stay inside (openat2).
int cfs_open_in_root(int directory, const char *path, int flags);
/// Opens `path` below `directory` without a symbolic link or a way out on it (openat2).
int cfs_open_beneath(int directory, const char *path, int flags);
int cfs_close(int descriptor);
int cfs_duplicate(int descriptor);

int cfs_status_at(int directory, const char *name, int follow, struct cfs_status *status);
int cfs_status_of(int descriptor, struct cfs_status *status);
int cfs_rewind(int directory);
int64_t cfs_read_directory(int directory, void *buffer, size_t size);
int64_t cfs_read_link(int directory, const char *name, char *buffer, size_t size);

int cfs_make_directory(int directory, const char *name, uint32_t mode);
int cfs_make_node(int directory, const char *name, uint32_t mode, uint32_t major, uint32_t minor);
int cfs_make_link(const char *target, int directory, const char *name);
int cfs_link(int directory, const char *name, int new_directory, const char *new_name);
int cfs_remove(int directory, const char *name, int is_directory);

enum cfs_rename { CFS_RENAME_REPLACE = 0, CFS_RENAME_NO_REPLACE = 1, CFS_RENAME_EXCHANGE = 2 };
int cfs_rename(int directory, const char *name, int new_directory, const char *new_name, int how);

int cfs_set_owner(int directory, const char *name, uint32_t uid, uint32_t gid);
int cfs_set_owner_of(int descriptor, uint32_t uid, uint32_t gid);
int cfs_set_mode(int directory, const char *name, uint32_t mode);
int cfs_set_mode_of(int descriptor, uint32_t mode);
/// Sets both the modification and the access time.
int cfs_set_times(int directory, const char *name, int64_t seconds, int32_t nanoseconds);
int cfs_set_times_of(int descriptor, int64_t seconds, int32_t nanoseconds);

/// The extended attribute calls take a descriptor, or with `name` an entry of the directory (never followed).
int64_t cfs_list_attributes(int descriptor, const char *_Nullable name, void *_Nullable buffer, size_t size);
int64_t cfs_get_attribute(int descriptor, const char *_Nullable name, const char *key, void *_Nullable buffer,
                          size_t size);
int cfs_set_attribute(int descriptor, const char *_Nullable name, const char *key, const void *_Nullable value,
                      size_t size);
int cfs_remove_attribute(int descriptor, const char *_Nullable name, const char *key);

int64_t cfs_read(int descriptor, void *buffer, size_t size);
int64_t cfs_write(int descriptor, const void *buffer, size_t size);
int64_t cfs_copy_range(int from, int to, size_t size);
int cfs_clone(int from, int to);
int cfs_sync(int descriptor);
void cfs_start_writeback(int descriptor, int64_t offset, int64_t length);
int cfs_sync_file_system(int descriptor);

/// Whether the file lies on overlayfs.
int cfs_is_on_overlay(int descriptor);

/// flock(2); `wait` = 0 gives -EWOULDBLOCK when somebody else holds it.
int cfs_lock(int descriptor, int exclusive, int wait);
/// The kind bits of `mode`: 'r' regular, 'd' directory, 'l' link, 'c', 'b', 'p' fifo, 's' socket, '?' anything else.
char cfs_kind(uint32_t mode);
/// The same for the `d_type` of a directory entry; '?' = ask for the status.
char cfs_entry_kind(uint8_t type);
uint32_t cfs_kind_bits(char kind);
uint32_t cfs_major(uint64_t device);
uint32_t cfs_minor(uint64_t device);
void cfs_now(int64_t *seconds, int32_t *nanoseconds);
void cfs_coarse_now(int64_t *seconds, int32_t *nanoseconds);

#pragma clang assume_nonnull end

#endif
