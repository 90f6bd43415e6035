// PlanSources: the files launch plans come from (docs/decisions/004-plans.md), mapped read-only.
//
// A source is a database, a memfd, or bytes the scanner made itself (plain directories, built-in services;
// key 0). A replaced source stays mapped while a plan of it is in use: a running service keeps its old
// definition until its next start. A PlanRef counts as a use; plans are checked when they are referred to,
// once.
#pragma once

#include "base/fd.hpp"
#include "base/plan.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace hob::svc {

struct PlanSource {
    std::uint32_t key = 0;
    std::uint32_t uses = 0;
    base::Fd file;             // kept for the store's replay; empty for own bytes
    const char* at = nullptr;  // mapped, or own.data()
    std::size_t size = 0;
    std::vector<char> own;
    bool replaced = false;
};

// A plan in use. Movable; empty: there is none.
class PlanRef {
  public:
    PlanRef() noexcept = default;
    PlanRef(PlanSource* source, std::uint32_t offset, base::PlanView view) noexcept
        : source_{source}, offset_{offset}, view_{view} {
        ++source_->uses;
    }
    PlanRef(PlanRef&& other) noexcept
        : source_{std::exchange(other.source_, nullptr)}, offset_{other.offset_}, view_{other.view_} {}
    PlanRef& operator=(PlanRef&& other) noexcept {
        std::swap(source_, other.source_);
        std::swap(offset_, other.offset_);
        std::swap(view_, other.view_);
        return *this;
    }
    ~PlanRef() {
        if (source_ != nullptr) --source_->uses;
    }
    [[nodiscard]] explicit operator bool() const noexcept { return source_ != nullptr; }
    [[nodiscard]] const base::PlanView& view() const noexcept { return *view_; }
    [[nodiscard]] std::uint32_t key() const noexcept { return source_->key; }
    [[nodiscard]] std::uint32_t offset() const noexcept { return offset_; }
    [[nodiscard]] bool same(const PlanRef& other) const noexcept {
        return source_ == other.source_ && offset_ == other.offset_;
    }
    [[nodiscard]] bool same_bytes(const PlanRef& other) const noexcept {
        const auto a = view_->bytes(), b = other.view_->bytes();
        return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
    }

  private:
    PlanSource* source_ = nullptr;
    std::uint32_t offset_ = 0;
    std::optional<base::PlanView> view_;
};

class PlanSources {
  public:
    PlanSources() noexcept = default;
    ~PlanSources();
    PlanSources(const PlanSources&) = delete;
    PlanSources& operator=(const PlanSources&) = delete;

    // Maps `file` as the source `key`; a known key is replaced, unless it is the same file.
    [[nodiscard]] base::Result<void> set(std::uint32_t key, base::Fd file) noexcept;
    // The plan at `offset` of source `key`, checked. ENOENT: no such source; EINVAL: no sound plan.
    [[nodiscard]] base::Result<PlanRef> find(std::uint32_t key, std::uint32_t offset,
                                             std::uint32_t size) noexcept;
    // A plan the scanner made itself.
    [[nodiscard]] base::Result<PlanRef> keep(std::vector<char> blob) noexcept;
    // Unmaps what is replaced and no longer used. Called now and then.
    void sweep() noexcept;

  private:
    static void release(PlanSource&) noexcept;
    std::vector<std::unique_ptr<PlanSource>> sources_;
};

}  // namespace hob::svc
