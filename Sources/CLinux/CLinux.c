#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

// Newer than the headers of Debian 12.
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x00000080
#endif

#ifndef MS_PRIVATE
#define MS_PRIVATE (1 << 18)
#endif

static int result(long value) { return value < 0 ? -errno : (int)value; }

// --- files -------------------------------------------------------------------------------------------------------

int lesson_openat2(int directory, const char *path, int flags, unsigned mode, uint64_t resolve) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (uint64_t)(unsigned)flags;
    // The kernel refuses a mode where nothing can be created.
    how.mode = (flags & (O_CREAT | __O_TMPFILE)) ? mode & 07777 : 0;
    how.resolve = resolve;
    long fd;
    // EAGAIN: the kernel saw a rename or mount on the way and cannot tell whether ".." stayed inside. Try again.
    for (int attempt = 0; attempt < 128; attempt++) {
        fd = syscall(SYS_openat2, directory, path, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) break;
    }
    return result(fd);
}

int lesson_status_at(int directory, const char *path, int flags, struct lesson_status *status) {
    struct statx s;
    if (statx(directory, path, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME, &s) != 0) return -errno;
    status->mode = s.stx_mode;
    status->uid = s.stx_uid;
    status->gid = s.stx_gid;
    status->link_count = s.stx_nlink;
    status->size = s.stx_size;
    status->blocks = s.stx_blocks;
    status->inode = s.stx_ino;
    status->device = makedev(s.stx_dev_major, s.stx_dev_minor);
    status->special_device = makedev(s.stx_rdev_major, s.stx_rdev_minor);
    status->modified_seconds = s.stx_mtime.tv_sec;
    status->modified_nanoseconds = s.stx_mtime.tv_nsec;
    status->changed_seconds = s.stx_ctime.tv_sec;
    status->changed_nanoseconds = s.stx_ctime.tv_nsec;
    int has_birth = (s.stx_mask & STATX_BTIME) != 0;
    status->born_seconds = has_birth ? s.stx_btime.tv_sec : 0;
    status->born_nanoseconds = has_birth ? s.stx_btime.tv_nsec : 0;
    return 0;
}

int lesson_rename(int old_directory, const char *old_path, int new_directory, const char *new_path, unsigned flags) {
    return result(syscall(SYS_renameat2, old_directory, old_path, new_directory, new_path, flags));
}

int lesson_set_times(int directory, const char *path, int64_t seconds, uint32_t nanoseconds) {
    struct timespec times[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
    return result(utimensat(directory, path, times, AT_SYMLINK_NOFOLLOW));
}

static int copy_by_hand(int source, int destination, off_t from, off_t to) {
    static __thread char buffer[256 * 1024];
    while (from < to) {
        size_t want = (size_t)(to - from) < sizeof buffer ? (size_t)(to - from) : sizeof buffer;
        ssize_t got = pread(source, buffer, want, from);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -errno;
        if (got == 0) return 0;
        for (ssize_t done = 0; done < got;) {
            ssize_t put = pwrite(destination, buffer + done, (size_t)(got - done), from + done);
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return -errno;
            done += put;
        }
        from += got;
    }
    return 0;
}

static int copy_extent(int source, int destination, off_t from, off_t to) {
    while (from < to) {
        off_t in = from, out = from;
        ssize_t got = copy_file_range(source, &in, destination, &out, (size_t)(to - from), 0);
        if (got > 0) {
            from += got;
            continue;
        }
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP &&
            errno != EPERM && errno != EBADF)
            return -errno;
        return copy_by_hand(source, destination, from, to);
    }
    return 0;
}

