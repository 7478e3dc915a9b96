#include "CFaultVFS.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// Everything below is guarded by `guard`, but for the locks, which SQLite's own calls take under it as well.
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;

enum { SECTOR = 512, REGION = 32768, SHM_LOCKS = 8 };

struct Write {
    int64_t offset;
    int64_t length;
    uint8_t *bytes;
    struct Write *next;
};

// A file's content now, what is certain to survive, and in order what was written since.
struct File {
    char *path;
    uint8_t *now;
    int64_t size;
    int64_t room;
    uint8_t *safe;
    int64_t safe_size;
    struct Write *first;
    struct Write *last;
    int shared, reserved, pending, exclusive;
    void **regions;
    int region_count;
    int shm_users;
    int shm_shared[SHM_LOCKS], shm_exclusive[SHM_LOCKS];
    struct File *next;
};

struct Disk {
    char name[64];
    struct File *files;
    int off;
    int frozen;
    int64_t cut_after;
    int64_t capacity;
    char ballast[1024];
    int64_t fail_at[3], count[3];
    int generation;
    struct Disk *next;
};

struct Handle {
    sqlite3_file base;
    struct Disk *disk;
    struct File *file;
    int generation;
    int level;
    int shm_used, shm_held_shared, shm_held_exclusive;
    int delete_on_close;
};

static sqlite3_vfs *host;
static sqlite3_vfs shim;
static struct Disk *disks;

static struct Disk *find_disk(const char *name) {
    for (struct Disk *disk = disks; disk; disk = disk->next)
        if (strcmp(disk->name, name) == 0) return disk;
    struct Disk *disk = calloc(1, sizeof *disk);
    snprintf(disk->name, sizeof disk->name, "%s", name);
    disk->cut_after = -1;
    disk->capacity = -1;
    disk->next = disks;
    disks = disk;
    return disk;
}

static struct Disk *disk_of(const char *path) {
    const char *mark = path ? strstr(path, FAULT_MARK) : NULL;
    if (!mark) return NULL;
    mark += strlen(FAULT_MARK);
    char name[64];
    size_t length = strcspn(mark, "/");
    if (length >= sizeof name) length = sizeof name - 1;
    memcpy(name, mark, length);
    name[length] = 0;
    return find_disk(name);
}

static struct File *find_file(struct Disk *disk, const char *path) {
    for (struct File *file = disk->files; file; file = file->next)
        if (file->path && strcmp(file->path, path) == 0) return file;
    return NULL;
}

static void forget_writes(struct File *file) {
    while (file->first) {
        struct Write *next = file->first->next;
        free(file->first->bytes);
        free(file->first);
        file->first = next;
    }
    file->last = NULL;
}

static void grow(struct File *file, int64_t size) {
    if (size > file->room) {
        int64_t room = file->room ? file->room : 4096;
        while (room < size) room *= 2;
        file->now = realloc(file->now, (size_t)room);
        file->room = room;
    }
    if (size > file->size) {
        memset(file->now + file->size, 0, (size_t)(size - file->size));
        file->size = size;
    }
}

static int64_t used(struct Disk *disk) {
    int64_t sum = 0;
    for (struct File *file = disk->files; file; file = file->next)
        if (file->path) sum += file->size;
    return sum;
}

// A handle from before a power cut: whoever still holds it has died as far as the disk is concerned.
static int is_stale(struct Handle *handle) {
    return handle->generation != handle->disk->generation;
}

// True where the operation must fail; counts it and, for writes and syncs, the way to the power cut.
static int fails(struct Disk *disk, enum fault_kind kind) {
    if (disk->off) return 1;
    if (kind != FAULT_READ && disk->cut_after >= 0 && disk->cut_after-- == 0) {
        disk->off = 1;
        return 1;
    }
    disk->count[kind]++;
    if (disk->frozen && kind != FAULT_READ) return 1;
    return disk->fail_at[kind] > 0 && --disk->fail_at[kind] == 0;
}

static int on_read(sqlite3_file *base, void *buffer, int amount, sqlite3_int64 offset) {
    struct Handle *handle = (struct Handle *)base;
    pthread_mutex_lock(&guard);
    int result = SQLITE_OK;
    struct File *file = handle->file;
    if (is_stale(handle) || fails(handle->disk, FAULT_READ)) {
        result = SQLITE_IOERR_READ;
    } else {
        int64_t there = file->size - offset;
        if (there < 0) there = 0;
        if (there > amount) there = amount;
        if (there > 0) memcpy(buffer, file->now + offset, (size_t)there);
        if (there < amount) {
            memset((char *)buffer + there, 0, (size_t)(amount - there));
            result = SQLITE_IOERR_SHORT_READ;
        }
    }
    pthread_mutex_unlock(&guard);
    return result;
}

