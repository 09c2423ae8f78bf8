#include <sqlite3.h>

/// Whether the write-ahead log is left as it is when the last connection closes. To move it into the database takes four syncs of
/// the disk, more than all else that a build does in which nothing has changed; SQLite does it when the log has 1,000 pages.
static inline void csqlite_keep_log(sqlite3 *connection, int keeps) {
    // A variadic function, which Swift cannot call. It fails only where SQLite is older than 3.6.
    (void)sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keeps, (int *)0);
}
