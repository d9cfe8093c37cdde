#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

static int result(long value) { return value < 0 ? -errno : (int)value; }

int lesson_pidfd_open(pid_t pid) { return result(syscall(SYS_pidfd_open, pid, 0)); }

int lesson_pidfd_signal(int pidfd, int signal) {
    return result(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

int lesson_wait(pid_t pid, int block, int *status, uint64_t *cpu_microseconds) {
    struct rusage usage;
    pid_t got;
    do {
        got = wait4(pid, status, block ? 0 : WNOHANG, &usage);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return -errno;
    if (got == 0) return -EAGAIN;
    if (cpu_microseconds)
        *cpu_microseconds = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                            (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    return 0;
}

int lesson_wait_code(int status, int *signalled) {
    *signalled = WIFSIGNALED(status);
    return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

// --- spawn -------------------------------------------------------------------------------------------------------

struct child {
    const struct lesson_spawn *request;
    const char *path;
    sigset_t signals;
    int failed;
    const char *stage;
};

static void default_signals(int keep_ignored) {
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; signal++)
        if (signal != SIGKILL && signal != SIGSTOP && sigaction(signal, NULL, &old) == 0 &&
            !(keep_ignored && old.sa_handler == SIG_IGN))
            sigaction(signal, &action, NULL);
}

// What this process may open was raised for itself alone: programs that close every possible descriptor, or keep them
// in sets of 1024, are started with what we were started with. 0: it was not raised.
static rlim_t inherited_files = 0;

int lesson_raise_open_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -errno;
    // More than anybody needs, and an allocation of the kernel's for each.
    rlim_t wanted = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
    if (limit.rlim_cur >= wanted) return 0;
    if (inherited_files == 0) inherited_files = limit.rlim_cur;
    limit.rlim_cur = wanted;
    return result(setrlimit(RLIMIT_NOFILE, &limit));
}

static int restore_open_files(void) {
    if (inherited_files == 0) return 0;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    limit.rlim_cur = inherited_files < limit.rlim_max ? inherited_files : limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

static int join_cgroups(const int *cgroups, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        if (write(cgroups[i], "0", 1) != 1) return -1;
    return 0;
}

// Runs on its own stack in our memory while we wait (as vfork does): nothing here may allocate or lock.
static int run_child(void *argument) {
    struct child *child = argument;
    const struct lesson_spawn *request = child->request;
#define TRY(name, expression)                                                                                          \
    do {                                                                                                               \
        if ((expression) < 0) {                                                                                        \
            child->stage = name;                                                                                       \
            child->failed = errno;                                                                                     \
            _exit(127);                                                                                                \
        }                                                                                                              \
    } while (0)

    default_signals(0);
    if (request->death_signal) TRY("set the parent-death signal", prctl(PR_SET_PDEATHSIG, request->death_signal));
    TRY("join the cgroup", join_cgroups(request->cgroups, request->cgroup_count));
    for (unsigned i = 0; i < request->namespace_count; i++)
        TRY("join a namespace", setns(request->namespaces[i], 0));
    if (request->unshare_flags) TRY("unshare", unshare((int)request->unshare_flags));
    if (request->new_session)
        TRY("start a session", setsid());
    else if (request->new_group)
        TRY("start a process group", setpgid(0, 0));
    if (request->directory >= 0) TRY("change directory", fchdir(request->directory));

    // First out of the way of each other, then into place.
    int top = 2;
    int moved[64];
    for (unsigned i = 0; i < request->descriptor_count; i++)
        if (request->descriptors[2 * i + 1] > top) top = request->descriptors[2 * i + 1];
    for (unsigned i = 0; i < request->descriptor_count; i++)
        TRY("move a descriptor", moved[i] = fcntl(request->descriptors[2 * i], F_DUPFD, top + 1));
    char used[64] = {0};
    for (unsigned i = 0; i < request->descriptor_count; i++) {
        int target = request->descriptors[2 * i + 1];
        TRY("place a descriptor", dup2(moved[i], target));
        used[target] = 1;
    }
    for (int fd = 0; fd <= top; fd++)
        if (!used[fd]) close(fd);
    TRY("close descriptors", (int)syscall(SYS_close_range, (unsigned)top + 1, ~0U, 0));
    if (request->controlling_terminal >= 0)
        TRY("take the terminal", ioctl(request->controlling_terminal, TIOCSCTTY, 0));

    TRY("limit descriptors", restore_open_files());
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(child->path, request->arguments, request->environment);
    child->stage = "execute";
    child->failed = errno;
    _exit(127);
}

int lesson_spawn(const struct lesson_spawn *request, int *pidfd, const char **stage) {
    *stage = "start a process";
    if (request->descriptor_count > 60) return -E2BIG;
    for (unsigned i = 0; i < request->descriptor_count; i++)
        if (request->descriptors[2 * i + 1] < 0 || request->descriptors[2 * i + 1] > 60) return -EBADF;

    char found[PATH_MAX];
    struct child child = {.request = request, .path = request->path};
    if (!strchr(request->path, '/')) {
        const char *search = getenv("PATH");
        if (!search || !*search) search = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        child.path = NULL;
        *stage = "find the program";
        while (*search) {
            size_t length = strcspn(search, ":");
            // A relative entry would depend on where we stand.
            if (length > 0 && search[0] == '/' && length + strlen(request->path) + 2 < sizeof found) {
                memcpy(found, search, length);
                found[length] = '/';
                strcpy(found + length + 1, request->path);
                if (access(found, X_OK) == 0) {
                    child.path = found;
                    break;
                }
            }
            search += length;
            if (*search == ':') search++;
        }
        if (!child.path) return -ENOENT;
        *stage = "start a process";
    }

    const size_t size = 64 * 1024;
    char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return -errno;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &child.signals);
    int fd = -1;
    pid_t pid = clone(run_child, stack + size, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &child, &fd);
    int failed = pid < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &child.signals, NULL);
    munmap(stack, size);
    if (failed) return -failed;
    if (child.failed) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        }
        close(fd);
        *stage = child.stage;
        return -child.failed;
    }
    *pidfd = fd;
    return pid;
}

