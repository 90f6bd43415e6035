// Catch2's main for namespace tests: a machine that allows no namespaces skips them (exit code 77) instead of
// failing.
#define CATCH_CONFIG_RUNNER
#include "tests/ns/namespace.hpp"

#include <cstdio>

#include <catch2/catch.hpp>

int main(int argc, char** argv) {
    try {
        const hob::tests::Namespace probe{{.command = {"/bin/true"}}};
    } catch (const hob::tests::Unsupported& why) {
        std::fprintf(stderr, "skipped: %s\n", why.what());
        return 77;
    }
    return Catch::Session().run(argc, argv);
}
