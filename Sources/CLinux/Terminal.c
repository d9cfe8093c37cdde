#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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
