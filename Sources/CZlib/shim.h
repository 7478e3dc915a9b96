// zlib's set-up calls are macros, which Swift does not see; these name what docs/storage.md needs of them: raw deflate.
#ifndef COMMONS_CZLIB_SHIM_H
#define COMMONS_CZLIB_SHIM_H

#include <zlib.h>

// A window of 4 KiB is more than a column has bytes; small tables spare the set-up of each column.
static inline int commons_deflate_begin(z_stream *stream) {
    return deflateInit2(stream, 6, Z_DEFLATED, -12, 5, Z_DEFAULT_STRATEGY);
}

static inline int commons_inflate_begin(z_stream *stream) {
    return inflateInit2(stream, -15);
}

#endif
