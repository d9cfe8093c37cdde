#define _GNU_SOURCE
#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
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

static int add(struct waiting **list, const char *above, const char *name, uint64_t hash) {
    size_t first = strlen(above), second = strlen(name);
    struct waiting *item = malloc(sizeof *item + first + second + 2);
    if (!item) return -ENOMEM;
    item->next = *list;
    item->hash = hash;
    memcpy(item->path, above, first);
    if (first) item->path[first++] = '/';
    memcpy(item->path + first, name, second + 1);
    *list = item;
    return 0;
}

static void discard(struct waiting *list) {
    while (list) {
        struct waiting *next = list->next;
        free(list);
        list = next;
    }
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

// What those who walk one tree share.
struct walk {
    int root;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    // Under the lock: what is yet to be read, who may still find more, how it ended.
    struct waiting *waiting;
    unsigned count;
    int busy;
    int failed;
    struct lesson_tree_summary summary;
    // How many more may be called to help, and those who were.
    unsigned callable, called;
    pthread_t helpers[LESSON_TREE_HELPERS];
};

// A layer of a few files is sooner read than a thread started.
enum { enough_for_two = 16 };

static const unsigned wanted = STATX_TYPE | STATX_MODE | STATX_SIZE | STATX_MTIME | STATX_CTIME;

// Folds what is in one directory into `summary`, and puts the directories among it on `found`.
static int read_directory(
    int root, const struct waiting *here, char *buffer, size_t room, struct waiting **found,
    struct lesson_tree_summary *summary) {
    int directory = lesson_openat2(
        root, here->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0,
        RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    if (directory < 0) return directory;
    const char *above = strcmp(here->path, ".") == 0 ? "" : here->path;
    int failed = 0;
    while (!failed) {
        long got = syscall(SYS_getdents64, directory, buffer, room);
        if (got < 0) failed = -errno;
        if (got <= 0) break;
        for (long at = 0; at < got && !failed;) {
            struct dirent64 *entry = (struct dirent64 *)(buffer + at);
            at += entry->d_reclen;
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
            struct statx s;
            if (statx(directory, entry->d_name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, wanted, &s) != 0) {
                failed = -errno;
                break;
            }
            uint64_t hash = named(here->hash, entry->d_name);
            fold(summary, hash, &s, 0);
            if (S_ISDIR(s.stx_mode)) failed = add(found, above, entry->d_name, hash);
        }
    }
    close(directory);
    return failed;
}

static void *walker(void *argument) {
    struct walk *walk = argument;
    const size_t room = 64 * 1024;
    struct lesson_tree_summary summary = {0};
    char *buffer = malloc(room);
    int failed = buffer ? 0 : -ENOMEM;
    pthread_mutex_lock(&walk->lock);
    while (!failed && !walk->failed) {
        struct waiting *here = walk->waiting;
        if (!here) {
            if (walk->busy == 0) break;
            pthread_cond_wait(&walk->changed, &walk->lock);
            continue;
        }
        walk->waiting = here->next;
        walk->count--;
        walk->busy++;
        pthread_mutex_unlock(&walk->lock);
        struct waiting *found = NULL;
        failed = read_directory(walk->root, here, buffer, room, &found, &summary);
        free(here);
        pthread_mutex_lock(&walk->lock);
        walk->busy--;
        int news = found != NULL;
        while (found) {
            struct waiting *item = found;
            found = item->next;
            item->next = walk->waiting;
            walk->waiting = item;
            walk->count++;
        }
        if (walk->callable > 0 && walk->count >= enough_for_two && !failed && !walk->failed) {
            walk->callable--;
            if (pthread_create(&walk->helpers[walk->called], NULL, walker, walk) == 0) walk->called++;
        }
        // Nobody waits in vain: neither for work nor for the end.
        if (news || walk->busy == 0) pthread_cond_broadcast(&walk->changed);
    }
    if (failed && !walk->failed) walk->failed = failed;
    if (failed) pthread_cond_broadcast(&walk->changed);
    walk->summary.first += summary.first;
    walk->summary.second += summary.second;
    walk->summary.entries += summary.entries;
    pthread_mutex_unlock(&walk->lock);
    free(buffer);
    return NULL;
}

int lesson_summarize_tree(int root, unsigned helpers, struct lesson_tree_summary *summary) {
    memset(summary, 0, sizeof *summary);
    struct statx s;
    if (statx(root, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, wanted, &s) != 0) return -errno;
    struct walk walk = {.root = root, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    walk.callable = helpers < LESSON_TREE_HELPERS ? helpers : LESSON_TREE_HELPERS;
    fold(&walk.summary, 0, &s, 1);
    int failed = add(&walk.waiting, "", ".", 1);
    if (!failed) {
        walk.count = 1;
        walker(&walk);
        // Whoever returned from there has seen the end, after which nobody is called any more.
        for (unsigned i = 0; i < walk.called; i++) pthread_join(walk.helpers[i], NULL);
        failed = walk.failed;
    }
    discard(walk.waiting);
    pthread_cond_destroy(&walk.changed);
    pthread_mutex_destroy(&walk.lock);
    *summary = walk.summary;
    return failed;
}
