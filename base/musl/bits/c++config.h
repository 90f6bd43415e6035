// Debian's libstdc++ was configured for glibc; take back the answers that are not true of musl.
// The real file guards itself; no guard here, so that #include_next always finds it.
#pragma GCC system_header
#include_next <bits/c++config.h>
#undef _GLIBCXX_USE_PTHREAD_COND_CLOCKWAIT
#undef _GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK
#undef _GLIBCXX_USE_PTHREAD_RWLOCK_CLOCKLOCK
#undef _GLIBCXX_HAVE_ARC4RANDOM
#undef _GLIBCXX_HAVE_EXECINFO_H
#undef _GLIBCXX_HAVE_OBSOLETE_ISINF
#undef _GLIBCXX_HAVE_OBSOLETE_ISNAN
#undef _GLIBCXX_HAVE_SECURE_GETENV
#undef _GLIBCXX_HAVE_STRERROR_L
