/* Loaded before a program (LD_PRELOAD), it lets a disk fail: below the folder FAULTY_ROOT every write and sync from the
 * FAULTY_AFTER-th on fails with the number FAULTY_ERRNO, in each process. What is read is whole. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_int done;

static int is_below(const char *path) {
    const char *root = getenv("FAULTY_ROOT");
    return root && strncmp(path, root, strlen(root)) == 0;
}

static int fails(int file) {
    char link[64], path[PATH_MAX];
    int error = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = error;
    if (length < 0) return 0;
    path[length] = 0;
    if (!is_below(path) || atomic_fetch_add(&done, 1) + 1 < atoi(getenv("FAULTY_AFTER"))) return 0;
    errno = atoi(getenv("FAULTY_ERRNO"));
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *from, size_t size) { return fails(file) ? -1 : NEXT(write)(file, from, size); }
ssize_t pwrite(int file, const void *from, size_t size, off_t at) {
    return fails(file) ? -1 : NEXT(pwrite)(file, from, size, at);
}
ssize_t pwrite64(int file, const void *from, size_t size, off64_t at) {
    return fails(file) ? -1 : NEXT(pwrite64)(file, from, size, at);
}
ssize_t writev(int file, const struct iovec *from, int count) {
    return fails(file) ? -1 : NEXT(writev)(file, from, count);
}
int fsync(int file) { return fails(file) ? -1 : NEXT(fsync)(file); }
int fdatasync(int file) { return fails(file) ? -1 : NEXT(fdatasync)(file); }
