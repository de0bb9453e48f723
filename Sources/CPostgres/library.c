// libpq brings Kerberos, LDAP and GnuTLS with it: three megabytes and ten libraries, which a node on SQLite needs neither
// in memory nor on its machine. So it is opened when a node first asks for PostgreSQL, and each of its functions that is
// used stands here by its own name and calls the one in the library.
#define _GNU_SOURCE
#include "CPostgres.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

// The result, the name, the parameters and the arguments of each.
#define FUNCTIONS(FUNCTION) \
    FUNCTION(void, PQclear, (PGresult *a), (a)) \
    FUNCTION(char *, PQcmdStatus, (PGresult *a), (a)) \
    FUNCTION(char *, PQcmdTuples, (PGresult *a), (a)) \
    FUNCTION(int, PQbackendPID, (const PGconn *a), (a)) \
    FUNCTION(PGconn *, PQconnectdb, (const char *a), (a)) \
    FUNCTION(PGconn *, PQconnectdbParams, (const char *const *a, const char *const *b, int c), (a, b, c)) \
    FUNCTION(void, PQconninfoFree, (PQconninfoOption *a), (a)) \
    FUNCTION(PQconninfoOption *, PQconninfoParse, (const char *a, char **b), (a, b)) \
    FUNCTION(int, PQconsumeInput, (PGconn *a), (a)) \
    FUNCTION(int, PQenterPipelineMode, (PGconn *a), (a)) \
    FUNCTION(char *, PQerrorMessage, (const PGconn *a), (a)) \
    FUNCTION(PGresult *, PQexec, (PGconn *a, const char *b), (a, b)) \
    FUNCTION(PGresult *, PQexecPrepared, (PGconn *a, const char *b, int c, const char *const *d, const int *e, const int *f, int g), (a, b, c, d, e, f, g)) \
    FUNCTION(int, PQexitPipelineMode, (PGconn *a), (a)) \
    FUNCTION(void, PQfinish, (PGconn *a), (a)) \
    FUNCTION(void, PQfreemem, (void *a), (a)) \
    FUNCTION(Oid, PQftype, (const PGresult *a, int b), (a, b)) \
    FUNCTION(PGresult *, PQgetResult, (PGconn *a), (a)) \
    FUNCTION(int, PQgetisnull, (const PGresult *a, int b, int c), (a, b, c)) \
    FUNCTION(int, PQgetlength, (const PGresult *a, int b, int c), (a, b, c)) \
    FUNCTION(char *, PQgetvalue, (const PGresult *a, int b, int c), (a, b, c)) \
    FUNCTION(PGnotify *, PQnotifies, (PGconn *a), (a)) \
    FUNCTION(int, PQntuples, (const PGresult *a), (a)) \
    FUNCTION(const char *, PQparameterStatus, (const PGconn *a, const char *b), (a, b)) \
    FUNCTION(int, PQpipelineSync, (PGconn *a), (a)) \
    FUNCTION(char *, PQresultErrorField, (const PGresult *a, int b), (a, b)) \
    FUNCTION(ExecStatusType, PQresultStatus, (const PGresult *a), (a)) \
    FUNCTION(int, PQsendPrepare, (PGconn *a, const char *b, const char *c, int d, const Oid *e), (a, b, c, d, e)) \
    FUNCTION(int, PQsendQuery, (PGconn *a, const char *b), (a, b)) \
    FUNCTION(int, PQsendQueryParams, (PGconn *a, const char *b, int c, const Oid *d, const char *const *e, const int *f, const int *g, int h), (a, b, c, d, e, f, g, h)) \
    FUNCTION(int, PQsendQueryPrepared, (PGconn *a, const char *b, int c, const char *const *d, const int *e, const int *f, int g), (a, b, c, d, e, f, g)) \
    FUNCTION(int, PQserverVersion, (const PGconn *a), (a)) \
    FUNCTION(PQnoticeProcessor, PQsetNoticeProcessor, (PGconn *a, PQnoticeProcessor b, void *c), (a, b, c)) \
    FUNCTION(int, PQsocket, (const PGconn *a), (a)) \
    FUNCTION(ConnStatusType, PQstatus, (const PGconn *a), (a)) \
    FUNCTION(PGTransactionStatusType, PQtransactionStatus, (const PGconn *a), (a))

#define POINTER(result, name, parameters, arguments) static result(*name##_there) parameters;
FUNCTIONS(POINTER)

static const char *failure;

static void open_once(void) {
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        failure = dlerror();
        return;
    }
#define FIND(result, name, parameters, arguments)                               \
    if (failure == NULL) {                                                      \
        name##_there = (result(*) parameters)dlsym(library, #name);             \
        if (name##_there == NULL) failure = "the library has no " #name;        \
    }
    FUNCTIONS(FIND)
}

const char *hallway_open_postgres(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_once);
    return failure;
}

#define CALL(result, name, parameters, arguments) \
    __attribute__((visibility("hidden"))) result name parameters { return name##_there arguments; }
FUNCTIONS(CALL)