int lesson_copy_contents(int source, int destination) {
    struct stat s;
    if (fstat(source, &s) != 0) return -errno;
    if (!S_ISREG(s.st_mode)) return -EINVAL;
    if (s.st_size == 0) return 0;
    // Of little it is cheaper to have two copies than to ask whether one will do.
    if (s.st_size <= 64 * 1024) return copy_by_hand(source, destination, 0, s.st_size);
    if (ioctl(destination, FICLONE, source) == 0) return 0;
    // Not sparse: one extent, no questions about holes.
    if ((off_t)s.st_blocks * 512 >= s.st_size) return copy_extent(source, destination, 0, s.st_size);
    if (ftruncate(destination, s.st_size) != 0) return -errno;
    off_t at = 0;
    while (at < s.st_size) {
        off_t data = lseek(source, at, SEEK_DATA);
        if (data < 0 && errno == ENXIO) break;
        if (data < 0) return copy_extent(source, destination, at, s.st_size);
        off_t hole = lseek(source, data, SEEK_HOLE);
        if (hole < 0 || hole > s.st_size) hole = s.st_size;
        int failed = copy_extent(source, destination, data, hole);
        if (failed) return failed;
        at = hole;
    }
    return 0;
}

long lesson_write_uncached(int descriptor, const void *bytes, unsigned long count) {
    struct iovec part = {(void *)bytes, count};
    // The offset -1 is where the descriptor stands.
    ssize_t written = pwritev2(descriptor, &part, 1, -1, RWF_DONTCACHE);
    return written < 0 ? -errno : written;
}

int lesson_copy_file(const struct lesson_copy *copy, const char **stage) {
    const uint64_t inside = LESSON_RESOLVE_IN_ROOT | LESSON_RESOLVE_NO_MAGICLINKS;
    const int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    int source = -1;
    struct stat s;
    if (!copy->is_empty) {
        *stage = "read";
        source = lesson_openat2(copy->source_directory, copy->source, O_RDONLY | flags, 0, inside);
        if (source < 0) return source;
        int failed = fstat(source, &s) != 0 ? -errno : S_ISDIR(s.st_mode) ? -EISDIR : S_ISREG(s.st_mode) ? 0 : -EINVAL;
        if (failed) {
            close(source);
            return failed;
        }
    }
    *stage = "make";
    int target = lesson_openat2(copy->directory, copy->name, O_WRONLY | O_CREAT | O_EXCL | flags, 0600, inside);
    int failed = target < 0 ? target : 0;
    if (!failed && source >= 0) {
        *stage = "copy";
        failed = lesson_copy_contents(source, target);
    }
    if (!failed && (copy->uid >= 0 || copy->gid >= 0)) {
        *stage = "set the owner of";
        failed = result(fchown(target, (uid_t)copy->uid, (gid_t)copy->gid));
    }
    if (!failed) {
        // After the owner: changing that takes set-id bits off.
        *stage = "set the mode of";
        failed = result(fchmod(target, copy->mode & 07777));
    }
    if (!failed) {
        *stage = "set the times of";
        struct timespec time = {copy->modified_seconds, copy->modified_nanoseconds};
        struct timespec times[2] = {time, time};
        failed = result(futimens(target, times));
    }
    if (target >= 0) close(target);
    if (source >= 0) close(source);
    return failed;
}

long lesson_read_entries(int directory, void *buffer, unsigned long size) {
    long got = syscall(SYS_getdents64, directory, buffer, size);
    return got < 0 ? -errno : got;
}

long lesson_get_attribute(const char *path, const char *name, void *value, unsigned long size) {
    ssize_t got = getxattr(path, name, value, size);
    return got < 0 ? -errno : got;
}

long lesson_list_attributes(const char *path, char *names, unsigned long size) {
    ssize_t got = listxattr(path, names, size);
    return got < 0 ? -errno : got;
}

int lesson_set_attribute(const char *path, const char *name, const void *value, unsigned long size) {
    return result(setxattr(path, name, value, size, 0));
}

int lesson_remove_attribute(const char *path, const char *name) { return result(removexattr(path, name)); }

static int is_copied(const char *attribute) {
    if (strcmp(attribute, "security.capability") == 0) return 1;
    return strncmp(attribute, "user.", 5) == 0 && strncmp(attribute, "user.overlay.", 13) != 0;
}

