#define _GNU_SOURCE
#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// --- a tree in one number ----------------------------------------------------------------------------------------

static uint64_t mixed(uint64_t value) {
    value += 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

static uint64_t named(uint64_t above, const char *name) {
    uint64_t hash = above ^ 0xCBF29CE484222325u;
    for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 0x100000001B3u;
    return mixed(hash);
}

// A directory yet to be read: its path below the root, and the hash of that.
struct waiting {
    struct waiting *next;
    uint64_t hash;
    char path[];
};

static struct waiting *add(struct waiting *next, const char *above, const char *name, uint64_t hash) {
    size_t first = strlen(above), second = strlen(name);
    struct waiting *item = malloc(sizeof *item + first + second + 2);
    if (!item) return NULL;
    item->next = next;
    item->hash = hash;
    memcpy(item->path, above, first);
    if (first) item->path[first++] = '/';
    memcpy(item->path + first, name, second + 1);
    return item;
}

static void fold(struct lesson_tree_summary *summary, uint64_t name, const struct statx *s, int is_root) {
    uint64_t hash = mixed(name ^ s->stx_mode);
    // No owner: its numbers depend on who looks, and a change of it changes `ctime`.
    if (!S_ISDIR(s->stx_mode)) hash = mixed(hash ^ s->stx_size);
    // Mounting changes the times of a root.
    if (!is_root) {
        hash = mixed(hash ^ (uint64_t)s->stx_mtime.tv_sec * 1000000000u ^ s->stx_mtime.tv_nsec);
        hash = mixed(hash ^ (uint64_t)s->stx_ctime.tv_sec * 1000000000u ^ s->stx_ctime.tv_nsec);
    }
    // Sums, as the order of a directory is nobody's promise.
    summary->first += hash;
    summary->second += mixed(hash ^ 0xD6E8FEB86659FD93u);
    summary->entries++;
}

int lesson_summarize_tree(int root, struct lesson_tree_summary *summary) {
    memset(summary, 0, sizeof *summary);
    const unsigned mask = STATX_TYPE | STATX_MODE | STATX_SIZE | STATX_MTIME | STATX_CTIME;
    struct statx s;
    if (statx(root, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, mask, &s) != 0) return -errno;
    fold(summary, 0, &s, 1);
    struct waiting *waiting = add(NULL, "", ".", 1);
    if (!waiting) return -ENOMEM;
    int failed = 0;
    char *buffer = malloc(64 * 1024);
    if (!buffer) failed = -ENOMEM;
    while (waiting && !failed) {
        struct waiting *here = waiting;
        waiting = here->next;
        int directory = lesson_openat2(
            root, here->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0,
            RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
        if (directory < 0) failed = directory;
        const char *above = strcmp(here->path, ".") == 0 ? "" : here->path;
        while (!failed) {
            long got = syscall(SYS_getdents64, directory, buffer, 64 * 1024);
            if (got < 0) failed = -errno;
            if (got <= 0) break;
            for (long at = 0; at < got && !failed;) {
                struct dirent64 *entry = (struct dirent64 *)(buffer + at);
                at += entry->d_reclen;
                if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
                if (statx(directory, entry->d_name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, mask, &s) != 0) {
                    failed = -errno;
                    break;
                }
                uint64_t hash = named(here->hash, entry->d_name);
                fold(summary, hash, &s, 0);
                if (!S_ISDIR(s.stx_mode)) continue;
                struct waiting *more = add(waiting, above, entry->d_name, hash);
                if (!more) failed = -ENOMEM;
                if (more) waiting = more;
            }
        }
        if (directory >= 0) close(directory);
        free(here);
    }
    while (waiting) {
        struct waiting *next = waiting->next;
        free(waiting);
        waiting = next;
    }
    free(buffer);
    return failed;
}
