/* flood: offers prepared HTTP/1.1 requests at a rate, whether those before were answered or not.
 *
 *   flood IP PORT FILE RATE SECONDS LINES PATIENCE ANSWERS
 *
 * FILE holds requests: 4 bytes of length (little-endian), then the bytes; when they end, they begin again.
 * RATE 0 keeps all LINES busy instead, which measures what is answered. A request takes a line that is idle or
 * opens one; with LINES busy it is offered and turned away. One that waits for longer than PATIENCE seconds is
 * hung up on. ANSWERS gets a line for each that was begun: its place in FILE, the status or what became of it,
 * whether it was told when to come back, milliseconds. Prints what was offered and what was turned away. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LATE = -1, LOST = -2, UNOPENED = -3 };
typedef struct { char *bytes; uint32_t size; } request;
typedef struct { uint32_t place; int status, told; float took; } answer;
typedef struct {
    int fd, busy, used, close, told, status, headed, chunked, size, tail_size;
    uint32_t place, sent, turn;
    long left;
    double began;
    char head[4096], tail[5];
} line;

static request *requests;
static answer *answers;
static line *lines;
static int *idle, idle_count, events;
static size_t request_count, next_request, answer_count, answer_room, offered, turned_away, busy_count;
static struct { line *line; uint32_t turn; } *begun;
static size_t first_begun, last_begun, begun_room;
static struct sockaddr_in address;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void note(line *l, int status) {
    if (answer_count == answer_room) answers = realloc(answers, (answer_room = answer_room * 2 + 1024) * sizeof *answers);
    answers[answer_count++] = (answer){l->place, status, l->told, (now() - l->began) * 1e3};
}

static void hang_up(line *l) {
    if (l->fd >= 0) close(l->fd);
    l->fd = -1;
    l->used = 0;
}

/* Whether the other end took any of it. Where its queue of new lines is full, ours looks open, and nothing is heard. */
static int was_taken(line *l) {
    struct tcp_info facts = {0};
    socklen_t size = sizeof facts;
    return !getsockopt(l->fd, IPPROTO_TCP, TCP_INFO, &facts, &size) && facts.tcpi_bytes_acked > 1;
}

static void done(line *l, int status) {
    note(l, status);
    if (status < 0 || l->close) hang_up(l);
    l->busy = 0;
    l->used = l->fd >= 0;
    l->turn++;
    busy_count--;
    idle[idle_count++] = l - lines;
}

static void write_on(line *l) {
    request *r = &requests[l->place];
    while (l->sent < r->size) {
        ssize_t written = send(l->fd, r->bytes + l->sent, r->size - l->sent, MSG_NOSIGNAL);
        if (written < 0) return;
        l->sent += written;
    }
}

static void start(line *l) {
    l->sent = l->size = l->headed = l->chunked = l->close = l->told = l->tail_size = 0;
    if (l->fd < 0) {
        l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (l->fd < 0) return done(l, UNOPENED);
        setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        struct epoll_event wish = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = l};
        epoll_ctl(events, EPOLL_CTL_ADD, l->fd, &wish);
        if (connect(l->fd, (void *)&address, sizeof address) && errno != EINPROGRESS) return done(l, UNOPENED);
    }
    write_on(l);
}

static void begin(void) {
    line *l = &lines[idle[--idle_count]];
    l->place = next_request++ % request_count;
    l->busy = 1;
    l->began = now();
    busy_count++;
    begun[last_begun % begun_room].line = l;
    begun[last_begun++ % begun_room].turn = l->turn;
    start(l);
}

static const char *field(line *l, const char *name) {
    size_t size = strlen(name);
    for (char *at = l->head; (at = strstr(at, "\r\n"));) {
        at += 2;
        if (!strncasecmp(at, name, size)) return at + size;
    }
    return NULL;
}

static void take(line *l, const char *bytes, long size) {
    if (!l->headed) {
        long room = sizeof l->head - 1 - l->size, part = size < room ? size : room;
        memcpy(l->head + l->size, bytes, part);
        l->size += part;
        l->head[l->size] = 0;
        char *end = strstr(l->head, "\r\n\r\n");
        if (!end) {
            if (part == room) done(l, LOST);
            return;
        }
        long rest = l->size - (end + 4 - l->head);
        bytes += part - rest;
        size -= part - rest;
        end[2] = 0;
        l->headed = 1;
        l->status = atoi(l->head + 9);
        const char *value = field(l, "connection:");
        l->close = value && strcasestr(value, "close") && strcasestr(value, "close") < strstr(value, "\r\n");
        l->told = field(l, "retry-after:") != NULL;
        l->chunked = field(l, "transfer-encoding:") != NULL;
        l->left = (value = field(l, "content-length:")) ? atol(value) : 0;
    }
    if (l->chunked) {
        for (long at = size > 5 ? size - 5 : 0; at < size; at++) {
            if (l->tail_size == 5) memmove(l->tail, l->tail + 1, l->tail_size = 4);
            l->tail[l->tail_size++] = bytes[at];
        }
        if (l->tail_size == 5 && !memcmp(l->tail, "0\r\n\r\n", 5)) done(l, l->status);
    } else if ((l->left -= size) <= 0) {
        done(l, l->status);
    }
}

