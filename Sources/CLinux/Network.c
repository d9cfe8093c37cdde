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

// Adds an attribute to a message whose buffer has room for it.
static void append(struct nlmsghdr *message, unsigned short type, const void *value, unsigned size) {
    struct rtattr *attribute = (struct rtattr *)((char *)message + NLMSG_ALIGN(message->nlmsg_len));
    attribute->rta_type = type;
    attribute->rta_len = (unsigned short)RTA_LENGTH(size);
    memcpy(RTA_DATA(attribute), value, size);
    message->nlmsg_len = NLMSG_ALIGN(message->nlmsg_len) + RTA_ALIGN(attribute->rta_len);
}

int lesson_add_route(int family, const void *address, unsigned prefix, const char *device, const void *gateway) {
    unsigned index = device ? if_nametoindex(device) : 0;
    if (device && index == 0) return -errno;
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
        char attributes[96];
    } request;
    unsigned size = family == AF_INET ? 4 : 16;
    memset(&request, 0, sizeof request);
    request.header.nlmsg_type = RTM_NEWROUTE;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK;
    request.route.rtm_family = (unsigned char)family;
    request.route.rtm_dst_len = (unsigned char)prefix;
    request.route.rtm_table = RT_TABLE_MAIN;
    request.route.rtm_protocol = RTPROT_STATIC;
    request.route.rtm_scope = device && !gateway ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    request.route.rtm_type = device ? RTN_UNICAST : RTN_UNREACHABLE;
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.route);
    append(&request.header, RTA_DST, address, size);
    if (device) append(&request.header, RTA_OIF, &index, sizeof index);
    if (gateway) {
        // It is at the other end of the device, whatever the other routes say.
        request.route.rtm_flags = RTNH_F_ONLINK;
        append(&request.header, RTA_GATEWAY, gateway, size);
    }

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