// --- the engine's namespaces -------------------------------------------------------------------------------------

static void report(int pipe, int failed, const char *what) {
    struct {
        int failed;
        char what[60];
    } message;
    memset(&message, 0, sizeof message);
    message.failed = -failed;
    strncpy(message.what, what, sizeof message.what - 1);
    if (write(pipe, &message, sizeof message) < 0) {
    }
    _exit(127);
}

static void set_mask(int how, const int *signals) {
    sigset_t set;
    sigemptyset(&set);
    for (; *signals; signals++) sigaddset(&set, *signals);
    sigprocmask(how, &set, NULL);
}

static const int forwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD, 0};
static const int ending[] = {SIGINT, SIGTERM, SIGHUP, 0};

void lesson_signals_hold(sigset_t *old) {
    sigset_t set;
    sigemptyset(&set);
    for (const int *signal = forwarded; *signal; signal++) sigaddset(&set, *signal);
    pthread_sigmask(SIG_BLOCK, &set, old);
}

void lesson_signals_restore(const sigset_t *old) { pthread_sigmask(SIG_SETMASK, old, NULL); }

int lesson_signal_kept(void) {
    sigset_t set;
    struct sigaction action;
    if (sigpending(&set) != 0) return 0;
    for (const int *signal = ending; *signal; signal++)
        if (sigismember(&set, *signal) && sigaction(*signal, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            return *signal;
    return 0;
}

// What came before there was an engine: nobody else has told it, not even the terminal. What it was told twice it takes
// once, as it does not look before it is ready.
static void pass_on_early(pid_t engine) {
    sigset_t set;
    struct timespec now = {0, 0};
    int signal;
    sigemptyset(&set);
    for (const int *next = forwarded; *next; next++)
        if (*next != SIGCHLD) sigaddset(&set, *next);
    while ((signal = sigtimedwait(&set, NULL, &now)) > 0) kill(engine, signal);
}

static void be_init(const struct lesson_engine *request, int go, int out) {
    char byte;
    // From the beginning: what comes before there is an engine must not be lost, and the kernel throws away what reaches
    // the first process of a namespace unblocked.
    set_mask(SIG_BLOCK, forwarded);
    default_signals(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    ssize_t got;
    while ((got = read(go, &byte, 1)) < 0 && errno == EINTR) {
    }
    if (got != 1) _exit(127);  // the parent is gone, or gave up
    close(go);
    if (join_cgroups(request->cgroups, request->cgroup_count) < 0) report(out, errno, "join the cgroup");
    // The bare calls: glibc's tell all threads of the process, and wait for those that only the parent has.
    if (syscall(SYS_setresgid, 0, 0, 0) != 0) report(out, errno, "become group 0 of the namespace");
    if (!request->keep_groups && syscall(SYS_setgroups, 0, NULL) != 0) report(out, errno, "drop groups");
    if (syscall(SYS_setresuid, 0, 0, 0) != 0) report(out, errno, "become user 0 of the namespace");
    // A change of ids clears both.
    prctl(PR_SET_DUMPABLE, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) report(out, errno, "make mounts private");
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
        report(out, errno, "mount /proc");
    if (mount("lesson", request->scratch, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0)
        report(out, errno, "mount a tmpfs");

    pid_t engine = _Fork();
    if (engine < 0) report(out, errno, "start the engine");
    if (engine == 0) {
        static const int none[] = {0};
        set_mask(SIG_SETMASK, request->hold_signals ? ending : none);
        fcntl(out, F_SETFD, FD_CLOEXEC);
        execve(request->path, request->arguments, request->environment);
        report(out, errno, "execute the engine");
    }
    pass_on_early(engine);
    // Nothing of the person's is kept open by init, the report apart.
    if (out != 3) {
        dup2(out, 3);
        out = 3;
    }
    syscall(SYS_close_range, 4, ~0U, 0);
    close(0);
    close(1);
    close(2);
    sigset_t set;
    sigemptyset(&set);
    for (const int *signal = forwarded; *signal; signal++) sigaddset(&set, *signal);
    for (;;) {
        siginfo_t info;
        int signal = sigwaitinfo(&set, &info);
        if (signal < 0) continue;
        // What the terminal sends, it sends to the engine as well.
        if (signal != SIGCHLD) {
            if (info.si_code <= 0) kill(engine, signal);
            continue;
        }
        for (;;) {
            int status;
            pid_t pid = waitpid(-1, &status, WNOHANG);
            if (pid <= 0) break;
            if (pid == engine) {
                if (write(out, &status, sizeof status) < 0) {
                }
                _exit(0);
            }
        }
    }
}

int lesson_engine_start(const struct lesson_engine *request, struct lesson_engine_started *started) {
    int go[2], out[2];
    if (pipe2(go, O_CLOEXEC) != 0) return -errno;
    if (pipe2(out, O_CLOEXEC) != 0) {
        int failed = errno;
        close(go[0]);
        close(go[1]);
        return -failed;
    }
    // As fork, in new namespaces; the child is a copy, so it may use the stack it stands on.
    long pid = syscall(
        SYS_clone, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWCGROUP | CLONE_NEWIPC | SIGCHLD, NULL, NULL,
        NULL, NULL);
    int failed = pid < 0 ? errno : 0;
    if (pid == 0) {
        close(go[1]);
        close(out[0]);
        be_init(request, go[0], out[1]);
        _exit(127);
    }
    close(go[0]);
    close(out[1]);
    if (failed) {
        close(go[1]);
        close(out[0]);
        return -failed;
    }
    started->pid = (pid_t)pid;
    started->go = go[1];
    started->report = out[0];
    return 0;
}

static int signal_pipe[2] = {-1, -1};

struct signal_record {
    int signal;
    int from_process;
};

static void note_signal(int signal, siginfo_t *info, void *context) {
    (void)context;
    int saved = errno;
    struct signal_record record = {signal, info->si_code <= 0};
    if (write(signal_pipe[1], &record, sizeof record) < 0) {
    }
    errno = saved;
}

int lesson_signal_descriptor(void) {
    if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return -errno;
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = note_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigset_t taken;
    sigemptyset(&taken);
    for (const int *signal = forwarded; *signal; signal++) {
        if (*signal == SIGCHLD) continue;
        sigaddset(&taken, *signal);
        // What was ignored (nohup) stays so.
        if (sigaction(*signal, NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(*signal, &action, NULL);
    }
    // A caller that blocked them must not keep them from us.
    int failed = pthread_sigmask(SIG_UNBLOCK, &taken, NULL);
    if (failed) return -failed;
    return signal_pipe[0];
}

int lesson_signal_next(int descriptor, int *from_process) {
    struct signal_record record;
    ssize_t got;
    do {
        got = read(descriptor, &record, sizeof record);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return -errno;
    if (got != sizeof record) return -EIO;
    *from_process = record.from_process;
    return record.signal;
}

void lesson_die_by(int signal) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, NULL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    kill(getpid(), signal);
    _exit(128 + signal);
}
