#ifndef CLINUX_H
#define CLINUX_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

// Every function returns a negative errno where it fails, so that Swift never reads `errno` late.

// What glibc shows only to _GNU_SOURCE.
#define LESSON_O_PATH 010000000
#define LESSON_AT_EMPTY_PATH 0x1000
/// pipe2(2), close-on-exec.
int lesson_pipe(int ends[2]);
/// eventfd(2), close-on-exec, not blocking.
int lesson_eventfd(void);
/// unshare(2) of the calling thread.
int lesson_unshare(unsigned long flags);
/// setns(2) of the calling thread.
int lesson_join_namespace(int descriptor);
#define LESSON_CLONE_FS 0x00000200
#define LESSON_CLONE_NEWNET 0x40000000
#define LESSON_CLONE_NEWNS 0x00020000

// --- files -------------------------------------------------------------------------------------------------------

/// openat2(2). `resolve` is a set of LESSON_RESOLVE_ bits.
int lesson_openat2(int directory, const char *path, int flags, unsigned mode, uint64_t resolve);
#define LESSON_RESOLVE_NO_XDEV 0x01
#define LESSON_RESOLVE_NO_MAGICLINKS 0x02
#define LESSON_RESOLVE_NO_SYMLINKS 0x04
#define LESSON_RESOLVE_BENEATH 0x08
#define LESSON_RESOLVE_IN_ROOT 0x10

/// What statx(2) says, without padding or unions.
struct lesson_status {
    uint32_t mode;  ///< with the file type
    uint32_t uid, gid;
    uint32_t link_count;
    uint64_t size, blocks, inode;
    uint64_t device, special_device;
    int64_t modified_seconds;
    uint32_t modified_nanoseconds;
    int64_t changed_seconds;
    uint32_t changed_nanoseconds;
    int64_t born_seconds;  ///< 0 where the file system does not know
    uint32_t born_nanoseconds;
};
int lesson_status_at(int directory, const char *path, int flags, struct lesson_status *status);

/// Names, kinds, modes, sizes, and times of modification and of change of everything in a directory, in two
/// numbers: a change of any file through the file system changes them. The root's own times do not count.
/// Up to `helpers` more threads, at most LESSON_TREE_HELPERS, read beside the caller's where a tree is large.
struct lesson_tree_summary {
    uint64_t first, second;
    uint64_t entries;
};
#define LESSON_TREE_HELPERS 3
int lesson_summarize_tree(int root, unsigned helpers, struct lesson_tree_summary *summary);
int lesson_rename(int old_directory, const char *old_path, int new_directory, const char *new_path, unsigned flags);
int lesson_set_times(int directory, const char *path, int64_t seconds, uint32_t nanoseconds);
/// Copies `source` to `destination` from offset 0: a shared extent where the file system can, holes kept.
int lesson_copy_contents(int source, int destination);
/// write(2) that leaves nothing in the page cache; how many bytes were written.
long lesson_write_uncached(int descriptor, const void *bytes, unsigned long count);
/// A regular file to be copied under a new name; names are resolved inside their directories, last links not followed.
struct lesson_copy {
    int source_directory;
    const char *source;
    int directory;
    const char *name;
    uint32_t mode;           ///< 0 to 07777
    int64_t uid, gid;        ///< -1: whoever makes it
    int64_t modified_seconds;
    uint32_t modified_nanoseconds;
    int is_empty;            ///< there is nothing to read
};
/// Copies it with mode, owner and time; what is half made when it fails stays. `stage` names what failed.
int lesson_copy_file(const struct lesson_copy *copy, const char **stage);
/// Reads the next entries of a directory into `buffer`; the count of bytes, 0 at the end.
long lesson_read_entries(int directory, void *buffer, unsigned long size);

/// Extended attributes; a size, or a negative errno.
long lesson_get_attribute(const char *path, const char *name, void *value, unsigned long size);
long lesson_list_attributes(const char *path, char *names, unsigned long size);
int lesson_set_attribute(const char *path, const char *name, const void *value, unsigned long size);
int lesson_remove_attribute(const char *path, const char *name);
/// Gives a name in directory `to` the owner, mode, attributes and times of the same name in `from`, of which `status`
/// tells; what is a link is not followed. Of attributes only `user.` ones that are not overlayfs's, and capabilities.
int lesson_copy_looks(int from, int to, const char *name, const struct lesson_status *status);
int lesson_sync_file_system(int descriptor);
/// The magic number of the file system a path is on, or a negative errno.
int64_t lesson_file_system(const char *path);

// --- mounts ------------------------------------------------------------------------------------------------------

int lesson_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options);
int lesson_unmount(const char *target, int flags);
/// fsopen, fsconfig per option pair (name, value, ...), fsmount, move_mount onto `target`. Directories may be given as
/// descriptors by an option value of the form /proc/self/fd/N.
int lesson_mount_configured(
    const char *type, const char *source, const char *const *options, unsigned count, const char *target);

// --- processes ---------------------------------------------------------------------------------------------------

