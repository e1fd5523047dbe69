/* Loaded into a function, it makes the start of the first two threads fail, as on a machine that has no more. The
 * lookup of a name needs a thread and panics: in the warm-up request, and in the first call. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

typedef int start(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *),
                   void *argument) {
    static int asked;
    if (asked++ < 2)
        return EAGAIN;
    return ((start *)dlsym(RTLD_NEXT, "pthread_create"))(thread, attributes, routine, argument);
}