static int on_write(sqlite3_file *base, const void *buffer, int amount, sqlite3_int64 offset) {
    struct Handle *handle = (struct Handle *)base;
    struct Disk *disk = handle->disk;
    pthread_mutex_lock(&guard);
    int result = SQLITE_OK;
    struct File *file = handle->file;
    int64_t growth = offset + amount - file->size;
    struct stat ballast;
    int64_t reserved = disk->ballast[0] && stat(disk->ballast, &ballast) == 0 ? ballast.st_size : 0;
    if (is_stale(handle)) {
        result = SQLITE_IOERR_WRITE;
    } else if (disk->capacity >= 0 && growth > 0 && used(disk) + growth + reserved > disk->capacity) {
        result = SQLITE_FULL;
    } else {
        // The write that the power cut hits may still reach the medium in part.
        int was_off = disk->off;
        if (fails(disk, FAULT_WRITE)) result = SQLITE_IOERR_WRITE;
        if (result == SQLITE_OK || (!was_off && disk->off)) {
            grow(file, offset + amount);
            memcpy(file->now + offset, buffer, (size_t)amount);
            struct Write *write = calloc(1, sizeof *write);
            write->offset = offset;
            write->length = amount;
            write->bytes = malloc((size_t)amount);
            memcpy(write->bytes, buffer, (size_t)amount);
            if (file->last) file->last->next = write; else file->first = write;
            file->last = write;
        }
    }
    pthread_mutex_unlock(&guard);
    return result;
}

static int on_truncate(sqlite3_file *base, sqlite3_int64 size) {
    struct Handle *handle = (struct Handle *)base;
    pthread_mutex_lock(&guard);
    int result = SQLITE_OK;
    if (is_stale(handle) || fails(handle->disk, FAULT_WRITE)) result = SQLITE_IOERR_TRUNCATE;
    else if (size < handle->file->size) handle->file->size = size;
    pthread_mutex_unlock(&guard);
    return result;
}

static int on_sync(sqlite3_file *base, int flags) {
    (void)flags;
    struct Handle *handle = (struct Handle *)base;
    pthread_mutex_lock(&guard);
    int result = SQLITE_OK;
    struct File *file = handle->file;
    if (is_stale(handle) || fails(handle->disk, FAULT_SYNC)) {
        result = SQLITE_IOERR_FSYNC;
    } else {
        file->safe = realloc(file->safe, (size_t)(file->size > 0 ? file->size : 1));
        if (file->size > 0) memcpy(file->safe, file->now, (size_t)file->size);
        file->safe_size = file->size;
        forget_writes(file);
    }
    pthread_mutex_unlock(&guard);
    return result;
}

static int on_size(sqlite3_file *base, sqlite3_int64 *size) {
    struct Handle *handle = (struct Handle *)base;
    pthread_mutex_lock(&guard);
    *size = handle->file->size;
    pthread_mutex_unlock(&guard);
    return SQLITE_OK;
}

static int on_lock(sqlite3_file *base, int level) {
    struct Handle *handle = (struct Handle *)base;
    struct File *file = handle->file;
    pthread_mutex_lock(&guard);
    int result = SQLITE_OK;
    if (is_stale(handle)) {
        result = SQLITE_IOERR_LOCK;
    } else if (level > handle->level) {
        int mine = handle->level;
        if (level == SQLITE_LOCK_SHARED) {
            if (file->pending || file->exclusive) result = SQLITE_BUSY;
            else file->shared++;
        } else if (level == SQLITE_LOCK_RESERVED) {
            if (file->reserved) result = SQLITE_BUSY;
            else file->reserved = 1;
        } else {
            if (mine < SQLITE_LOCK_RESERVED && file->reserved) result = SQLITE_BUSY;
            else {
                file->reserved = 1;
                file->pending = 1;
                if (file->shared > 1) {
                    result = SQLITE_BUSY;
                    handle->level = SQLITE_LOCK_PENDING;
                } else file->exclusive = 1;
            }
        }
        if (result == SQLITE_OK) handle->level = level;
    }
    pthread_mutex_unlock(&guard);
    return result;
}

