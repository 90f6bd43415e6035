// service.toml is what people write. Whatever the bytes, each error has a place and can be shown, and what is
// taken without an error makes a sound plan.
#include "base/plan.hpp"
#include "rc/compile/backend/plan.hpp"
#include "rc/compile/model/define.hpp"
#include "rc/compile/model/graph.hpp"
#include "rc/compile/source/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace hob::rc::compile {
namespace {

void compile_one(const std::string& name, const std::string& text) {
    Sources sources;
    Diagnostics say;
    const auto file = sources.add(name + "/service.toml");
    sources.set_text(file, text);
    SourceService source{.name = name, .where = {file, 0, 0}, .document = {}, .scripts = {}};
    source.document = parse_document(text, file, say);
    source.broken = say.failed();
    std::vector<Service> services{define(source, say)};
    const bool made = !say.failed();
    if (made) (void)make_plan(services.front());
    (void)link(std::move(services), say);
    for (const Message& m : say.messages())
        if (m.text.empty() || m.where.file != file) std::abort();
    const std::string told = say.print(sources);
    if (utf8_fault(told) != told.npos || told.empty() != say.messages().empty()) std::abort();
}

}  // namespace
}  // namespace hob::rc::compile

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hob::rc::compile;  // NOLINT(google-build-using-namespace)
    const std::string text(reinterpret_cast<const char*>(data), size);
    // The library is never shown what file.cpp refuses.
    if (utf8_fault(text) != text.npos || text.find('\0') != text.npos) return 0;
    compile_one("plain", text);
    compile_one("template@", text);
    return 0;
}
