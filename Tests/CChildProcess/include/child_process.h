#pragma once
#include <sys/types.h>

/// Starts an executable with three open descriptors as its streams and nothing else open, all signals as they are at
/// first, in a folder unless that is null. Returns 0, or the error's number.
int freshet_start_child(pid_t *child, const char *path, char *const arguments[], char *const environment[],
                        const char *folder, const int streams[3]);