static void read_on(line *l) {
    static char bytes[1 << 16];
    for (;;) {
        ssize_t size = recv(l->fd, bytes, sizeof bytes, 0);
        if (size > 0) {
            if (l->busy) take(l, bytes, size);
            if (l->fd < 0) return;
            continue;
        }
        if (size < 0 && errno == EAGAIN) return;
        if (!l->busy) return hang_up(l);
        /* An idle line that the other end gave up at that moment is no answer: once more, on a new one. */
        if (!l->used || l->size) {
            int why = errno, taken = was_taken(l);
            if (taken) fprintf(stderr, "lost after %.1f s: %ld bytes of an answer, then %s\n", now() - l->began, l->size, size ? strerror(why) : "the end");
            return done(l, taken ? LOST : UNOPENED);
        }
        hang_up(l);
        return start(l);
    }
}

static void expire(double before) {
    for (; first_begun < last_begun; first_begun++) {
        line *l = begun[first_begun % begun_room].line;
        if (l->turn != begun[first_begun % begun_room].turn) continue;
        if (l->began > before) return;
        done(l, was_taken(l) ? LATE : UNOPENED);
    }
}

int main(int count, char **words) {
    if (count != 9) return fprintf(stderr, "flood IP PORT FILE RATE SECONDS LINES PATIENCE ANSWERS\n"), 2;
    address.sin_family = AF_INET;
    address.sin_port = htons(atoi(words[2]));
    if (inet_pton(AF_INET, words[1], &address.sin_addr) != 1 || ntohl(address.sin_addr.s_addr) >> 24 != 127)
        return fprintf(stderr, "this machine only\n"), 2;
    double rate = atof(words[4]), seconds = atof(words[5]), patience = atof(words[7]);
    int line_count = idle_count = atoi(words[6]);
    FILE *file = fopen(words[3], "rb");
    struct stat facts;
    if (!file || fstat(fileno(file), &facts)) return perror(words[3]), 2;
    char *bytes = malloc(facts.st_size);
    if (fread(bytes, 1, facts.st_size, file) != (size_t)facts.st_size) return perror(words[3]), 2;
    requests = malloc((facts.st_size / 4 + 1) * sizeof *requests);
    for (char *at = bytes; at < bytes + facts.st_size; at += 4 + requests[request_count++].size) {
        memcpy(&requests[request_count].size, at, 4);
        requests[request_count].bytes = at + 4;
    }
    begun_room = 1 << 22;
    begun = malloc(begun_room * sizeof *begun);
    lines = calloc(line_count, sizeof *lines);
    idle = malloc(line_count * sizeof *idle);
    for (int at = 0; at < line_count; at++) {
        lines[at].fd = -1;
        idle[at] = at;
    }
    events = epoll_create1(EPOLL_CLOEXEC);
    static struct epoll_event happened[512];
    double began = now(), time = began;
    while (time < began + seconds || busy_count) {
        if (time < began + seconds) {
            size_t due = rate ? (size_t)((time - began) * rate) + 1 : offered + idle_count;
            /* A burst at a time, so that answers are read in between. */
            for (int burst = 0; burst < 256 && offered < due && idle_count; burst++, offered++) begin();
            if (offered < due && !idle_count) {
                turned_away += due - offered;
                offered = due;
            }
        }
        int number = epoll_wait(events, happened, 512, idle_count && time < began + seconds && offered < (rate ? (now() - began) * rate : offered) ? 0 : 1);
        for (int at = 0; at < number; at++) {
            line *l = happened[at].data.ptr;
            if (l->fd < 0) continue;
            if (happened[at].events & EPOLLOUT && l->busy) write_on(l);
            if (happened[at].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) read_on(l);
        }
        time = now();
        expire(time - patience);
    }
    file = fopen(words[8], "w");
    for (size_t at = 0; at < answer_count; at++) {
        answer *a = &answers[at];
        const char *words_for[] = {"late", "lost", "unopened"};
        if (a->status < 0) fprintf(file, "%u %s %d %.1f\n", a->place, words_for[-a->status - 1], a->told, a->took);
        else fprintf(file, "%u %d %d %.1f\n", a->place, a->status, a->told, a->took);
    }
    fclose(file);
    printf("{\"offered\": %zu, \"turned_away\": %zu, \"begun\": %zu, \"seconds\": %.2f}\n", offered, turned_away, answer_count, now() - began);
    return 0;
}