int lesson_pidfd_open(pid_t pid);
int lesson_pidfd_signal(int pidfd, int signal);
/// Waits for a child without hanging on others. 0 and `status` as of waitpid(2); -EAGAIN when it still runs and
/// `block` is 0. `cpu_microseconds` is what it and its waited-for children used.
int lesson_wait(pid_t pid, int block, int *status, uint64_t *cpu_microseconds);

struct lesson_spawn {
    const char *path;         ///< searched on the caller's PATH if it has no slash
    char *const *arguments;
    char *const *environment;
    const int *descriptors;   ///< pairs: ours, the child's
    unsigned descriptor_count;
    int directory;            ///< working directory, or -1
    const int *cgroups;       ///< open `cgroup.procs`, joined before exec
    unsigned cgroup_count;
    const int *namespaces;    ///< open namespaces to join, in this order
    unsigned namespace_count;
    unsigned long unshare_flags;
    int new_session;          ///< setsid
    int new_group;            ///< setpgid(0, 0)
    int controlling_terminal; ///< the child's descriptor that becomes its terminal, or -1
    int death_signal;         ///< when the spawning *thread* ends, or 0
};
/// Starts a program. All descriptors but those mapped are closed, signal actions are the default, nothing is blocked.
/// Returns its pid, and a pidfd in `pidfd`. `stage` names what failed in the child.
int lesson_spawn(const struct lesson_spawn *request, int *pidfd, const char **stage);

/// Lets this process open as many files as its hard limit allows, up to 65536. What `lesson_spawn` starts does not
/// inherit it. To be called while nobody spawns.
int lesson_raise_open_files(void);

/// The first half of entering the engine's namespaces: a child in new user, mount, pid and cgroup namespaces that waits
/// on a pipe for its id maps. When `go` is written to, it becomes id 0, makes mounts private, mounts /proc and
/// `scratch` (a tmpfs), starts `path` and stays as the namespace's init: it reaps, and forwards signals. It dies with
/// its parent, and everything with it. The engine's wait status is written to `status_pipe` as an int.
struct lesson_engine {
    const char *path;
    char *const *arguments;
    char *const *environment;
    const char *scratch;
    const int *cgroups;
    unsigned cgroup_count;
    int keep_groups;  ///< setgroups is denied (one id)
    int hold_signals; ///< `path` begins with SIGINT, SIGTERM and SIGHUP blocked, and takes them when it is ready to
};
struct lesson_engine_started {
    pid_t pid;
    int go;           ///< write one byte when the maps are there
    int report;       ///< reads: int wait status; or a negative errno, then a name of what failed
};
int lesson_engine_start(const struct lesson_engine *request, struct lesson_engine_started *started);

/// Blocks the signals that the outer process passes on, in this thread: those that come are kept. `old` gets the mask
/// before, for `lesson_signals_restore`, which is the size of a sigset_t.
void lesson_signals_hold(sigset_t *old);
void lesson_signals_restore(const sigset_t *old);
/// A signal that asks to end and is being kept; 0 for none, and for what whoever started us wants to be ignored (nohup).
int lesson_signal_kept(void);

/// Catches the signals that the outer process passes on, whichever thread they reach; a descriptor that tells of them.
/// Once per process.
int lesson_signal_descriptor(void);
/// Next signal: its number, or -EAGAIN; `from_process` tells kill(2) from the terminal driver.
int lesson_signal_next(int descriptor, int *from_process);
/// Ends this process by a signal, so that a shell sees what happened.
void lesson_die_by(int signal);

int lesson_wait_code(int status, int *signalled);

// --- terminals ---------------------------------------------------------------------------------------------------

int lesson_terminal_open(int *controller, int *terminal);
int lesson_terminal_size(int from, int to);
int lesson_terminal_dimensions(int descriptor, int *rows, int *columns);
/// Makes a terminal raw; `saved` (size LESSON_TERMINAL_STATE) restores it.
#define LESSON_TERMINAL_STATE 128
int lesson_terminal_raw(int descriptor, void *saved);
int lesson_terminal_state(int descriptor, void *state);
int lesson_terminal_restore(int descriptor, const void *saved);

// --- odds and ends -----------------------------------------------------------------------------------------------

/// Brings `lo` up in the current network namespace.
int lesson_loopback_up(void);
/// Adds a route; family AF_INET or AF_INET6, addresses in network order. Without a device it is `unreachable`; with a
/// device and no gateway, the addresses are at its other end.
int lesson_add_route(int family, const void *address, unsigned prefix, const char *device, const void *gateway);
/// Sets a resource limit of this process.
int lesson_set_limit(int resource, uint64_t soft, uint64_t hard);
/// A new thread with a stack of `stack` bytes that calls `body(argument)` and is never joined.
int lesson_thread(void (*body)(void *), void *argument, unsigned long stack);
int64_t lesson_monotonic_nanoseconds(void);
/// The clock that file systems stamp changes with: seconds since 1970, and nanoseconds.
void lesson_stamp_clock(int64_t *seconds, uint32_t *nanoseconds);
/// From now on in this thread and all it starts: fsync and its kin return success at once and, with `identities`, so do
/// chown, setuid and their kin (root emulation where one id is mapped). Cannot be undone: for a thread that ends.
int lesson_emulate(int identities);

#endif
