// Tries what a step must not be able to do, and prints for each a line: its name, and 0 if it worked or the errno that
// stopped it. Runs inside a sandbox; a child does each, so that none disturbs the next.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int call(long result) { return result < 0 ? errno : 0; }
static char page[4096];

static int vsock(void) { return call(socket(40, SOCK_STREAM, 0)); }
static int alg(void) { return call(socket(38, SOCK_SEQPACKET, 0)); }
static int bluetooth(void) { return call(socket(31, SOCK_RAW, 0)); }
static int vsock_high_bits(void) { return call(syscall(SYS_socket, (1UL << 32) | 40, SOCK_STREAM, 0)); }
static int raw_socket(void) { return call(socket(AF_INET, SOCK_RAW, IPPROTO_TCP)); }
static int packet_socket(void) { return call(socket(AF_PACKET, SOCK_RAW, htons(3))); }
static int mount_tmpfs(void) { return call(mount("x", "/tmp", "tmpfs", 0, "")); }
static int mount_proc(void) { return call(mount("proc", "/tmp", "proc", 0, "")); }
static int bind_root(void) { return call(mount("/", "/tmp", NULL, MS_BIND | MS_REC, NULL)); }
static int remount_sys(void) { return call(mount(NULL, "/sys", NULL, MS_REMOUNT | MS_BIND, NULL)); }
static int unmount_proc_sys(void) { return call(umount2("/proc/sys", MNT_DETACH)); }
static int pivot(void) { return call(syscall(SYS_pivot_root, "/tmp", "/tmp")); }
static int open_tree_call(void) { return call(syscall(SYS_open_tree, AT_FDCWD, "/", 1)); }
static int fsopen_call(void) { return call(syscall(SYS_fsopen, "tmpfs", 0)); }
static int move_mount_call(void) { return call(syscall(SYS_move_mount, AT_FDCWD, "/proc", AT_FDCWD, "/tmp", 0)); }
static int unshare_user(void) { return call(unshare(CLONE_NEWUSER)); }
static int unshare_mount(void) { return call(unshare(CLONE_NEWNS)); }
static int unshare_net(void) { return call(unshare(CLONE_NEWNET)); }
static int clone_user(void) {
    long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0) _exit(0);
    return call(pid);
}
static int clone3_user(void) {
    unsigned long long arguments[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
    long pid = syscall(SYS_clone3, arguments, 64);
    if (pid == 0) _exit(0);
    return call(pid);
}
static int join(const char *path) {
    int fd = open(path, O_RDONLY);
    return fd < 0 ? errno : call(setns(fd, 0));
}
static int setns_own_mount(void) { return join("/proc/self/ns/mnt"); }
static int setns_own_net(void) { return join("/proc/self/ns/net"); }
static int device(mode_t kind, int major, int minor) {
    unlink("/tmp/device");
    if (mknod("/tmp/device", kind | 0666, makedev(major, minor)) != 0) return errno;
    int fd = open("/tmp/device", O_RDWR | O_NONBLOCK);
    return fd < 0 ? errno : 0;
}
static int device_memory(void) { return device(S_IFCHR, 1, 1); }
static int device_kmsg(void) { return device(S_IFCHR, 1, 11); }
static int device_disk(void) { return device(S_IFBLK, 254, 0); }
static int device_tun(void) { return device(S_IFCHR, 10, 200); }
static int keyring(void) { return call(syscall(SYS_keyctl, 0, -3, 1)); }
static int add_key_call(void) { return call(syscall(SYS_add_key, "user", "x", "y", 1, -3)); }
static int bpf_call(void) { return call(syscall(SYS_bpf, 0, page, 64)); }
static int perf(void) { return call(syscall(SYS_perf_event_open, page, 0, -1, -1, 0)); }
static int fault(void) { return call(syscall(SYS_userfaultfd, 1)); }
static int uring(void) { return call(syscall(SYS_io_uring_setup, 4, page)); }
static int kexec(void) { return call(syscall(SYS_kexec_load, 0, 0, NULL, 0)); }
static int module(void) { return call(syscall(SYS_init_module, page, 16, "")); }
static int restart(void) { return call(syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL)); }
static int set_clock(void) {
    struct timeval now = {0, 0};
    return call(settimeofday(&now, NULL));
}
static int rename_host(void) { return call(sethostname("x", 1)); }
static int swap(void) { return call(syscall(SYS_swapon, "/tmp", 0)); }
static int accounting(void) { return call(acct("/tmp/acct")); }
static int handles(void) { return call(syscall(SYS_open_by_handle_at, AT_FDCWD, page, 0)); }
static int kernel_log(void) { return call(syscall(SYS_syslog, 3, page, sizeof page)); }
#ifdef SYS_iopl
static int ports(void) { return call(syscall(SYS_iopl, 3)); }
#endif
static int fanotify(void) { return call(syscall(SYS_fanotify_init, 0, 0)); }
static int persona(void) { return call(syscall(SYS_personality, 0x0040000)); }
static int quota(void) { return call(syscall(SYS_quotactl, 0x800007, "/dev/vda", 0, page)); }
static int hang_up(void) { return call(syscall(SYS_vhangup)); }
static int steal_descriptor(void) {
    int fd = (int)syscall(SYS_pidfd_open, 1, 0);
    return fd < 0 ? errno : call(syscall(SYS_pidfd_getfd, fd, 0, 0));
}
static int new_privileges(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? EPERM : 0; }
static int gain_capability(void) { return call(prctl(PR_CAPBSET_READ, 21, 0, 0, 0) == 1 ? 0 : (errno = EPERM, -1)); }
static int write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY);
    return fd < 0 ? errno : call(write(fd, text, strlen(text)));
}
static int write_sysctl(void) { return write_file("/proc/sys/kernel/core_pattern", "|/tmp/x"); }
static int write_sysrq(void) { return write_file("/proc/sysrq-trigger", "h"); }
static int write_helper(void) { return write_file("/sys/kernel/uevent_helper", "/tmp/x"); }
static int write_oom(void) { return write_file("/proc/1/oom_score_adj", "-1000"); }
static int write_map(void) { return write_file("/proc/self/uid_map", "0 0 1"); }
static int make_group(void) { return call(mkdir("/sys/fs/cgroup/x", 0755)); }
static int read_memory(void) {
    int fd = open("/proc/kcore", O_RDONLY);
    if (fd < 0) return errno;
    return read(fd, page, 16) > 0 ? 0 : EPERM;
}
static int read_keys(void) {
    int fd = open("/proc/keys", O_RDONLY);
    if (fd < 0) return errno;
    return read(fd, page, 16) > 0 ? 0 : EPERM;
}
static int type_ahead(void) {
    char c = 'x';
    return call(ioctl(0, TIOCSTI, &c));
}
// The old way out: chroot further in, and climb from a directory that is outside of that.
static int climb(void) {
    int out = open("/", O_RDONLY);
    mkdir("/tmp/jail", 0755);
    if (chroot("/tmp/jail") != 0) return errno;
    if (fchdir(out) != 0) return errno;
    for (int i = 0; i < 64; i++)
        if (chdir("..") != 0) return errno;
    if (chroot(".") != 0) return errno;
    // The canary stands in the host's /, by a name that only the test knows.
    return call(access(getenv("CANARY"), F_OK));
}
static int host_file(void) { return call(access(getenv("CANARY"), F_OK)); }
static int host_file_of_init(void) {
    char path[4096];
    snprintf(path, sizeof path, "/proc/1/root%s", getenv("CANARY"));
    return call(access(path, F_OK));
}
static int host_descriptors(void) {
    for (int fd = 3; fd < 4096; fd++)
        if (fcntl(fd, F_GETFD) >= 0) return 0;
    return EBADF;
}
static int remove_route(void) {
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
        struct rtattr attribute;
        unsigned address;
    } request;
    memset(&request, 0, sizeof request);
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_DELROUTE;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    request.route.rtm_family = AF_INET;
    request.route.rtm_dst_len = 8;
    request.route.rtm_table = RT_TABLE_MAIN;
    request.attribute.rta_type = RTA_DST;
    request.attribute.rta_len = RTA_LENGTH(4);
    request.address = htonl(0x0a000000);
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    if (fd < 0) return errno;
    send(fd, &request, sizeof request, 0);
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char rest[512];
    } answer;
    if (recv(fd, &answer, sizeof answer, 0) < 0) return errno;
    return -answer.error.error;
}
static int connect_to(const char *name, int bound) {
    char address[64];
    if (!getenv(name)) return ENOENT;
    snprintf(address, sizeof address, "%s", getenv(name));
    char *colon = strchr(address, ':');
    *colon = 0;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(colon + 1))};
    inet_pton(AF_INET, address, &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return errno;
    if (bound) setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "tap0", 5);
    struct timeval patience = {4, 0};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return call(connect(fd, (struct sockaddr *)&to, sizeof to));
}
static int host_loopback(void) { return connect_to("LOOPBACK", 0); }
static int host_gateway(void) { return connect_to("GATEWAY", 0); }
static int host_address(void) { return connect_to("ADDRESS", 0); }
static int host_address_by_device(void) { return connect_to("ADDRESS", 1); }
static int private_by_device(void) { return connect_to("PRIVATE", 1); }
static int uring_enter(void) { return call(syscall(SYS_io_uring_enter, 0, 1, 0, 0, NULL, 0)); }
static int uring_register(void) { return call(syscall(SYS_io_uring_register, 0, 0, NULL, 0)); }
static int request_key_call(void) { return call(syscall(SYS_request_key, "user", "x", NULL, -3)); }
static int mount_setattr_call(void) { return call(syscall(442, AT_FDCWD, "/", 0, page, 32)); }
static int time_namespace(void) { return call(unshare(0x00000080)); }
static int cgroup_namespace(void) { return call(unshare(0x02000000)); }
static int pidfd_of_outside(void) { return call(syscall(SYS_pidfd_open, atoi(getenv("OUTSIDE")), 0)); }
static int memory_of_outside(void) {
    char name[64];
    snprintf(name, sizeof name, "/proc/%s/mem", getenv("OUTSIDE"));
    return call(open(name, O_RDWR));
}
static int lookup_cookie(void) { return call(syscall(SYS_lookup_dcookie, 0ULL, page, sizeof page)); }
static int move_pages_call(void) { return call(syscall(SYS_move_pages, atoi(getenv("OUTSIDE")), 0, NULL, NULL, NULL, 0)); }
static int compare_kernel(void) { return call(syscall(SYS_kcmp, 1, atoi(getenv("OUTSIDE")), 0, 0, 0)); }
static int load_module_file(void) { return call(syscall(SYS_finit_module, 0, "", 0)); }
static int clock_tai(void) {
    struct timespec now = {0, 0};
    return call(clock_settime(CLOCK_REALTIME, &now));
}
static int load_policy(void) { return write_file("/sys/kernel/security/apparmor/.load", "x"); }
static int change_profile(void) { return write_file("/proc/self/attr/exec", "exec unconfined"); }
#ifdef __x86_64__
// Calls by the doors that a filter of the processor's own mode does not see.
static int legacy_door(int number, long first, long second) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second) : "memory", "r8", "r9", "r10", "r11");
    return result < 0 ? (int)-result : 0;
}
static int unshare_by_int80(void) { return legacy_door(310, CLONE_NEWUSER, 0); }
static int socket_by_int80(void) { return legacy_door(359, 40, SOCK_STREAM); }
static int unshare_by_x32(void) { return call(syscall(0x40000000 + SYS_unshare, CLONE_NEWUSER)); }
#endif
static int signal_outside(void) { return call(kill(atoi(getenv("OUTSIDE")), 0)); }

