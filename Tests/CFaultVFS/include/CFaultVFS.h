/// A file system for SQLite that can fail on purpose: power cuts, a full disk, errors of reading, writing and syncing.
///
/// Databases whose path contains FAULT_MARK live in memory and obey the faults below; all other paths go to the
/// system's file system unchanged. For tests only. One fault_disk per path prefix, so tests may run side by side.
#pragma once

#include <stdint.h>

/// Paths that contain this belong to the shim; what follows up to the next `/` names the disk.
#define FAULT_MARK "/fault-disk-"

/// Makes the shim SQLite's default file system; call it once before the first database is opened. Returns 0.
int fault_register(void);

/// Forgets a disk with all its files and faults.
void fault_forget(const char *disk);

/// After that many further writes, truncations and syncs the power is gone: every call fails until fault_power_on.
void fault_cut_after(const char *disk, int64_t operations);

/// True once the power is gone.
int fault_is_off(const char *disk);

/// Brings the power back: of each file remains what was synced, and of the rest sectors of 512 bytes that the seed chooses.
void fault_power_on(const char *disk, uint64_t seed);

/// A disk of that many bytes in all; less than 0 is without limit. `ballast`, a file of the real file system or NULL, counts.
void fault_set_capacity(const char *disk, int64_t bytes, const char *ballast);

/// Makes every write, truncation and sync fail, as after a remount for reading alone, until it is taken back with 0.
void fault_freeze(const char *disk, int frozen);

/// The bytes in use by the shim's files.
int64_t fault_used(const char *disk);

/// Which operations fault_fail_at counts.
enum fault_kind { FAULT_READ = 0, FAULT_WRITE = 1, FAULT_SYNC = 2 };

/// Makes the n-th operation of a kind from now on fail with an I/O error, once; 0 takes it back.
void fault_fail_at(const char *disk, enum fault_kind kind, int64_t n);

/// How many operations of a kind there were.
int64_t fault_count(const char *disk, enum fault_kind kind);

/// Changes one byte of a file, named by the end of its path; returns 0, or -1 where there is no such byte.
int fault_flip(const char *disk, const char *file_suffix, int64_t offset);
