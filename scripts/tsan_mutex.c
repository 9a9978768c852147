// Tells the thread sanitizer about Synchronization.Mutex on Linux; scripts/sanitize.sh loads it before the tests.
//
// A Mutex without contention locks by atomics in the caller's code, which the sanitizer sees. With contention the
// library takes and gives the lock by a futex (SE-0433, stdlib/public/Synchronization/Mutex/LinuxImpl.swift), which it
// does not: without these lines every contended Mutex reads as a data race.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define HANDLE __attribute__((swift_context)) void *handle

// Not there in the processes that a test starts.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK_SLOW "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Looked up once, before any thread of the program runs.
static SWIFT void (*real_lock)(uint32_t, HANDLE);
static SWIFT bool (*real_try_lock)(HANDLE);
static SWIFT void (*real_unlock)(HANDLE);

__attribute__((constructor)) static void look_up(void) {
    real_lock = dlsym(RTLD_NEXT, LOCK_SLOW);
    real_try_lock = dlsym(RTLD_NEXT, TRY_LOCK_SLOW);
    real_unlock = dlsym(RTLD_NEXT, UNLOCK_SLOW);
}

SWIFT void lock_slow(uint32_t thread, HANDLE) __asm__(LOCK_SLOW);
SWIFT void lock_slow(uint32_t thread, HANDLE) {
    real_lock(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT bool try_lock_slow(HANDLE) __asm__(TRY_LOCK_SLOW);
SWIFT bool try_lock_slow(HANDLE) {
    bool locked = real_try_lock(handle);
    if (locked && __tsan_acquire) __tsan_acquire(handle);
    return locked;
}

SWIFT void unlock_slow(HANDLE) __asm__(UNLOCK_SLOW);
SWIFT void unlock_slow(HANDLE) {
    if (__tsan_release) __tsan_release(handle);
    real_unlock(handle);
}
