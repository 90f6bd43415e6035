#include "rc/compile/source/target_path.hpp"

#include <filesystem>
#include <system_error>

namespace hob::rc::compile {

namespace {

namespace fs = std::filesystem;

// Absolute, without "." and "..", without a slash at the end.
std::string tidy(const fs::path& path) {
    std::error_code ignored;
    std::string out = fs::absolute(path, ignored).lexically_normal().string();
    while (out.size() > 1 && out.ends_with('/')) out.pop_back();
    return out;
}

std::optional<std::string> below(const std::string& path, const std::string& root) {
    if (root == "/") return path;
    if (!path.starts_with(root) || (path.size() > root.size() && path[root.size()] != '/'))
        return std::nullopt;
    return path.substr(root.size());  // empty: the root directory itself
}

}  // namespace

std::optional<std::string> target_path(const std::string& path, const std::string& root) {
    if (root.empty()) return below(tidy(path), "/");
    if (auto found = below(tidy(path), tidy(root))) return found;
    std::error_code failed;
    const fs::path real_path = fs::canonical(path, failed);
    const fs::path real_root = fs::canonical(root, failed);
    if (failed) return std::nullopt;
    return below(real_path.string(), real_root.string());
}

}  // namespace hob::rc::compile
