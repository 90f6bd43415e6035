// The small programs have no locale.  <string> and <memory> reach this through <ostream>; it only has to parse.
#ifndef HOB_MUSL_CXX_LOCALE
#define HOB_MUSL_CXX_LOCALE
#pragma GCC system_header
#include <clocale>

#define _GLIBCXX_NUM_CATEGORIES 0

namespace std _GLIBCXX_VISIBILITY(default) {

using __c_locale = int*;

// Number formatting of iostreams and std::to_string(double); the C locale is the only one.
inline int __convert_from_v(const __c_locale&, char* out, int size, const char* format, ...) {
    __builtin_va_list args;
    __builtin_va_start(args, format);
    const int length = __builtin_vsnprintf(out, static_cast<__SIZE_TYPE__>(size), format, args);
    __builtin_va_end(args);
    return length;
}

}
#endif
