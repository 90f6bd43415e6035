#include "tools/log/files.hpp"
#include "tools/log/stamp.hpp"

#include <string>

#include <catch2/catch.hpp>

using hob::base::Wall;
using hob::log::label_size;
using hob::log::read_label;
using hob::log::read_stamp;
using hob::log::stamp_size;

namespace {

std::string stamp(std::int64_t ns) {
    std::string text(stamp_size, '?');
    hob::log::write_stamp(text.data(), Wall{ns});
    return text;
}
std::string label(std::int64_t ns) {
    std::string text(label_size, '?');
    hob::log::write_label(text.data(), Wall{ns});
    return text;
}

constexpr std::int64_t sample = 1'795'176'395'123'456'789;

}  // namespace

TEST_CASE("stamps are ISO 8601 in UTC with nanoseconds") {
    CHECK(stamp(0) == "1970-01-01T00:00:00.000000000Z");
    CHECK(stamp(sample) == "2026-11-20T12:06:35.123456789Z");
    CHECK(stamp(1'709'251'199'999'999'999) == "2024-02-29T23:59:59.999999999Z");
    CHECK(stamp(951'868'800'000'000'000) == "2000-03-01T00:00:00.000000000Z");
    CHECK(stamp(-1) == "1969-12-31T23:59:59.999999999Z");
}

TEST_CASE("a stamp reads back as the time it was made from") {
    const std::int64_t times[] = {0, -1, 1'709'251'199'999'999'999, sample, 4'102'444'800'000'000'001};
    for (const std::int64_t ns : times) CHECK(read_stamp(stamp(ns) + " text") == Wall{ns});
}

TEST_CASE("what is no stamp is not read as one") {
    const std::string good = stamp(sample);
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = 'x';
        CHECK_FALSE(read_stamp(bad));
        CHECK_FALSE(read_stamp(good.substr(0, i)));
    }
    CHECK_FALSE(read_stamp("2026-13-20T12:06:35.123456789Z"));
    CHECK_FALSE(read_stamp("9999-12-20T12:06:35.123456789Z"));  // beyond 64-bit nanoseconds
}

TEST_CASE("labels are TAI64N as daemontools writes it") {
    CHECK(label(0) == "@400000000000000a00000000");
    // The example of multilog's manual, 1999-08-23 in its author's time zone.
    CHECK(label(935'467'455'787'492'500) == "@4000000037c219c92ef02e94");
}

TEST_CASE("labels read back, sort as time does, and other names are none") {
    const std::int64_t times[] = {-5'000'000'001, 0, 1, 999'999'999, 1'000'000'000, sample};
    std::string before;
    for (const auto ns : times) {
        const std::string text = label(ns);
        CHECK(read_label(text) == Wall{ns});
        CHECK(before < text);
        before = text;
    }
    CHECK_FALSE(read_label("@400000000000000a0000000g"));
    CHECK_FALSE(read_label("@400000000000000affffffff"));  // that many ns are more than a second
    CHECK_FALSE(read_label("current"));
    CHECK(hob::log::is_rotated(label(1) + ".s"));
    CHECK_FALSE(hob::log::is_rotated(label(1) + ".u"));
    CHECK_FALSE(hob::log::is_rotated(label(1)));
    CHECK_FALSE(hob::log::is_rotated("current"));
}
