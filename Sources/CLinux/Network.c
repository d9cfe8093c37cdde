#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int lesson_loopback_up(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    int failed = ioctl(fd, SIOCSIFFLAGS, &request) != 0 ? errno : 0;
    close(fd);
    return -failed;
}

int lesson_route_unreachable(int family, const void *address, unsigned prefix) {
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
        char attributes[64];
    } request;
    unsigned size = family == AF_INET ? 4 : 16;
    memset(&request, 0, sizeof request);
    request.header.nlmsg_type = RTM_NEWROUTE;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK;
    request.route.rtm_family = (unsigned char)family;
    request.route.rtm_dst_len = (unsigned char)prefix;
    request.route.rtm_table = RT_TABLE_MAIN;
    request.route.rtm_protocol = RTPROT_STATIC;
    request.route.rtm_scope = RT_SCOPE_UNIVERSE;
    request.route.rtm_type = RTN_UNREACHABLE;
    struct rtattr *attribute = (struct rtattr *)request.attributes;
    attribute->rta_type = RTA_DST;
    attribute->rta_len = (unsigned short)RTA_LENGTH(size);
    memcpy(RTA_DATA(attribute), address, size);
    request.header.nlmsg_len =
        NLMSG_LENGTH(sizeof request.route) + RTA_ALIGN(attribute->rta_len);

    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) return -errno;
    int failed = 0;
    if (send(fd, &request, request.header.nlmsg_len, 0) < 0) {
        failed = errno;
    } else {
        struct {
            struct nlmsghdr header;
            struct nlmsgerr error;
            char rest[256];
        } answer;
        ssize_t got = recv(fd, &answer, sizeof answer, 0);
        if (got < (ssize_t)sizeof(struct nlmsghdr)) failed = got < 0 ? errno : EPROTO;
        else if (answer.header.nlmsg_type == NLMSG_ERROR) failed = -answer.error.error;
    }
    close(fd);
    return -failed;
}
