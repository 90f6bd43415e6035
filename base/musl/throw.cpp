// What libstdc++'s headers call when they would throw, for programs built without exceptions over musl.
//
// Each helper ends the process: a caller that gets here broke a precondition (at(), a string over max_size),
// and there is nobody to catch.  Linking this file before libstdc++.a also keeps that archive's own helpers
// out, and with them the unwinder, the demangler and 95 KB.  Tier 0 must not reach any of this;
// tests/lint/tier0.py looks.

#include <cstddef>
#include <cstdlib>

namespace std {

#define HOB_THROW_HELPER(name) \
    [[noreturn]] void __throw_##name(const char*) { abort(); }

HOB_THROW_HELPER(logic_error)
HOB_THROW_HELPER(domain_error)
HOB_THROW_HELPER(invalid_argument)
HOB_THROW_HELPER(length_error)
HOB_THROW_HELPER(out_of_range)
HOB_THROW_HELPER(runtime_error)
HOB_THROW_HELPER(range_error)
HOB_THROW_HELPER(overflow_error)
HOB_THROW_HELPER(underflow_error)
#undef HOB_THROW_HELPER

[[noreturn]] void __throw_out_of_range_fmt(const char*, ...) { abort(); }
[[noreturn]] void __throw_bad_alloc() { abort(); }
[[noreturn]] void __throw_bad_array_new_length() { abort(); }
[[noreturn]] void __throw_bad_cast() { abort(); }
[[noreturn]] void __throw_bad_function_call() { abort(); }
[[noreturn]] void __throw_bad_optional_access() { abort(); }
[[noreturn]] void __throw_bad_variant_access(unsigned) { abort(); }

// Of -D_GLIBCXX_ASSERTIONS.
[[noreturn]] void __glibcxx_assert_fail(const char*, int, const char*, const char*) noexcept { abort(); }

}  // namespace std

extern "C" {

[[noreturn]] void __cxa_pure_virtual() { abort(); }
[[noreturn]] void __cxa_deleted_virtual() { abort(); }

#ifdef __arm__  // personality routines that the ARM ABI names in every object, unwind tables or not
void __aeabi_unwind_cpp_pr0() {}
void __aeabi_unwind_cpp_pr1() {}
void __aeabi_unwind_cpp_pr2() {}
#endif
}
