/* Slows the disk of a program: LD_PRELOAD it with FRESHET_SYNC_SECONDS saying how long every flush takes besides.
 *
 *     cc -shared -fPIC -o disk_shim.so disk_shim.c -ldl
 *
 * fsync and fdatasync wait and then do their work; writing stays as quick as it is. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void linger(void) {
    const char *text = getenv("FRESHET_SYNC_SECONDS");
    double seconds = text == NULL ? 0 : strtod(text, NULL);
    if (seconds <= 0) return;
    struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) != 0) {}
}

int fsync(int file) {
    static int (*original)(int);
    if (original == NULL) original = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    linger();
    return original(file);
}

int fdatasync(int file) {
    static int (*original)(int);
    if (original == NULL) original = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    linger();
    return original(file);
}
