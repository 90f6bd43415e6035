// The table of keys: what it says is what the parser does, and what the manual says.
#include "rc/compile/model/keys.hpp"

#include "base/options.hpp"
#include "rc/compile/model/define.hpp"
#include "rc/compile/model/similar.hpp"
#include "tests/unit/rc/repository.hpp"

#include <cstring>
#include <sstream>

#include <catch2/catch.hpp>

using namespace hob;
using namespace hob::rc::compile;
using tests::Directory;

namespace {

std::string line_of(const Key& key, std::string_view value) {
    const std::string line = std::string{key.name} + " = " + std::string{value} + "\n";
    return key.section.empty() ? line : "[" + std::string{key.section} + "]\n" + line;
}

// Defines a service of this type from text; the diagnostics are the answer.
Service define_text(const std::string& text, Diagnostics& say, std::string_view name = "s") {
    Sources sources;
    const auto file = sources.add("s/service.toml");
    SourceService source{.name = std::string{name}, .where = {file, 0, 0}, .document = {}, .scripts = {}};
    source.document = parse_document(text, file, say);
    source.broken = true;  // nobody asks for a program
    return define(source, say);
}

base::ServiceType first_type(Types types) {
    for (const auto type :
         {base::ServiceType::longrun, base::ServiceType::oneshot, base::ServiceType::milestone})
        if ((types & bit(type)) != 0) return type;
    return base::ServiceType::bundle;
}

std::string type_line(base::ServiceType type) { return "type = \"" + std::string{name_of(type)} + "\"\n"; }

std::string told_about(const std::string& text) {
    Diagnostics say;
    (void)define_text(text, say);
    std::string out;
    for (const Message& m : say.messages()) out += m.text + " | " + m.hint + "\n";
    return out;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("the example of every key is accepted") {
    for (const Key& key : keys()) {
        Diagnostics say;
        const std::string type = key.name == "type" ? "" : type_line(first_type(key.types));
        (void)define_text(type + line_of(key, key.example), say);
        INFO(key.section << " " << key.name);
        for (const Message& m : say.messages()) FAIL_CHECK(m.text);
    }
}

TEST_CASE("every key refuses a value of the wrong form with its place") {
    for (const Key& key : keys()) {
        Diagnostics say;
        const std::string type = key.name == "type" ? "" : type_line(first_type(key.types));
        (void)define_text(type + line_of(key, "1979-05-27"), say);
        INFO(key.section << " " << key.name);
        REQUIRE(say.messages().size() == 1);
        CHECK(say.messages()[0].where.line != 0);
        CHECK(has(say.messages()[0].text, key.name));
        CHECK_FALSE(say.messages()[0].hint.empty());
    }
}

TEST_CASE("every key is refused for a type that it is not for") {
    for (const Key& key : keys())
        for (std::size_t i = 0; i < base::type_names.size(); ++i) {
            const auto type = static_cast<base::ServiceType>(i);
            if ((key.types & bit(type)) != 0) continue;
            const std::string told = told_about(type_line(type) + line_of(key, key.example));
            INFO(key.name << " of a " << name_of(type));
            CHECK(has(told, "'" + std::string{key.name} + "' is for " + describe_types(key.types)));
        }
}

TEST_CASE("the defaults of durations and counts are those that the table states") {
    for (const Key& key : keys()) {
        long long ns = 0;
        const std::string_view first = key.standard.substr(0, key.standard.find(';'));
        if (key.section.empty() || !base::parse_duration(first, &ns)) continue;
        Diagnostics say;
        const std::string type = type_line(base::ServiceType::longrun);
        const auto plain = define_text(type, say).policy;
        const bool count = key.example.front() != '"';
        const auto written =
            define_text(type + line_of(key, count ? first : "\"" + std::string{first} + "\""), say).policy;
        INFO(key.section << " " << key.name);
        CHECK(std::memcmp(&plain, &written, sizeof plain) == 0);
    }
    Diagnostics say;
    CHECK(define_text("type = \"oneshot\"", say).policy.start_timeout == base::seconds(120));
}

TEST_CASE("keys that do not exist yet are refused by name") {
    for (const Planned& planned : planned_keys()) {
        const std::string section = planned.section.empty() ? "" : "[" + std::string{planned.section} + "]\n";
        CHECK(has(told_about(section + std::string{planned.name} + " = 1"), not_supported));
        CHECK(find_key(planned.section, planned.name) == nullptr);
    }
    CHECK(has(told_about("[sandbox]\ncapabilities = []"), "'sandbox' is not supported"));
    for (const char* ready : {"check", "tcp:80", "path:/run/x"})
        CHECK(has(told_about("ready = \"" + std::string{ready} + "\""), not_supported));
}

TEST_CASE("an unknown key is refused with what was meant") {
    CHECK(has(told_about("need = []"), "did you mean 'needs'?"));
    CHECK(has(told_about("timeout = \"3s\""), "'timeout' belongs in [start] or in [stop] or in [finish]"));
    CHECK(has(told_about("[stop]\nnice = 3"), "'nice' belongs at the top"));
    CHECK(has(told_about("depends-on = []"), "it is called 'needs' here"));
    CHECK(has(told_about("[strat]\ntimeout = 1"), "did you mean 'start'?"));
    CHECK(has(told_about("xyzzy = 1"), "unknown key 'xyzzy' | \n"));
    CHECK(has(told_about("restart = \"always\""), "'restart' is a section"));
    CHECK(has(told_about("[[restart]]\npolicy = \"always\""), "'restart' is a section"));
}

TEST_CASE("impossible values are refused") {
    for (const char* line : {"ready = \"exit\"",
                             "ready = \"fd:2\"",
                             "ready = \"fd:256\"",
                             "ready = \"fd:\"",
                             "nice = 20",
                             "nice = -21",
                             "oom-score = 1001",
                             "umask = \"8\"",
                             "umask = \"1777\"",
                             "umask = 22",
                             "directory = \"srv\"",
                             "exec = []",
                             "exec = [\"\"]",
                             "exec = [\"./x\"]",
                             "exec = [1]",
                             "exec = [\"a\\u0000\"]",
                             "description = \"a\\nb\"",
                             "[start]\ntimeout = \"soon\"",
                             "[start]\ntimeout = -1",
                             "[start]\ntimeout = \"99999999999999d\"",
                             "[stop]\ntimeout = 0",
                             "[stop]\nsignal = \"NOPE\"",
                             "[stop]\nsignal = \"0\"",
                             "[stop]\nsignal = \"65\"",
                             "[restart]\npolicy = \"sometimes\"",
                             "[restart]\nattempts = 65536",
                             "[restart]\ndelay = \"2m\"",
                             "[limits]\nnofile = -1",
                             "[limits]\nnofile = \"1K\"",
                             "[limits]\ncore = \"big\"",
                             "[limits]\ncpu = \"1x\"",
                             "[stdio]\nstdin = \"log\"",
                             "[stdio]\nstdout = \"file:x\"",
                             "[stdio]\nstderr = \"tty:\"",
                             "environment = { \"A B\" = \"x\" }",
                             "environment = { A = 1 }",
                             "environment = [\"A=1\"]",
                             "exec = [\"${instance}\"]",
                             "needs = [\"a@${instance}\"]",
                             "needs = [\"s\"]",
                             "needs = [\"\"]",
                             "needs = [\"a/b\"]",
                             "needs = [\"a\", \"a\"]",
                             "needs = \"a\"",
                             "type = \"daemon\"",
                             "type = \"oneshot\"\n[restart]\npolicy = \"always\"",
                             "type = \"oneshot\"\nready = \"notify\""}) {
        Diagnostics say;
        (void)define_text(line, say);
        INFO(line);
        CHECK(say.errors() == 1);
    }
}

TEST_CASE("words are as far apart as one types them wrong") {
    CHECK(edit_distance("needs", "needs", 3) == 0);
    CHECK(edit_distance("nedes", "needs", 3) == 1);  // two letters swapped
    CHECK(edit_distance("need", "needs", 3) == 1);
    CHECK(edit_distance("kitten", "sitting", 3) == 3);
    CHECK(edit_distance("a", "completely", 3) == 4);
}

TEST_CASE("the manual has the table of keys as it is") {
    std::ifstream file{std::string{HOB_SOURCE} + "/docs/definitions.md"};
    std::stringstream text;
    text << file.rdbuf();
    INFO("put the output of hob-compile --keys into docs/definitions.md");
    CHECK(has(text.str(), keys_as_markdown()));
}
