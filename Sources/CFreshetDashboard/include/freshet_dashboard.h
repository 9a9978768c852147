#ifndef FRESHET_DASHBOARD_H
#define FRESHET_DASHBOARD_H

#include <stddef.h>

/// A file of the dashboard, as it lies in the binary.
struct freshet_dashboard_file {
    /// Its name, such as `app.js`.
    const char *_Nonnull name;
    const unsigned char *_Nonnull bytes;
    size_t count;
};

/// How many files there are.
size_t freshet_dashboard_file_count(void);

/// A file by its number, from 0.
struct freshet_dashboard_file freshet_dashboard_file_at(size_t index);

#endif
