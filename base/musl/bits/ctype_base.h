// Character classes of std::ctype, a private numbering: glibc's _IS… bits do not exist in musl, and no facet is used.
#ifndef HOB_MUSL_CTYPE_BASE
#define HOB_MUSL_CTYPE_BASE
#pragma GCC system_header

namespace std _GLIBCXX_VISIBILITY(default) {

struct ctype_base {
    using __to_type = const int*;
    using mask = unsigned short;
    static const mask upper = 1 << 0;
    static const mask lower = 1 << 1;
    static const mask alpha = 1 << 2;
    static const mask digit = 1 << 3;
    static const mask xdigit = 1 << 4;
    static const mask space = 1 << 5;
    static const mask print = 1 << 6;
    static const mask punct = 1 << 7;
    static const mask cntrl = 1 << 8;
    static const mask blank = 1 << 9;
    static const mask alnum = alpha | digit;
    static const mask graph = alpha | digit | punct;
};

}
#endif
