#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

_Static_assert(sizeof(struct termios) <= LESSON_TERMINAL_STATE, "the state fits");

static int result(long value) { return value < 0 ? -errno : (int)value; }

int lesson_terminal_open(int *controller, int *terminal) {
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return -errno;
    char name[64];
    if (grantpt(fd) != 0 || unlockpt(fd) != 0 || ptsname_r(fd, name, sizeof name) != 0) {
        int failed = errno;
        close(fd);
        return -failed;
    }
    int other = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (other < 0) {
        int failed = errno;
        close(fd);
        return -failed;
    }
    *controller = fd;
    *terminal = other;
    return 0;
}

int lesson_terminal_size(int from, int to) {
    struct winsize size;
    if (ioctl(from, TIOCGWINSZ, &size) != 0) return -errno;
    return result(ioctl(to, TIOCSWINSZ, &size));
}

int lesson_terminal_dimensions(int descriptor, int *rows, int *columns) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -errno;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

int lesson_terminal_raw(int descriptor, void *saved) {
    struct termios state;
    if (tcgetattr(descriptor, &state) != 0) return -errno;
    memcpy(saved, &state, sizeof state);
    cfmakeraw(&state);
    return result(tcsetattr(descriptor, TCSADRAIN, &state));
}

int lesson_terminal_state(int descriptor, void *saved) {
    struct termios state;
    if (tcgetattr(descriptor, &state) != 0) return -errno;
    memcpy(saved, &state, sizeof state);
    return 0;
}

int lesson_terminal_restore(int descriptor, const void *saved) {
    struct termios state;
    memcpy(&state, saved, sizeof state);
    return result(tcsetattr(descriptor, TCSADRAIN, &state));
}

int lesson_listen_unix(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 1) != 0) {
        int failed = errno;
        close(fd);
        return -failed;
    }
    return fd;
}

int lesson_receive_descriptor(int listening, int milliseconds) {
    struct pollfd wait = {.fd = listening, .events = POLLIN};
    int ready = poll(&wait, 1, milliseconds);
    if (ready < 0) return -errno;
    if (ready == 0) return -ETIMEDOUT;
    int connection = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0) return -errno;
    char data[256];
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr header;
    } control;
    struct iovec vector = {data, sizeof data};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t got = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    int failed = got < 0 ? errno : 0;
    close(connection);
    if (failed) return -failed;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) return -EPROTO;
    int fd;
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}