static int on_unlock(sqlite3_file *base, int level) {
    struct Handle *handle = (struct Handle *)base;
    struct File *file = handle->file;
    pthread_mutex_lock(&guard);
    if (is_stale(handle)) {
        pthread_mutex_unlock(&guard);
        return SQLITE_OK;
    }
    if (handle->level > SQLITE_LOCK_SHARED) file->reserved = file->pending = file->exclusive = 0;
    if (level == SQLITE_LOCK_NONE && handle->level >= SQLITE_LOCK_SHARED) file->shared--;
    if (level < handle->level) handle->level = level;
    pthread_mutex_unlock(&guard);
    return SQLITE_OK;
}

static int on_check_reserved(sqlite3_file *base, int *result) {
    *result = ((struct Handle *)base)->file->reserved;
    return SQLITE_OK;
}

static int on_control(sqlite3_file *base, int operation, void *argument) {
    (void)base, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int on_sector_size(sqlite3_file *base) {
    (void)base;
    return SECTOR;
}

static int on_characteristics(sqlite3_file *base) {
    (void)base;
    return 0;
}

static int on_shm_map(sqlite3_file *base, int index, int size, int extend, void volatile **region) {
    struct Handle *handle = (struct Handle *)base;
    struct File *file = handle->file;
    pthread_mutex_lock(&guard);
    if (is_stale(handle)) {
        pthread_mutex_unlock(&guard);
        return SQLITE_IOERR_SHMMAP;
    }
    if (!handle->shm_used) {
        handle->shm_used = 1;
        file->shm_users++;
    }
    *region = NULL;
    if (index >= file->region_count && extend) {
        file->regions = realloc(file->regions, sizeof(void *) * (size_t)(index + 1));
        while (file->region_count <= index) file->regions[file->region_count++] = calloc(1, (size_t)size);
    }
    if (index < file->region_count) *region = file->regions[index];
    pthread_mutex_unlock(&guard);
    return SQLITE_OK;
}

static int on_shm_lock(sqlite3_file *base, int offset, int count, int flags) {
    struct Handle *handle = (struct Handle *)base;
    struct File *file = handle->file;
    int result = SQLITE_OK;
    pthread_mutex_lock(&guard);
    if (is_stale(handle)) result = SQLITE_IOERR_SHMLOCK;
    for (int i = offset; i < offset + count && result == SQLITE_OK; i++) {
        int mine_shared = handle->shm_held_shared >> i & 1, mine_exclusive = handle->shm_held_exclusive >> i & 1;
        if (!(flags & SQLITE_SHM_LOCK)) continue;
        if (flags & SQLITE_SHM_SHARED) {
            if (file->shm_exclusive[i] && !mine_exclusive) result = SQLITE_BUSY;
        } else if ((file->shm_exclusive[i] && !mine_exclusive) || file->shm_shared[i] > mine_shared) {
            result = SQLITE_BUSY;
        }
    }
    for (int i = offset; i < offset + count && result == SQLITE_OK; i++) {
        int bit = 1 << i;
        if (flags & SQLITE_SHM_LOCK) {
            if ((flags & SQLITE_SHM_SHARED) && !(handle->shm_held_shared & bit)) {
                handle->shm_held_shared |= bit;
                file->shm_shared[i]++;
            } else if ((flags & SQLITE_SHM_EXCLUSIVE) && !(handle->shm_held_exclusive & bit)) {
                handle->shm_held_exclusive |= bit;
                file->shm_exclusive[i] = 1;
            }
        } else if (handle->shm_held_exclusive & bit) {
            handle->shm_held_exclusive &= ~bit;
            file->shm_exclusive[i] = 0;
        } else if (handle->shm_held_shared & bit) {
            handle->shm_held_shared &= ~bit;
            file->shm_shared[i]--;
        }
    }
    pthread_mutex_unlock(&guard);
    return result;
}

static void on_shm_barrier(sqlite3_file *base) {
    (void)base;
    __sync_synchronize();
}

static void drop_regions(struct File *file) {
    for (int i = 0; i < file->region_count; i++) free(file->regions[i]);
    free(file->regions);
    file->regions = NULL;
    file->region_count = 0;
}

static int on_shm_unmap(sqlite3_file *base, int delete) {
    (void)delete;
    struct Handle *handle = (struct Handle *)base;
    struct File *file = handle->file;
    pthread_mutex_lock(&guard);
    if (handle->shm_used && !is_stale(handle)) {
        handle->shm_used = 0;
        if (--file->shm_users == 0) drop_regions(file);
    }
    pthread_mutex_unlock(&guard);
    return SQLITE_OK;
}

static int on_close(sqlite3_file *base) {
    struct Handle *handle = (struct Handle *)base;
    on_shm_lock(base, 0, SHM_LOCKS, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
    on_unlock(base, SQLITE_LOCK_NONE);
    on_shm_unmap(base, 0);
    if (handle->delete_on_close) {
        pthread_mutex_lock(&guard);
        handle->file->size = 0;
        free(handle->file->path);
        handle->file->path = NULL;
        pthread_mutex_unlock(&guard);
    }
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    2, on_close, on_read, on_write, on_truncate, on_sync, on_size, on_lock, on_unlock, on_check_reserved, on_control,
    on_sector_size, on_characteristics, on_shm_map, on_shm_lock, on_shm_barrier, on_shm_unmap, NULL, NULL,
};

static int on_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *out_flags) {
    (void)vfs;
    pthread_mutex_lock(&guard);
    struct Disk *disk = disk_of(path);
    if (!disk) {
        pthread_mutex_unlock(&guard);
        return host->xOpen(host, path, base, flags, out_flags);
    }
    struct Handle *handle = (struct Handle *)base;
    memset(handle, 0, sizeof *handle);
    struct File *file = find_file(disk, path);
    int result = SQLITE_OK;
    if (disk->off || (!file && !(flags & SQLITE_OPEN_CREATE))) {
        result = SQLITE_CANTOPEN;
    } else {
        if (!file) {
            file = calloc(1, sizeof *file);
            file->path = strdup(path);
            file->next = disk->files;
            disk->files = file;
        }
        handle->base.pMethods = &methods;
        handle->disk = disk;
        handle->generation = disk->generation;
        handle->file = file;
        handle->delete_on_close = flags & SQLITE_OPEN_DELETEONCLOSE;
        if (out_flags) *out_flags = flags;
    }
    pthread_mutex_unlock(&guard);
    return result;
}

static int on_delete(sqlite3_vfs *vfs, const char *path, int sync_folder) {
    (void)vfs;
    pthread_mutex_lock(&guard);
    struct Disk *disk = disk_of(path);
    int result = SQLITE_OK;
    if (disk) {
        struct File *file = find_file(disk, path);
        if (disk->off) result = SQLITE_IOERR_DELETE;
        else if (!file) result = SQLITE_IOERR_DELETE_NOENT;
        else {
            free(file->path);
            file->path = NULL;
        }
    }
    pthread_mutex_unlock(&guard);
    return disk ? result : host->xDelete(host, path, sync_folder);
}

static int on_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    pthread_mutex_lock(&guard);
    struct Disk *disk = disk_of(path);
    if (disk) {
        struct File *file = find_file(disk, path);
        *result = file != NULL && (flags != SQLITE_ACCESS_EXISTS || file->size > 0);
    }
    pthread_mutex_unlock(&guard);
    return disk ? SQLITE_OK : host->xAccess(host, path, flags, result);
}