static int copy_attributes(int from, int to, const char *name) {
    char source[300], target[300], names[65536], value[65536];
    if (snprintf(source, sizeof source, "/proc/self/fd/%d/%s", from, name) >= (int)sizeof source ||
        snprintf(target, sizeof target, "/proc/self/fd/%d/%s", to, name) >= (int)sizeof target)
        return -ENAMETOOLONG;
    ssize_t length = llistxattr(source, names, sizeof names);
    if (length < 0) return errno == ENOTSUP ? 0 : -errno;
    for (char *next = names; next < names + length; next += strlen(next) + 1) {
        if (!is_copied(next)) continue;
        ssize_t size = lgetxattr(source, next, value, sizeof value);
        if (size < 0) return -errno;
        if (lsetxattr(target, next, value, (size_t)size, 0) != 0) return -errno;
    }
    return 0;
}

int lesson_copy_looks(int from, int to, const char *name, const struct lesson_status *status) {
    if (fchownat(to, name, status->uid, status->gid, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
    if (!S_ISLNK(status->mode)) {
        // After the owner: a change of that takes set-id bits and capabilities away.
        if (fchmodat(to, name, status->mode & 07777, 0) != 0) return -errno;
        int failed = copy_attributes(from, to, name);
        if (failed) return failed;
    }
    return lesson_set_times(to, name, status->modified_seconds, status->modified_nanoseconds);
}

int64_t lesson_file_system(const char *path) {
    struct statfs status;
    return statfs(path, &status) != 0 ? -errno : (int64_t)(uint32_t)status.f_type;
}

int lesson_sync_file_system(int descriptor) { return result(syncfs(descriptor)); }

// --- mounts ------------------------------------------------------------------------------------------------------

// <sys/mount.h> and <linux/mount.h> of Debian 12 do not go together.
int mount(const char *, const char *, const char *, unsigned long, const void *);
int umount2(const char *, int);

int lesson_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options) {
    return result(mount(source, target, type, flags, options));
}

int lesson_unmount(const char *target, int flags) { return result(umount2(target, flags)); }

int lesson_mount_configured(
    const char *type, const char *source, const char *const *options, unsigned count, const char *target) {
    int fs = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
    if (fs < 0) return -errno;
    int failed = 0, mounted = -1;
    if (source && syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", source, 0) != 0) failed = -errno;
    for (unsigned i = 0; !failed && i < count; i++) {
        const char *name = options[2 * i], *value = options[2 * i + 1];
        long r = value ? syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, name, value, 0)
                       : syscall(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, name, NULL, 0);
        if (r != 0) failed = -errno;
    }
    if (!failed && syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) != 0) failed = -errno;
    if (!failed) {
        mounted = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
        if (mounted < 0) failed = -errno;
    }
    if (!failed &&
        syscall(SYS_move_mount, mounted, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) != 0)
        failed = -errno;
    if (mounted >= 0) close(mounted);
    close(fs);
    return failed;
}

// --- odds and ends -----------------------------------------------------------------------------------------------

int lesson_set_limit(int resource, uint64_t soft, uint64_t hard) {
    struct rlimit limit = {soft, hard};
    return result(setrlimit((__rlimit_resource_t)resource, &limit));
}

struct start {
    void (*body)(void *);
    void *argument;
};

static void *run_thread(void *argument) {
    struct start start = *(struct start *)argument;
    __builtin_free(argument);
    // A child that closed its input is an error of the write, not our end. (It pends on this thread, and goes with it.)
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    start.body(start.argument);
    return NULL;
}

int lesson_thread(void (*body)(void *), void *argument, unsigned long stack) {
    struct start *start = __builtin_malloc(sizeof *start);
    if (!start) return -ENOMEM;
    start->body = body;
    start->argument = argument;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stack) pthread_attr_setstacksize(&attributes, stack);
    pthread_t thread;
    int failed = pthread_create(&thread, &attributes, run_thread, start);
    pthread_attr_destroy(&attributes);
    if (failed) __builtin_free(start);
    return -failed;
}

int64_t lesson_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void lesson_stamp_clock(int64_t *seconds, uint32_t *nanoseconds) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    *seconds = now.tv_sec;
    *nanoseconds = (uint32_t)now.tv_nsec;
}

int lesson_pipe(int ends[2]) { return result(pipe2(ends, O_CLOEXEC)); }
int lesson_eventfd(void) { return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
int lesson_unshare(unsigned long flags) { return result(unshare((int)flags)); }
int lesson_join_namespace(int descriptor) { return result(setns(descriptor, 0)); }
