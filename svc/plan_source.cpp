#include "svc/plan_source.hpp"

#include "base/sys.hpp"

#include <sys/mman.h>

namespace hob::svc {

using base::failed;
using base::Result;

PlanSources::~PlanSources() {
    for (auto& source : sources_) release(*source);
}

void PlanSources::release(PlanSource& source) noexcept {
    if (source.own.empty() && source.at != nullptr) ::munmap(const_cast<char*>(source.at), source.size);
    source.at = nullptr;
}

Result<void> PlanSources::set(std::uint32_t key, base::Fd file) noexcept {
    auto st = base::sys::stat_fd(file.get());
    if (!st) return std::unexpected{st.error()};
    if (!S_ISREG(st->st_mode) || st->st_size <= 0) return failed(EINVAL, "plan source");
    for (auto& known : sources_) {
        if (known->key != key || known->replaced) continue;
        const auto old = base::sys::stat_fd(known->file.get());
        if (old && old->st_dev == st->st_dev && old->st_ino == st->st_ino && old->st_size == st->st_size)
            return {};
    }
    auto at = base::sys::map(file.get(), static_cast<std::size_t>(st->st_size), PROT_READ);
    if (!at) return std::unexpected{at.error()};
    for (auto& known : sources_)
        if (known->key == key) known->replaced = true;
    auto source = std::make_unique<PlanSource>();
    source->key = key;
    source->file = std::move(file);
    source->at = static_cast<const char*>(*at);
    source->size = static_cast<std::size_t>(st->st_size);
    sources_.push_back(std::move(source));
    sweep();
    return {};
}

Result<PlanRef> PlanSources::find(std::uint32_t key, std::uint32_t offset, std::uint32_t size) noexcept {
    if (key == 0) return failed(ENOENT, "plan source");
    for (auto& source : sources_) {
        if (source->key != key || source->replaced) continue;
        if (offset % 8 != 0 || offset > source->size || size > source->size - offset)
            return failed(EINVAL, "plan lies outside its source");
        const auto view = base::PlanView::check({source->at + offset, size});
        if (!view || view->is_template()) return failed(EINVAL, "plan is not sound");
        return PlanRef{source.get(), offset, *view};
    }
    return failed(ENOENT, "plan source");
}

Result<PlanRef> PlanSources::keep(std::vector<char> blob) noexcept {
    sweep();
    auto source = std::make_unique<PlanSource>();
    source->own = std::move(blob);
    source->at = source->own.data();
    source->size = source->own.size();
    source->replaced = true;  // goes with its only user
    const auto view = base::PlanView::check({source->at, source->size});
    if (!view) return failed(EINVAL, "plan is not sound");
    sources_.push_back(std::move(source));
    return PlanRef{sources_.back().get(), 0, *view};
}

void PlanSources::sweep() noexcept {
    std::erase_if(sources_, [](auto& source) {
        if (!source->replaced || source->uses != 0) return false;
        release(*source);
        return true;
    });
}

}  // namespace hob::svc
