// libstdc++'s system settings, for musl: no glibc version to ask, a private ctype table, gthreads not weak
// (weak calls into a static libpthread that nobody linked would jump to 0).
#ifndef HOB_MUSL_OS_DEFINES
#define HOB_MUSL_OS_DEFINES
#define __NO_CTYPE 1
#define _GLIBCXX_GTHREAD_USE_WEAK 0
#endif
