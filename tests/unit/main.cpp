// The Catch2 main of all test programs, compiled once: it takes longer than most test files.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