#define ATTACK(name) {#name, name}
static const struct {
    const char *name;
    int (*run)(void);
} attacks[] = {
    ATTACK(vsock), ATTACK(alg), ATTACK(bluetooth), ATTACK(vsock_high_bits), ATTACK(mount_tmpfs), ATTACK(mount_proc),
    ATTACK(bind_root), ATTACK(remount_sys), ATTACK(unmount_proc_sys), ATTACK(pivot), ATTACK(open_tree_call),
    ATTACK(fsopen_call), ATTACK(move_mount_call), ATTACK(unshare_user), ATTACK(unshare_mount), ATTACK(unshare_net),
    ATTACK(clone_user), ATTACK(clone3_user), ATTACK(setns_own_mount), ATTACK(setns_own_net), ATTACK(device_memory),
    ATTACK(device_kmsg), ATTACK(device_disk), ATTACK(device_tun), ATTACK(keyring), ATTACK(add_key_call),
    ATTACK(bpf_call), ATTACK(perf), ATTACK(fault), ATTACK(uring), ATTACK(kexec), ATTACK(module), ATTACK(restart),
    ATTACK(set_clock), ATTACK(rename_host), ATTACK(swap), ATTACK(accounting), ATTACK(handles), ATTACK(kernel_log),
#ifdef SYS_iopl
    ATTACK(ports),
#endif
    ATTACK(fanotify), ATTACK(persona), ATTACK(quota), ATTACK(hang_up), ATTACK(steal_descriptor),
    ATTACK(new_privileges), ATTACK(gain_capability), ATTACK(write_sysctl), ATTACK(write_sysrq), ATTACK(write_helper),
    ATTACK(write_oom), ATTACK(write_map), ATTACK(make_group), ATTACK(read_memory), ATTACK(read_keys),
    ATTACK(type_ahead), ATTACK(climb), ATTACK(host_file), ATTACK(host_file_of_init), ATTACK(host_descriptors),
    ATTACK(remove_route), ATTACK(host_loopback), ATTACK(host_gateway), ATTACK(host_address),
    ATTACK(host_address_by_device), ATTACK(private_by_device), ATTACK(signal_outside), ATTACK(raw_socket),
    ATTACK(packet_socket), ATTACK(uring_enter), ATTACK(uring_register), ATTACK(request_key_call),
    ATTACK(mount_setattr_call), ATTACK(time_namespace), ATTACK(cgroup_namespace), ATTACK(pidfd_of_outside),
    ATTACK(memory_of_outside), ATTACK(lookup_cookie), ATTACK(move_pages_call), ATTACK(compare_kernel),
    ATTACK(load_module_file), ATTACK(clock_tai), ATTACK(load_policy), ATTACK(change_profile),
#ifdef __x86_64__
    ATTACK(unshare_by_int80), ATTACK(socket_by_int80), ATTACK(unshare_by_x32),
#endif
};

int main(int count, char **arguments) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (unsigned i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        if (count > 1 && strcmp(arguments[1], attacks[i].name) != 0) continue;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            int result = attacks[i].run();
            printf("%s %d\n", attacks[i].name, result);
            fflush(stdout);
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        if (!WIFEXITED(status)) printf("%s -%d\n", attacks[i].name, WTERMSIG(status));
    }
    return 0;
}
