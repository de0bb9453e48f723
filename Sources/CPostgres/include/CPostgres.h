#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif

/// Opens the client library of PostgreSQL, once; to be called before any of its functions.
///
/// Returns null, or in the loader's words why the library cannot be used.
const char *hallway_open_postgres(void);
