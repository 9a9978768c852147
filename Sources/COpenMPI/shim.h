#ifndef FRESHET_COPENMPI_SHIM_H
#define FRESHET_COPENMPI_SHIM_H

#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>

// MPI's communicators and types are macros with casts, which Swift does not see: hence these few functions. All return 0 on
// success.

// Takes part in the job that mpirun started; a process of its own is a job of one.
static inline int freshet_mpi_start(int *rank, int *ranks) {
    int running = 0, level = 0;
    MPI_Initialized(&running);
    // Ranks that wait leave the processor to others: with more ranks than cores they would wait for each other's wait.
    if (!running && setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0) != 0) return 1;
    if (!running && MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level) != MPI_SUCCESS) return 1;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    return MPI_Comm_rank(MPI_COMM_WORLD, rank) != MPI_SUCCESS || MPI_Comm_size(MPI_COMM_WORLD, ranks) != MPI_SUCCESS;
}

// Leaves the job, which waits for all.
static inline int freshet_mpi_finish(void) { return MPI_Finalize() != MPI_SUCCESS; }

// One number to and from every rank.
static inline int freshet_mpi_exchange_lengths(const int64_t *sent, int64_t *received) {
    return MPI_Alltoall(sent, 1, MPI_INT64_T, received, 1, MPI_INT64_T, MPI_COMM_WORLD) != MPI_SUCCESS;
}

// A message to and from every rank but this one. MPI counts with ints, so a long one goes in parts of 1 GiB.
static inline int freshet_mpi_exchange(
    int rank, int ranks, const void *const *sent, const int64_t *sent_bytes, void *const *received,
    const int64_t *received_bytes) {
    const int64_t part = INT64_C(1) << 30;
    int64_t parts = 0;
    for (int r = 0; r < ranks; r++) parts += (sent_bytes[r] + part - 1) / part + (received_bytes[r] + part - 1) / part;
    MPI_Request *requests = (MPI_Request *)malloc((size_t)(parts + 1) * sizeof(MPI_Request));
    if (!requests) return 1;
    int count = 0, failed = 0;
    for (int r = 0; r < ranks; r++) {
        if (r == rank) continue;
        for (int64_t at = 0; at < received_bytes[r]; at += part) {
            int size = (int)(received_bytes[r] - at < part ? received_bytes[r] - at : part);
            failed |= MPI_Irecv(
                          (char *)received[r] + at, size, MPI_BYTE, r, 0, MPI_COMM_WORLD, &requests[count++])
                != MPI_SUCCESS;
        }
        for (int64_t at = 0; at < sent_bytes[r]; at += part) {
            int size = (int)(sent_bytes[r] - at < part ? sent_bytes[r] - at : part);
            failed |= MPI_Isend(
                          (const char *)sent[r] + at, size, MPI_BYTE, r, 0, MPI_COMM_WORLD, &requests[count++])
                != MPI_SUCCESS;
        }
    }
    failed |= MPI_Waitall(count, requests, MPI_STATUSES_IGNORE) != MPI_SUCCESS;
    free(requests);
    return failed;
}

#endif
