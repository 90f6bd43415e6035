// A database may come from anywhere. Whatever the quick check lets through must be walkable to the end; what
// the full check lets through has sound plans. Magic, sizes and checksum are mended first.
#include "rc/database.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

namespace hob::rc {
namespace {

void mend(std::vector<char>& file) {
    FileHeader header;
    if (file.size() < sizeof header) return;
    std::memcpy(&header, file.data(), sizeof header);
    std::memcpy(header.magic, database_magic, sizeof database_magic);
    header.version = database_version;
    header.header_size = sizeof header;
    header.file_size = file.size();
    std::memcpy(file.data(), &header, sizeof header);
    header.checksum = database_checksum(file);
    std::memcpy(file.data(), &header, sizeof header);
}

// Uses every accessor; the sanitizer watches.
void walk(const Database& db, bool full) {
    std::size_t seen = 0;
    for (std::uint32_t i = 0; i < db.size(); ++i) {
        seen += db.name(i).size() + db.description(i).size() + base::name_of(db.type(i)).size();
        for (const auto edges : {db.needs(i), db.wants(i), db.after(i), db.contents(i)})
            for (const std::uint32_t to : edges) seen += db.name(to).size();
        const auto plan = db.plan(i);
        if (full && !plan) std::abort();
        if (db.find(db.name(i)) != i) std::abort();
    }
    if (db.size() != 0 && seen == 0) std::abort();
}

void load(const std::vector<char>& file, Check check) {
    base::Fd fd{::memfd_create("database", MFD_CLOEXEC)};
    if (!file.empty() && ::write(fd.get(), file.data(), file.size()) != static_cast<ssize_t>(file.size()))
        return;
    const auto db = Database::from(std::move(fd), check, any_machine);
    if (db)
        walk(*db, check == Check::full);
    else if (db.error().what == nullptr || db.error().code == 0)
        std::abort();
}

}  // namespace
}  // namespace hob::rc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<char> file(data, data + size);
    hob::rc::mend(file);
    hob::rc::load(file, hob::rc::Check::header);
    hob::rc::load(file, hob::rc::Check::full);
    return 0;
}
