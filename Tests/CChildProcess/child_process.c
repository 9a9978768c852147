#define _GNU_SOURCE
#include "child_process.h"

#include <signal.h>
#include <spawn.h>

static int set_up(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, const char *folder,
                  const int streams[3]) {
    int error = 0;
    for (int number = 0; number < 3 && !error; number++) {
        error = posix_spawn_file_actions_adddup2(actions, streams[number], number);
    }
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    if (!error && folder) error = posix_spawn_file_actions_addchdir_np(actions, folder);

    // The threads that tests run on block signals; a child would inherit that.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (!error) error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(attributes, &all);
    if (!error) error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return error;
}

int freshet_start_child(pid_t *child, const char *path, char *const arguments[], char *const environment[],
                        const char *folder, const int streams[3]) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int error = set_up(&actions, &attributes, folder, streams);
    if (!error) error = posix_spawn(child, path, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}