static int on_full_path(sqlite3_vfs *vfs, const char *path, int size, char *out) {
    (void)vfs;
    if (!strstr(path, FAULT_MARK)) return host->xFullPathname(host, path, size, out);
    snprintf(out, (size_t)size, "%s", path);
    return SQLITE_OK;
}

int fault_register(void) {
    pthread_mutex_lock(&guard);
    if (!host) {
        host = sqlite3_vfs_find(NULL);
        shim = *host;
        shim.zName = "fault";
        shim.pNext = NULL;
        if (shim.szOsFile < (int)sizeof(struct Handle)) shim.szOsFile = (int)sizeof(struct Handle);
        shim.xOpen = on_open;
        shim.xDelete = on_delete;
        shim.xAccess = on_access;
        shim.xFullPathname = on_full_path;
        sqlite3_vfs_register(&shim, 1);
    }
    pthread_mutex_unlock(&guard);
    return SQLITE_OK;
}

static uint64_t next_random(uint64_t *state) {
    // SplitMix64 (S. Vigna), as good as needed and the same everywhere.
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void fault_power_on(const char *name, uint64_t seed) {
    pthread_mutex_lock(&guard);
    struct Disk *disk = find_disk(name);
    for (struct File *file = disk->files; file; file = file->next) {
        // Start from what was synced and let any sectors of later writes through, in any combination.
        file->size = 0;
        grow(file, file->safe_size);
        if (file->safe_size > 0) memcpy(file->now, file->safe, (size_t)file->safe_size);
        for (struct Write *write = file->first; write; write = write->next) {
            for (int64_t at = write->offset; at < write->offset + write->length;) {
                int64_t end = (at / SECTOR + 1) * SECTOR;
                if (end > write->offset + write->length) end = write->offset + write->length;
                if (next_random(&seed) & 1) {
                    grow(file, end);
                    memcpy(file->now + at, write->bytes + (at - write->offset), (size_t)(end - at));
                }
                at = end;
            }
        }
        forget_writes(file);
        file->safe = realloc(file->safe, (size_t)(file->size > 0 ? file->size : 1));
        if (file->size > 0) memcpy(file->safe, file->now, (size_t)file->size);
        file->safe_size = file->size;
        file->shared = file->reserved = file->pending = file->exclusive = 0;
        memset(file->shm_shared, 0, sizeof file->shm_shared);
        memset(file->shm_exclusive, 0, sizeof file->shm_exclusive);
        // Whoever died may still look at the old regions, so they are left behind and not freed.
        file->regions = NULL;
        file->region_count = 0;
        file->shm_users = 0;
    }
    disk->generation++;
    disk->off = 0;
    disk->cut_after = -1;
    pthread_mutex_unlock(&guard);
}

void fault_forget(const char *name) {
    pthread_mutex_lock(&guard);
    struct Disk *disk = find_disk(name);
    while (disk->files) {
        struct File *next = disk->files->next;
        forget_writes(disk->files);
        drop_regions(disk->files);
        free(disk->files->path);
        free(disk->files->now);
        free(disk->files->safe);
        free(disk->files);
        disk->files = next;
    }
    struct Disk **link = &disks;
    while (*link != disk) link = &(*link)->next;
    *link = disk->next;
    free(disk);
    pthread_mutex_unlock(&guard);
}

void fault_cut_after(const char *name, int64_t operations) {
    pthread_mutex_lock(&guard);
    find_disk(name)->cut_after = operations;
    pthread_mutex_unlock(&guard);
}

int fault_is_off(const char *name) {
    pthread_mutex_lock(&guard);
    int off = find_disk(name)->off;
    pthread_mutex_unlock(&guard);
    return off;
}

void fault_freeze(const char *name, int frozen) {
    pthread_mutex_lock(&guard);
    find_disk(name)->frozen = frozen;
    pthread_mutex_unlock(&guard);
}

void fault_set_capacity(const char *name, int64_t bytes, const char *ballast) {
    pthread_mutex_lock(&guard);
    struct Disk *disk = find_disk(name);
    disk->capacity = bytes;
    snprintf(disk->ballast, sizeof disk->ballast, "%s", ballast ? ballast : "");
    pthread_mutex_unlock(&guard);
}

int64_t fault_used(const char *name) {
    pthread_mutex_lock(&guard);
    int64_t sum = used(find_disk(name));
    pthread_mutex_unlock(&guard);
    return sum;
}

void fault_fail_at(const char *name, enum fault_kind kind, int64_t n) {
    pthread_mutex_lock(&guard);
    find_disk(name)->fail_at[kind] = n;
    pthread_mutex_unlock(&guard);
}

int64_t fault_count(const char *name, enum fault_kind kind) {
    pthread_mutex_lock(&guard);
    int64_t count = find_disk(name)->count[kind];
    pthread_mutex_unlock(&guard);
    return count;
}

int fault_flip(const char *name, const char *file_suffix, int64_t offset) {
    pthread_mutex_lock(&guard);
    int result = -1;
    for (struct File *file = find_disk(name)->files; file; file = file->next) {
        size_t length = file->path ? strlen(file->path) : 0, tail = strlen(file_suffix);
        if (length < tail || strcmp(file->path + length - tail, file_suffix) != 0) continue;
        if (offset < 0 || offset >= file->size) continue;
        file->now[offset] ^= 1;
        result = 0;
    }
    pthread_mutex_unlock(&guard);
    return result;
}
